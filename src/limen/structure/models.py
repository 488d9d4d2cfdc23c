"""Tables of the catalogue's structure.

Maps and lists that are only ever read whole (labels, guidelines, units) are JSON text: it keeps the
order in which they were written and is decoded by one fast reader. `revision` is the structure
version of a row's last change; `queries.snapshot` reads the rows that are newer than what it holds.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower


class Version(models.Model):
    """One row: the state of the structure as a number; see `queries.snapshot` for the locks around it.

    `version` is drawn from a sequence that no rollback turns back, so a number never stands for two
    states. `trail` holds the versions before this one, newest first: a snapshot of one of them can be
    brought up to date row by row. `options_version` counts changes of attribute options alone.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    version = models.BigIntegerField()
    options_version = models.BigIntegerField()
    trail = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        db_table = "structure_version"

    def __str__(self) -> str:
        return str(self.version)


class Locale(models.Model):
    code = models.CharField(primary_key=True, max_length=20)
    revision = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "structure_locale"
        constraints = [models.UniqueConstraint(Lower("code"), name="structure_locale_code_unique")]

    def __str__(self) -> str:
        return self.code


class Currency(models.Model):
    code = models.CharField(primary_key=True, max_length=10)
    enabled = models.BooleanField()
    revision = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "structure_currency"
        constraints = [models.UniqueConstraint(Lower("code"), name="structure_currency_code_unique")]

    def __str__(self) -> str:
        return self.code


class Coded(models.Model):
    """What most tables share. Codes are ASCII, so `lower` folds them as `kit.text.fold` does."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=100)
    labels = models.TextField(default="{}")
    revision = models.BigIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(Lower("code"), name="structure_%(class)s_code_unique")]
        indexes = [models.Index(fields=["revision"], name="%(class)s_revision")]

    def __str__(self) -> str:
        return self.code


class Removable(Coded):
    """What products name. `removed_at`: snapshots no longer have the row, and its code stays taken until products
    are cleaned of it; see `Removal`."""

    removed_at = models.DateTimeField(null=True)

    class Meta(Coded.Meta):
        abstract = True


class AttributeGroup(Coded):
    sort_order = models.BigIntegerField(default=0)
    counts_for_quality = models.BooleanField(default=True, db_default=True)

    class Meta(Coded.Meta):
        db_table = "structure_attribute_group"


class Attribute(Removable):
    type = models.CharField(max_length=50)
    unique = models.BooleanField(default=False)
    localizable = models.BooleanField(default=False)
    scopable = models.BooleanField(default=False)
    available_locales = models.TextField(default="[]")
    max_characters = models.IntegerField(null=True)
    validation_rule = models.CharField(max_length=10, null=True)
    validation_regexp = models.CharField(max_length=500, null=True)
    wysiwyg_enabled = models.BooleanField(null=True)
    number_min = models.DecimalField(max_digits=23, decimal_places=4, null=True)
    number_max = models.DecimalField(max_digits=23, decimal_places=4, null=True)
    decimals_allowed = models.BooleanField(null=True)
    negative_allowed = models.BooleanField(null=True)
    date_min = models.DateField(null=True)
    date_max = models.DateField(null=True)
    metric_family = models.CharField(max_length=100, null=True)
    default_metric_unit = models.CharField(max_length=100, null=True)
    allowed_extensions = models.TextField(default="[]")
    max_file_size = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    minimum_input_length = models.IntegerField(null=True)
    sort_order = models.BigIntegerField(default=0)
    guidelines = models.TextField(default="{}")
    auto_option_sorting = models.BooleanField(null=True)
    default_value = models.BooleanField(null=True)
    reference_data_name = models.CharField(max_length=100, null=True)
    useable_as_grid_filter = models.BooleanField(default=False)
    is_main_identifier = models.BooleanField(default=False)
    group = models.ForeignKey(AttributeGroup, models.PROTECT, related_name="attributes")

    class Meta(Coded.Meta):
        db_table = "structure_attribute"
        constraints = [
            *Coded.Meta.constraints,
            models.UniqueConstraint(
                fields=["is_main_identifier"],
                condition=models.Q(is_main_identifier=True),
                name="structure_attribute_one_main_identifier",
            ),
        ]


class Option(models.Model):
    """Not part of the snapshot: there can be hundreds of thousands. `folded` finds and orders them.

    `removed_at` as of Removable.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=100)
    folded = models.CharField(max_length=100, db_collation="C")
    sort_order = models.BigIntegerField()
    labels = models.TextField(default="{}")
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="options", db_index=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "structure_option"
        constraints = [models.UniqueConstraint(fields=["attribute", "folded"], name="structure_option_code_unique")]
        indexes = [models.Index(fields=["attribute", "sort_order"], name="option_sort_order")]

    def __str__(self) -> str:
        return self.code


class Category(Removable):
    """`position` orders siblings, with gaps (see `rules.placing`). `root` is null for a root."""

    position = models.BigIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", db_index=False)
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="members", db_index=False)

    class Meta(Coded.Meta):
        db_table = "structure_category"
        indexes = [*Coded.Meta.indexes, models.Index(fields=["parent", "position"], name="category_parent_position")]


