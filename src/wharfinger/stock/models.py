"""Locations and their bins, and the level at which a product is bought again."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Claim, Document, Entry, Place
from wharfinger.parties.models import Contact, Organization, User


class Location(models.Model):
    """A warehouse, a van, a person with goods in custody, or a place for returns."""

    subject: ClassVar[str] = "location"
    name = models.CharField(max_length=50, unique=True)
    kind = models.CharField(
        max_length=10,
        default="warehouse",
        choices=[(k, k) for k in ("warehouse", "person", "returns", "virtual")],
    )
    channel = models.CharField(
        max_length=8, default="direct", choices=[(k, k) for k in ("direct", "indirect", "rental")]
    )
    default = models.BooleanField(default=False)
    """Exactly one is, kept so under the locks of all locations."""
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="custody")
    place = models.OneToOneField(Place, models.PROTECT, related_name="location")
    picked_place = models.OneToOneField(Place, models.PROTECT, related_name="picked_location")
    quarantine_place = models.OneToOneField(Place, models.PROTECT, related_name="quarantine_location")
    returns_location = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """Where returns of goods issued here land; itself when none is named."""
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(default=False) | (Q(retired_on__isnull=True) & ~Q(kind="person")),
                name="default_is_a_warehouse",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Bin(models.Model):
    """A compartment of a location; its place is where free and reserved goods stand."""

    subject: ClassVar[str] = "bin"
    location = models.ForeignKey(Location, models.PROTECT, related_name="bins")
    name = models.CharField(max_length=40)
    default = models.BooleanField(default=False)
    """Where what comes in lies first; one of each location is, kept so under the lock of the location."""
    place = models.OneToOneField(Place, models.PROTECT, related_name="bin")
    capacity = models.BigIntegerField(null=True)
    """How many whole units of anything fit in, where that is said; more is not forbidden, but not proposed."""
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="bin_holds"),
            models.UniqueConstraint(fields=["location", "name"], name="bin_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Level(models.Model):
    """Between which quantities a product is kept at a location, and where more of it comes from."""

    subject: ClassVar[str] = "level"
    product = models.ForeignKey(Product, models.PROTECT, related_name="levels")
    location = models.ForeignKey(Location, models.PROTECT, related_name="levels")
    minimum = models.BigIntegerField(default=0)
    maximum = models.BigIntegerField(default=0)
    reorder_point = models.BigIntegerField(null=True)
    """At how many more is got; at the minimum where nothing is said."""
    reorder_quantity = models.BigIntegerField(default=0)
    """How many are got at a time, or a multiple of it; up to the maximum where it is nought."""
    vendor = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", db_index=False)
    """From whom; from the product's default vendor where neither is said."""
    source = models.ForeignKey(Location, models.PROTECT, null=True, related_name="+", db_index=False)
    """From which other location, by transfer."""
    built = models.BooleanField(default=False)
    """Whether it is built there, of its components."""
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="kept", db_index=False)
    """Where it belongs there: its own bin, in which it is put away."""
    low_since = models.DateTimeField(null=True)
    """When people were told that it runs low; they are told again once it was refilled."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "location"], name="level_once"),
            models.CheckConstraint(
                condition=Q(vendor__isnull=True) | Q(source__isnull=True), name="level_has_one_source"
            ),
            models.CheckConstraint(
                condition=Q(built=False) | Q(vendor__isnull=True, source__isnull=True),
                name="level_is_built_or_comes",
            ),
            models.CheckConstraint(
                condition=Q(reorder_quantity__gte=0)
                & (Q(reorder_point__isnull=True) | Q(reorder_point__gte=0)),
                name="reorder_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=0, maximum__gte=models.F("minimum")), name="level_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} at {self.location_id}"


class Count(Document):
    """Somebody walks along the shelves and writes down what is there; the differences become one entry."""

    subject: ClassVar[str] = "count"
    number = models.CharField(max_length=40, unique=True)
    location = models.ForeignKey(Location, models.PROTECT, related_name="counts")
    note = models.CharField(max_length=500, blank=True)
    scope = models.JSONField(default=dict, blank=True)
    """What of the location is counted; all of it where nothing is said: ``bins`` and ``products`` by id,
    ``category``, and ``moved_since``, a day from which on something moved."""
    blind = models.BooleanField(default=False)
    """Whether those who count see no figures of the books."""
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="count_open",
                condition=Q(completed_at__isnull=True, cancelled_at__isnull=True, void__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.number


class CountLine(models.Model):
    """What was counted of a product in a bin, and how far the books were off at that instant."""

    subject: ClassVar[str] = "count_line"
    count = models.ForeignKey(Count, models.PROTECT, related_name="lines")
    bin = models.ForeignKey(Bin, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    code = models.CharField(max_length=100, blank=True)
    """The serial number or batch, where the product has them."""
    owner = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", db_index=False)
    """Whose the goods are, where we only keep them: counted, never valued."""
    counted = models.BigIntegerField()
    difference = models.BigIntegerField()
    """Counted less what the books had then: recorded at once, so that goods may move while others count."""
    first_counted = models.BigIntegerField(null=True)
    """What was counted the first time, once it has been counted a second time."""
    counted_at = models.DateTimeField(null=True)
    """When; nothing for counts of the time before this was kept."""
    counted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    unit_cost_micro = models.BigIntegerField(null=True)
    expires_on = models.DateField(null=True)
    """Of a batch that nobody knew of."""
    made = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    void = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("count"),
                F("bin"),
                F("product"),
                F("code"),
                Coalesce(F("owner"), 0),
                condition=Q(void__isnull=True),
                name="count_line_once",
            ),
            models.CheckConstraint(condition=Q(counted__gte=0), name="counted_not_below_zero"),
        ]
        indexes = [models.Index(fields=["product", "bin"], name="count_line_product")]

    def __str__(self) -> str:
        return f"{self.count_id}: {self.counted} of {self.product_id}"


class TransferOrder(Document):
    """Goods that one location sends and another receives; between the two they are on their way, and still ours."""

    subject: ClassVar[str] = "transfer"
    number = models.CharField(max_length=40, unique=True)
    source = models.ForeignKey(Location, models.PROTECT, related_name="transfers_out")
    target = models.ForeignKey(Location, models.PROTECT, related_name="transfers_in")
    expected_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    place = models.OneToOneField(Place, models.PROTECT, related_name="transfer_order")
    """Where its goods are while they are on their way."""
    picked_place = models.OneToOneField(
        Place, models.PROTECT, null=True, related_name="transfer_order_picked"
    )
    """Where those are that were picked when they left and arrive picked; made when the first are sent."""
    sent_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_goes_elsewhere")
        ]

    def __str__(self) -> str:
        return self.number


class TransferLine(Document):
    """What of a product is to be sent."""

    subject: ClassVar[str] = "transfer_line"
    order = models.ForeignKey(TransferOrder, models.PROTECT, related_name="lines")
    position = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="transfer_lines")
    quantity = models.BigIntegerField()
    codes = models.JSONField(default=list, blank=True)
    """The serial numbers or the batch, where they are named."""
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="+")
    """Where they are taken from; any bin of the location where none is named."""
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="+", db_index=False)
    """The line that holds them and goes on holding them; free goods where none is named."""
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="transfer_line_above_zero")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"


class Reason(models.Model):
    """Why goods are found, lost, set aside, thrown away or called otherwise: one of a list that a company keeps."""

    subject: ClassVar[str] = "reason"
    name = models.CharField(max_length=60, unique=True)
    uses = models.JSONField(default=list)
    """For which acts it is offered, of ``rules.reasons.USES``."""
    note_required = models.BooleanField(default=False)
    retired_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Loan(Document):
    """Goods of ours that somebody has for a while: a customer, or a person of the house."""

    subject: ClassVar[str] = "loan"
    number = models.CharField(max_length=40)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="loans")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="loans")
    due_on = models.DateField()
    accepted_by = models.CharField(max_length=100, blank=True)
    """Who took the goods over, by name."""
    note = models.CharField(max_length=500, blank=True)
    place = models.OneToOneField(Place, models.PROTECT, related_name="loan")
    told_of = models.DateField(null=True)
    """The day to be back of which whoever lent them was told that it comes; they are told of another one again."""
    overdue_told_of = models.DateField(null=True)
    """The day to be back of which they were told that it has passed."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(void__isnull=True), name="loan_number"),
            models.CheckConstraint(
                condition=Q(organization__isnull=False, person__isnull=True)
                | Q(organization__isnull=True, contact__isnull=True, person__isnull=False),
                name="loan_to_one",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="loan_due", condition=Q(void__isnull=True))]

    def __str__(self) -> str:
        return self.number
