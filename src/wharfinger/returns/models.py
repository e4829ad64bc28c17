"""Return merchandise authorizations: requested, received, inspected, settled are four facts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.ledger.models import Document, Entry, Lot, Place
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Location


class Rma(Document):
    """The permission to send goods back, and what became of them; also a return without one."""

    subject: ClassVar[str] = "rma"
    number = models.CharField(max_length=40, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="rmas")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    """Where the goods are to arrive."""
    authorized = models.BooleanField(default=True)
    """Whether it was asked for beforehand; goods that simply arrive make a return without RMA."""
    requested_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_reason = models.CharField(max_length=500, blank=True, default="")
    """Why, where somebody said it: what made the claim good."""
    denied_at = models.DateTimeField(null=True)
    denied_reason = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True)
    overruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """Who let through what the rules refused."""
    overruled_reason = models.TextField(blank=True, default="")
    """Why; of several the last is last."""
    due_on = models.DateField(null=True)
    sent_at = models.DateTimeField(null=True)
    """When the slip, or a reminder with it, went to the customer last."""
    ticket = models.ForeignKey("demand.Sheet", models.PROTECT, null=True, related_name="rmas")
    place = models.OneToOneField(Place, models.PROTECT, related_name="rma")
    """Received goods stand here until they are inspected (kind returns)."""
    bench_place = models.OneToOneField(Place, models.PROTECT, related_name="rma_bench")
    vendor_place = models.OneToOneField(Place, models.PROTECT, related_name="rma_vendor")
    done = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(denied_at__isnull=True),
                name="rma_approved_or_denied",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], name="rma_open", condition=Q(closed_at__isnull=True, void__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.number


class RmaLine(models.Model):
    """One product to come back, of a line, a device or neither."""

    subject: ClassVar[str] = "rma_line"
    rma = models.ForeignKey(Rma, models.PROTECT, related_name="lines")
    position = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="rma_lines")
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="rma_lines")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="rma_lines")
    quantity = models.BigIntegerField()
    """As it was asked for; none of what simply came along."""
    type = models.CharField(max_length=8, choices=[(k, k) for k in ("return", "repair", "replace")])
    reason = models.CharField(max_length=500, blank=True)
    credit_minor = models.BigIntegerField(default=0)
    """What was paid for it, proposed as credit."""
    settled_quantity = models.BigIntegerField(default=0)
    answer = models.CharField(max_length=12, blank=True)
    made = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    void = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=0), name="rma_line_not_below_zero")]

    def __str__(self) -> str:
        return f"{self.rma_id}/{self.position}"


class Replacement(Document):
    """Units that the customer gets in place of goods that came back, by a line of their own."""

    subject: ClassVar[str] = "replacement"
    rma_line = models.ForeignKey(RmaLine, models.PROTECT, related_name="replacements")
    line = models.OneToOneField(Line, models.PROTECT, related_name="replacement")
    quantity = models.BigIntegerField()
    """Of the goods that came back."""
    back_by = models.DateField(null=True)
    """Where it left first: the last day on which the goods may be back."""
    charge_micro = models.BigIntegerField(null=True)
    """What each unit costs whose goods are kept, at 10⁻⁶."""
    charged_quantity = models.BigIntegerField(default=0)
    """For how many that was asked, and not taken back since."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="replacement_above_zero"),
            models.CheckConstraint(
                condition=Q(back_by__isnull=True, charge_micro__isnull=True, charged_quantity=0)
                | Q(
                    back_by__isnull=False,
                    charge_micro__gt=0,
                    charged_quantity__gte=0,
                    charged_quantity__lte=F("quantity"),
                ),
                name="replacement_charged_as_agreed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["back_by"],
                name="replacement_back_by",
                condition=Q(back_by__isnull=False, void__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.rma_line_id} → {self.line_id}"


class RmaReminder(Document):
    """A letter that asks for goods of an RMA: before they are due, or after; each once."""

    subject: ClassVar[str] = "rma_reminder"
    rma = models.ForeignKey(Rma, models.PROTECT, related_name="reminders")
    level = models.SmallIntegerField()
    """1 before the day on which they are due, 2 after it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rma", "level"], condition=Q(void__isnull=True), name="reminded_once"
            ),
            models.CheckConstraint(condition=Q(level__in=(1, 2)), name="rma_reminder_level"),
        ]

    def __str__(self) -> str:
        return f"{self.rma_id}: {self.level}"


class Grade(models.Model):
    """In which state goods come back, as a company words it: one of a list that it keeps."""

    subject: ClassVar[str] = "grade"
    code = models.CharField(max_length=20, unique=True)
    names: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """What it is called, by language."""
    resellable = models.BooleanField(default=True)
    """Whether such goods are sold again, and so may be restocked."""
    outcome = models.CharField(max_length=12, blank=True)
    """What becomes of such goods where nobody says otherwise."""
    retired_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.code


class Finding(Document):
    """What an inspection found of a unit, or of so many units of a return's line."""

    subject: ClassVar[str] = "finding"
    rma_line = models.ForeignKey(RmaLine, models.PROTECT, related_name="findings")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="findings")
    """The unit, of goods that are told apart."""
    quantity = models.BigIntegerField()
    grade = models.ForeignKey(Grade, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12)
    """What was decided then; where the goods are by now is told by their moves."""
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="finding_above_zero"),
            models.CheckConstraint(
                condition=Q(grade__isnull=False) | ~Q(text=""), name="finding_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rma_line_id}: {self.text}"


class Repair(Document):
    """What was done to units of a return's line, by us or by a vendor, and what it cost."""

    subject: ClassVar[str] = "repair"
    rma_line = models.ForeignKey(RmaLine, models.PROTECT, related_name="repairs")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="repairs")
    """The unit, of goods that are told apart."""
    quantity = models.BigIntegerField()
    vendor = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    """Who did it; nobody where we did."""
    sheet = models.ForeignKey("demand.Sheet", models.PROTECT, null=True, related_name="repairs")
    """The document on which its parts and its charge stand, and whose margin its cost lessens."""
    cost_minor = models.BigIntegerField(default=0)
    """What the work cost, or the vendor asks, in home currency; parts have their own cost."""
    charge = models.OneToOneField(Line, models.PROTECT, null=True, related_name="repair")
    """The line that is billed for the work; none under warranty."""
    text = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, cost_minor__gte=0), name="repair_above_zero")
        ]
        indexes = [models.Index(fields=["sheet"], name="repair_sheet", condition=Q(sheet__isnull=False))]

    def __str__(self) -> str:
        return self.text


