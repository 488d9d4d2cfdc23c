from django.db import migrations, models

# The feed of changes is read in the order of ids, and ids are drawn before they are committed. So whoever is about
# to write events says first, by a shared lock, after which id all of theirs will be; the lock goes with the
# transaction, however that ends. Readers go up to the lowest such id (decision 21). 76 is "L", for ours alone.
ANNOUNCE = """
CREATE FUNCTION event_announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Once for each transaction: locks are scarce, and the first has the lowest id. A savepoint that is rolled back
    -- takes the lock and the mark back together.
    IF current_setting('limen.announced', true) IS DISTINCT FROM 'on' THEN
        PERFORM pg_advisory_xact_lock_shared((76::bigint << 56) + last_value - CASE WHEN is_called THEN 0 ELSE 1 END)
            FROM event_id_seq;
        PERFORM set_config('limen.announced', 'on', true);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER event_announced BEFORE INSERT ON event FOR EACH STATEMENT EXECUTE FUNCTION event_announce();

-- The order of the two looks counts: who is not seen to hold a lock takes it later, and draws ids above `drawn`.
-- Rows are to be read in a statement after this one: a transaction is visible before its lock is gone.
CREATE FUNCTION event_settled(OUT drawn bigint, OUT settled bigint) LANGUAGE plpgsql AS $$
BEGIN
    SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END INTO drawn FROM event_id_seq;
    SELECT least(drawn, min(((classid::bigint << 32) + objid::bigint) & ((1::bigint << 56) - 1))) INTO settled
        FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 24 = 76 AND pid <> pg_backend_pid()
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
END
$$;

-- Times follow ids but for the length of a transaction, so halving finds the place: some 20 looks.
CREATE FUNCTION event_last_before(moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    low bigint := 0;
    high bigint;
    middle bigint;
    found record;
BEGIN
    SELECT coalesce(max(id), 0) INTO high FROM event;
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        SELECT id, at INTO found FROM event WHERE id <= middle AND id > low ORDER BY id DESC LIMIT 1;
        IF found.id IS NULL THEN
            low := middle;
        ELSIF found.at < moment THEN
            low := middle;
        ELSE
            high := found.id - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;
"""
SAY_NOTHING = """
DROP FUNCTION event_last_before(timestamptz);
DROP FUNCTION event_settled();
DROP TRIGGER event_announced ON event;
DROP FUNCTION event_announce();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0003_forget_audited")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                models.Func(
                    models.F("subject"),
                    models.Value(":"),
                    models.Value(1),
                    function="split_part",
                    output_field=models.TextField(),
                ),
                "id",
                name="event_area_id",
            ),
        ),
        migrations.RunSQL(ANNOUNCE, SAY_NOTHING),
    ]
