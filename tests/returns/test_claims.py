"""Claims on vendors: faulty units are claimed, sent, and answered by another unit, repair, credit or a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, refused, traced
from tests.purchasing.buying import arrive, person, stocked_up
from tests.purchasing.test_api import Caller
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import subscribe
from wharfinger.devices.models import Device, Subscription
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.devices.rules.warranty import plus_months
from wharfinger.documents.queries.claiming import vendor_claim
from wharfinger.ledger.models import Holding, Layer, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.purchasing.models import VendorReturn
from wharfinger.returns.actions.claiming import answer_claim, claim_from_vendor, send_claim
from wharfinger.returns.actions.inspecting import inspect
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.models import VendorAnswer, VendorClaim
from wharfinger.returns.queries.chain import chain_of
from wharfinger.returns.queries.claims import one, show_claims, today, word
from wharfinger.returns.queries.figures import figures
from wharfinger.returns.queries.vendors_cover import covers
from wharfinger.returns.rules.claim_answers import Answered
from wharfinger.returns.rules.claiming import Faulty
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.stock.queries.units import life, of_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def stands(code: str) -> str:
    """The kind of place where a unit stands; nothing where it stands nowhere."""
    found = Holding.objects.filter(lot__code=code, quantity__gt=0, unbounded=False).first()
    return found.kind if found else ""


def worth(product: Product) -> int:
    """What stock of a product is worth."""
    return sum(Layer.objects.filter(product=product).values_list("value_minor", flat=True))


def claimed(company: World, *items: Faulty, **values: Any) -> tuple[int, list[int]]:
    """A claim on the company's vendor, and its lines."""
    done = claim_from_vendor(
        actor=HOUSE, items=items, reason="Does not start", vendor=company.vendor.pk, **values
    )
    return done.one("returns.VendorClaim"), done.made["returns.VendorClaimLine"]


def sent(company: World, *items: Faulty) -> tuple[int, list[int]]:
    """A claim whose goods are with the vendor."""
    claim, lines = claimed(company, *items)
    send_claim(actor=HOUSE, claim=claim)
    return claim, lines


def of_customer(company: World, code: str = "S1") -> tuple[Product, int, int, int]:
    """A device that its customer sent to be repaired: its product, line, RMA and the RMA's line."""
    product = traced(company, code)
    line = delivered(company, product, 1)
    install(actor=HOUSE, items=[Installation(line=line)])
    device = Device.objects.get()
    done = request(
        actor=HOUSE, organization=company.customer.pk, items=[Asked(device=device.pk, type="repair")]
    )
    rma, (asked,) = done.one("returns.Rma"), done.made["returns.RmaLine"]
    approve(actor=HOUSE, rma=rma)
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked)])
    return product, line, rma, asked


def test_our_own_unit_is_replaced_at_what_it_cost(company: World) -> None:
    """The unit leaves stock with its value; the one that comes for it is worth as much, and the chain says so."""
    product = traced(company, "S1", "S2")
    before = worth(product)
    claim, (line,) = claimed(company, Faulty(1, product.pk, ("S1",)))
    assert (stands("S1"), word(one(claim)), worth(product)) == ("bin", "to_send", before)
    send_claim(actor=HOUSE, claim=claim, reference="RMA-88")
    assert (stands("S1"), word(one(claim)), one(claim).reference) == ("at_vendor", "sent", "RMA-88")
    left = worth(product)
    assert left < before
    done = answer_claim(actor=HOUSE, claim=claim, answers=[Answered(line, 1, "replacement", "N1")])
    assert (stands("S1"), stands("N1"), word(one(claim))) == ("", "bin", "answered")
    assert worth(product) == before
    chain = [turn.code for turn in chain_of([Lot.objects.get(code="N1").pk])]
    assert chain == ["S1", "N1"] == [turn.code for turn in chain_of([Lot.objects.get(code="S1").pk])]
    told = [chapter.verb for chapter in reversed(life(of_number("S1")[0]))]
    assert told[-3:] == ["claim_from_vendor", "send_claim", "answer_claim"]
    assert life(of_number("N1")[0])[0].verb == "answer_claim"
    assert {chapter.code for chapter in life(of_number("N1")[0])} == {"N1"}, "a replacement is no correction"
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert (stands("S1"), stands("N1"), worth(product), word(one(claim))) == ("at_vendor", "", left, "sent")
    assert chain_of([Lot.objects.get(code="S1").pk]) == []
    clean()


