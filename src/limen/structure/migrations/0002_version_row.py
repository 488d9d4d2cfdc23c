from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("structure", "0001_structure")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE structure_version_sequence AS bigint",
            "DROP SEQUENCE structure_version_sequence",
        ),
        migrations.RunSQL(
            "INSERT INTO structure_version (id, version, options_version, trail)"
            " VALUES (1, nextval('structure_version_sequence'), nextval('structure_version_sequence'), '{}')",
            "DELETE FROM structure_version",
        ),
    ]
