"""The nouns of the kernel. Nothing here writes; rows are written by ``ledger.post`` alone."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from wharfinger.ledger.chart import FIXED, KINDS
from wharfinger.ledger.constraints import CompositeForeignKey

KIND_CHOICES = [(name, name) for name in KINDS]
THEIRS = ["customer", "rented", "in_transit"]


class Entry(models.Model):
    """One act in the journal: verb, who, when, why. Immutable."""

    verb = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    effective_on = models.DateField()
    reason = models.CharField(max_length=1000, blank=True)
    key = models.CharField(max_length=200, blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        indexes = [
            models.Index(fields=["effective_on", "id"], name="entry_effective"),
            models.Index(fields=["reverses"], name="entry_reverses", condition=Q(reverses__isnull=False)),
            models.Index(fields=["verb", "id"], name="entry_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} #{self.pk}"


class Document(models.Model):
    """Anything that an entry makes and a journal subject names; void once that entry is reversed."""

    subject: ClassVar[str]
    made = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    void = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Lot(models.Model):
    """Goods that can be told apart: a serial, a batch, or the product's one loose lot; and whose they are."""

    subject: ClassVar[str] = "lot"
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="lots", db_index=False)
    serial = models.BooleanField(default=False)
    code = models.CharField(max_length=100, blank=True)
    code_key = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(
        "parties.Organization", models.PROTECT, null=True, related_name="+", db_index=False
    )
    owned = models.BooleanField(default=True)
    expires_on = models.DateField(null=True)
    warned_of = models.DateField(null=True)
    """The day of expiry of which people were told that it comes; they are told of another one again."""

    class Meta:
        constraints = [
            models.UniqueConstraint(F("product"), F("code_key"), Coalesce(F("owner"), 0), name="lot_once"),
            models.UniqueConstraint(fields=["id", "product", "serial", "owned"], name="lot_copied"),
            models.UniqueConstraint(
                fields=["product", "code_key"], condition=Q(serial=True), name="serial_once"
            ),
            models.CheckConstraint(condition=Q(serial=False) | ~Q(code_key=""), name="serial_has_number"),
            models.CheckConstraint(
                condition=Q(owned=True, owner__isnull=True) | Q(owned=False, owner__isnull=False),
                name="lot_owner",
            ),
        ]
        indexes = [
            models.Index(fields=["code_key"], name="lot_code", condition=~Q(code_key="")),
            models.Index(
                fields=["product", "expires_on"], name="lot_expires", condition=Q(expires_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.code or f"loose {self.product_id}"


class Place(models.Model):
    """Where goods, wishes or bills stand: a bin, a stage, a site, or the line of a document."""

    subject: ClassVar[str] = "place"
    kind = models.CharField(max_length=12, choices=KIND_CHOICES)
    unbounded = models.BooleanField(default=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    sequence = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "kind", "unbounded"], name="place_copied"),
            models.CheckConstraint(
                condition=Q(unbounded=False) | Q(kind__in=[k for k, v in KINDS.items() if v.unbounded]),
                name="place_unbounded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Claim(models.Model):
    """The thread of one line through all its stages; claim 0 is free."""

    subject: ClassVar[str] = "claim"
    hold_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["hold_until"], name="claim_hold", condition=Q(hold_until__isnull=False))
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}" if self.pk else "free"


class Holding(models.Model):
    """How many of which lot, at which place, for which claim: the only mutable number of goods.

    Lot, product and place are guarded by the foreign keys over the copied columns, so they need none of their own.
    """

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="holdings", db_index=False, db_constraint=False)
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    serial = models.BooleanField(default=False)
    owned = models.BooleanField(default=True)
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="holdings", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=12)
    unbounded = models.BooleanField(default=False)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="holdings", db_index=False)
    quantity = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "place", "claim"], name="holding_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) | Q(unbounded=True), name="holding_not_below_zero"
            ),
            models.CheckConstraint(condition=~Q(kind="location"), name="nothing_stands_at_a_location"),
            models.UniqueConstraint(
                fields=["lot"],
                condition=Q(serial=True, quantity__gt=0, unbounded=False),
                name="one_serial_one_place",
            ),
            models.CheckConstraint(
                condition=Q(serial=False) | Q(unbounded=True) | Q(quantity__lte=1), name="one_serial_one_unit"
            ),
            CompositeForeignKey(
                "lot",
                ("lot_id", "product_id", "serial", "owned"),
                ("id", "product_id", "serial", "owned"),
                Lot,
                "holding_lot_copy",
            ),
            CompositeForeignKey(
                "place",
                ("place_id", "kind", "unbounded"),
                ("id", "kind", "unbounded"),
                Place,
                "holding_place_copy",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "id"], name="holding_open", condition=Q(quantity__gt=0)),
            # Covers the figures of stock, so that they cost what is there and not what has been.
            models.Index(
                fields=["product", "kind", "place", "claim", "owned", "quantity"],
                name="holding_product",
                condition=Q(quantity__gt=0),
            ),
            models.Index(fields=["claim", "kind"], name="holding_claim"),
            models.Index(fields=["place"], name="holding_place", condition=Q(quantity__gt=0)),
            # What ever stood at a location, so that its history costs what it is and not what there is.
            models.Index(
                fields=["place"], name="holding_shelf", condition=Q(kind__in=["bin", "picked", "quarantine"])
            ),
            # The same of what a customer ever had.
            models.Index(fields=["place"], name="holding_theirs", condition=Q(kind__in=THEIRS)),
            models.Index(
                fields=["product", "place", "quantity"],
                name="holding_free",
                condition=Q(claim=0, kind="bin", owned=True, quantity__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of lot {self.lot_id} at {self.place_id} for {self.claim_id}"


class Move(models.Model):
    """A quantity from one holding to another. Immutable."""

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="moves", db_index=False, db_constraint=False
    )
    n = models.IntegerField()
    source = models.ForeignKey(Holding, models.PROTECT, related_name="moves_out", db_constraint=False)
    target = models.ForeignKey(Holding, models.PROTECT, related_name="moves_in", db_constraint=False)
    quantity = models.BigIntegerField()
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reversed_by", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "n"], name="move_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="move_above_zero"),
        ]
        indexes = [
            models.Index(fields=["reverses"], name="move_reverses", condition=Q(reverses__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.quantity}: {self.source_id} → {self.target_id}"


class Fact(models.Model):
    """A mention of a document by an entry, or the change of one of its fields. Immutable."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="facts", db_constraint=False)
    subject = models.CharField(max_length=60)
    field = models.CharField(max_length=60, null=True)
    old = models.TextField(null=True)
    new = models.TextField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="fact_subject"),
            # The few changed fields of shelves among all facts; written only for these.
            models.Index(
                fields=["entry", "id"],
                name="fact_shelf",
                condition=Q(field__isnull=False)
                & (
                    Q(subject__startswith="bin:")
                    | Q(subject__startswith="level:")
                    | Q(subject__startswith="location:")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.field or ''}"


class Layer(models.Model):
    """Goods that came in together and what is left of their value; a balance, as holdings are."""

    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="layers", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="layers")
    effective_on = models.DateField()
    quantity = models.BigIntegerField()
    value_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, value_minor__gte=0) | Q(quantity=0, value_minor=0),
                name="layer_quantity_value",
            )
        ]
        indexes = [
            models.Index(
                fields=["product", "effective_on", "id"], name="layer_open", condition=Q(quantity__gt=0)
            ),
            models.Index(fields=["product", "id"], name="layer_product"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} worth {self.value_minor}"


class Draw(models.Model):
    """What an entry took from a layer, or put into it when negative. Immutable."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="draws", db_constraint=False)
    move = models.ForeignKey(Move, models.PROTECT, null=True, related_name="draws", db_constraint=False)
    layer = models.ForeignKey(
        Layer, models.PROTECT, related_name="draws", db_index=False, db_constraint=False
    )
    quantity = models.BigIntegerField()
    value_minor = models.BigIntegerField()
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reversed_by", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["reverses"], name="draw_reverses", condition=Q(reverses__isnull=False)),
            # Covers what stock was worth on a day, so that no row of the table is visited.
            models.Index(fields=["layer", "entry", "quantity", "value_minor"], name="draw_layer"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} worth {self.value_minor} of layer {self.layer_id}"


class Account(models.Model):
    """Money of one kind, for a party, about a document, in one currency."""

    subject: ClassVar[str] = "account"
    STORED: ClassVar[frozenset[str]] = frozenset({"receivable", "store_credit", "payable", "deposit"})
    """Kinds that store a balance; revenue, tax, cost, variance and exchange are summed."""

    kind = models.CharField(max_length=20)
    party = models.ForeignKey(
        "parties.Organization", models.PROTECT, null=True, related_name="accounts", db_index=False
    )
    document = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    balance_minor = models.BigIntegerField(default=0)
    balance_home_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("kind"), Coalesce(F("party"), 0), F("document"), F("currency"), name="account_once"
            )
        ]
        indexes = [
            # With the balance, so that what a customer owes costs what is open and not what has been.
            models.Index(fields=["party", "kind", "balance_minor"], name="account_party"),
            models.Index(fields=["document"], name="account_document"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.party_id or ''} {self.document} {self.currency}"


class Posting(models.Model):
    """Money from one account to another; without an amount the exchange difference of the one before it. Immutable."""

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="postings", db_index=False, db_constraint=False
    )
    n = models.IntegerField()
    source = models.ForeignKey(Account, models.PROTECT, related_name="postings_out", db_constraint=False)
    target = models.ForeignKey(Account, models.PROTECT, related_name="postings_in", db_constraint=False)
    amount_minor = models.BigIntegerField()
    home_minor = models.BigIntegerField()
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reversed_by", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "n"], name="posting_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, home_minor__gte=0)
                & (Q(amount_minor__gt=0) | Q(home_minor__gt=0)),
                name="posting_above_zero",
            ),
        ]
        indexes = [
            models.Index(fields=["reverses"], name="posting_reverses", condition=Q(reverses__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor}: {self.source_id} → {self.target_id}"


class Counter(models.Model):
    """The next number of a series of documents; locked last, so a series has no gaps."""

    subject: ClassVar[str] = "counter"
    series = models.CharField(max_length=40, primary_key=True)
    pattern = models.CharField(max_length=60)
    next = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return self.series


class Answer(models.Model):
    """What was answered to a write with an idempotency key, so that a repeat gets the same."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )
    actor_key = models.BigIntegerField(default=0)
    key = models.CharField(max_length=200)
    hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    status = models.IntegerField(null=True)
    body = models.TextField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_key", "key"], name="answer_once")]
        indexes = [models.Index(fields=["made_at"], name="answer_made_at")]

    def __str__(self) -> str:
        return self.key


class Outbox(models.Model):
    """What is to happen after an entry, one row per consumer, taken and finished by the worker."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="+", null=True, db_index=False)
    consumer = models.CharField(max_length=40)
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    lease = models.CharField(max_length=40, blank=True)
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="outbox_due",
                condition=Q(finished_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(fields=["entry"], name="outbox_mail", condition=Q(consumer="mail")),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.pk}"


IMMUTABLE = (Entry, Move, Fact, Draw, Posting)
"""History: triggers refuse UPDATE and DELETE of these.

Their rows name others without a foreign key: one function writes both, from ids that the database has just
answered, nothing that they name can go, and the audit proves it.
"""

LASTING = (Holding, Layer, Account)
"""Balances: their rows stay, even at zero; triggers refuse DELETE."""

FIXED_PLACES = [(pk, kind) for kind, pk in FIXED.items()]
