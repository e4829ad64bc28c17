"""Products, what vendors ask for them, taxes, and warranty policies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from wharfinger.ledger.models import Document, Entry
from wharfinger.parties.models import Organization


class TaxCode(models.Model):
    """A rate of tax with its category (EN 16931 BT-151) and the reason where nothing is charged."""

    subject: ClassVar[str] = "tax_code"
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    rate_micro = models.IntegerField()
    """The rate as a share at 10⁻⁶: 19 % = 190 000."""
    category = models.CharField(max_length=2, default="S")
    exemption_reason = models.CharField(max_length=200, blank=True)
    exemption_code = models.CharField(max_length=30, blank=True, default="")
    """The same as electronic invoices say it (EN 16931 BT-121)."""
    second_name = models.CharField(max_length=30, blank=True)
    """What a second tax is called that is asked beside the first."""
    second_rate_micro = models.IntegerField(default=0)
    """Its rate; without one there is no second tax."""
    compound = models.BooleanField(default=False)
    """Whether the second tax is asked of the first, too."""
    default = models.BooleanField(default=False)
    valid_from = models.DateField(null=True)
    """The first day of supply or issue that is taxed by it; without one, every day before its end."""
    valid_until = models.DateField(null=True)
    """The last such day; what is dated later is taxed by its successor."""
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="tax_code_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(rate_micro__gte=0, rate_micro__lt=1_000_000), name="tax_rate"),
            models.CheckConstraint(
                condition=Q(second_rate_micro=0) | (Q(second_rate_micro__gt=0) & ~Q(second_name="")),
                name="second_tax_has_name",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class WarrantyPolicy(models.Model):
    """How long we answer for a device, from the day it was sold or installed."""

    subject: ClassVar[str] = "warranty_policy"
    name = models.CharField(max_length=100)
    product = models.ForeignKey("Product", models.PROTECT, null=True, related_name="warranty_policies")
    category = models.ForeignKey("Category", models.PROTECT, null=True, related_name="warranty_policies")
    start = models.CharField(
        max_length=10, default="sold", choices=[("sold", "sold"), ("installed", "installed")]
    )
    months = models.IntegerField()
    indirect = models.BooleanField(default=False)
    """Whether goods sold from a partner's stock are covered as well."""
    on_swap = models.CharField(
        max_length=10, default="remaining", choices=[(k, k) for k in ("remaining", "new", "none")]
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    """The last day on which a warranty may begin by it."""

    def __str__(self) -> str:
        return self.name

    @property
    def category_path(self) -> str:
        """The category for whose products it holds, by its path; nothing where it is not for one."""
        return path_of(self.category)


class Family(Document):
    """Products that differ by up to three attributes only, and how new ones of them are called and priced."""

    subject: ClassVar[str] = "family"
    name = models.CharField(max_length=100)
    attributes: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Each with its name and its values in their order: the value, its part of SKUs, what it adds to the price."""
    sku_pattern = models.CharField(max_length=60)
    """How SKUs of new variants are proposed, with {1}, {2} and {3} for the parts of their values."""
    name_pattern = models.CharField(max_length=200)
    price_micro = models.BigIntegerField(default=0)
    """What a variant costs before its values add to it."""
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(void__isnull=True), name="family_once")
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something that is bought, kept, sold or done."""

    subject: ClassVar[str] = "product"
    retired_when_undone: ClassVar[bool] = True
    sku = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(
        max_length=12,
        default="stocked",
        choices=[(k, k) for k in ("stocked", "non_stocked", "service", "kit")],
    )
    """A kit is sold as one and never in stock: its components are."""
    traced = models.CharField(
        max_length=6, default="none", choices=[(k, k) for k in ("none", "serial", "batch")]
    )
    traced_from = models.CharField(
        max_length=8, default="receipt", choices=[(k, k) for k in ("receipt", "shipping")]
    )
    serial_pattern = models.CharField(max_length=60, blank=True)
    """The series of our own serial numbers, like XYZ###: a # for each digit of the number at its end."""
    unit = models.CharField(max_length=20, default="pc")
    quantity_decimals = models.SmallIntegerField(default=0)
    price_micro = models.BigIntegerField(default=0)
    cost_method = models.CharField(
        max_length=8, default="fifo", choices=[(k, k) for k in ("specific", "fifo", "average", "lifo")]
    )
    procured = models.BooleanField(default=True)
    fixed = models.BooleanField(default=False)
    """Whether what is built stays whole: a component inside moves only with it."""
    build_on_pick = models.BooleanField(default=False)
    """Whether a pick builds what is not there, of the components that are."""
    rma_eligible = models.BooleanField(default=True)
    returnable_days = models.IntegerField(null=True, blank=True)
    weight_grams = models.IntegerField(null=True, blank=True)
    """What one whole unit weighs, where that is known."""
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="products")
    category = models.ForeignKey(
        "Category", models.PROTECT, null=True, related_name="products", db_index=False
    )
    manufacturer = models.CharField(max_length=100, blank=True)
    gtin = models.CharField(max_length=14, blank=True)
    own: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """The values of its own fields, by key."""
    retired_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    """The first day on which it is bought, sold or provided; any day where nothing is said."""
    valid_until = models.DateField(null=True, blank=True)
    """The last day on which it is."""
    family = models.ForeignKey(Family, models.PROTECT, null=True, related_name="variants")
    """The family of which it is a variant, by the values that follow: one for each attribute of the family."""
    first = models.CharField(max_length=60, blank=True)
    second = models.CharField(max_length=60, blank=True)
    third = models.CharField(max_length=60, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    """The product that it was a double of; never one that is merged itself."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity_decimals__gte=0, quantity_decimals__lte=6), name="decimals_0_6"
            ),
            models.CheckConstraint(
                condition=~Q(traced="serial") | Q(quantity_decimals=0), name="serials_are_whole"
            ),
            models.CheckConstraint(
                condition=~Q(cost_method="specific") | Q(traced="serial", traced_from="receipt"),
                name="specific_needs_serials",
            ),
            models.CheckConstraint(
                condition=Q(weight_grams__isnull=True) | Q(weight_grams__gt=0), name="weight_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=models.F("valid_from")),
                name="product_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["family", "first", "second", "third"],
                condition=Q(family__isnull=False),
                name="variant_once",
            ),
            models.CheckConstraint(
                condition=Q(family__isnull=True, first="", second="", third="")
                | (Q(family__isnull=False) & ~Q(first="")),
                name="variant_has_values",
            ),
        ]
        indexes = [
            models.Index(fields=["gtin"], name="product_gtin", condition=~Q(gtin="")),
            models.Index(fields=["name", "id"], name="product_name"),
            models.Index(fields=["category", "id"], name="product_category"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    @property
    def category_path(self) -> str:
        """Where it is filed, by the path from the top; nothing where it is not."""
        return path_of(self.category)


class Category(Document):
    """Where products belong, by its path from the top (``Network / Switches``), and what holds for new ones there.

    The one above it is the one with the rest of its path, which is there, too.
    """

    subject: ClassVar[str] = "category"
    path = models.CharField(max_length=100)
    retired_on = models.DateField(null=True)
    """Since when nothing new is filed there."""
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    """The category that it became a part of; never one that is merged itself."""
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, related_name="categories")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path"], condition=Q(void__isnull=True), name="category_once")
        ]

    def __str__(self) -> str:
        return self.path


def path_of(category: Category | None) -> str:
    """The path of a category; nothing of none."""
    return category.path if category is not None else ""


class Barcode(Document):
    """A code on a package that stands for a product; one scan of it means so much."""

    subject: ClassVar[str] = "barcode"
    product = models.ForeignKey(Product, models.PROTECT, related_name="barcodes")
    code = models.CharField(max_length=80)
    code_key = models.CharField(max_length=160)
    """The form under which codes are compared: a GTIN is the same with and without leading zeros."""
    unit = models.ForeignKey(
        "ProductUnit", models.PROTECT, null=True, related_name="barcodes", db_index=False
    )
    """The further unit that one scan means: a case is scanned, and a case is entered."""
    quantity = models.BigIntegerField(null=True)
    """In the product's smallest unit, of a package that is no unit; nothing where it means one whole unit."""
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code_key"],
                condition=Q(retired_on__isnull=True, void__isnull=True),
                name="barcode_once",
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0, unit__isnull=True),
                name="barcode_above_zero",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ProductUnit(Document):
    """Another unit in which a product is bought or sold; it keeps its name and size, since lines count in it."""

    subject: ClassVar[str] = "product_unit"
    product = models.ForeignKey(Product, models.PROTECT, related_name="units")
    name = models.CharField(max_length=20)
    factor = models.BigIntegerField()
    """How much of the product it is, in its smallest unit."""
    for_buying = models.BooleanField(default=False)
    """Whether purchase orders begin with it; at most one of a product does, kept so under its lock."""
    for_selling = models.BooleanField(default=False)
    """Whether forms for lines begin with it; at most one of a product does, kept so under its lock."""
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "name"], condition=Q(void__isnull=True), name="unit_once"
            ),
            models.CheckConstraint(condition=Q(factor__gt=0), name="unit_above_zero"),
        ]

    def __str__(self) -> str:
        return self.name


