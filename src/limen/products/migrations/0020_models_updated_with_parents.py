from django.db import migrations, models


class Migration(migrations.Migration):
    """Sub models by when they or their roots changed: rare ones are found by it, as products are."""

    dependencies = [("products", "0016_searchable_texts")]

    operations = [
        migrations.AddIndex(
            model_name="productmodel",
            index=models.Index(
                fields=["updated_with_parents", "id"],
                condition=models.Q(updated_with_parents__isnull=False),
                name="product_model_updated_merged",
            ),
        ),
    ]