def test_ours_come_back_repaired_or_refused(company: World) -> None:
    """What the vendor repaired or refused lies in stock again at what it cost, the same unit."""
    product = traced(company, "S1", "S2")
    before = worth(product)
    claim, lines = sent(company, Faulty(2, product.pk, ("S1", "S2")))
    answer_claim(actor=HOUSE, claim=claim, answers=[Answered(lines[0], 1, "repair", note="New fan")])
    assert (stands("S1"), stands("S2"), word(one(claim))) == ("bin", "at_vendor", "partly_answered")
    answer_claim(actor=HOUSE, claim=claim, answers=[Answered(lines[1], 1, "refused")])
    assert (stands("S2"), worth(product), word(one(claim))) == ("bin", before, "answered")
    clean()


def test_loose_goods_are_answered_in_parts(company: World) -> None:
    """Of five cables two are replaced, two credited at what they cost and one refused; nothing is lost to rounding."""
    cable = company.product()
    company.stock(cable, 5, value_minor=1001)
    claim, (line,) = sent(company, Faulty(5, cable.pk))
    assert (held(0), worth(cable)) == ({"at_vendor": 5}, 0)
    answers = [Answered(line, 2, "replacement"), Answered(line, 2, "credit"), Answered(line, 1, "refused")]
    done = answer_claim(actor=HOUSE, claim=claim, answers=answers)
    assert held(0)["bin"] == 3
    credit = VendorReturn.objects.get()
    assert (credit.vendor, credit.credit_minor + worth(cable)) == (company.vendor, 1001)
    refused(
        "answered_already",
        lambda: answer_claim(actor=HOUSE, claim=claim, answers=[Answered(line, 1, "repair")]),
    )
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert (held(0)["at_vendor"], worth(cable), VendorAnswer.objects.filter(void=None).count()) == (5, 0, 0)
    clean()


def test_a_credit_is_what_is_said(company: World) -> None:
    """The vendor owes what somebody says, else what the goods cost."""
    product = traced(company, "S1", "S2")
    claim, lines = sent(company, Faulty(2, product.pk, ("S1", "S2")))
    answer_claim(
        actor=HOUSE, claim=claim, answers=[Answered(one, 1, "credit", credit_minor=123) for one in lines]
    )
    assert VendorReturn.objects.get().credit_minor == 246
    assert stands("S1") == stands("S2") == ""
    clean()


def test_a_customers_device_is_replaced(company: World) -> None:
    """The unit that comes instead is the customer's device, with the rest of its warranty and its subscription."""
    _product, line, rma, asked = of_customer(company)
    old = Device.objects.get()
    subscribe(
        actor=HOUSE,
        wish=SubscriptionWish(company.customer.pk, company.product(kind="service").pk, old.pk),
    )
    claim, (row,) = claimed(company, Faulty(1, rma_line=asked))
    send_claim(actor=HOUSE, claim=claim)
    assert (stands("S1"), figures([rma])[asked].at_vendor) == ("at_vendor", 1)
    done = answer_claim(actor=HOUSE, claim=claim, answers=[Answered(row, 1, "replacement", "N1")])
    figure = figures([rma])[asked]
    assert (figure.received, figure.here, figure.at_vendor, figure.serials) == (1, 1, 0, ["N1"])
    old.refresh_from_db()
    new = Device.objects.get(lot__code="N1")
    assert (old.removed_on is not None, new.replaces, new.organization) == (True, old, company.customer)
    assert (new.warranty_start_on, new.warranty_end_on) == (old.warranty_start_on, old.warranty_end_on)
    assert Subscription.objects.get().device == new
    clean()
    back = inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked, 1, "send_back")])
    assert (stands("N1"), held(line)["customer"]) == ("customer", 1)
    clean()
    reverse(actor=HOUSE, entry=back.id)
    reverse(actor=HOUSE, entry=done.id)
    old.refresh_from_db()
    assert (old.removed_on, Subscription.objects.get().device, stands("S1")) == (None, old, "at_vendor")
    clean()


def test_what_came_for_a_customers_unit_is_restocked_at_what_that_cost(company: World) -> None:
    """The unit left at 600; the one that came for it is worth as much in stock."""
    product = traced(company, "S1")
    cost = worth(product)
    line = delivered(company, product, 1)
    done = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)])
    rma, (asked,) = done.one("returns.Rma"), done.made["returns.RmaLine"]
    approve(actor=HOUSE, rma=rma)
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked)])
    claim, (row,) = sent(company, Faulty(1, rma_line=asked))
    answer_claim(actor=HOUSE, claim=claim, answers=[Answered(row, 1, "replacement", "N1")])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked, 1, "restock")])
    assert (stands("N1"), worth(product), held(line)["returned"]) == ("bin", cost, 1)
    clean()


