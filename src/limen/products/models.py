"""The store of products: narrow rows to choose by, one document each to answer with, and an index of values.

Writes go around the ORM (see `operations.store`): these classes declare the tables and serve small reads.
"""

from __future__ import annotations

from django.db import models


class Product(models.Model):
    """What lists choose and sort by. `identifier_key` is the folded identifier: case does not count."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField()
    identifier = models.TextField(null=True)
    identifier_key = models.TextField(null=True, db_collation="C")
    enabled = models.BooleanField()
    family = models.ForeignKey("structure.Family", models.PROTECT, null=True, related_name="+")
    # Product models are a later table; until then always null.
    parent_id = models.BigIntegerField(null=True)
    created = models.DateTimeField()
    updated = models.DateTimeField()

    class Meta:
        db_table = "product"
        constraints = [
            models.UniqueConstraint(fields=["uuid"], name="product_uuid_unique"),
            # Checked at the end of a statement: one batch may hand identifiers on from product to product.
            models.UniqueConstraint(
                fields=["identifier_key"], name="product_identifier_unique", deferrable=models.Deferrable.IMMEDIATE
            ),
        ]
        indexes = [models.Index(fields=["updated", "id"], name="product_updated")]

    def __str__(self) -> str:
        return self.identifier or str(self.uuid)


class Document(models.Model):
    """The product as the API returns it, without `_links`, `uuid`, `identifier` and both association members.

    `associations` and `quantified` hold only what is set, targets by uuid; null when there is none.
    No foreign key: the row is written and deleted with its product, and the check costs 15 µs of 130.
    """

    product = models.OneToOneField(
        Product, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="document"
    )
    doc = models.TextField()
    associations = models.TextField(null=True)
    quantified = models.TextField(null=True)

    class Meta:
        db_table = "product_doc"

    def __str__(self) -> str:
        return str(self.product_id)


class ProductCategory(models.Model):
    pk = models.CompositePrimaryKey("category_id", "product_id")
    category = models.ForeignKey("structure.Category", models.PROTECT, db_index=False, related_name="+")
    product = models.ForeignKey(Product, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_category"

    def __str__(self) -> str:
        return f"{self.category_id} {self.product_id}"


class ProductGroup(models.Model):
    pk = models.CompositePrimaryKey("group_id", "product_id")
    group = models.ForeignKey("structure.Group", models.PROTECT, db_index=False, related_name="+")
    product = models.ForeignKey(Product, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_group"

    def __str__(self) -> str:
        return f"{self.group_id} {self.product_id}"


class ProductLink(models.Model):
    """Who points at whom, by any association type, plain or quantified: for the deletion of the target."""

    pk = models.CompositePrimaryKey("owner_id", "type_id", "target_id")
    owner = models.ForeignKey(Product, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    type = models.ForeignKey("structure.AssociationType", models.PROTECT, db_index=False, related_name="+")
    target = models.ForeignKey(Product, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_link"

    def __str__(self) -> str:
        return f"{self.owner_id} {self.type_id} {self.target_id}"


class UniqueValue(models.Model):
    """Values that only one product may have: of unique attributes and of identifiers beside the main one."""

    pk = models.CompositePrimaryKey("attribute_id", "value_key")
    attribute_id = models.BigIntegerField()
    value_key = models.TextField(db_collation="C")
    product = models.ForeignKey(Product, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_unique"

    def __str__(self) -> str:
        return f"{self.attribute_id} {self.value_key}"


class SearchKey(models.Model):
    """A small number for each place a value can stand in: attribute, channel, locale, currency (empty: none).

    `attribute_id` 0 is the completeness of a channel and locale.
    """

    id = models.AutoField(primary_key=True)
    attribute_id = models.BigIntegerField()
    channel = models.TextField()
    locale = models.TextField()
    currency = models.TextField()

    class Meta:
        db_table = "product_search_key"
        constraints = [
            models.UniqueConstraint(
                fields=["attribute_id", "channel", "locale", "currency"], name="product_search_key_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id} {self.channel} {self.locale} {self.currency}"


class FamilyPlan(models.Model):
    """What a family required when the completeness of its products was last brought up to date, as a fingerprint."""

    family_id = models.BigIntegerField(primary_key=True)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        db_table = "product_family_plan"

    def __str__(self) -> str:
        return str(self.family_id)


class TextIndex(models.Model):
    """Texts, options and file names, folded. A long text is only marked as present, by an empty value."""

    pk = models.CompositePrimaryKey("key", "value", "product_id")
    key = models.IntegerField()
    value = models.TextField(db_collation="C")
    product_id = models.BigIntegerField()

    class Meta:
        db_table = "product_idx_text"
        indexes = [models.Index(fields=["product_id", "key", "value"], name="product_idx_text_product")]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.product_id}"


class NumberIndex(models.Model):
    """Numbers, metrics in the standard unit, prices, booleans (0, 1), dates (day numbers), completeness (0–100)."""

    pk = models.CompositePrimaryKey("key", "value", "product_id")
    key = models.IntegerField()
    value = models.FloatField()
    product_id = models.BigIntegerField()

    class Meta:
        db_table = "product_idx_num"
        indexes = [models.Index(fields=["product_id", "key", "value"], name="product_idx_num_product")]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.product_id}"
