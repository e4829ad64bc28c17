"""Who is told of what: rules for mails, webhooks, and the log of what was attempted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from wharfinger.ledger.models import Outbox


class Rule(models.Model):
    """Who gets a mail when units of a line reach a stage; it takes the place of the rule the house has for it."""

    subject: ClassVar[str] = "notification_rule"
    event = models.CharField(max_length=20, unique=True)
    roles: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Roles on the document: owner, lead, opportunity_owner, requester, purchasing_team."""
    people: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Users who are told besides."""
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.event


class Webhook(models.Model):
    """Somebody's address that is told of entries, signed by a secret of its own (Standard Webhooks)."""

    subject: ClassVar[str] = "webhook"
    name = models.CharField(max_length=100)
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=80)
    verbs: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Verbs it wants to hear of; all when empty."""
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Attempt(models.Model):
    """One try to hand something over: what the other side said."""

    outbox = models.ForeignKey(Outbox, models.CASCADE, related_name="log")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="log")
    at = models.DateTimeField()
    ok = models.BooleanField()
    code = models.IntegerField(null=True)
    said = models.CharField(max_length=500, blank=True)
    took_ms = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["webhook", "-id"], name="attempt_webhook")]

    def __str__(self) -> str:
        return f"{self.outbox_id}: {'ok' if self.ok else self.said}"
