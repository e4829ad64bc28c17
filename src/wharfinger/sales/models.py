"""Opportunities, quotes and sales orders."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wharfinger.demand.models import Line, Sheet
from wharfinger.ledger.models import Document, Place
from wharfinger.parties.models import Organization


class Opportunity(Document):
    """A deal that may be won."""

    subject: ClassVar[str] = "opportunity"
    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="opportunities")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="opportunities"
    )
    pipeline_step = models.CharField(max_length=40, default="new")
    """One of those that the company knows; winning and losing are decisions of their own."""
    probability_percent = models.IntegerField(default=50)
    expected_close_on = models.DateField(null=True)
    won_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    lost_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(won_at__isnull=True) | Q(lost_at__isnull=True), name="won_or_lost"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Quote(models.Model):
    """An offer to a customer that may hold stock until a date."""

    subject: ClassVar[str] = "quote"
    sheet = models.OneToOneField(Sheet, models.PROTECT, primary_key=True, related_name="quote")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="quotes")
    expires_on = models.DateField()
    introduction = models.TextField(max_length=2000, blank=True)
    """What its paper says above the lines."""
    note = models.TextField(max_length=2000, blank=True)
    """What it says below them."""
    version = models.SmallIntegerField(default=1)
    """Which offer it is: the first change of a sent quote makes it the next one, which is not sent yet."""
    sent_at = models.DateTimeField(null=True)
    approval_asked_at = models.DateTimeField(null=True)
    approval_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    approval_note = models.CharField(max_length=500, blank=True)
    """Why it was not approved, until somebody asks again."""
    won_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    lost_reason = models.CharField(max_length=200, blank=True)
    link_nonce = models.IntegerField(default=0)
    """Part of what the customer's link proves: another one ends all that were told before."""
    opened_at = models.DateTimeField(null=True)
    """When the customer opened the link first."""
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=100, blank=True)
    """The name under which it was accepted; the journal does not keep it."""
    declined_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(won_at__isnull=True) | Q(lost_at__isnull=True), name="quote_won_or_lost"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(declined_at__isnull=True),
                name="accepted_or_declined",
            ),
        ]
        indexes = [
            models.Index(
                fields=["approval_asked_at"],
                name="quote_waiting",
                condition=Q(approval_asked_at__isnull=False, approved_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"quote {self.pk}"


class Order(models.Model):
    """A sales order: collects every product line of a deal until it is fulfilled."""

    subject: ClassVar[str] = "order"
    sheet = models.OneToOneField(Sheet, models.PROTECT, primary_key=True, related_name="order")
    quote = models.ForeignKey(Quote, models.PROTECT, null=True, related_name="orders")
    """The quote that was won; a win that is undone leaves a void order behind."""
    confirmed_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    hold_reason = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    """When its confirmation went to the customer, last."""
    own: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """The values of its own fields, by key."""

    def __str__(self) -> str:
        return f"order {self.pk}"


class HoldRequest(Document):
    """Somebody asks that goods which one line holds are given to another; asking moves nothing."""

    subject: ClassVar[str] = "hold_request"
    asking = models.ForeignKey(Line, models.PROTECT, related_name="asks")
    """The line that wants the goods."""
    holding = models.ForeignKey(Line, models.PROTECT, related_name="asked")
    """The line that holds them."""
    quantity = models.BigIntegerField()
    """How many are asked for; of what was given, how many were."""
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    """Where they are: the place of a location, or of goods that have yet to arrive; none is anywhere."""
    note = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(given_at__isnull=True) | Q(kept_at__isnull=True), name="given_or_kept"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="asked_for_some"),
            models.UniqueConstraint(
                fields=["asking", "holding"],
                condition=Q(given_at__isnull=True, kept_at__isnull=True, void__isnull=True),
                name="asked_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"hold request {self.pk}"


class QuoteTemplate(Document):
    """What a quote offers, kept to be offered again: without customer, dates and holds, with prices only where typed."""

    subject: ClassVar[str] = "quote_template"
    name = models.CharField(max_length=100)
    content: models.JSONField[Any, Any] = models.JSONField()
    """Words, groups and lines, as ``rules.templates`` writes and reads them."""
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(retired_on__isnull=True, void__isnull=True),
                name="quote_template_name",
            )
        ]

    def __str__(self) -> str:
        return self.name
