from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0006_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="reminded_of",
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]
