"""Who is told of what: rules for mails, webhooks, the log of what was attempted; and files attached to things."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wharfinger.ledger.models import Document, Entry, Outbox


class Rule(models.Model):
    """Who gets a mail when units of a line reach a stage; it takes the place of the rule the house has for it."""

    subject: ClassVar[str] = "notification_rule"
    event = models.CharField(max_length=20, unique=True)
    roles: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Roles on the document: owner, lead, opportunity_owner, requester, purchasing_team, approvers, buyer, sender."""
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


class Notice(models.Model):
    """What one person is told of one act: a line under their bell, in the language they read then."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="+", db_index=False)
    event = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    about = models.CharField(max_length=60, blank=True)
    """The document, as the journal names it; nothing where it is about a list."""
    told: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Every sentence, each with its event."""
    read_at = models.DateTimeField(null=True)
    in_digest = models.BooleanField(default=False)
    """Whether it waits for the mail of the day."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "entry"], name="told_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of"),
            models.Index(fields=["user", "-id"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["id"], name="notice_waiting", condition=Q(in_digest=True)),
        ]

    def __str__(self) -> str:
        return self.text


class Todo(Document):
    """What somebody is to do about a document or noun, and by when."""

    subject: ClassVar[str] = "todo"
    about = models.CharField(max_length=60)
    """What it is about, as the journal names it: ``order:17``."""
    text = models.CharField(max_length=500)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="todos")
    due_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)
    """When the person was told that it is due."""
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["about"], name="todo_about"),
            models.Index(fields=["person", "due_on"], name="todo_open", condition=Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.text


class Letter(Document):
    """A mail that came in. Nothing in it is proved, and nothing follows from it but that people are told."""

    subject: ClassVar[str] = "letter"
    outbox = models.ForeignKey(Outbox, models.SET_NULL, null=True, related_name="+")
    """The mail of ours that it answers."""
    about = models.CharField(max_length=60, blank=True)
    """The document that it is about, as the journal names it; nothing where it answers none of our mails."""
    message_id = models.CharField(max_length=80, unique=True)
    """What tells it from all others."""
    sender = models.CharField(max_length=254)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    left_out: models.JSONField[Any, Any] = models.JSONField(default=list)
    """The names of files that it carried and that are not kept."""
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["about", "-id"], name="letter_about")]

    def __str__(self) -> str:
        return self.title or self.sender


class Attachment(Document):
    """A file that belongs to a document or noun; its content lies in the media folder under its digest."""

    subject: ClassVar[str] = "attachment"
    about = models.CharField(max_length=60)
    """To what it is attached, as the journal names it: ``product:17``."""
    name = models.CharField(max_length=120)
    caption = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=40)
    """The media type, by the content."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the content, which is also the name of its file."""
    size_bytes = models.BigIntegerField()
    width = models.IntegerField(null=True)
    """Of a picture, in pixels, held upright."""
    height = models.IntegerField(null=True)
    rank = models.IntegerField()
    """The lowest stands first; the first picture of a product is its main one."""
    retired_on = models.DateField(null=True)
    erased_on = models.DateField(null=True)
    """Since when its content is gone for good; what the journal says of it, and its digest, stay."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about", "digest"],
                condition=Q(retired_on__isnull=True, void__isnull=True),
                name="attached_once",
            ),
            models.CheckConstraint(
                condition=Q(erased_on__isnull=True) | Q(retired_on__isnull=False), name="erased_is_taken_off"
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="attachment_digest")]

    def __str__(self) -> str:
        return self.name
