"""Tables of product models, the reference of variants to them, and how their documents lie (see 0002)."""

from __future__ import annotations

import django.db.models.constraints
import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def choose_storage(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
        (has_lz4,) = cursor.fetchone()
        way = "COMPRESSION lz4" if has_lz4 else "STORAGE EXTERNAL"
        cursor.execute(f"ALTER TABLE product_doc ALTER own SET {way}")
        for column in ("doc", "associations", "quantified", "own"):
            cursor.execute(f"ALTER TABLE product_model_doc ALTER {column} SET {way}")
        if not has_lz4:
            cursor.execute("ALTER TABLE product_model_doc SET (toast_tuple_target = 8160)")


def leave(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Nothing to undo: columns and table go with what was made above."""


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0003_family_plan"),
        ("structure", "0007_enriched_categories"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductModel",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("code_key", models.TextField(db_collation="C")),
                ("created", models.DateTimeField()),
                ("updated", models.DateTimeField()),
                ("updated_with_parents", models.DateTimeField(null=True)),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="structure.family"
                    ),
                ),
                (
                    "family_variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="structure.familyvariant"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="products.productmodel",
                    ),
                ),
            ],
            options={
                "db_table": "product_model",
            },
        ),
        migrations.CreateModel(
            name="ModelLink",
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
                        to="products.productmodel",
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
                (
                    "target",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "db_table": "product_model_link",
            },
        ),
        migrations.CreateModel(
            name="ModelLinkToModel",
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
                        to="products.productmodel",
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
                (
                    "target",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.productmodel",
                    ),
                ),
            ],
            options={
                "db_table": "product_model_link_model",
            },
        ),
        migrations.CreateModel(
            name="ModelNumberIndex",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "value", "model_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.IntegerField()),
                ("value", models.FloatField()),
                ("model_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "product_model_idx_num",
            },
        ),
        migrations.CreateModel(
            name="ModelTextIndex",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "value", "model_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.IntegerField()),
                ("value", models.TextField(db_collation="C")),
                ("model_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "product_model_idx_text",
            },
        ),
        migrations.AddField(
            model_name="document",
            name="own",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="updated_with_parents",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Axes",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "parent_id", "axes_key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("parent_id", models.BigIntegerField()),
                ("axes_key", models.TextField(db_collation="C")),
                (
                    "product",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "db_table": "product_axes",
            },
        ),
        migrations.CreateModel(
            name="ModelDocument",
            fields=[
                (
                    "model",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="document",
                        serialize=False,
                        to="products.productmodel",
                    ),
                ),
                ("doc", models.TextField()),
                ("associations", models.TextField(null=True)),
                ("quantified", models.TextField(null=True)),
                ("own", models.TextField(null=True)),
            ],
            options={
                "db_table": "product_model_doc",
            },
        ),
        migrations.CreateModel(
            name="ModelCategory",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "category_id", "model_id", blank=True, editable=False, primary_key=True, serialize=False
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
                    "model",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.productmodel",
                    ),
                ),
            ],
            options={
                "db_table": "product_model_category",
            },
        ),
        migrations.CreateModel(
            name="ModelAxes",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "parent_id", "axes_key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("parent_id", models.BigIntegerField()),
                ("axes_key", models.TextField(db_collation="C")),
                (
                    "model",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.productmodel",
                    ),
                ),
            ],
            options={
                "db_table": "product_model_axes",
            },
        ),
        migrations.CreateModel(
            name="LinkToModel",
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
                    "type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="structure.associationtype",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.productmodel",
                    ),
                ),
            ],
            options={
                "db_table": "product_link_model",
            },
        ),
        # The column keeps its name: it becomes the one of a reference.
        migrations.RenameField(
            model_name="product",
            old_name="parent_id",
            new_name="parent",
        ),
        migrations.AlterField(
            model_name="product",
            name="parent",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="products.productmodel",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)), fields=["parent", "id"], name="product_parent"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("updated_with_parents__isnull", False)),
                fields=["updated_with_parents", "id"],
                name="product_updated_with_parents",
            ),
        ),
        migrations.AddIndex(
            model_name="modelnumberindex",
            index=models.Index(fields=["model_id", "key", "value"], name="product_model_idx_num_model"),
        ),
        migrations.AddIndex(
            model_name="modeltextindex",
            index=models.Index(fields=["model_id", "key", "value"], name="product_model_idx_text_model"),
        ),
        migrations.AddIndex(
            model_name="productmodel",
            index=models.Index(fields=["updated", "id"], name="product_model_updated"),
        ),
        migrations.AddConstraint(
            model_name="productmodel",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                fields=("code_key",),
                name="product_model_code_unique",
            ),
        ),
        migrations.RunPython(choose_storage, leave),
    ]
