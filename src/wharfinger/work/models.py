"""Tickets, projects, contracts and jobs, whose lines are charges."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from wharfinger.demand.models import Sheet
from wharfinger.ledger.models import Document

SCOPES = [(k, k) for k in ("new_installation", "generic", "swap", "replacement", "return")]


class JobType(Document):
    """One of the short list of kinds of job: what a job of it begins with."""

    subject: ClassVar[str] = "job_type"
    name = models.CharField(max_length=60, unique=True)
    scope = models.CharField(max_length=16, default="generic", choices=SCOPES)
    billable = models.BooleanField(default=True)
    estimate_days = models.PositiveIntegerField(null=True)
    """How many days such a job takes, from its start to its completion."""
    agreed = models.TextField(blank=True)
    """What is agreed with the customer about such a job."""
    retired_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class WorkOrder(models.Model):
    """Work for a customer; its lines are its charges. The kind is on the sheet."""

    subject: ClassVar[str] = "work_order"
    sheet = models.OneToOneField(Sheet, models.PROTECT, primary_key=True, related_name="work_order")
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="leads")
    """Who answers for it: the project's lead."""
    resource = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="does", db_index=False
    )
    """Who does it: the ticket's primary resource."""
    order = models.ForeignKey(Sheet, models.PROTECT, null=True, related_name="work")
    """The sales order that it serves."""
    billable = models.BooleanField(default=True)
    scope = models.CharField(max_length=16, default="generic", choices=SCOPES)
    type = models.ForeignKey(JobType, models.PROTECT, null=True, related_name="jobs", db_index=False)
    starts_on = models.DateField(null=True)
    """The day on which it is to begin."""
    estimate_days = models.PositiveIntegerField(null=True)
    """How many days it takes from there; where nobody says when it is expected, these two do."""
    expected_on = models.DateField(null=True)
    started_at = models.DateTimeField(null=True)
    """When somebody began with it."""
    completed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=100, blank=True)
    """Who of the customer signed that it is done."""
    cancelled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"work order {self.pk}"
