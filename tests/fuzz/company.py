"""A company for the fuzzing: what nonsense may run into."""

from __future__ import annotations

from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import add_product, add_warranty_policy
from wharfinger.parties.actions.organizations import add_organization
from wharfinger.parties.actions.people import create_token
from wharfinger.site.commands.init import found_company


def furnish() -> str:
    """Found the company and give it a few of everything; the text of an administrator's token."""
    company = found_company(name="Fuzz & Co", admin="ada")
    assert company.admin is not None
    for name, vendor in (("Acme", False), ("Grossist", True), ("Partner", True)):
        values = {"name": name, "vendor": vendor}
        add_organization(
            actor=HOUSE, values=values, contacts=[{"name": "Rosa"}], sites=[{"name": "Head office"}]
        )
    for sku, traced in (("A-1", "none"), ("A-2", "serial"), ("A-3", "batch")):
        vendors = [{"organization": 2, "cost": "3.5"}]
        add_product(
            actor=HOUSE, values={"sku": sku, "name": sku, "price": "9.90", "traced": traced}, vendors=vendors
        )
    add_warranty_policy(actor=HOUSE, values={"name": "Two years", "months": 24})
    return create_token(actor=HOUSE, user=company.admin, name="fuzz").text
