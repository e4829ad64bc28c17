"""What a customer gets in place of goods that came back leaves, and is paid for by what they had paid."""

from __future__ import annotations

from datetime import date

import pytest

from tests.devices.test_install import delivered, refused, traced
from tests.fulfilment.trade import where
from tests.returns.test_rma import asked, loose
from tests.returns.test_settle import billed, owed, paid
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.money import micro
from wharfinger.base.refusal import NotAllowed
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog.models import TaxCode, WarrantyPolicy
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.fulfilment.actions.shipping import deliver, pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Role, User
from wharfinger.pricing.actions import set_rates
from wharfinger.returns.actions.inspecting import inspect, settle
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.models import Replacement, RmaLine
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.replacing import LIKE_FOR_LIKE, Instead
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def came(company: World, line: int, quantity: int = 1, kind: str = "replace") -> tuple[int, int]:
    """An RMA whose goods are here, and its line."""
    rma, (row,) = asked(company, Asked(quantity, line, type=kind))
    receive(actor=HOUSE, rma=rma, items=[Arrived(quantity, row)])
    return rma, row


def replaced(rma: int, row: int, quantity: int = 1, instead: Instead = LIKE_FOR_LIKE) -> Written:
    """The customer gets other units."""
    return settle(actor=HOUSE, rma=rma, answers=[Answer(row, quantity, "replace", instead=instead)])


def test_like_for_like_is_reserved_at_no_price(company: World) -> None:
    """Beside the old line stands one at no price, ready to ship; undone, the goods are free again."""
    line = loose(company, 3)
    company.stock(Line.objects.get(pk=line).product, 2)
    billed(line, 3)
    rma, row = came(company, line, 2)
    done = replaced(rma, row, 2)
    claim = done.one("ledger.Claim")
    new = Line.objects.get(pk=claim)
    assert (new.came_from_id, new.quantity, new.unit_price_micro) == (line, 2, 0)
    assert new.sheet_id == Line.objects.get(pk=line).sheet_id
    assert held(claim) == {"covered": 2, "bin": 2, "waived": 2}
    assert held(line) == {"covered": 3, "customer": 1, "returns": 2, "invoiced": 3}
    assert not CreditNote.objects.exists()
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(claim) == {}
    assert RmaLine.objects.get().settled_quantity == 0
    assert not Replacement.objects.filter(void__isnull=True).exists()
    clean()
    replaced(rma, row, 2)
    deliver(actor=HOUSE, picks=[Pick(Line.objects.latest("pk").pk, 2)])
    clean()


def test_what_is_replaced_is_not_sent_back_as_well(company: World) -> None:
    line = loose(company, 2)
    company.stock(Line.objects.get(pk=line).product, 2)
    rma, row = came(company, line, 2)
    replaced(rma, row, 1)
    found = refused(
        "replaced", lambda: inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(row, 2, "send_back")])
    )
    assert (found.wanted, found.free) == (2, 1)
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(row, 1, "send_back")])
    refused("sent_back", lambda: replaced(rma, row, 1))
    refused("replaced", lambda: inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(row, 1, "send_back")]))
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(row, 1, "scrap")])
    clean()


def test_nothing_is_replaced_by_what_is_not_there(company: World) -> None:
    """Nor before the goods are here, unless somebody who may overrules that."""
    line = loose(company, 1)
    rma, (row,) = asked(company, Asked(1, line))
    refused("not_received_yet", lambda: replaced(rma, row))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    refused("not_enough", lambda: replaced(rma, row))
    refused("no_such_product", lambda: replaced(rma, row, 1, Instead(product=999_999)))
    assert RmaLine.objects.get().settled_quantity == 0
    assert not Replacement.objects.exists()
    clean()


def test_the_new_device_follows_the_old_one(company: World) -> None:
    """Installed, it replaces the device that came back, with what is left of its warranty."""
    router = traced(company, "OLD")
    WarrantyPolicy.objects.create(name="Two years", months=24, valid_from=date(2020, 1, 1))
    line = delivered(company, router, 1)
    old = install(actor=HOUSE, items=[Installation(line, reference="Rack")]).one("devices.Device")
    Device.objects.filter(pk=old).update(warranty_end_on=date(2026, 5, 5))
    company.stock(router, 2, serials=("NEW", "OTHER"))
    rma, (row,) = asked(company, Asked(device=old, type="replace"))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    refused("unknown_serial", lambda: replaced(rma, row, 1, Instead(serial="NONE")))
    claim = replaced(rma, row, 1, Instead(serial="NEW")).one("ledger.Claim")
    assert where("NEW") == ("bin", claim)
    deliver(actor=HOUSE, picks=[Pick(claim, 1)])
    new = Device.objects.get(pk=install(actor=HOUSE, items=[Installation(claim)]).one("devices.Device"))
    assert (new.replaces_id, new.reference, new.warranty_end_on) == (old, "Rack", date(2026, 5, 5))
    clean()


def test_another_product_is_paid_for_by_the_old_one(company: World) -> None:
    """Paid in full: the old one's credit pays for the new one, and the difference is owed."""
    line = loose(company, 1)
    better = company.product(price_micro=15_000_000)
    company.stock(better, 1)
    billed(line, 1)
    paid(company, 1190)
    rma, row = came(company, line)
    before = entries()
    done = replaced(rma, row, 1, Instead(product=better.pk))
    assert entries() == before + 1
    claim = done.one("ledger.Claim")
    asked_for = Invoice.objects.latest("pk")
    assert (asked_for.net_minor, asked_for.total_minor) == (1500, 1785)
    assert CreditNote.objects.get().total_minor == 1190
    assert held(claim) == {"covered": 1, "bin": 1, "invoiced": 1}
    assert held(line) == {"covered": 1, "returns": 1, "credited": 1}
    assert owed(company) == (595, 0)
    clean()