class Substitute(Document):
    """A product that may be taken in another's place, where that one lacks."""

    subject: ClassVar[str] = "substitute"
    product = models.ForeignKey(Product, models.PROTECT, related_name="substitutes")
    other = models.ForeignKey(Product, models.PROTECT, related_name="stands_in_for")
    rank = models.IntegerField()
    """The lowest is offered first."""
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "other"],
                condition=Q(retired_on__isnull=True, void__isnull=True),
                name="substitute_once",
            ),
            models.CheckConstraint(condition=~Q(product=models.F("other")), name="substitute_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} for {self.product_id}"


class Standing(models.Manager["VendorPrice"]):
    """Vendors' prices but for those whose entry was undone: nobody who asks for prices wants them."""

    def get_queryset(self) -> models.QuerySet[VendorPrice]:
        """Those that stand."""
        return super().get_queryset().filter(void__isnull=True)


class VendorPrice(models.Model):
    """What a vendor asks for a product, under which number."""

    subject: ClassVar[str] = "vendor_price"
    objects = Standing()
    product = models.ForeignKey(Product, models.PROTECT, related_name="vendors")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="products_sold")
    cost_micro = models.BigIntegerField(default=0)
    part_number = models.CharField(max_length=60, blank=True)
    default = models.BooleanField(default=False)
    """At most one of a product is, kept so under the product's lock."""
    lead_time_days = models.IntegerField(default=0)
    warranty_months = models.IntegerField(default=0)
    """For how many months from the receipt the vendor answers for what it sold; nothing where it does not."""
    currency = models.CharField(max_length=3, blank=True)
    """Of the cost; nothing where it is the vendor's own."""
    pack_quantity = models.BigIntegerField(null=True)
    """In the product's smallest unit, as all quantities here; nothing where they sell single units."""
    minimum_quantity = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)
    """Since when they ask this."""
    stock = models.BigIntegerField(null=True)
    """What they said that they have, on the day that they said it."""
    stock_on = models.DateField(null=True)
    made = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)
    """Not known of prices from before this was kept."""
    void = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "organization"], condition=Q(void__isnull=True), name="vendor_once"
            ),
            models.CheckConstraint(
                condition=Q(pack_quantity__isnull=True) | Q(pack_quantity__gt=0), name="pack_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(warranty_months__gte=0), name="vendors_warranty_not_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(minimum_quantity__isnull=True) | Q(minimum_quantity__gt=0),
                name="minimum_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(stock__isnull=True) | Q(stock__gte=0), name="vendors_stock_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} from {self.organization_id}"


