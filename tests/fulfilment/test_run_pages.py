"""Pick runs over HTTP and at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.documents.reading import pages, scanned
from tests.fulfilment.trade import order, reserved
from tests.world import World, clean, entries, held, seen
from wharfinger.fulfilment.actions.runs import pick_in_run, start_run
from wharfinger.fulfilment.models import PickRun
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import User

pytestmark = pytest.mark.django_db


def test_a_run_is_begun_picked_stopped_and_taken_over_by_the_api(company: World, call: Any) -> None:
    router, cable = company.product(), company.product()
    company.stock(router, 5)
    company.stock(cable, 5, bin=company.bins[1])
    first, (line,) = order(company, (router, 2))
    second, (other,) = order(company, (cable, 3))
    status, run = call(
        "post", "/pick-runs", {"orders": [first, second], "location": company.location.pk, "totes": 4}
    )
    assert status == 201
    assert (run["number"], run["status"], run["picker"]) == ("PR-1", "under_way", company.user.pk)
    assert [(one["bin_name"], one["tote"], one["quantity"]) for one in run["stops"]] == [
        ("A1", 1, "2"),
        ("A2", 2, "3"),
    ]
    before = entries()
    status, body = call("post", "/pick-runs", {"lines": [line], "location": company.location.pk})
    assert (status, body["code"], body["by"]["name"]) == (409, "being_picked", "Ada")
    status, body = call("post", "/pick-runs", {"lines": [line], "location": 4711})
    assert (status, body["field"]) == (422, "location")
    status, body = call("post", "/pick-runs", {"location": company.location.pk})
    assert (status, body["field"]) == (422, "lines")
    assert call("post", f"/pick-runs/{run['id']}/take-over")[1]["code"] == "your_own_run"
    assert call("post", "/pick-runs/4711/stop")[0] == 404
    assert entries() == before
    picks = {"picks": [{"line": line, "quantity": "2"}]}
    status, run = call("post", f"/pick-runs/{run['id']}/pick", picks)
    assert status == 200
    assert [(one["line"], one["open"], one["picked"]) for one in run["lines"]] == [
        (line, False, "2"),
        (other, True, "0"),
    ]
    assert call("post", f"/pick-runs/{run['id']}/pick", picks)[1]["code"] == "not_in_run"
    assert [one["id"] for one in call("get", "/pick-runs?status=under_way")[1]["items"]] == [run["id"]]
    status, run = call("post", f"/pick-runs/{run['id']}/stop")
    assert (status, run["status"], run["stops"]) == (200, "stopped", [])
    assert held(other) == {"to_order": 3, "to_bill": 3}
    assert call("get", f"/pick-runs/{run['id']}")[1]["stopped_at"]
    assert call("get", "/pick-runs?status=stopped")[1]["items"][0]["id"] == run["id"]
    assert call("get", "/pick-runs?status=done")[1]["items"] == []
    clean()


def test_a_run_begins_from_the_list_and_from_an_order(company: World, client: Client) -> None:
    client.force_login(company.user)
    router = company.product()
    company.stock(router, 5)
    pk, (line,) = reserved(company, (router, 2))
    row = Holding.objects.get(claim=line, kind="bin", quantity__gt=0).pk
    response = client.post("/work/start-run", {"selected": row})
    run = PickRun.objects.get()
    assert response["Location"] == f"/pick-runs/{run.pk}/"
    page = seen(client, "/work/to-pick/")
    assert "Ada · PR-1" in page
    assert "PR-1" in seen(client, "/pick-runs/")
    page = seen(client, f"/pick-runs/{run.pk}/")
    assert "Being picked" in page
    assert "PR-1/1" in page
    client.post(f"/pick-runs/{run.pk}/stop/")
    assert "Stopped" in seen(client, f"/pick-runs/{run.pk}/")
    assert "Ada · PR-1" not in seen(client, "/work/to-pick/")
    assert "Start picking" in seen(client, f"/orders/{pk}/")
    response = client.post(f"/orders/{pk}/pick-run/")
    assert response["Location"] == f"/pick-runs/{PickRun.objects.last().pk}/"  # type: ignore[union-attr]
    clean()


def test_a_tote_has_a_label_a_row_on_the_list_and_leads_to_its_packing(
    company: World, client: Client
) -> None:
    client.force_login(company.user)
    router, cable = company.product(sku="ROUTER"), company.product(sku="CABLE")
    company.stock(router, 2)
    company.stock(cable, 3)
    _, (first,) = reserved(company, (router, 2))
    _, (second,) = reserved(company, (cable, 3))
    done = start_run(actor=company.user, location=company.location.pk, lines=[first, second])
    run = done.one("fulfilment.PickRun")
    printed = client.get(f"/documents/pick-runs/{run}.pdf").content
    assert scanned(printed) == {"PR-1", "ROUTER", "CABLE"}
    (text,) = pages(printed)
    assert "Pick list PR-1" in text
    assert "Tote Take" in text
    labels = client.get(f"/documents/labels/totes.pdf?ids={run}").content
    assert [scanned(labels, page=n) for n in range(2)] == [{"PR-1/1"}, {"PR-1/2"}]
    pick_in_run(actor=company.user, run=run, picks=[Pick(first, 2), Pick(second, 3)])
    assert client.get(f"/documents/pick-runs/{run}.pdf").status_code == 409
    assert client.get("/documents/pick-runs/4711.pdf").status_code == 404
    assert client.get(f"/api/v1/documents/pick-runs/{run}.pdf").status_code == 409
    page = seen(client, "/work/to-pack/?find=pr-1/2")
    assert "CABLE" in page
    assert "ROUTER" not in page
    page = seen(client, "/packing/")
    assert "PR-1/2" in page
    assert f"/packing/{company.site.pk}/" in page


def test_goods_of_two_locations_are_two_runs(company: World, client: Client) -> None:
    client.force_login(company.user)
    router = company.product()
    company.stock(router, 2)
    company.stock(router, 2, bin=company.bins[2])
    _, (line,) = reserved(company, (router, 4))
    rows = Holding.objects.filter(claim=line, kind="bin", quantity__gt=0).values_list("pk", flat=True)
    before = entries()
    client.post("/work/start-run", {"selected": list(rows)})
    assert entries() == before
    assert "several locations" in seen(client, "/work/to-pick/")


def test_somebody_else_takes_a_run_over_on_its_page(company: World, client: Client) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    petra = User.objects.create(username="petra", name="Petra")
    petra.roles.add(*company.user.roles.all())
    done = start_run(actor=petra, location=company.location.pk, lines=[line])
    run = done.one("fulfilment.PickRun")
    client.force_login(company.user)
    assert "Take over" in seen(client, f"/pick-runs/{run}/")
    client.post(f"/pick-runs/{run}/take-over/")
    assert PickRun.objects.get().picker == company.user
    assert "Take over" not in seen(client, f"/pick-runs/{run}/")
    clean()


@pytest.mark.parametrize(
    "path", ["/pick-runs/", "/pick-runs/{run}/", "/api/v1/pick-runs", "/api/v1/pick-runs/{run}"]
)
def test_runs_are_read_in_as_many_statements_however_long(company: World, client: Client, path: str) -> None:
    client.force_login(company.user)
    counts = []
    for many in (1, 10, 40):
        products = [company.product() for _ in range(many)]
        for product in products:
            company.stock(product, 2)
        _, lines = order(company, *((product, 2) for product in products))
        run = start_run(actor=company.user, location=company.location.pk, lines=lines).one(
            "fulfilment.PickRun"
        )
        client.get(path.format(run=run))
        with CaptureQueriesContext(connection) as seen_now:
            assert client.get(path.format(run=run)).status_code == 200
        counts.append(len(seen_now))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= (14 if path.endswith("{run}/") else 12)
