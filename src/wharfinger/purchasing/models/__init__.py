"""Purchase orders, receipts and approvals."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wharfinger.catalog.models import Product, TaxCode
from wharfinger.ledger.models import Document, Entry, Place
from wharfinger.parties.models import Organization, Site
from wharfinger.purchasing.models import quoting as quoting
from wharfinger.purchasing.models.paying import VendorDiscount as VendorDiscount
from wharfinger.purchasing.models.paying import VendorPayment as VendorPayment
from wharfinger.purchasing.models.terms import VendorTerms as VendorTerms
from wharfinger.stock.models import Location


class PurchaseOrder(Document):
    """An order to one vendor, for several customers' lines and for stock."""

    subject: ClassVar[str] = "purchase_order"
    number = models.CharField(max_length=40)
    external_number = models.CharField(max_length=60, blank=True)
    vendor = models.ForeignKey(Organization, models.PROTECT, related_name="purchase_orders")
    currency = models.CharField(max_length=3)
    rate_micro = models.BigIntegerField(default=1_000_000)
    """What one unit of the order's currency is worth at home, at 10⁻⁶, fixed when it was made."""
    ship_to = models.CharField(
        max_length=12, default="own", choices=[(k, k) for k in ("own", "organization", "other")]
    )
    ship_to_site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    ship_to_text = models.CharField(max_length=500, blank=True)
    freight_minor = models.BigIntegerField(default=0)
    shipping_method = models.CharField(max_length=60, blank=True)
    ship_on = models.DateField(null=True)
    """The day on which the vendor is to send it."""
    terms_days = models.IntegerField(null=True)
    """In how many days we pay; as we always pay this vendor where nothing is said."""
    description_source = models.CharField(
        max_length=8, blank=True, choices=[(k, k) for k in ("product", "quote", "charge")]
    )
    """What its lines for customers are called after; as the setting says where nothing is said."""
    memo = models.CharField(max_length=1000, blank=True)
    own: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """The values of its own fields, by key."""
    expected_on = models.DateField(null=True)
    ordered_on = models.DateField(null=True)
    submitted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    amended_at = models.DateTimeField(null=True)
    """When last something became different of what the vendor has been told."""
    confirmed_at = models.DateTimeField(null=True)
    """When the vendor said that it delivers, and when; nothing once that is about another order."""
    confirmation = models.CharField(max_length=60, blank=True)
    """What the vendor calls its confirmation."""
    cancelled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approval_asked_at = models.DateTimeField(null=True)
    """Since when a draft waits for somebody to approve what it costs; nothing once that is decided."""
    approval_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who asked last; they do not approve it."""
    rejected_note = models.CharField(max_length=500, blank=True)
    """Why the last approval that was asked for was refused."""
    asked_change: models.JSONField[Any, Any] = models.JSONField(null=True)
    """A change of what the vendor has been told that waits for approval, or is approved and not made yet."""
    done = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)
    """The entry that left nothing on order."""

    class Meta:
        constraints = [
            # An order that was undone gives its number free.
            models.UniqueConstraint(fields=["number"], condition=Q(void__isnull=True), name="purchase_number")
        ]
        indexes = [
            models.Index(
                fields=["id"], name="purchase_open", condition=Q(done__isnull=True, void__isnull=True)
            ),
            models.Index(fields=["id"], name="purchase_asked", condition=Q(approval_asked_at__isnull=False)),
            models.Index(
                fields=["external_number"], name="purchase_external", condition=~Q(external_number="")
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PurchaseLine(models.Model):
    """One product on a purchase order; its places hold what is drafted, on order, and refused at the door."""

    subject: ClassVar[str] = "purchase_line"
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="lines")
    position = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="purchase_lines")
    quantity = models.BigIntegerField()
    """In the product's smallest unit, whatever unit it is said in."""
    unit = models.CharField(max_length=20, blank=True)
    """The further unit in which quantity and cost are said, by name; empty for the product's own."""
    per = models.BigIntegerField(null=True)
    """How much of the product the cost is for, in its smallest unit; nothing for one whole unit of its own."""
    unit_cost_micro = models.BigIntegerField()
    cost_typed = models.BooleanField(default=True)
    """Whether somebody typed the cost; what the vendor's prices said is asked anew when the quantity changes."""
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    expected_on = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)
    """The day for which the vendor has confirmed it."""
    description = models.CharField(max_length=500, blank=True)
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, related_name="+", db_index=False)
    """How the vendor taxes it; nothing where no tax is expected. Tax is no cost."""
    approved_minor = models.BigIntegerField(null=True)
    """The extended cost up to which buying this line was approved, in home currency."""
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who put it on the order, or raised what it costs last; they do not approve it."""
    removed_at = models.DateTimeField(null=True)
    """When it was taken off the order, before that was submitted."""
    drafted_place = models.OneToOneField(Place, models.PROTECT, related_name="drafted_line")
    place = models.OneToOneField(Place, models.PROTECT, related_name="purchase_line")
    refused_place = models.OneToOneField(Place, models.PROTECT, related_name="refused_line")
    made = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    void = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="purchase_line_above_zero"),
            models.CheckConstraint(condition=Q(unit_cost_micro__gte=0), name="purchase_cost_not_below_zero"),
            models.CheckConstraint(
                condition=Q(per__isnull=True, unit="") | (Q(per__gt=0) & ~Q(unit="")),
                name="purchase_unit_has_size",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purchase_order_id}/{self.position}"


class Receipt(Document):
    """What arrived at the door in one act, perhaps of several orders of one vendor."""

    subject: ClassVar[str] = "receipt"
    number = models.CharField(max_length=40, unique=True)
    vendor = models.ForeignKey(Organization, models.PROTECT, related_name="receipts")
    vendor_invoice_number = models.CharField(max_length=60, blank=True)
    received_on = models.DateField()
    cancelled_at = models.DateTimeField(null=True)
    """When all of it was taken back."""

    def __str__(self) -> str:
        return self.number


class ReceiptCost(Document):
    """What goods of a receipt cost beside their price: freight, customs, insurance; spread over its lines."""

    subject: ClassVar[str] = "receipt_cost"
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="costs")
    name = models.CharField(max_length=60)
    vendor = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    """Who asks for it, where that is not the vendor of the goods."""
    reference = models.CharField(max_length=60, blank=True)
    spread = models.CharField(max_length=8, choices=[(k, k) for k in ("value", "quantity", "weight")])
    currency = models.CharField(max_length=3)
    rate_micro = models.BigIntegerField()
    """What one unit of the currency is worth at home, at 10⁻⁶."""
    amount_minor = models.BigIntegerField()
    bill = models.ForeignKey("VendorBill", models.PROTECT, null=True, related_name="costs")
    """The vendor's bill that asked for it beside the goods, where it came with one."""
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="receipt_cost_above_zero")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.receipt_id}"


