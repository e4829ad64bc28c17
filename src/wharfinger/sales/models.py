"""Opportunities, quotes and sales orders."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wharfinger.demand.models import Sheet
from wharfinger.ledger.models import Document
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
    """A word a person picks; winning and losing are decisions of their own."""
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
    sent_at = models.DateTimeField(null=True)
    won_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    lost_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(won_at__isnull=True) | Q(lost_at__isnull=True), name="quote_won_or_lost"
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
    own: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """The values of its own fields, by key."""

    def __str__(self) -> str:
        return f"order {self.pk}"