class CategoryTemplate(models.Model):
    """What the categories of one tree tell beside their labels. Not part of the snapshot: read with their values."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=100)
    labels = models.TextField(default="{}")
    root = models.OneToOneField(Category, models.CASCADE, related_name="template")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "structure_category_template"
        constraints = [models.UniqueConstraint(Lower("code"), name="structure_category_template_code_unique")]

    def __str__(self) -> str:
        return self.code


class CategoryAttribute(models.Model):
    """One thing that a template's categories tell. What is not active keeps its values, and shows none."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    code = models.CharField(max_length=100)
    type = models.CharField(max_length=20)
    scopable = models.BooleanField()
    localizable = models.BooleanField()
    labels = models.TextField(default="{}")
    sort_order = models.IntegerField()
    is_active = models.BooleanField(default=True)
    template = models.ForeignKey(CategoryTemplate, models.CASCADE, related_name="attributes", db_index=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "structure_category_attribute"
        constraints = [models.UniqueConstraint("template", Lower("code"), name="category_attribute_code_unique")]

    def __str__(self) -> str:
        return self.code


class CategoryValue(models.Model):
    """What a category tells of one attribute, for a channel and a locale where the attribute has them.

    `data` is JSON text: a text, or the facts of an image's file as they are printed; a file never changes.
    """

    id = models.BigAutoField(primary_key=True)
    data = models.TextField()
    category = models.ForeignKey(Category, models.CASCADE, related_name="values", db_index=False)
    attribute = models.ForeignKey(CategoryAttribute, models.CASCADE, related_name="values")
    channel = models.ForeignKey("Channel", models.CASCADE, null=True, related_name="+")
    locale = models.ForeignKey(Locale, models.CASCADE, null=True, related_name="+")

    class Meta:
        db_table = "structure_category_value"
        constraints = [
            models.UniqueConstraint(
                fields=["category", "attribute", "channel", "locale"],
                nulls_distinct=False,
                name="structure_category_value_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.attribute_id} {self.channel_id} {self.locale_id}"


class Channel(Removable):
    conversion_units = models.TextField(default="{}")
    category_tree = models.ForeignKey(Category, models.PROTECT, related_name="channels")

    class Meta(Coded.Meta):
        db_table = "structure_channel"


class ChannelLocale(models.Model):
    pk = models.CompositePrimaryKey("channel_id", "locale_id")
    position = models.PositiveIntegerField()
    channel = models.ForeignKey(Channel, models.CASCADE, db_index=False)
    locale = models.ForeignKey(Locale, models.PROTECT)

    class Meta:
        db_table = "structure_channel_locale"

    def __str__(self) -> str:
        return f"{self.channel_id} {self.locale_id}"


class ChannelCurrency(models.Model):
    pk = models.CompositePrimaryKey("channel_id", "currency_id")
    position = models.PositiveIntegerField()
    channel = models.ForeignKey(Channel, models.CASCADE, db_index=False)
    currency = models.ForeignKey(Currency, models.PROTECT)

    class Meta:
        db_table = "structure_channel_currency"

    def __str__(self) -> str:
        return f"{self.channel_id} {self.currency_id}"


class Family(Coded):
    attribute_as_label = models.ForeignKey(Attribute, models.PROTECT, related_name="+")
    attribute_as_image = models.ForeignKey(Attribute, models.PROTECT, related_name="+", null=True)

    class Meta(Coded.Meta):
        db_table = "structure_family"


class FamilyAttribute(models.Model):
    pk = models.CompositePrimaryKey("family_id", "attribute_id")
    family = models.ForeignKey(Family, models.CASCADE, db_index=False)
    attribute = models.ForeignKey(Attribute, models.PROTECT)

    class Meta:
        db_table = "structure_family_attribute"

    def __str__(self) -> str:
        return f"{self.family_id} {self.attribute_id}"


class FamilyRequirement(models.Model):
    pk = models.CompositePrimaryKey("family_id", "channel_id", "attribute_id")
    family = models.ForeignKey(Family, models.CASCADE, db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE)
    attribute = models.ForeignKey(Attribute, models.PROTECT)

    class Meta:
        db_table = "structure_family_requirement"

    def __str__(self) -> str:
        return f"{self.family_id} {self.channel_id} {self.attribute_id}"


class FamilyVariant(Coded):
    """`levels`: JSON list of `[axes, attributes]`, attribute codes in their order, from the outermost level on.

    They are read whole and change whole, in an order that counts, so they are no link tables: an attribute cannot
    leave the family without `operations.saves.refit_variants`, and what is in the family cannot be deleted.
    """

    family = models.ForeignKey(Family, models.PROTECT, related_name="variants")
    levels = models.TextField()

    class Meta(Coded.Meta):
        db_table = "structure_family_variant"


class AssociationType(Removable):
    is_two_way = models.BooleanField(default=False)
    is_quantified = models.BooleanField(default=False)

    class Meta(Coded.Meta):
        db_table = "structure_association_type"


class Group(Removable):
    """A group of products."""

    class Meta(Coded.Meta):
        db_table = "structure_group"


class MeasurementFamily(Coded):
    """`units`: JSON list of units in order."""

    standard_unit_code = models.CharField(max_length=100)
    units = models.TextField()

    class Meta(Coded.Meta):
        db_table = "structure_measurement_family"


class Removal(models.Model):
    """A removal of which products are still to be cleaned; the row goes when they are.

    `ids` and `codes` name the records, for a category with all below it; `attribute` that of an option. How far it
    is stands in the run of the job (`limen.jobs`).
    """

    id = models.BigAutoField(primary_key=True)
    resource = models.CharField(max_length=30)
    codes = ArrayField(models.CharField(max_length=100))
    ids = ArrayField(models.BigIntegerField())
    attribute = models.ForeignKey(Attribute, models.CASCADE, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "structure_removal"

    def __str__(self) -> str:
        return f"{self.resource} {self.codes[0]}"
