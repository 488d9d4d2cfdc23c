from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0001_media_file")]

    operations = [
        migrations.AddField(
            model_name="mediafile",
            name="owner",
            field=models.CharField(db_default="product", default="product", max_length=20),
        ),
    ]
