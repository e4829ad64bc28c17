"""Devices at customers, their warranty, their relations and the subscriptions they serve."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.catalog.models import Product, WarrantyPolicy
from wharfinger.demand.models import Line, Sheet
from wharfinger.ledger.models import Document, Lot
from wharfinger.parties.models import Contact, Organization, Site, User


class Device(Document):
    """A unit that a customer has from us, with a number of its own; a lot of one."""

    subject: ClassVar[str] = "device"
    number = models.CharField(max_length=40, unique=True)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="devices")
    product = models.ForeignKey(Product, models.PROTECT, related_name="devices")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="devices")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="devices")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+", db_index=False)
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="devices")
    """The line by which it was sold."""
    contract = models.ForeignKey(
        Sheet, models.PROTECT, null=True, related_name="covered_devices", db_index=False
    )
    reference = models.CharField(max_length=60, blank=True)
    own: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """The values of its own fields, by key."""
    sold_on = models.DateField(null=True)
    installed_on = models.DateField(null=True)
    warranty_policy = models.ForeignKey(
        WarrantyPolicy, models.PROTECT, null=True, related_name="+", db_index=False
    )
    warranty_start_on = models.DateField(null=True)
    warranty_end_on = models.DateField(null=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replaced_by", db_index=False
    )
    removed_on = models.DateField(null=True)
    """The day it left the customer."""
    warranty_told_of = models.DateField(null=True)
    """The end of its warranty of which people were told that it comes; they are told of another one again."""
    reviewed_at = models.DateTimeField(null=True)
    """When somebody decided that it needs no contract; that holds until something of it changes."""
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot"], condition=Q(void__isnull=True), name="device_of_lot"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True) | Q(contract__isnull=True, removed_on__isnull=True),
                name="device_reviewed_without_contract",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(void__isnull=True, replaces__isnull=False),
                name="device_replaced_once",
            ),
        ]
        # Most devices lack what these look for: an index that holds them too would be taken for useless.
        indexes = [
            models.Index(
                fields=["warranty_end_on", "id"],
                name="device_warranty",
                condition=Q(warranty_end_on__isnull=False),
            ),
            *(
                models.Index(fields=[one], name=f"device_by_{one}", condition=Q(**{f"{one}__isnull": False}))
                for one in ("contact", "contract", "warranty_policy", "replaces")
            ),
            models.Index(fields=["reference"], name="device_reference", condition=~Q(reference="")),
            models.Index(
                fields=["id"],
                name="device_uncovered",
                condition=Q(contract__isnull=True, reviewed_at__isnull=True, removed_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Relation(Document):
    """A device that is part of another, or belongs with it."""

    subject: ClassVar[str] = "relation"
    device = models.ForeignKey(Device, models.PROTECT, related_name="relations")
    other = models.ForeignKey(Device, models.PROTECT, related_name="related_from")
    kind = models.CharField(max_length=8, choices=[(k, k) for k in ("parent", "child", "related")])
    """What the other one is to the device."""
    ended_at = models.DateTimeField(null=True)
    """When they no longer belonged together."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "other"],
                condition=Q(void__isnull=True, ended_at__isnull=True),
                name="relation_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.kind} {self.other_id}"


class DeviceUser(Document):
    """A person of its customer who uses a device."""

    subject: ClassVar[str] = "device_user"
    device = models.ForeignKey(Device, models.PROTECT, related_name="users")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="devices_used")
    ended_at = models.DateTimeField(null=True)
    """When they no longer used it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "contact"],
                condition=Q(void__isnull=True, ended_at__isnull=True),
                name="device_user_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} uses {self.device_id}"


class WorkDevice(Document):
    """A device that a ticket, project, contract or job is about."""

    subject: ClassVar[str] = "work_device"
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="about")
    device = models.ForeignKey(Device, models.PROTECT, related_name="work")
    ended_at = models.DateTimeField(null=True)
    """When the work was said to be about it no longer."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "device"], condition=Q(void__isnull=True), name="work_about_device_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} about {self.device_id}"


class Subscription(Document):
    """A recurring service that uses a device."""

    subject: ClassVar[str] = "subscription"
    number = models.CharField(max_length=40, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="subscriptions")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="subscriptions")
    contract = models.ForeignKey(Sheet, models.PROTECT, null=True, related_name="subscriptions")
    price_micro = models.BigIntegerField(default=0)
    starts_on = models.DateField()
    ended_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.number
