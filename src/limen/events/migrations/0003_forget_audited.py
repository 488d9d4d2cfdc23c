from django.db import migrations

# Audit entries run out; nothing else in the table does. One function is the way past the guard: the switch that
# the guard asks for is on inside it alone, and it takes neither what is younger than a month nor what is no audit
# entry (decision 13). A switch of the function itself (SET in its head) would need a superuser.
ALLOW_FORGETTING = """
CREATE OR REPLACE FUNCTION event_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('limen.forgetting', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The table event is append-only: % is refused.', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE FUNCTION event_forget_audited(before timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    forgotten bigint;
BEGIN
    IF before IS NULL OR before > now() - interval '30 days' THEN
        RAISE EXCEPTION 'Audit entries of the last 30 days are not forgotten.' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('limen.forgetting', 'on', true);
    DELETE FROM event
        WHERE split_part(subject, ':', 1) IN ('connection', 'role', 'user', 'user_group') AND at < before;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    PERFORM set_config('limen.forgetting', '', true);
    RETURN forgotten;
END
$$;
"""
REFUSE_ALL = """
DROP FUNCTION event_forget_audited(timestamptz);
CREATE OR REPLACE FUNCTION event_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The table event is append-only: % is refused.', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_audit")]

    operations = [migrations.RunSQL(ALLOW_FORGETTING, REFUSE_ALL)]
