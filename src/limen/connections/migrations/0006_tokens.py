import django.db.models.deletion
from django.db import migrations, models

# One more for each statement that may change what a token stands for. Of the counters the first free one is moved:
# nobody waits for anybody, and the sum grows with every commit.
MOVE = """
CREATE FUNCTION connection_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE connection_access_change SET changes = changes + 1
     WHERE id = (SELECT id FROM connection_access_change ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO connection_access_change (changes) VALUES (1);
    END IF;
    RETURN NULL;
END
$$
"""

# Columns that nothing of a token depends on, such as those that say when it was used last, are left out.
WATCHED = {
    "account_user": "DELETE OR UPDATE OF username, first_name, last_name, type, enabled, timezone",
    "account_role": "DELETE OR UPDATE OF permissions",
    "account_user_role": "INSERT OR DELETE OR UPDATE",
    "connection": "INSERT OR DELETE OR UPDATE OF client_id, user_id, label, flow_type, auditable, enabled, expires_at,"
    " allowed_networks, calls_per_minute, concurrent_calls, strict",
    "connection_access_token": "DELETE OR UPDATE",
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_permissions"),
        ("connections", "0005_image"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("changes", models.BigIntegerField()),
            ],
            options={"db_table": "connection_access_change"},
        ),
        migrations.AddField(
            model_name="connection",
            name="concurrent_calls",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="connection",
            name="last_token_grant",
            field=models.CharField(default="", max_length=20),
        ),
        migrations.AddField(
            model_name="accesstoken",
            name="family",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="family",
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name="UsedRefreshToken",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("family", models.UUIDField()),
                ("used_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="connections.oauthclient",
                    ),
                ),
            ],
            options={
                "db_table": "connection_used_refresh_token",
                "indexes": [models.Index(fields=["expires_at"], name="connection_used_expiry")],
            },
        ),
        migrations.RunSQL(MOVE, "DROP FUNCTION connection_access_changed"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_access AFTER {changes} ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION connection_access_changed()",
                f"DROP TRIGGER {table}_access ON {table}",
            )
            for table, changes in WATCHED.items()
        ),
    ]
