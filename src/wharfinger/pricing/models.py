"""Price lists and what stands on them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Document
from wharfinger.parties.models import CustomerGroup


class PriceList(models.Model):
    """What goods cost a group of customers, or everybody, in one currency for a time."""

    subject: ClassVar[str] = "price_list"
    name = models.CharField(max_length=100, unique=True)
    customer_group = models.ForeignKey(CustomerGroup, models.PROTECT, null=True, related_name="price_lists")
    """For whom it holds; without one for everybody."""
    currency = models.CharField(max_length=3)
    tax_included = models.BooleanField(default=False)
    """Whether its prices include their taxes."""
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    """The last day on which it holds."""
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=models.F("valid_from")),
                name="list_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Rate(Document):
    """What one unit of a currency is worth at home, from a day on until the next."""

    subject: ClassVar[str] = "rate"
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    rate_micro = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "valid_from"], condition=Q(void__isnull=True), name="rate_once"
            ),
            models.CheckConstraint(condition=Q(rate_micro__gt=0), name="rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from}"


class PriceItem(Document):
    """The price of one unit of a product from a quantity on."""

    subject: ClassVar[str] = "price_item"
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="items")
    product = models.ForeignKey(Product, models.PROTECT, related_name="price_items")
    unit = models.CharField(max_length=20, blank=True)
    """The unit it is the price of, by name; empty for the product's own."""
    from_quantity = models.BigIntegerField(default=0)
    """In the product's smallest unit, whatever unit it is the price of."""
    price_micro = models.BigIntegerField(null=True)
    """Nothing once the list has no such price any more."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "product", "unit", "from_quantity"],
                condition=Q(void__isnull=True),
                name="price_once",
            ),
            models.CheckConstraint(condition=Q(from_quantity__gte=0), name="price_from_zero_on"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} on {self.price_list_id}"
