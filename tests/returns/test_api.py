"""Devices and returns over HTTP: the same verbs, figures as decimal strings, refusals with code and field."""

from __future__ import annotations

import pytest

from tests.devices.test_install import delivered, policy, traced
from tests.fulfilment.trade import where
from tests.purchasing.test_api import Caller
from tests.returns.test_rma import loose
from tests.returns.test_settle import billed
from tests.world import World, clean, entries, world
from wharfinger.base.models import Setting

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def ada(company: World) -> Caller:
    """An administrator at the API."""
    return Caller(company.user)


def test_an_rma_from_request_to_close(company: World, ada: Caller) -> None:
    line = loose(company, 3)
    billed(line, 3)
    asked = {
        "organization": company.customer.pk,
        "lines": [{"line": line, "quantity": "2", "reason": "Broken"}],
    }
    made = ada.good("post", "/rmas", asked, status=201)
    (row,) = made["lines"]
    assert (made["number"], made["status"], made["currency"]) == ("RMA-1", "requested", "EUR")
    assert (row["requested"], row["received"], row["credit"], row["reason"]) == ("2", "0", "20.00", "Broken")
    path = f"/rmas/{made['id']}"
    assert ada.good("post", f"{path}/approve")["status"] == "approved"
    arrived = {"lines": [{"rma_line": row["id"], "quantity": "2"}]}
    assert ada.good("post", f"{path}/receive", arrived)["status"] == "to_inspect"
    verdicts = [
        {"rma_line": row["id"], "quantity": "1", "outcome": "restock", "bin": company.bins[1].pk},
        {"rma_line": row["id"], "quantity": "1", "outcome": "scrap", "note": "Burnt"},
    ]
    inspected = ada.good("post", f"{path}/inspect", {"lines": verdicts})
    assert inspected["lines"][0]["outcomes"] == {"restock": "1", "scrap": "1"}
    answer = {"rma_line": row["id"], "quantity": "2", "answer": "credit", "amount": "23.80"}
    settled = ada.good("post", f"{path}/settle", {"lines": [answer]})
    assert (settled["status"], settled["lines"][0]["settled"]) == ("settled", "2")
    assert ada.good("post", f"{path}/close")["status"] == "closed"
    assert [one["number"] for one in ada.good("get", "/rmas?status=closed")["items"]] == ["RMA-1"]
    assert ada.good("get", "/rmas?status=open")["items"] == []
    clean()


def test_a_replacement_says_both_papers_before_it_is_done(company: World, ada: Caller) -> None:
    line = loose(company, 1)
    billed(line, 1)
    better = company.product(price_micro=15_000_000)
    company.stock(better, 1)
    made = ada.good(
        "post", "/rmas", {"organization": company.customer.pk, "lines": [{"line": line}]}, status=201
    )
    path, (row,) = f"/rmas/{made['id']}", made["lines"]
    ada.good("post", f"{path}/approve")
    ada.good("post", f"{path}/receive", {"lines": [{"rma_line": row["id"], "quantity": "1"}]})
    answer = {"rma_line": row["id"], "quantity": "1", "answer": "replace"}
    body = {"lines": [answer | {"instead": {"product": better.pk, "unit_price": "14.00"}}]}
    before = entries()
    tried = ada.good("post", f"{path}/settle?dry_run=true", body)
    assert {subject.partition(":")[0] for subject in tried["documents"]} >= {"credit_note", "invoice"}
    assert entries() == before
    wrong = {"lines": [answer | {"instead": {"product": better.pk, "serial": "NONE"}}]}
    assert ada.refused(f"{path}/settle", wrong)[1:] == ("unknown_serial", "lines.0.instead.serial")
    (done,) = ada.good("post", f"{path}/settle", body)["lines"]
    (instead,) = done["replacements"]
    assert (done["answer"], instead["product"], instead["quantity"]) == ("replace", better.pk, "1")
    assert ada.good("get", f"/lines/{instead['line']}")["unit_price"] == "14"
    clean()


