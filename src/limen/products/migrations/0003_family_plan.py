from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0002_document_storage"),
    ]

    operations = [
        migrations.CreateModel(
            name="FamilyPlan",
            fields=[
                ("family_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("fingerprint", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "product_family_plan",
            },
        ),
    ]