@pytest.mark.parametrize(("part", "wanted"), [(0, (595, 0)), (400, (195, 0)), (1190, (0, -595))])
def test_what_is_owed_is_the_difference(company: World, part: int, wanted: tuple[int, int]) -> None:
    """A cheaper one: from an unpaid, a part-paid and a paid invoice; what was paid more stays store credit."""
    line = loose(company, 1)
    cheaper = company.product(price_micro=5_000_000)
    company.stock(cheaper, 1)
    billed(line, 1)
    if part:
        paid(company, part)
    rma, row = came(company, line)
    replaced(rma, row, 1, Instead(product=cheaper.pk))
    assert owed(company) == wanted
    clean()


@pytest.mark.parametrize(
    ("currency", "rate", "old", "new", "wanted"),
    [
        # 3 × 9.99 less 10 % is 26.97 net, of which 19 % are 5.12; 2 of 3 give back 17.98 and 3.42 (of 3.4162).
        ("EUR", None, "9.99", "12.50", (2140, 2408)),
        ("CHF", "0.95", "9.99", "12.50", (2140, 2408)),
        # 3 × 999 less 10 % is 2697, 19 % are 512; 2 of 3 give back 1798 and 342. New: 2 × 1125 and 7 % are 158.
        ("JPY", "0.0061", "999", "1250", (2140, 2408)),
    ],
)
def test_two_rates_and_a_discount_to_the_cent(
    company: World, currency: str, rate: str | None, old: str, new: str, wanted: tuple[int, int]
) -> None:
    """Of three at 19 %, less 10 %, two are replaced by others at 7 %, less 10 %, from a paid invoice."""
    company.customer.discount_micro = 100_000
    company.customer.currency = currency
    company.customer.save()
    if rate is not None:
        set_rates(actor=HOUSE, rates=[{"currency": currency, "valid_from": "2020-01-01", "rate": rate}])
    low = TaxCode.objects.create(name="Low", category="S", rate_micro=70_000)
    plain, better = company.product(), company.product(tax_code=low)
    company.stock(plain, 3)
    company.stock(better, 2)
    wish = (LineWish(plain.pk, 3, unit_price_micro=micro(old), discount=None),)
    (line,) = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, wish, confirm=True, currency=currency)
    ).made["ledger.Claim"]
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 3)])
    first = billed(line, 3)
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, first.total_minor, currency))
    rma, row = came(company, line, 2)
    replaced(rma, row, 2, Instead(product=better.pk, unit_price_micro=micro(new)))
    note, asked_for = CreditNote.objects.get(), Invoice.objects.latest("pk")
    assert (note.total_minor, asked_for.total_minor) == wanted
    assert owed(company) == (wanted[1] - wanted[0], 0)
    clean()


def test_what_was_never_invoiced_is_billed_with_the_new_one(company: World) -> None:
    line = loose(company, 1)
    better = company.product(price_micro=15_000_000)
    company.stock(better, 1)
    rma, row = came(company, line)
    done = replaced(rma, row, 1, Instead(product=better.pk, unit_price_micro=14_000_000))
    assert held(done.one("ledger.Claim")) == {"covered": 1, "bin": 1, "to_bill": 1}
    assert held(line) == {"covered": 1, "returns": 1, "waived": 1}
    assert not Invoice.objects.exists()
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"covered": 1, "returns": 1, "to_bill": 1}
    clean()


def test_what_is_taken_along_at_once_is_with_the_customer_in_the_same_entry(company: World) -> None:
    line = delivered(company, traced(company, "S1", "S2"), 1)
    billed(line, 1)
    rma, row = came(company, line)
    stood = company_books(line)
    before = entries()
    done = replaced(rma, row, 1, Instead(hand_over=True))
    claim = done.one("ledger.Claim")
    assert entries() == before + 1
    assert held(claim) == {"covered": 1, "customer": 1, "waived": 1}
    assert where("S2") == ("customer", claim)
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert where("S2") == ("bin", 0)
    assert company_books(line) == stood
    clean()


def company_books(line: int) -> list[tuple[int, int]]:
    """What is left of the layers of a line's product, and its worth."""
    rows = Layer.objects.filter(product=Line.objects.get(pk=line).product, quantity__gt=0)
    return list(rows.order_by("pk").values_list("quantity", "value_minor"))


def test_a_dearer_unit_is_taken_along_and_invoiced_in_one_step(company: World) -> None:
    line = loose(company, 1)
    billed(line, 1)
    other = company.product(sku="DEAR")
    company.stock(other, 1)
    rma, row = came(company, line)
    instead = Instead(other.pk, unit_price_micro=micro("50.00"), hand_over=True)
    claim = replaced(rma, row, 1, instead).one("ledger.Claim")
    assert held(claim) == {"covered": 1, "customer": 1, "invoiced": 1}
    clean()


def test_nobody_hands_over_who_may_not_and_no_number_is_made_up(company: World) -> None:
    line = loose(company, 2)
    late = company.product(traced="serial", traced_from="shipping")
    company.stock(late, 1)
    rma, row = came(company, line)
    code = "serial_at_delivery"
    refused(code, lambda: replaced(rma, row, 1, Instead(late.pk, unit_price_micro=0, hand_over=True)))
    role = Role.objects.create(name="settles", permissions=["returns.settle"])
    company.user.roles.set([role])
    answers = [Answer(row, 1, "replace", instead=Instead(hand_over=True))]
    before = entries()
    with pytest.raises(NotAllowed):
        settle(actor=User.objects.get(pk=company.user.pk), rma=rma, answers=answers)
    assert entries() == before
    assert held(line)["returns"] == 1
