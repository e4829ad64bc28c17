"""The company's settings: one row per key, read where they are needed so that a change acts at once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Setting(models.Model):
    """A decision of the company, by key."""

    subject: ClassVar[str] = "setting"
    key = models.CharField(max_length=60, primary_key=True)
    value: models.JSONField[Any, Any] = models.JSONField()

    def __str__(self) -> str:
        return self.key
