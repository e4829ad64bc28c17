"""The stories' words around doubles, and the days on which a product is valid.

merge switch into router         one product goes on as another
names SO: router, cable          what the lines of a document name
customer Borg                    somebody else who buys from us · site-at Borg Yard
merge-customer Acme into Borg · owing Borg 35.70 · sites Borg: Head office
rename Lan to Network / Lan · merge-category Lan into Network · retire-category Lan
valid router from 3 until 5      from so many days from now, until so many; either may be left out
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Sum

from tests.scenarios.asking import Asking
from tests.scenarios.trading import names
from wharfinger.base import clock, configuration
from wharfinger.catalog.models import Category
from wharfinger.ledger.models import Account, Place
from wharfinger.parties.models import Organization, Site


class Doubling(Asking):
    """What a teller also understands of doubles."""

    def say_merge(self, rest: str) -> None:
        """merge NAME into NAME"""
        one, _, into = rest.split()
        self.acts.append(self.door.merge("products", self.products[one].pk, self.products[into].pk))

    def say_names(self, rest: str) -> None:
        """names DOCUMENT: NAMES"""
        document, _, wanted = rest.partition(":")
        found = sorted(line.product.name for line in self.lines(document.strip()))
        assert found == names(wanted), found

    def say_customer(self, name: str) -> None:
        """customer NAME"""
        Organization.objects.create(name=name)

    def say_site_at(self, rest: str) -> None:
        """site-at NAME SITE"""
        name, site = rest.split()
        stand, lent = (Place.objects.create(kind=kind) for kind in ("customer", "rented"))
        buyer = Organization.objects.get(name=name)
        Site.objects.create(organization=buyer, name=site, place=stand, rented_place=lent)

    def say_merge_customer(self, rest: str) -> None:
        """merge-customer NAME into NAME"""
        one, into = (Organization.objects.get(name=name).pk for name in rest.split(" into "))
        self.acts.append(self.door.merge("organizations", one, into))

    def say_owing(self, rest: str) -> None:
        """owing NAME AMOUNT"""
        name, amount = rest.split()
        rows = Account.objects.filter(party__name=name, kind__in=("receivable", "store_credit"))
        found = f"{(rows.aggregate(v=Sum('balance_minor'))['v'] or 0) / 100:.2f}"
        assert found == amount, f"owes {found}"

    def say_sites(self, rest: str) -> None:
        """sites NAME: NAMES"""
        name, _, wanted = rest.partition(":")
        found = sorted(Site.objects.filter(organization__name=name).values_list("name", flat=True))
        assert found == [one for one in names(wanted) if one != "nothing"], found

    def _category(self, path: str) -> int:
        return Category.objects.get(path=path.strip(), void__isnull=True).pk

    def say_rename(self, rest: str) -> None:
        """rename PATH to PATH"""
        old, _, new = rest.partition(" to ")
        self.acts.append(self.door.change_category(self._category(old), {"path": new}))

    def say_retire_category(self, path: str) -> None:
        """retire-category PATH"""
        today = clock.today(configuration.one("time_zone"))
        self.acts.append(self.door.change_category(self._category(path), {"retired_on": today.isoformat()}))

    def say_merge_category(self, rest: str) -> None:
        """merge-category PATH into PATH"""
        one, into = (self._category(path) for path in rest.split(" into "))
        self.acts.append(self.door.merge("categories", one, into))

    def say_valid(self, rest: str) -> None:
        """valid NAME [from DAYS] [until DAYS]"""
        name, *more = rest.split()
        today = clock.today(configuration.one("time_zone"))
        said: dict[str, Any] = dict(zip(more[::2], more[1::2], strict=True))
        days = {f"valid_{word}": (today + timedelta(int(n))).isoformat() for word, n in said.items()}
        self._changed(name, {"valid_from": None, "valid_until": None} | days)