class RepairPart(Document):
    """A part that went into a repair, by the line that stands for it."""

    subject: ClassVar[str] = "repair_part"
    repair = models.ForeignKey(Repair, models.PROTECT, related_name="parts")
    line = models.OneToOneField(Line, models.PROTECT, related_name="repaired_with")

    def __str__(self) -> str:
        return f"{self.repair_id} ← {self.line_id}"


class VendorClaim(Document):
    """What we ask of a vendor for units that are faulty: ours, or a customer's that are on an RMA."""

    subject: ClassVar[str] = "vendor_claim"
    number = models.CharField(max_length=40)
    vendor = models.ForeignKey(Organization, models.PROTECT, related_name="vendor_claims")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    """Where our own goods come from and go back to."""
    reference = models.CharField(max_length=60, blank=True)
    """The vendor's own number of it."""
    reason = models.CharField(max_length=500)
    expected = models.CharField(max_length=11, choices=[(k, k) for k in ("replacement", "repair", "credit")])
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    place = models.OneToOneField(Place, models.PROTECT, related_name="vendor_claim")
    """Our own goods stand here while the vendor has them; a customer's stand where their RMA has them."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(void__isnull=True), name="vendor_claim_number"
            )
        ]

    def __str__(self) -> str:
        return self.number


class VendorClaimLine(Document):
    """Units of one product that a vendor is asked about: one serial number, or so many that have none."""

    subject: ClassVar[str] = "vendor_claim_line"
    vendor_claim = models.ForeignKey(VendorClaim, models.PROTECT, related_name="lines")
    position = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="vendor_claim_lines")
    rma_line = models.ForeignKey(RmaLine, models.PROTECT, null=True, related_name="vendor_claim_lines")
    """Whose goods they are, where a customer sent them; else they are ours."""
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="vendor_claim_line_above_zero")
        ]

    def __str__(self) -> str:
        return f"{self.vendor_claim_id}/{self.position}"


class VendorAnswer(Document):
    """What a vendor did with units of a claim."""

    subject: ClassVar[str] = "vendor_answer"
    line = models.ForeignKey(VendorClaimLine, models.PROTECT, related_name="answers")
    quantity = models.BigIntegerField()
    answer = models.CharField(
        max_length=11, choices=[(k, k) for k in ("replacement", "repair", "credit", "refused")]
    )
    replacement = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="vendor_answers")
    """The unit that came instead, under a serial number of its own."""
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="vendor_answer_above_zero"),
            models.CheckConstraint(
                condition=Q(replacement__isnull=True) | Q(answer="replacement", quantity=1),
                name="vendor_answer_replaces_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.answer}"


class Recall(Document):
    """Units of a product that are called back: a batch, serial numbers, or what came in on some days."""

    subject: ClassVar[str] = "recall"
    number = models.CharField(max_length=40)
    product = models.ForeignKey(Product, models.PROTECT, related_name="recalls")
    batch = models.CharField(max_length=100, blank=True)
    """The batch as it was named, where one was."""
    received_from = models.DateField(null=True)
    received_to = models.DateField(null=True)
    """The days on which the units came in, where those were named."""
    reason = models.CharField(max_length=500)
    texts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """What owners shall do, by language."""
    recalled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(void__isnull=True), name="recall_number"),
            models.CheckConstraint(
                condition=Q(received_from__isnull=True, received_to__isnull=True)
                | Q(batch="", received_from__isnull=False, received_to__gte=F("received_from")),
                name="recall_of_batch_or_days",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RecallUnit(Document):
    """A unit or a batch that is recalled; where it is, is told by its moves."""

    subject: ClassVar[str] = "recall_unit"
    recall = models.ForeignKey(Recall, models.PROTECT, related_name="units", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="recalled")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "lot"], name="recalled_once")]

    def __str__(self) -> str:
        return f"{self.recall_id}/{self.lot_id}"


class RecallNotice(Document):
    """That an owner was told of a recall, and what they answered."""

    subject: ClassVar[str] = "recall_notice"
    recall = models.ForeignKey(Recall, models.PROTECT, related_name="notices", db_index=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="recall_notices")
    told_at = models.DateTimeField()
    """When they were told last."""
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recall", "organization"], condition=Q(void__isnull=True), name="told_of_recall_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False) | Q(answer=""), name="recall_answered_with_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recall_id}: {self.organization_id}"
