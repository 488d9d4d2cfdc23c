"""Tables of long texts, as they are searched, and indexes of what lists are searched by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0010_product_models"),
        ("structure", "0007_enriched_categories"),
    ]

    operations = [
        migrations.CreateModel(
            name="LongText",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "product_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.IntegerField()),
                ("value", models.TextField(db_collation="C")),
                ("product_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "product_long_text",
            },
        ),
        migrations.CreateModel(
            name="ModelLongText",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "model_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.IntegerField()),
                ("value", models.TextField(db_collation="C")),
                ("model_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "product_model_long_text",
            },
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["created"], name="product_created"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["enabled"], name="product_enabled"),
        ),
        migrations.AddIndex(
            model_name="productmodel",
            index=models.Index(fields=["created"], name="product_model_created"),
        ),
        migrations.AddIndex(
            model_name="longtext",
            index=models.Index(fields=["product_id"], name="product_long_text_product"),
        ),
        migrations.AddIndex(
            model_name="modellongtext",
            index=models.Index(fields=["model_id"], name="product_model_long_text_model"),
        ),
    ]