def test_a_vendor_credits_a_customers_unit(company: World) -> None:
    """It stays with the vendor: its line ends as returned, its device is nobody's, unless a subscription uses it."""
    _product, line, _rma, asked = of_customer(company)
    claim, (row,) = sent(company, Faulty(1, rma_line=asked))
    device = Device.objects.get()
    done = answer_claim(actor=HOUSE, claim=claim, answers=[Answered(row, 1, "credit")])
    device.refresh_from_db()
    assert (device.removed_on is not None, held(line)["returned"]) == (True, 1)
    assert VendorReturn.objects.get().credit_minor == 600
    clean()
    reverse(actor=HOUSE, entry=done.id)
    service = company.product(kind="service")
    subscribe(actor=HOUSE, wish=SubscriptionWish(company.customer.pk, service.pk, device.pk))
    count = entries()
    refused(
        "used_by_subscription",
        lambda: answer_claim(actor=HOUSE, claim=claim, answers=[Answered(row, 1, "credit")]),
    )
    assert (entries(), stands("S1")) == (count, "at_vendor")


def test_who_sells_them_is_asked(company: World) -> None:
    """Nobody has to name the vendor where one sells all of the products."""
    product = traced(company, "S1")
    items = [Faulty(1, product.pk, ("S1",))]
    claim_from_vendor(actor=HOUSE, items=items, reason="Broken")
    assert VendorClaim.objects.get().vendor == company.vendor
    VendorPrice.objects.all().delete()
    cable = company.product()
    company.stock(cable, 1)
    VendorPrice.objects.all().delete()
    refused(
        "vendor_needed",
        lambda: claim_from_vendor(actor=HOUSE, items=[Faulty(1, cable.pk)], reason="Broken"),
    )


def test_nothing_is_claimed_twice_or_from_elsewhere(company: World) -> None:
    """Refusals say what to do, and leave everything as it was."""
    product = traced(company, "S1", "S2")
    claim, (line,) = claimed(company, Faulty(1, product.pk, ("S1",)))
    count = entries()
    refused("claimed_already", lambda: claimed(company, Faulty(1, product.pk, ("S1",))))
    refused(
        "named_twice",
        lambda: claimed(company, Faulty(1, product.pk, ("S2",)), Faulty(1, product.pk, ("S2",))),
    )
    refused("not_in_stock", lambda: claimed(company, Faulty(1, product.pk, ("S9",))))
    refused("serials_wanted", lambda: claimed(company, Faulty(1, product.pk)))
    refused("serials_differ", lambda: claimed(company, Faulty(2, product.pk, ("S2",))))
    refused("no_such_product", lambda: claimed(company, Faulty(1, 10**9)))
    refused("no_such_rma_line", lambda: claimed(company, Faulty(1, rma_line=10**9)))
    refused(
        "no_such_vendor",
        lambda: claim_from_vendor(
            actor=HOUSE, items=[Faulty(1, product.pk, ("S2",))], reason="x", vendor=10**9
        ),
    )
    refused("no_such_wish", lambda: claimed(company, Faulty(1, product.pk, ("S2",)), expected="cake"))
    refused("one_of_two", lambda: claimed(company, Faulty(1)))
    refused("not_positive", lambda: claimed(company, Faulty(0, product.pk)))
    refused("no_lines", lambda: claimed(company))
    answers = [Answered(line, 1, "replacement", "N1")]
    refused("claim_not_sent", lambda: answer_claim(actor=HOUSE, claim=claim, answers=answers))
    refused("no_such_vendor_claim", lambda: send_claim(actor=HOUSE, claim=10**9))
    assert entries() == count
    send_claim(actor=HOUSE, claim=claim)
    count = entries()
    refused("claim_sent", lambda: send_claim(actor=HOUSE, claim=claim))
    refused(
        "serials_wanted",
        lambda: answer_claim(actor=HOUSE, claim=claim, answers=[Answered(line, 1, "replacement")]),
    )
    refused(
        "serial_elsewhere",
        lambda: answer_claim(actor=HOUSE, claim=claim, answers=[Answered(line, 1, "replacement", "S2")]),
    )
    refused(
        "no_such_claim_line",
        lambda: answer_claim(actor=HOUSE, claim=claim, answers=[Answered(10**9, 1, "repair")]),
    )
    refused(
        "no_such_answer", lambda: answer_claim(actor=HOUSE, claim=claim, answers=[Answered(line, 1, "cake")])
    )
    refused(
        "no_such_bin",
        lambda: answer_claim(actor=HOUSE, claim=claim, answers=[Answered(line, 1, "repair", bin=10**9)]),
    )
    refused(
        "below_zero",
        lambda: answer_claim(
            actor=HOUSE, claim=claim, answers=[Answered(line, 1, "credit", credit_minor=-1)]
        ),
    )
    with pytest.raises(NotAllowed):
        send_claim(actor=person("wim", "returns.read"), claim=claim)
    assert entries() == count
    clean()


