"""The store of products: narrow rows to choose by, one document each to answer with, and an index of values.

Writes go around the ORM (see `operations.store`): these classes declare the tables and serve small reads.
"""

from __future__ import annotations

from django.db import models

# Ids that one row of `Filled` has a bit for.
PART = 1024


class Product(models.Model):
    """What lists choose and sort by. `identifier_key` is the folded identifier: case does not count."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField()
    identifier = models.TextField(null=True)
    identifier_key = models.TextField(null=True, db_collation="C")
    enabled = models.BooleanField()
    family = models.ForeignKey("structure.Family", models.PROTECT, null=True, related_name="+")
    # The model that a variant is of, null for a simple product.
    parent = models.ForeignKey("products.ProductModel", models.PROTECT, null=True, db_index=False, related_name="+")
    created = models.DateTimeField()
    updated = models.DateTimeField()
    # When a variant or one of its models changed last; null for a simple product, where `updated` says it.
    updated_with_parents = models.DateTimeField(null=True)

    class Meta:
        db_table = "product"
        constraints = [
            models.UniqueConstraint(fields=["uuid"], name="product_uuid_unique"),
            # Checked at the end of a statement: one batch may hand identifiers on from product to product.
            models.UniqueConstraint(
                fields=["identifier_key"], name="product_identifier_unique", deferrable=models.Deferrable.IMMEDIATE
            ),
        ]
        # Those of variants have no entries for simple products, so that these pay nothing for them.
        indexes = [
            models.Index(fields=["updated", "id"], name="product_updated"),
            models.Index(fields=["created"], name="product_created"),
            models.Index(fields=["enabled"], name="product_enabled"),
            models.Index(fields=["parent", "id"], condition=models.Q(parent__isnull=False), name="product_parent"),
            models.Index(
                fields=["updated_with_parents", "id"],
                condition=models.Q(updated_with_parents__isnull=False),
                name="product_updated_with_parents",
            ),
        ]

    def __str__(self) -> str:
        return self.identifier or str(self.uuid)


class Document(models.Model):
    """The product as the API returns it, without `_links`, `uuid`, `identifier` and both association members.

    `associations` and `quantified` hold only what is set, products by uuid, models by code; null when there is none.
    Of a variant all of it is merged with what its models have. `own` then says what of categories and associations
    is its own (`{"categories", "associations", "quantified"}`); values need no such note, since the levels of the
    family variant tell whose they are. Null for a simple product.
    No foreign key: the row is written and deleted with its product, and the check costs 15 µs of 130.
    """

    product = models.OneToOneField(
        Product, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="document"
    )
    doc = models.TextField()
    associations = models.TextField(null=True)
    quantified = models.TextField(null=True)
    own = models.TextField(null=True)

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
    """Which product points at which, by any association type, plain or quantified: for the deletion of the target.

    Inherited links count too: they stand in the document. Links that models have to do with are in tables of their
    own, so that this one stays as narrow as it is.
    """

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

    `attribute_id` 0 is the completeness of a channel and locale, -1 its quality.
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
    """Texts, options and file names, folded; of long texts, without their markup, the start."""

    pk = models.CompositePrimaryKey("key", "value", "product_id")
    key = models.IntegerField()
    value = models.TextField(db_collation="C")
    product_id = models.BigIntegerField()

    class Meta:
        db_table = "product_idx_text"
        indexes = [models.Index(fields=["product_id", "key", "value"], name="product_idx_text_product")]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.product_id}"


class LongText(models.Model):
    """Long texts that are longer than what the narrow index holds of them, without their markup, folded."""

    pk = models.CompositePrimaryKey("key", "product_id")
    key = models.IntegerField()
    value = models.TextField(db_collation="C")
    product_id = models.BigIntegerField()

    class Meta:
        db_table = "product_long_text"
        indexes = [models.Index(fields=["product_id"], name="product_long_text_product")]

    def __str__(self) -> str:
        return f"{self.key} {self.product_id}"


class NumberIndex(models.Model):
    """Numbers, metrics in the standard unit, prices, booleans (0, 1), dates (day numbers), completeness (0–100),
    quality (1 for A to 5 for E)."""

    pk = models.CompositePrimaryKey("key", "value", "product_id")
    key = models.IntegerField()
    value = models.FloatField()
    product_id = models.BigIntegerField()

    class Meta:
        db_table = "product_idx_num"
        indexes = [models.Index(fields=["product_id", "key", "value"], name="product_idx_num_product")]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.product_id}"


class Bits(models.Field):  # type: ignore[type-arg]  # read and written by statements of our own alone
    """A fixed number of bits: one for each of PART ids that follow each other."""

    def db_type(self, connection: object) -> str:
        return f"bit({PART})"


class Filled(models.Model):
    """Which products have a value, as bits: `part` is for ids from part * PART on, the lowest id is the last bit.

    `key` is that of the value index; the id of a family, negated, says who is in it, and 0 who is there at all. What
    `FilledLately` has is not in it yet: the two are summed by exclusive or.
    """

    pk = models.CompositePrimaryKey("key", "part")
    key = models.BigIntegerField()
    part = models.BigIntegerField()
    bits = Bits()

    class Meta:
        db_table = "product_filled"

    def __str__(self) -> str:
        return f"{self.key} {self.part}"


class FilledLately(models.Model):
    """Bits that have turned over: each write adds rows, so that writers never wait for each other. A job sums them."""

    id = models.BigAutoField(primary_key=True)
    key = models.BigIntegerField(db_index=True)
    part = models.BigIntegerField()
    bits = Bits()

    class Meta:
        db_table = "product_filled_lately"

    def __str__(self) -> str:
        return f"{self.key} {self.part}"


class Axes(models.Model):
    """What sets a variant apart from its siblings: the values of its axes, folded; no two have the same."""

    pk = models.CompositePrimaryKey("parent_id", "axes_key")
    parent_id = models.BigIntegerField()
    axes_key = models.TextField(db_collation="C")
    product = models.OneToOneField(Product, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_axes"

    def __str__(self) -> str:
        return f"{self.parent_id} {self.axes_key}"


# Product models: the same shapes, in tables of their own


class ProductModel(models.Model):
    """What several variants have in common. A root has no parent; a sub model's is a root."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField()
    code_key = models.TextField(db_collation="C")
    family_variant = models.ForeignKey("structure.FamilyVariant", models.PROTECT, related_name="+")
    family = models.ForeignKey("structure.Family", models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField()
    updated = models.DateTimeField()
    # When a sub model or its root changed last; null for a root, where `updated` says it.
    updated_with_parents = models.DateTimeField(null=True)

    class Meta:
        db_table = "product_model"
        constraints = [
            models.UniqueConstraint(
                fields=["code_key"], name="product_model_code_unique", deferrable=models.Deferrable.IMMEDIATE
            ),
        ]
        indexes = [
            models.Index(fields=["updated", "id"], name="product_model_updated"),
            models.Index(fields=["created"], name="product_model_created"),
            models.Index(
                fields=["updated_with_parents", "id"],
                condition=models.Q(updated_with_parents__isnull=False),
                name="product_model_updated_merged",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ModelDocument(models.Model):
    """The model as the API returns it, without `_links`, `code` and both association members; see Document.

    `own` is null for a root.
    """

    model = models.OneToOneField(
        ProductModel, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="document"
    )
    doc = models.TextField()
    associations = models.TextField(null=True)
    quantified = models.TextField(null=True)
    own = models.TextField(null=True)

    class Meta:
        db_table = "product_model_doc"

    def __str__(self) -> str:
        return str(self.model_id)


class ModelCategory(models.Model):
    pk = models.CompositePrimaryKey("category_id", "model_id")
    category = models.ForeignKey("structure.Category", models.PROTECT, db_index=False, related_name="+")
    model = models.ForeignKey(ProductModel, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_model_category"

    def __str__(self) -> str:
        return f"{self.category_id} {self.model_id}"


class ModelAxes(models.Model):
    """As Axes, of sub models."""

    pk = models.CompositePrimaryKey("parent_id", "axes_key")
    parent_id = models.BigIntegerField()
    axes_key = models.TextField(db_collation="C")
    model = models.OneToOneField(ProductModel, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_model_axes"

    def __str__(self) -> str:
        return f"{self.parent_id} {self.axes_key}"


class ModelTextIndex(models.Model):
    """As TextIndex."""

    pk = models.CompositePrimaryKey("key", "value", "model_id")
    key = models.IntegerField()
    value = models.TextField(db_collation="C")
    model_id = models.BigIntegerField()

    class Meta:
        db_table = "product_model_idx_text"
        indexes = [models.Index(fields=["model_id", "key", "value"], name="product_model_idx_text_model")]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.model_id}"


class ModelLongText(models.Model):
    """As LongText."""

    pk = models.CompositePrimaryKey("key", "model_id")
    key = models.IntegerField()
    value = models.TextField(db_collation="C")
    model_id = models.BigIntegerField()

    class Meta:
        db_table = "product_model_long_text"
        indexes = [models.Index(fields=["model_id"], name="product_model_long_text_model")]

    def __str__(self) -> str:
        return f"{self.key} {self.model_id}"


class ModelNumberIndex(models.Model):
    """As NumberIndex, without completeness, which models do not have; their quality is there."""

    pk = models.CompositePrimaryKey("key", "value", "model_id")
    key = models.IntegerField()
    value = models.FloatField()
    model_id = models.BigIntegerField()

    class Meta:
        db_table = "product_model_idx_num"
        indexes = [models.Index(fields=["model_id", "key", "value"], name="product_model_idx_num_model")]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.model_id}"


class LinkToModel(models.Model):
    """As ProductLink, from a product to a model."""

    pk = models.CompositePrimaryKey("owner_id", "type_id", "target_id")
    owner = models.ForeignKey(Product, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    type = models.ForeignKey("structure.AssociationType", models.PROTECT, db_index=False, related_name="+")
    target = models.ForeignKey(ProductModel, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_link_model"

    def __str__(self) -> str:
        return f"{self.owner_id} {self.type_id} {self.target_id}"


class ModelLink(models.Model):
    """As ProductLink, from a model to a product."""

    pk = models.CompositePrimaryKey("owner_id", "type_id", "target_id")
    owner = models.ForeignKey(ProductModel, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    type = models.ForeignKey("structure.AssociationType", models.PROTECT, db_index=False, related_name="+")
    target = models.ForeignKey(Product, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_model_link"

    def __str__(self) -> str:
        return f"{self.owner_id} {self.type_id} {self.target_id}"


class ModelLinkToModel(models.Model):
    """As ProductLink, from a model to a model."""

    pk = models.CompositePrimaryKey("owner_id", "type_id", "target_id")
    owner = models.ForeignKey(ProductModel, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    type = models.ForeignKey("structure.AssociationType", models.PROTECT, db_index=False, related_name="+")
    target = models.ForeignKey(ProductModel, models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        db_table = "product_model_link_model"

    def __str__(self) -> str:
        return f"{self.owner_id} {self.type_id} {self.target_id}"
