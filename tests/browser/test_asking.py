"""Several vendors are asked: the request is sent from its page to those who are ticked."""

from __future__ import annotations

from tests.browser.person import Company, Person
from wharfinger.base.access import HOUSE
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.quoting import ask_vendors
from wharfinger.purchasing.models.quoting import RfqVendor
from wharfinger.purchasing.rules.quoting import Asked, RfqWish


def test_a_request_goes_by_mail_to_who_has_an_address_and_is_noted_as_told_to_others(
    company: Company, person: Person
) -> None:
    page, names = person.page, {"Bolt": "sales@bolt.example", "Cargo": ""}
    both = [
        Organization.objects.create(
            name=name, email=mail, vendor=True, customer=False, currency="EUR", language="en"
        ).pk
        for name, mail in names.items()
    ]
    made = ask_vendors(actor=HOUSE, wish=RfqWish(tuple(both), (Asked(company.cable.pk, 4),)))
    person.go(f"/rfqs/{made.one('purchasing.Rfq')}/")
    page.locator("[data-dialog=send]").click()
    ticks = page.locator("dialog[open] [name=vendors]")
    assert [ticks.nth(n).is_checked() for n in range(2)] == [True, False]
    page.locator("dialog[open] button.primary").click()
    page.get_by_text("mailed").wait_for()
    sent = RfqVendor.objects.filter(sent_at__isnull=False).values_list("vendor", flat=True)
    assert list(sent) == both[:1]
    page.locator("[data-dialog=send]").click()
    ticks.nth(1).check()
    page.locator("dialog[open] [name=by_hand]").click()
    page.get_by_text("asked otherwise").wait_for()
    told = RfqVendor.objects.filter(told_at__isnull=False, sent_at__isnull=True)
    assert list(told.values_list("vendor", flat=True)) == both[1:]
