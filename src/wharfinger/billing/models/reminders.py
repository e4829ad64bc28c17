"""Reminders of what is overdue, and who is left out of them for a while."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.ledger.models import Document
from wharfinger.parties.models import Organization


class Reminder(Document):
    """One letter to a customer about all that is overdue in one currency."""

    subject: ClassVar[str] = "reminder"
    number = models.CharField(max_length=40, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="reminders")
    currency = models.CharField(max_length=3)
    level = models.SmallIntegerField()
    """The highest of its invoices, which decides what the letter says."""
    issued_on = models.DateField()
    pay_by = models.DateField()
    credit_minor = models.BigIntegerField(default=0)
    """What payments and credit notes had left of the customer, which the letter takes off."""
    fee = models.OneToOneField("billing.Invoice", models.PROTECT, null=True, related_name="fee_of")
    """By which its own fee is asked for, where there is one."""
    total_minor = models.BigIntegerField()
    """What the letter asks for, its fee among it."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__range=(1, 3)), name="three_levels")]
        indexes = [models.Index(fields=["organization", "id"], name="reminder_organization")]

    def __str__(self) -> str:
        return self.number


class ReminderLine(models.Model):
    """What was open of an invoice when its customer was reminded of it."""

    subject: ClassVar[str] = "reminder_line"
    reminder = models.ForeignKey(Reminder, models.PROTECT, related_name="lines")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="reminders")
    level = models.SmallIntegerField()
    raised = models.BooleanField()
    """Whether it reached its level by this letter; else the letter only tells of it again."""
    open_minor = models.BigIntegerField()
    due_on = models.DateField(null=True)
    """The day of the instalment that is overdue; the invoice's own where it is due as a whole."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__range=(1, 3)), name="one_of_three_levels")]

    def __str__(self) -> str:
        return f"{self.reminder_id}/{self.invoice_id}"

    @property
    def since(self) -> date:
        """The day since which it was overdue."""
        return self.due_on or self.invoice.due_on


class ReminderPause(Document):
    """A customer, or one invoice of theirs, is left out of reminders; says why."""

    subject: ClassVar[str] = "reminder_pause"
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="reminder_pauses")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, null=True, related_name="reminder_pauses")
    """The only one that is left out; without it all of the customer's."""
    reason = models.CharField(max_length=500)
    until = models.DateField(null=True)
    """The last day on which it holds; without one until somebody ends it."""
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.reason
