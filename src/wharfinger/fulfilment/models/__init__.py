"""Carriers, containers, shipments and pick runs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.fulfilment.models.carriers import Carrier
from wharfinger.fulfilment.models.picking import PickRun, PickTask
from wharfinger.ledger.models import Document, Place
from wharfinger.parties.models import Organization, Site, User
from wharfinger.stock.models import Location

__all__ = ["Carrier", "Container", "PickRun", "PickTask", "Shipment"]


class Shipment(Document):
    """Containers or loose goods on their way to one destination, possibly of several orders."""

    subject: ClassVar[str] = "shipment"
    number = models.CharField(max_length=40, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="shipments")
    site = models.ForeignKey(Site, models.PROTECT, related_name="shipments")
    place = models.OneToOneField(Place, models.PROTECT, related_name="shipment")
    """Goods in transit stand here until their delivery is proved."""
    carrier = models.CharField(max_length=60, blank=True)
    service = models.CharField(max_length=60, blank=True)
    tracking = models.CharField(max_length=100, blank=True)
    way = models.CharField(
        max_length=9, default="carrier", choices=[(k, k) for k in ("carrier", "pick_up", "hand_over")]
    )
    """By a carrier, fetched by the customer, or handed over by one of us; the latter two arrive as they leave."""
    shipped_on = models.DateField()
    delivered_on = models.DateField(null=True)
    proof = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tracking"], name="shipment_tracking", condition=~Q(tracking=""))]

    def __str__(self) -> str:
        return self.number


class Container(Document):
    """A box or pallet for one destination; it belongs to a destination, not to an order."""

    subject: ClassVar[str] = "container"
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, default="box", choices=[("box", "box"), ("pallet", "pallet")])
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="containers")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    place = models.OneToOneField(Place, models.PROTECT, related_name="container")
    shipment = models.ForeignKey(Shipment, models.PROTECT, null=True, related_name="containers")
    tracking = models.CharField(max_length=100, blank=True)
    weight_grams = models.IntegerField(null=True)
    size_mm = models.CharField(max_length=40, blank=True)
    sscc = models.CharField(max_length=18, blank=True)
    inside = models.ForeignKey("self", models.PROTECT, null=True, related_name="holds")
    """The pallet it stands on; its goods stay in its own place."""
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    """When somebody looked into it who neither picked nor packed what lies in it."""

    class Meta:
        indexes = [
            models.Index(fields=["tracking"], name="container_tracking", condition=~Q(tracking="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["sscc"], name="container_sscc", condition=~Q(sscc="") & Q(void__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.number