def test_a_claim_goes_back_step_by_step(company: World) -> None:
    """What was sent or answered since is undone first, and an answer as a whole; then all is as it was."""
    cable = company.product()
    company.stock(cable, 3)
    claimed_ = claim_from_vendor(actor=HOUSE, items=[Faulty(3, cable.pk)], reason="Broken")
    claim, (line,) = claimed_.one("returns.VendorClaim"), claimed_.made["returns.VendorClaimLine"]
    away = send_claim(actor=HOUSE, claim=claim)
    done = answer_claim(actor=HOUSE, claim=claim, answers=[Answered(line, 1, "repair")])
    count = entries()
    refused("sent_since", lambda: reverse(actor=HOUSE, entry=claimed_.id))
    refused("answered_since", lambda: reverse(actor=HOUSE, entry=away.id))
    refused("undone_whole", lambda: reverse(actor=HOUSE, entry=done.id, claims={0: 1}))
    assert entries() == count
    for entry in (done, away, claimed_):
        reverse(actor=HOUSE, entry=entry.id)
    assert (held(0), worth(cable), VendorClaim.objects.filter(void=None).count()) == ({"bin": 3}, 1800, 0)
    clean()


def test_what_left_stock_meanwhile_is_not_sent(company: World) -> None:
    """A unit that was sold since is not sent to the vendor."""
    product = traced(company, "S1")
    claim, _ = claimed(company, Faulty(1, product.pk, ("S1",)))
    delivered(company, product, 1)
    count = entries()
    refused("not_free", lambda: send_claim(actor=HOUSE, claim=claim))
    assert entries() == count


def test_lines_cost_no_further_statements(company: World) -> None:
    """A claim of one unit and one of six take as many statements."""
    product = traced(company, *(f"S{n}" for n in range(1, 15)))

    def counted(*codes: str) -> list[int]:
        found = []
        with CaptureQueriesContext(
            connection,
        ) as asked:
            claim, lines = claimed(company, *(Faulty(1, product.pk, (code,)) for code in codes))
        found.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            send_claim(actor=HOUSE, claim=claim)
        found.append(len(asked))
        answers = [
            Answered(line, 1, "replacement", f"N{code}") for line, code in zip(lines, codes, strict=True)
        ]
        with CaptureQueriesContext(connection) as asked:
            answer_claim(actor=HOUSE, claim=claim, answers=answers)
        return [*found, len(asked)]

    counted("S14")
    assert counted("S1") == counted("S2", "S3", "S4", "S5", "S6", "S7")


def test_over_http(company: World) -> None:
    """Claim, send and answer over HTTP; lists are narrowed, bad input is named by its field."""
    product = traced(company, "S1")
    api = Caller(company.user)
    line = {"product": product.pk, "quantity": "1", "serials": ["S1"]}
    given = {"vendor": company.vendor.pk, "reason": "Dead", "lines": [line]}
    made = api.good("post", "/vendor-claims", given, status=201)
    assert (made["status"], made["lines"][0]["serial"]) == ("to_send", "S1")
    at = f"/vendor-claims/{made['id']}"
    done = api.good("post", f"{at}/send", {"reference": "RMA-1"})
    assert (done["status"], done["reference"], done["age_days"]) == ("sent", "RMA-1", 0)
    answer = {"line": made["lines"][0]["id"], "quantity": "1", "answer": "replacement", "serial": "N1"}
    done = api.good("post", f"{at}/answer", {"lines": [answer]})
    assert (done["status"], done["lines"][0]["answers"][0]["serial"]) == ("answered", "N1")
    found = api.refused(f"{at}/answer", {"lines": [answer]})
    assert found == (409, "answered_already", "lines.0.quantity")
    listed = api.good("get", f"/vendor-claims?status=answered&vendor={company.vendor.pk}")
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert api.good("get", "/vendor-claims?status=open")["items"] == []
    assert [turn["serial"] for turn in api.good("get", "/serials/N1")["chain"]] == ["S1", "N1"]


