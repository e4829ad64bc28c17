"""Views of a list that people keep."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """Filters, columns and order of one list under a name, for oneself or for everybody."""

    subject: ClassVar[str] = "saved_view"
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    table = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "table", "name"], name="saved_view_once")]
        indexes = [models.Index(fields=["table"], condition=Q(shared=True), name="saved_view_shared")]

    def __str__(self) -> str:
        return self.name
