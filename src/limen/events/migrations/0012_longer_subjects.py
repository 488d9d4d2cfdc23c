from django.db import migrations, models


class Migration(migrations.Migration):
    # PostgreSQL only changes what the column may hold: neither rows nor indexes are written anew.
    dependencies = [("events", "0011_kept_answers")]
    operations = [
        migrations.AlterField("event", "subject", models.CharField(max_length=300)),
    ]