def test_in_the_browser(company: World) -> None:
    """A claim is made from an RMA, sent and answered on its pages; a refusal stands beside its field."""
    _product, _line, rma, asked = of_customer(company)
    client = Client()
    client.force_login(company.user)
    assert "/vendor-claims/new/" in client.get(f"/rmas/{rma}/").content.decode()
    form = client.get(f"/vendor-claims/new/?rma={rma}").content.decode()
    assert f"quantity-{asked}" in form
    given = {"rma": rma, f"quantity-{asked}": "2", "reason": "Dead", "expected": "repair"}
    refused_ = client.post("/vendor-claims/new/", given)
    assert (refused_.status_code, "only 1 of this line" in refused_.content.decode()) == (409, True)
    made = client.post("/vendor-claims/new/", given | {f"quantity-{asked}": "1"})
    claim = VendorClaim.objects.get()
    assert made.headers["Location"] == f"/vendor-claims/{claim.pk}/"
    assert claim.number in client.get("/vendor-claims/").content.decode()
    assert claim.number in client.get(f"/rmas/{rma}/").content.decode()
    client.post(f"/vendor-claims/{claim.pk}/send/", {"reference": "RMA-7"})
    page = client.get(f"/vendor-claims/{claim.pk}/").content.decode()
    assert "RMA-7" in page
    assert "With the vendor" in page
    line = claim.lines.get().pk
    assert f"answer-{line}" in client.get(f"/vendor-claims/{claim.pk}/answer/").content.decode()
    told = {f"quantity-{line}": "1", f"answer-{line}": "replacement"}
    again = client.post(f"/vendor-claims/{claim.pk}/answer/", told)
    assert "Give the serial number of the unit that came instead" in again.content.decode()
    client.post(f"/vendor-claims/{claim.pk}/answer/", told | {f"serial-{line}": "N1"})
    assert "Another unit N1" in client.get(f"/vendor-claims/{claim.pk}/").content.decode()
    unit = Lot.objects.get(code="N1").pk
    assert "S1" in client.get(f"/serials/{unit}/").content.decode()


def test_the_slip_goes_with_the_goods(company: World) -> None:
    """The vendor reads what is wrong with which units, its own reference, and what we ask for."""
    product = traced(company, "S1")
    claim, _ = claimed(company, Faulty(1, product.pk, ("S1",)), reference="RMA-9")
    slip = vendor_claim(claim, "en")
    assert (slip.number, slip.customer_reference, slip.note) == (one(claim).number, "RMA-9", "Does not start")
    assert (slip.lines[0].serials, slip.closing) == (("S1",), "Please send us other ones for them.")


def test_what_came_instead_has_the_rest_of_the_vendors_warranty(company: World) -> None:
    """It runs from the receipt, for the months of the vendor's price, through every unit that came for it."""
    product = company.product(traced="serial")
    made = stocked_up(company, (product, 1, 10_000_000))
    arrive(made.lines[0], 1, serials=("S1",))
    first, lot = plus_months(today(), 24), Lot.objects.get(code="S1").pk
    assert covers([lot]) == {}
    VendorPrice.objects.filter(product=product).update(warranty_months=24)
    assert covers([lot])[lot] == (company.vendor.pk, company.vendor.name, first)
    for old, new in (("S1", "N1"), ("N1", "N2")):
        claim, (line,) = sent(company, Faulty(1, product.pk, (old,)))
        assert show_claims([one(claim)])[0]["lines"][0]["warranty_end_on"] == first
        answer_claim(actor=HOUSE, claim=claim, answers=[Answered(line, 1, "replacement", new)])
    unit = Lot.objects.get(code="N2").pk
    assert covers([unit])[unit].end_on == first
    client = Client()
    client.force_login(company.user)
    assert "Vendor's warranty" in client.get(f"/serials/{unit}/").content.decode().replace("&#39;", "'")
    told = Caller(company.user).good("get", f"/products/{product.pk}?include=vendors")
    assert told["vendors"][0]["warranty_months"] == 24
