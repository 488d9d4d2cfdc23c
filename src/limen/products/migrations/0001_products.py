import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("structure", "0001_structure"),
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField()),
                ("identifier", models.TextField(null=True)),
                ("identifier_key", models.TextField(db_collation="C", null=True)),
                ("enabled", models.BooleanField()),
                ("parent_id", models.BigIntegerField(null=True)),
                ("created", models.DateTimeField()),
                ("updated", models.DateTimeField()),
                (
                    "family",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="structure.family"
                    ),
                ),
            ],
            options={
                "db_table": "product",
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="document",
                        serialize=False,
                        to="products.product",
                    ),
                ),
                ("doc", models.TextField()),
                ("associations", models.TextField(null=True)),
                ("quantified", models.TextField(null=True)),
            ],
            options={
                "db_table": "product_doc",
            },
        ),
        migrations.CreateModel(
            name="NumberIndex",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "value", "product_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.IntegerField()),
                ("value", models.FloatField()),
                ("product_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "product_idx_num",
                "indexes": [models.Index(fields=["product_id", "key", "value"], name="product_idx_num_product")],
            },
        ),
        migrations.CreateModel(
            name="ProductCategory",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "category_id", "product_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="structure.category",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "db_table": "product_category",
            },
        ),
        migrations.CreateModel(
            name="ProductGroup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "group_id", "product_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="structure.group",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "db_table": "product_group",
            },
        ),
        migrations.CreateModel(
            name="ProductLink",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "owner_id",
                        "type_id",
                        "target_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.product",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.product",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="structure.associationtype",
                    ),
                ),
            ],
            options={
                "db_table": "product_link",
            },
        ),
        migrations.CreateModel(
            name="SearchKey",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("attribute_id", models.BigIntegerField()),
                ("channel", models.TextField()),
                ("locale", models.TextField()),
                ("currency", models.TextField()),
            ],
            options={
                "db_table": "product_search_key",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("attribute_id", "channel", "locale", "currency"), name="product_search_key_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TextIndex",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "value", "product_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.IntegerField()),
                ("value", models.TextField(db_collation="C")),
                ("product_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "product_idx_text",
                "indexes": [models.Index(fields=["product_id", "key", "value"], name="product_idx_text_product")],
            },
        ),
        migrations.CreateModel(
            name="UniqueValue",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "attribute_id", "value_key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("attribute_id", models.BigIntegerField()),
                ("value_key", models.TextField(db_collation="C")),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "db_table": "product_unique",
            },
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["updated", "id"], name="product_updated"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(fields=("uuid",), name="product_uuid_unique"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                fields=("identifier_key",),
                name="product_identifier_unique",
            ),
        ),
    ]
