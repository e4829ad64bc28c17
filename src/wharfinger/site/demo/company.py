"""Founds the demo company: its people, whom it buys from and sells to, its goods, and its first stock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import add_product, add_tax_code, add_warranty_policy, change_product
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.fulfilment.actions.carriers import add_carrier
from wharfinger.parties.actions.organizations import add_organization
from wharfinger.parties.actions.people import add_user, change_user
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import User
from wharfinger.purchasing.actions.vendor_terms import keep_terms
from wharfinger.site.commands.init import Company, found_company
from wharfinger.site.demo import goods, people, warehouse
from wharfinger.site.demo.goods import GOODS, Good
from wharfinger.site.demo.story import Story
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.locations import add_bin, add_location, change_bin
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.rules.adjusting import Adjustment

FORMS: dict[str, dict[str, object]] = {
    "serial": {"traced": "serial", "cost_method": "specific"},
    "late": {"traced": "serial", "traced_from": "shipping"},
    "batch": {"traced": "batch"},
    "loose": {},
    "metres": {"unit": "m", "quantity_decimals": 1},
    "order": {"kind": "non_stocked"},
    "kit": {"kind": "kit"},
    "built": {"traced": "serial", "cost_method": "specific", "procured": False},
    "fitted": {"fixed": True, "procured": False},
    "service": {"kind": "service", "unit": "h", "procured": False, "rma_eligible": False},
    "flat": {"kind": "service", "procured": False, "rma_eligible": False},
}


def found(story: Story) -> None:
    """Found the company, with goods on its shelves."""
    with story.now():
        company = found_company(
            name=people.COMPANY["name"],
            admin="admin",
            password=people.PASSWORD,
            location=people.WAREHOUSES[0][0],
        )
        set_setting(actor=HOUSE, name="company", value=people.COMPANY)
        set_setting(actor=HOUSE, name="logo", value=people.LOGO)
        set_setting(actor=HOUSE, name="approval", value={"threshold_minor": 250_000})
        _people(company)
        _places()
        vendors = _vendors()
        _customers()
        for carrier, service, _prefix in people.CARRIERS:
            link = f"https://{carrier.lower().replace(' ', '-')}.example/track/{{number}}"
            add_carrier(actor=HOUSE, values={"name": carrier, "services": [service], "link": link})
        for n, good in enumerate(GOODS, 1):
            _product(n, good, vendors)
        for name, category, months, start in people.WARRANTIES:
            since = story.date().isoformat()
            values = {
                "name": name,
                "category": goods.path(category),
                "months": months,
                "start": start,
                "valid_from": since,
            }
            add_warranty_policy(actor=HOUSE, values=values)
    story.look()
    with story.now():
        named = {kind: story.products[sku].pk for kind, sku in goods.FEES.items()}
        set_setting(actor=HOUSE, name="fee_products", value=named)
        _reminders(named["reminder"])
    _open_stock(story)
    warehouse.arrange(story)


def _reminders(service: int) -> None:
    """The second reminder costs a fee, which is no supply and so not taxed."""
    values = {
        "code": "DE-O",
        "name": "Not taxable",
        "rate": "0",
        "category": "O",
        "exemption_reason": "Damages, no supply",
    }
    code = add_tax_code(actor=HOUSE, values=values).one("catalog.TaxCode")
    change_product(actor=HOUSE, product=service, values={"tax_code": code})
    set_setting(actor=HOUSE, name="reminders", value={"fee_2_minor": 500})


def _people(company: Company) -> None:
    team = []
    for username, name, role, language in people.USERS:
        values = {
            "username": username,
            "name": name,
            "language": language,
            "email": f"{username}@kranholm.example",
        }
        if username == "admin":  # Founded with the company, which knows no more of them than that.
            change_user(actor=HOUSE, user=User.objects.get(username=username).pk, values=values)
            continue
        made = add_user(actor=HOUSE, values=values, roles=[company.roles[role]])
        if role == "purchasing":
            team.append(made.one("parties.User"))
    set_setting(actor=HOUSE, name="purchasing_team", value=team)
    # Everybody has the same password, printed for all to see: hashing it ten times would take half the time.
    User.objects.update(password=User.objects.get(username="admin").password)


def _places() -> None:
    (first, bins), *others = people.WAREHOUSES
    home = Location.objects.get(name=first)
    change_bin(actor=HOUSE, bin=Bin.objects.get(location=home).pk, values={"name": bins[0], "sequence": 1})
    for n, name in enumerate(bins[1:], 2):
        add_bin(actor=HOUSE, location=home.pk, values={"name": name, "sequence": n})
    for name, named in others:
        walk = [{"name": one, "sequence": n} for n, one in enumerate(named, 1)]
        add_location(actor=HOUSE, values={"name": name}, bins=walk)
    add_location(actor=HOUSE, values={"name": people.RETURNS, "kind": "returns"})
    add_location(
        actor=HOUSE,
        values={"name": people.VAN, "kind": "person", "person": User.objects.get(username="timo").pk},
    )
    add_location(actor=HOUSE, values={"name": "Rental pool", "channel": "rental"})


def _vendors() -> dict[str, int]:
    made = {}
    for reference, name, email, street, postcode, city, country in goods.VENDORS:
        values = {
            "name": name,
            "reference": reference,
            "email": email,
            "customer": False,
            "vendor": True,
            "language": "de" if country == "DE" else "en",
            "terms_days": 30,
        }
        site = {"name": "Office", "street": street, "postcode": postcode, "city": city, "country": country}
        made[reference] = add_organization(actor=HOUSE, values=values, sites=[site]).one(
            "parties.Organization"
        )
        if country == "DE":
            # Who sells from abroad asks no tax.
            tax = TaxCode.objects.get(default=True).pk
            keep_terms(actor=HOUSE, vendor=made[reference], values={"tax_code": tax, **goods.AGREED})
    return made


def _customers() -> None:
    for reference, name, language, policy, terms, contact, sites in people.CUSTOMERS:
        host = "".join(c for c in name.split()[0].casefold() if c.isascii() and c.isalnum()) or "office"
        values: dict[str, Any] = {
            "name": name,
            "reference": reference,
            "language": language,
            "billing_policy": policy,
            "terms_days": terms,
            "email": f"info@{host}.example",
        }
        known = [{"name": contact, "email": f"{contact.split()[-1].casefold()}@{host}.example"}]
        places = [
            {"name": site, "street": street, "postcode": postcode, "city": city, "country": country}
            for site, street, postcode, city, country in sites
        ]
        if reference in people.ABROAD:
            number, code = people.ABROAD[reference]
            values |= {"tax_number": number, "tax_code": TaxCode.objects.get(code=code).pk}
        add_organization(actor=HOUSE, values=values, contacts=known, sites=places)


def _product(n: int, good: Good, vendors: dict[str, int]) -> None:
    values = {
        "sku": good.sku,
        "name": good.name,
        "category": goods.path(good.category),
        "price": good.price,
        "manufacturer": goods.MAKERS.get(good.category, ""),
        "gtin": "" if good.form in ("service", "flat", "kit") else goods.gtin(n),
        **FORMS[good.form],
    }
    asked = []
    if good.vendor:
        asked.append(
            {
                "organization": vendors[good.vendor],
                "cost": good.cost,
                "part_number": f"{good.vendor[-2:]}-{good.sku}",
                "default": True,
                "lead_time_days": goods.LEAD_TIMES[good.vendor],
                "breaks": [{"from_quantity": n, "cost": c} for n, c in goods.BREAKS.get(good.sku, ())],
            }
        )
    if good.sku in goods.SECOND_SOURCE:
        vendor, cost = goods.SECOND_SOURCE[good.sku]
        asked.append(
            {
                "organization": vendors[vendor],
                "cost": cost,
                "part_number": f"{vendor[-2:]}.{n:04d}",
                "lead_time_days": goods.LEAD_TIMES[vendor],
            }
        )
    add_product(actor=HOUSE, values=values, vendors=asked, **_further(n, good))


def _further(n: int, good: Good) -> dict[str, Any]:
    """What else a product is known, counted and made by."""
    found: dict[str, Any] = {}
    if good.sku in goods.UNITS:
        name, factor, what_for = goods.UNITS[good.sku]
        found["units"] = [{"name": name, "factor": factor, what_for: True}]
    if good.sku in goods.CARTONS:
        carton = {"code": goods.carton(n), "quantity": str(goods.CARTONS[good.sku])}
        found["barcodes"] = [carton, {"code": f"HH-{good.sku}"}]
    if good.sku in goods.COMPONENTS:
        made_of = goods.COMPONENTS[good.sku]
        ids = dict(Product.objects.filter(sku__in=made_of).values_list("sku", "pk"))
        parts = [{"product": ids[sku], "quantity": str(units)} for sku, units in made_of.items()]
        found["components"] = parts
    return found


def _open_stock(story: Story) -> None:
    for n, name in enumerate((people.WAREHOUSES[0][0], people.WAREHOUSES[1][0], people.VAN)):
        location = story.locations[name]
        bins = list(Bin.objects.filter(location=location).order_by("pk").values_list("place_id", flat=True))
        items = [
            Adjustment(
                story.products[good.sku].pk,
                good.opening[n],
                location.place_id,
                bins[turn % len(bins)],
                serials=story.numbers(good.sku, good.opening[n]) if good.form == "serial" else (),
                batch="L25-001" if good.form == "batch" else "",
                expires_on=story.today + timedelta(days=24) if good.form == "batch" else None,
                field=f"items.{turn}.",
            )
            for turn, good in enumerate(GOODS)
            if good.opening[n]
        ]
        with story.now():
            adjust(actor=HOUSE, items=items, reason="Opening stock")
