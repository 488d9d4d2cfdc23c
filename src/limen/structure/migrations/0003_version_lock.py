from django.db import migrations

# One round trip for two statements: a statement of its own, the question sees what was committed while the
# lock was waited for. The key of the lock is ours.
CREATE = """
CREATE FUNCTION structure_locked_version(alone boolean, OUT version bigint, OUT options_version bigint)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF alone THEN
        PERFORM pg_advisory_xact_lock(7310589001);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(7310589001);
    END IF;
    SELECT v.version, v.options_version INTO version, options_version FROM structure_version v WHERE v.id = 1;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("structure", "0002_version_row")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION structure_locked_version")]
