import django.contrib.postgres.fields
from django.db import migrations, models

WATCHED = (
    "client_id, user_id, label, flow_type, auditable, enabled, expires_at, allowed_networks, calls_per_minute,"
    " concurrent_calls, strict"
)


def watch(columns: str) -> str:
    """Have the access version move with these columns of a connection (see 0006_tokens)."""
    return (
        "DROP TRIGGER connection_access ON connection;"
        f" CREATE TRIGGER connection_access AFTER INSERT OR DELETE OR UPDATE OF {columns} ON connection"
        " FOR EACH STATEMENT EXECUTE FUNCTION connection_access_changed()"
    )


class Migration(migrations.Migration):
    dependencies = [("connections", "0007_reminder")]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=100), null=True, size=None
            ),
        ),
        migrations.RunSQL(watch(f"{WATCHED}, scopes"), watch(WATCHED)),
    ]