class BilledPrice(Document):
    """What the vendor billed for one unit of a receipt's line, where that is not what was ordered; the latest holds."""

    subject: ClassVar[str] = "billed_price"
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="prices")
    purchase_line = models.ForeignKey(PurchaseLine, models.PROTECT, related_name="prices")
    unit_cost_micro = models.BigIntegerField()
    reference = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unit_cost_micro__gte=0), name="billed_price_not_below_zero")
        ]

    def __str__(self) -> str:
        return f"{self.purchase_line_id} of {self.receipt_id}"


class Rejection(Document):
    """How many of a purchase order's line a receipt turned away at the door, and why."""

    subject: ClassVar[str] = "rejection"
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="rejections")
    purchase_line = models.ForeignKey(PurchaseLine, models.PROTECT, related_name="rejections")
    quantity = models.BigIntegerField()
    reason = models.CharField(max_length=1000)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="rejection_above_zero")]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.purchase_line_id}"


class VendorBill(Document):
    """What a vendor bills of what came; it counts once it is accepted."""

    subject: ClassVar[str] = "vendor_bill"
    number = models.CharField(max_length=60)
    """The vendor's own."""
    vendor = models.ForeignKey(Organization, models.PROTECT, related_name="vendor_bills")
    billed_on = models.DateField()
    due_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    rate_micro = models.BigIntegerField()
    """What one unit of the currency is worth at home, at 10⁻⁶."""
    freight_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(null=True)
    """As it is printed, where somebody typed it."""
    discount_micro = models.IntegerField(default=0)
    """The share, at 10⁻⁶, that is taken off when it is paid until ``discount_until``."""
    discount_until = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A bill that was cancelled gives its number free.
            models.UniqueConstraint(
                fields=["vendor", "number"],
                condition=Q(void__isnull=True, cancelled_at__isnull=True),
                name="vendor_bill_number",
            ),
            models.CheckConstraint(
                condition=Q(freight_minor__gte=0, tax_minor__gte=0), name="vendor_bill_not_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(discount_micro=0, discount_until__isnull=True)
                | Q(discount_micro__gt=0, discount_until__isnull=False),
                name="vendor_bill_discount_until",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="vendor_bill_waits",
                condition=Q(accepted_at__isnull=True, cancelled_at__isnull=True, void__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.number


class VendorBillLine(Document):
    """What a vendor bills of a receipt's line, or of an order's whose goods have not come."""

    subject: ClassVar[str] = "vendor_bill_line"
    bill = models.ForeignKey(VendorBill, models.PROTECT, related_name="lines")
    position = models.IntegerField()
    purchase_line = models.ForeignKey(PurchaseLine, models.PROTECT, related_name="bill_lines")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="bill_lines")
    """What brought it; nothing while nobody said so, or where it had not come when the bill was accepted."""
    quantity = models.BigIntegerField()
    unit_cost_micro = models.BigIntegerField()
    booked_quantity = models.BigIntegerField(null=True)
    """How many of them had come and were not billed before, when the bill was accepted."""
    booked_micro = models.BigIntegerField(null=True)
    """What a unit of these was booked at until then."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="bill_line_above_zero"),
            models.CheckConstraint(condition=Q(unit_cost_micro__gte=0), name="bill_cost_not_below_zero"),
            models.CheckConstraint(
                condition=Q(receipt__isnull=False) | Q(booked_quantity__isnull=True) | Q(booked_quantity=0),
                name="booked_of_a_receipt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id}/{self.position}"


class BilledFreight(Document):
    """How much of the freight that an order was to cost an accepted bill asks for."""

    subject: ClassVar[str] = "billed_freight"
    bill = models.ForeignKey(VendorBill, models.PROTECT, related_name="freights")
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="billed_freights")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="billed_freight_above_zero")
        ]

    def __str__(self) -> str:
        return f"freight of {self.purchase_order_id} on {self.bill_id}"


class VendorReturn(Document):
    """Goods that went back to their vendor in one act, and what it credits for them."""

    subject: ClassVar[str] = "vendor_return"
    number = models.CharField(max_length=40)
    vendor = models.ForeignKey(Organization, models.PROTECT, related_name="vendor_returns")
    currency = models.CharField(max_length=3)
    rate_micro = models.BigIntegerField()
    """What one unit of the currency is worth at home, at 10⁻⁶."""
    credit_minor = models.BigIntegerField()
    """What we expect to be credited."""
    credited_at = models.DateTimeField(null=True)
    credit_got_minor = models.BigIntegerField(null=True)
    credit_tax_minor = models.BigIntegerField(default=0)
    """The tax that it credits besides."""
    credit_reference = models.CharField(max_length=60, blank=True)
    """The vendor's own number of its credit note."""

    class Meta:
        constraints = [
            # A return that was undone gives its number free.
            models.UniqueConstraint(
                fields=["number"], condition=Q(void__isnull=True), name="vendor_return_number"
            ),
            models.CheckConstraint(condition=Q(credit_minor__gte=0), name="vendor_credit_not_below_zero"),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="vendor_return_waits",
                condition=Q(credited_at__isnull=True, void__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.number


class Approval(Document):
    """A decision about buying a customer's or a purchase order's line: who, when, how much, why not."""

    subject: ClassVar[str] = "approval"
    line = models.ForeignKey("demand.Line", models.PROTECT, null=True, related_name="approvals")
    purchase_line = models.ForeignKey(PurchaseLine, models.PROTECT, null=True, related_name="approvals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    granted = models.BooleanField()
    amount_minor = models.BigIntegerField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(line__isnull=True, purchase_line__isnull=False)
                | Q(line__isnull=False, purchase_line__isnull=True),
                name="approval_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"approval {self.pk}"


class ApprovalTier(Document):
    """Up to which amount some people may approve purchases, and how many different ones must."""

    subject: ClassVar[str] = "approval_tier"
    name = models.CharField(max_length=60)
    limit_minor = models.BigIntegerField(null=True)
    """In home currency; without one they may approve any amount."""
    needed = models.SmallIntegerField(default=1)
    people: models.JSONField[Any, Any] = models.JSONField(default=list)
    """The users who approve, by id."""
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(limit_minor__isnull=True) | Q(limit_minor__gt=0), name="tier_limit_above_zero"
            ),
            models.CheckConstraint(condition=Q(needed__gte=1), name="tier_needs_somebody"),
        ]

    def __str__(self) -> str:
        return self.name


class Delegation(Document):
    """On which days somebody approves purchases in another's place."""

    subject: ClassVar[str] = "delegation"
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations", db_index=False
    )
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    first_on = models.DateField()
    last_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=models.F("first_on")), name="delegation_ends_after"
            )
        ]

    def __str__(self) -> str:
        return f"{self.delegate_id} for {self.approver_id}"
