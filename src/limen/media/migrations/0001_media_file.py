from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="MediaFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=255)),
                ("original_filename", models.CharField(max_length=255)),
                ("mime_type", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("extension", models.CharField(max_length=20)),
                ("hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "media_file",
                "indexes": [models.Index(fields=["hash"], name="media_file_hash")],
                "constraints": [models.UniqueConstraint(fields=("code",), name="media_file_code_unique")],
            },
        ),
    ]
