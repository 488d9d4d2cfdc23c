from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("structure", "0015_progress_in_jobs"),
    ]

    operations = [
        # The database's own default too, for processes of before that know no such column.
        migrations.AddField(
            model_name="attributegroup",
            name="counts_for_quality",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
