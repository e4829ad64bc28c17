"""Organizations, their contacts and sites; the people who sign in and what they may do."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from wharfinger.ledger.models import Place
from wharfinger.ledger.prepared import Prepared, an_id


class CustomerGroup(models.Model):
    """Customers for whom the same prices hold."""

    subject: ClassVar[str] = "customer_group"
    name = models.CharField(max_length=100, unique=True)
    retired_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Terms(models.Model):
    """Until when customers pay, and what they may take off who pay early."""

    subject: ClassVar[str] = "terms"
    name = models.CharField(max_length=100, unique=True)
    days = models.IntegerField(default=0)
    """So many days after the invoice, and then on:"""
    end_of_month = models.BooleanField(default=False)
    """the last day of that month,"""
    day_of_month = models.IntegerField(null=True)
    """and then the next such day; in a shorter month its last one."""
    discount_micro = models.IntegerField(default=0)
    """The share, at 10⁻⁶, that is taken off what is paid early."""
    instalments = models.JSONField(default=list)
    """What is due sooner, each with its share, at 10⁻⁶, and its days after the invoice; the rest is due last."""
    discount_days = models.IntegerField(default=0)
    """Until so many days after the invoice."""
    retired_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class Organization(models.Model):
    """A customer, a vendor, or both."""

    subject: ClassVar[str] = "organization"
    name = models.CharField(max_length=200)
    customer = models.BooleanField(default=True)
    vendor = models.BooleanField(default=False)
    customer_group = models.ForeignKey(
        CustomerGroup, models.PROTECT, null=True, blank=True, related_name="organizations"
    )
    currency = models.CharField(max_length=3, default="EUR")
    language = models.CharField(max_length=5, default="en")
    tax_number = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    """Our number at theirs, or theirs at ours; what an import finds them by."""
    terms_days = models.IntegerField(default=14)
    """In how many days they pay, where no terms are named."""
    terms = models.ForeignKey(Terms, models.PROTECT, null=True, related_name="organizations", db_index=False)
    tax_code = models.ForeignKey(
        "catalog.TaxCode", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """By which code they are taxed in place of a standard rate, where that is said."""
    credit_limit_minor = models.BigIntegerField(null=True)
    """How much they may owe us, in home currency; nothing where that is not limited."""
    held_at = models.DateTimeField(null=True)
    hold_reason = models.CharField(max_length=200, blank=True)
    discount_micro = models.IntegerField(default=0)
    """The share, at 10⁻⁶, that is taken off their lines unless somebody says otherwise."""
    bills_by = models.CharField(max_length=4, blank=True, choices=[("mail", "mail"), ("hand", "hand")])
    """Whether invoices and credit notes leave by mail as soon as they are posted; as the company does, if empty."""
    billing_policy = models.CharField(
        max_length=12,
        default="shipment",
        choices=[(k, k) for k in ("order", "shipment", "delivery", "monthly", "hand")],
    )
    location = models.ForeignKey(
        "stock.Location", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """From where their goods are taken first, where that is said."""
    own: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """The values of its own fields, by key."""
    retired_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    """The organization that it was a double of; never one that is merged itself."""

    class Meta:
        indexes = [
            models.Index(fields=["name", "id"], name="organization_name"),
            models.Index(fields=["reference"], name="organization_reference", condition=~Q(reference="")),
            models.Index(
                fields=["id"],
                name="organization_limited",
                condition=Q(held_at__isnull=False) | Q(credit_limit_minor__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def limited(self) -> bool:
        """Whether their account is on hold, or what they may owe us has a limit."""
        return self.held_at is not None or self.credit_limit_minor is not None


class Contact(models.Model):
    """A person at an organization."""

    subject: ClassVar[str] = "contact"
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """An address of an organization, and the place where its goods stand."""

    subject: ClassVar[str] = "site"
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="sites")
    name = models.CharField(max_length=200)
    street = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, default="DE")
    ship_to = models.BooleanField(default=True)
    bill_to = models.BooleanField(default=True)
    place = models.OneToOneField(Place, models.PROTECT, related_name="site")
    """Delivered goods stand here (kind customer)."""
    rented_place = models.OneToOneField(Place, models.PROTECT, related_name="rented_site")
    """Lent goods stand here: with the customer, still ours (kind rented)."""
    retired_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def address(self) -> str:
        """The address as lines of text."""
        return "\n".join(p for p in (self.street, f"{self.postcode} {self.city}".strip(), self.country) if p)


class Role(models.Model):
    """A named set of permissions ``module.verb``."""

    subject: ClassVar[str] = "role"
    name = models.CharField(max_length=60, unique=True)
    permissions: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Permissions by name; ``*`` stands for all, ``sales.*`` for all of a module."""

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role that a person holds, since which entry, and until when."""

    subject: ClassVar[str] = "grant"
    user = models.ForeignKey("User", models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    ended_at = models.DateTimeField(null=True)
    made = models.ForeignKey("ledger.Entry", models.PROTECT, null=True, related_name="+", db_index=False)
    void = models.ForeignKey("ledger.Entry", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ended_at__isnull=True, void__isnull=True),
                name="grant_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role_id} of {self.user_id}"


HELD_NOW = {"grants__ended_at__isnull": True, "grants__void__isnull": True}
"""The condition under which a role, or a user of it, is granted now."""


_HELD = Prepared(
    lambda user: Role.objects.filter(grants__user=user, **HELD_NOW).values_list("permissions"), an_id("user")
)


class Users(BaseUserManager["User"]):
    """Finds users by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of that name, upper and lower case alike."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person who signs in; what they may do is the union of their roles."""

    subject: ClassVar[str] = "user"
    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    roles = models.ManyToManyField(Role, through=Grant, related_name="users")
    """Roles ever held; those held now are ``Role.objects.filter(**HELD_NOW)``."""
    muted: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Events of which this person wants no mail."""
    silenced: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Events of which this person wants to hear nothing: neither a mail nor the bell."""
    location = models.ForeignKey(
        "stock.Location", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """From where goods of what this person sells are taken first, where the customer says nothing."""
    digest = models.CharField(max_length=5, blank=True)
    """How often mails come: ``daily``, or nothing where each comes at once."""

    USERNAME_FIELD = "username"
    objects = Users()

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Everything this person may do, read once per request."""
        return frozenset(p for (names,) in _HELD(self.pk) for p in names)

    scopes: frozenset[str] | None = None
    """What a token narrows the permissions to; nothing when signed in by password."""

    def may(self, permission: str) -> bool:
        """Whether a role of this person, and the token in use, allow the verb."""
        return covers(self.permissions, permission) and (
            self.scopes is None or covers(self.scopes, permission)
        )


def covers(granted: frozenset[str], permission: str) -> bool:
    """Whether permissions that are held, wildcards among them, contain this one."""
    module = permission.partition(".")[0]
    verb = permission.rpartition(".")[2]
    return (
        permission in granted
        or "*" in granted
        or f"{module}.*" in granted
        or (verb == "read" and "*.read" in granted)
    )


class Token(models.Model):
    """A key for the API, stored hashed, narrowed to scopes and ended by a date."""

    subject: ClassVar[str] = "token"
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    scopes: models.JSONField[Any, Any] = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