def test_refusals_name_their_field(company: World, ada: Caller) -> None:
    line = loose(company, 1)
    asked = {"organization": company.customer.pk, "lines": [{"line": line, "quantity": "2"}]}
    assert ada.refused("/rmas", asked) == (409, "more_than_delivered", "lines.0.quantity")
    asked["lines"] = [{"line": 999_999, "quantity": "1"}]
    assert ada.refused("/rmas", asked)[:2] == (404, "no_such_goods")
    assert ada.refused("/rmas/1/receive", {"lines": [{"rma_line": 1, "quantity": "1"}]})[:2] == (
        422,
        "no_such_rma_line",
    )
    back = {"organization": company.customer.pk, "lines": [{"line": line, "quantity": "1"}], "credit": False}
    assert ada.refused("/returns", back) == (422, "reason_wanted", "reason")
    assert ada.refused("/devices/7/swap", {"reason": "x"})[:2] == (404, "no_such_device")


def test_without_the_module_returns_still_work(company: World, ada: Caller) -> None:
    Setting.objects.create(key="modules", value={"rma": False})
    line = loose(company, 1)
    asked = {"organization": company.customer.pk, "lines": [{"line": line, "quantity": "1"}]}
    assert ada.refused("/rmas", asked)[:2] == (404, "module_off")
    asked["lines"][0]["outcome"] = "restock"  # type: ignore[index]
    made = ada.good("post", "/returns", asked, status=201)
    assert (made["number"], made["authorized"], made["lines"][0]["outcomes"]) == (
        "RET-1",
        False,
        {"restock": "1"},
    )
    assert ada.good("get", f"/returns/{made['id']}")["lines"][0]["answer"] == "credit"
    clean()


def test_a_device_from_install_to_swap(company: World, ada: Caller) -> None:
    router = traced(company, "OLD", "NEW")
    policy(company, product=router)
    line = delivered(company, router, 1)
    billed(line, 1)
    serial = next(code for code in ("OLD", "NEW") if where(code)[0] == "customer")
    done = ada.good("post", "/devices/install", {"items": [{"line": line, "reference": "Rack"}]}, status=201)
    (device,) = done["devices"]
    assert (device["number"], device["serial"], device["warranty"]) == ("D-1", serial, "covered")
    service = company.product(kind="service", price_micro=49_900_000)
    subscription = ada.good(
        "post",
        "/subscriptions",
        {"organization": company.customer.pk, "product": service.pk, "device": device["id"]},
        status=201,
    )
    assert (subscription["number"], subscription["price"]) == ("SUB-1", "49.9")
    (asset,) = ada.good("get", f"/organizations/{company.customer.pk}/assets")["items"]
    assert (asset["device_number"], asset["quantity"], asset["number"]) == ("D-1", "1", "SO-1")
    assert [one["number"] for one in asset["shipments"]] == ["SH-1"]
    assert [one["number"] for one in asset["invoices"]] == ["INV-1"]
    swapped = ada.good(
        "post",
        f"/devices/{device['id']}/swap",
        {"incoming": {}, "outgoing_to": "returns", "reason": "Broken"},
    )
    assert (swapped["number"], swapped["replaces"], swapped["reference"]) == ("D-2", device["id"], "Rack")
    assert swapped["subscriptions"] == [subscription["id"]]
    old = ada.good("get", f"/devices/{device['id']}")
    assert (old["organization"], old["replaced_by"]) == (None, swapped["id"])
    (past,) = ada.good("get", f"/organizations/{company.customer.pk}/assets/history")["items"]
    assert (past["device_number"], past["verb"], past["to"], past["reason"]) == (
        "D-1",
        "swap",
        "returns",
        "Broken",
    )
    assert ada.good("patch", f"/devices/{swapped['id']}", {"reference": "Desk"})["reference"] == "Desk"
    ended = ada.good("post", f"/subscriptions/{subscription['id']}/end", {})
    assert ended["ended_on"] is not None
    clean()


def test_a_dry_run_writes_nothing(company: World, ada: Caller) -> None:
    line = delivered(company, traced(company, "S1"), 1)
    done = ada.good("post", "/devices/install?dry_run=true", {"items": [{"line": line}]})
    assert (done["dry_run"], done["verb"]) == (True, "install")
    assert ada.good("get", "/devices")["items"] == []
