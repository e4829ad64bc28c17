"""A return in the browser: the warehouse inspects it at a desk and on a telephone, accounts settles it."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from tests.browser.person import PASSWORD, Company, Person
from tests.fulfilment.trade import where
from wharfinger.base.access import HOUSE
from wharfinger.billing.models import CreditNote
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.ledger.audit import audit
from wharfinger.notices.models import Attachment
from wharfinger.parties.models import Role, User
from wharfinger.parties.permissions import ROLES
from wharfinger.returns.actions.grading import add_grade
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.models import Finding, Repair, Rma
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked


@contextmanager
def somebody(browser: Any, company: Company, role: str, width: int = 1440) -> Iterator[Person]:
    """A person of a role in front of a browser of their own; it complains of nothing."""
    user, new = User.objects.get_or_create(username=f"{role}-{width}", defaults={"name": role.title()})
    if new:
        user.set_password(PASSWORD)
        user.save()
        kept = {"permissions": list(ROLES[role])}
        user.roles.add(Role.objects.get_or_create(name=role, defaults=kept)[0])
    theirs = copy.copy(company)
    theirs.user, theirs.signed_in = user, None
    one = Person(browser, theirs, width=width)
    one.page.wait_for_url(lambda url: "sign" not in url)
    yield one
    one.context.close()
    assert one.complaints == []


def came_back(company: Company, *codes: str) -> int:
    """Units of this test's own that were sold, invoiced and sent back: their RMA."""
    world = company.world
    product = world.product(
        sku=f"SET-{codes[0]}", name="Set-top box", price_micro=100_000_000, traced="serial"
    )
    world.stock(product, len(codes), serials=codes)
    done = sell(actor=HOUSE, sales=[Sale(world.customer.pk, (LineWish(product.pk, len(codes)),))])
    (line,) = done.made["ledger.Claim"]
    asked = request(actor=HOUSE, organization=world.customer.pk, items=[Asked(len(codes), line)])
    rma = asked.one("returns.Rma")
    approve(actor=HOUSE, rma=rma)
    row = asked.one("returns.RmaLine")
    receive(actor=HOUSE, rma=rma, items=[Arrived(len(codes), row, codes)])
    return rma


def graded(code: str, outcome: str) -> None:
    """A grade of this test's own."""
    values = {"code": code, "names": {"en": f"State {code}"}, "outcome": outcome, "resellable": True}
    add_grade(actor=HOUSE, values=values)


def books_hold() -> None:
    """Nothing else is amiss but that the photos lie in the folder of the process that serves."""
    found = [one.law for one in audit() if one.where.partition(":")[0] != "attachment"]
    assert found == []


def burnt() -> dict[str, Any]:
    """A photo as a telephone takes it."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (140, 90, 90)).save(out, "png")
    return {"name": "burnt.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_the_warehouse_inspects_each_unit_and_accounts_settles(company: Company, browser: Any) -> None:
    rma = came_back(company, "RI-1", "RI-2")
    graded("G1", "restock")
    graded("G2", "scrap")
    path = f"/rmas/{rma}/"
    with somebody(browser, company, "warehouse") as wim:
        wim.go(path)
        wim.next_step()
        page = wim.page
        for n, (code, found) in enumerate((("G1", ""), ("G2", "Burnt"))):
            unit = page.locator("fieldset fieldset").nth(n)
            unit.locator("select[name^=grade]").select_option(label=f"{code} · State {code}")
            unit.locator("input[name^=note]").fill(found)
        page.set_input_files("#f-photo", [burnt()])
        wim.next_step()
        told = page.locator("main").inner_text()
        assert "G2 · State G2" in told
        assert "Burnt" in told
        assert page.locator(".shots img").count() >= 1
        assert [where(code)[0] for code in ("RI-1", "RI-2")] == ["bin", "scrap"]
        assert "Settle" not in page.locator("header").inner_text(), "it is not for the warehouse to say"
    with somebody(browser, company, "accounts") as clara:
        clara.go(path)
        clara.next_step()
        clara.page.locator("select[name^=answer]").select_option(label="Credit")
        clara.press("Preview")
        assert "Credit note" in clara.page.locator("main").inner_text()
        clara.next_step()
        assert CreditNote.objects.get().total_minor == 23_800
        clara.go(path)
        assert "Settled" in clara.page.locator("header").inner_text()
    assert Finding.objects.count() == 2
    assert Attachment.objects.get().about == f"rma:{rma}"
    books_hold()


def test_the_warehouse_inspects_and_repairs_on_a_telephone(company: Company, browser: Any) -> None:
    rma = came_back(company, "RI-3")
    graded("G3", "repair")
    path = f"/rmas/{rma}/"
    with somebody(browser, company, "warehouse", width=390) as wim:
        page = wim.page
        wim.go(f"{path}inspect/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator("select[name^=grade]").select_option(label="G3 · State G3")
        page.locator("input[name^=note]").fill("Fan is stuck")
        wim.next_step()
        assert where("RI-3")[0] == "bench"
        wim.undo()
        assert where("RI-3")[0] == "returns"
        wim.go(f"{path}inspect/")
        page.locator("select[name^=grade]").select_option(label="G3 · State G3")
        wim.next_step()
        wim.go(path)
        wim.next_step()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.fill("[name=text]", "Fan cleaned")
        page.fill("[name=cost]", "12.50")
        page.select_option("[name=then]", label="Send back")
        wim.next_step()
        assert "Fan cleaned" in page.locator("main").inner_text()
        assert where("RI-3")[0] == "customer"
    assert Repair.objects.get().cost_minor == 1250
    assert Rma.objects.get(pk=rma).closed_at is None
    books_hold()