class PriceBreak(Document):
    """What a vendor asks from a quantity on, now or from a day to come."""

    subject: ClassVar[str] = "price_break"
    price = models.ForeignKey(VendorPrice, models.PROTECT, related_name="breaks")
    from_quantity = models.BigIntegerField()
    """In the product's smallest unit; zero is the price of one, of a list that is valid later."""
    cost_micro = models.BigIntegerField()
    valid_from = models.DateField(null=True)
    """Nothing once it is in force."""
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["price", "from_quantity"],
                condition=Q(valid_from__isnull=True, retired_on__isnull=True, void__isnull=True),
                name="break_once",
            ),
            models.UniqueConstraint(
                fields=["price", "from_quantity", "valid_from"],
                condition=Q(valid_from__isnull=False, retired_on__isnull=True, void__isnull=True),
                name="coming_break_once",
            ),
            models.CheckConstraint(
                condition=Q(from_quantity__gt=0) | Q(from_quantity=0, valid_from__isnull=False),
                name="break_above_zero",
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_from"],
                condition=Q(valid_from__isnull=False, retired_on__isnull=True, void__isnull=True),
                name="coming_breaks",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cost_micro} from {self.from_quantity}"


class Component(Document):
    """What goes into one of a kit, or is built into one of a bundle."""

    subject: ClassVar[str] = "component"
    whole = models.ForeignKey(Product, models.PROTECT, related_name="components")
    product = models.ForeignKey(Product, models.PROTECT, related_name="part_of")
    quantity = models.BigIntegerField()
    """How many, in the component's smallest unit, go into one whole unit; zero once it is none any more."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["whole", "product"], name="component_once", condition=Q(void__isnull=True)
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="component_not_below_zero"),
            models.CheckConstraint(condition=~Q(whole=models.F("product")), name="component_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.whole_id}"
