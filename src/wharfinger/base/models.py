"""What the company decides for itself: settings and own fields, read where needed so that a change acts at once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from wharfinger.base.own import KINDS, NOUNS


class Setting(models.Model):
    """A decision of the company, by key."""

    subject: ClassVar[str] = "setting"
    key = models.CharField(max_length=60, primary_key=True)
    value: models.JSONField[Any, Any] = models.JSONField()

    def __str__(self) -> str:
        return self.key


class OwnField(models.Model):
    """A field that the company adds to a noun; its values stand in the noun's column ``own``, by key."""

    subject: ClassVar[str] = "own_field"
    noun = models.CharField(max_length=20, choices=[(k, k) for k in NOUNS])
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=[(k, k) for k in KINDS])
    choices: models.JSONField[Any, Any] = models.JSONField(default=list)
    required = models.BooleanField(default=False)
    in_lists = models.BooleanField(default=False)
    on_documents = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["noun", "key"], name="own_field_key")]

    def __str__(self) -> str:
        return self.name
