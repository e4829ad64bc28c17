"""In which state goods come back: a list of grades, what was found of each unit, and photos of it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, traced
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.test_proof import looked, photo
from tests.purchasing.test_api import Caller
from tests.returns.test_rma import asked, loose
from tests.world import World, clean, entries, refused, world
from wharfinger.base.access import HOUSE
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.models import Attachment
from wharfinger.returns.actions.grading import add_grade, change_grade
from wharfinger.returns.actions.inspecting import inspect
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.models import Finding, Grade
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client: Client) -> World:
    """A small company whose user is signed in."""
    made = world()
    client.force_login(made.user)
    return made


def graded(code: str = "B", **values: Any) -> int:
    """A grade of the list."""
    names = {"en": f"Grade {code}", "de": f"Klasse {code}"}
    return add_grade(actor=HOUSE, values={"code": code, "names": names, **values}).one("returns.Grade")


def here(company: World, units: int = 3) -> tuple[int, int]:
    """Goods that came back: the return and its line."""
    rma, (line,) = asked(company, Asked(units, loose(company, units)))
    receive(actor=HOUSE, rma=rma, items=[Arrived(units, line)])
    return rma, line


def test_a_grade_is_kept_changed_and_taken_off_the_list(company: World) -> None:
    pk = graded("B", outcome="restock")
    row = Grade.objects.get(pk=pk)
    assert (row.code, row.names["de"], row.resellable, row.outcome) == ("B", "Klasse B", True, "restock")
    before = entries()
    for values, code in (
        ({"resellable": False}, "not_resellable"),
        ({"outcome": "sell"}, "not_one_of"),
        ({"names": "B"}, "wrong_type"),
        ({"code": ""}, "missing"),
    ):
        refused(lambda values=values: change_grade(actor=HOUSE, grade=pk, values=values), code)
    refused(lambda: graded("b"), "code_taken")
    refused(lambda: change_grade(actor=HOUSE, grade=999, values={"code": "X"}), "no_such_grade")
    assert entries() == before
    done = change_grade(actor=HOUSE, grade=pk, values={"resellable": False, "outcome": "scrap"})
    change_grade(actor=HOUSE, grade=pk, values={"retired_on": "2026-11-01"})
    rma, line = here(company)
    before = entries()
    refused(
        lambda: inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, 1, "scrap", grade=pk)]),
        "no_such_grade",
        "lines.0.grade",
    )
    assert (entries(), Finding.objects.count()) == (before, 0)
    reverse(actor=HOUSE, entry=done.id)
    assert Grade.objects.get(pk=pk).outcome == "restock"


def test_what_was_found_is_of_each_unit_and_undone_with_its_inspection(company: World) -> None:
    sold = delivered(company, traced(company, "S1", "S2"), 2)
    rma, (line,) = asked(company, Asked(2, sold))
    receive(actor=HOUSE, rma=rma, items=[Arrived(2, line, ("S1", "S2"))])
    good, bad = graded("A", outcome="restock"), graded("C", resellable=False, outcome="scrap")
    done = inspect(
        actor=HOUSE,
        rma=rma,
        verdicts=[
            Verdict(line, 1, "", serials=("S1",), grade=good),
            Verdict(line, 1, "", serials=("S2",), note=" Burnt ", grade=bad),
        ],
    )
    rows = Finding.objects.order_by("pk").values_list(
        "lot__code", "grade__code", "outcome", "text", "quantity"
    )
    assert list(rows) == [("S1", "A", "restock", "", 1), ("S2", "C", "scrap", "Burnt", 1)]
    assert Entry.objects.get(pk=done.id).reason == "A; C: Burnt"
    reverse(actor=HOUSE, entry=done.id)
    assert not Finding.objects.filter(void__isnull=True).exists()
    clean()


def test_findings_cost_the_same_number_of_statements_however_many(company: World) -> None:
    pk = graded()
    counts = []
    for units in (2, 9):
        rma, line = here(company, units)
        verdicts = [Verdict(line, 1, "scrap", note=f"No. {n}", grade=pk) for n in range(units)]
        with CaptureQueriesContext(
            connection,
        ) as told:
            inspect(actor=HOUSE, rma=rma, verdicts=verdicts)
        counts.append(len(told))
    assert counts[0] == counts[1]
    assert Finding.objects.count() == 11


def test_photos_hang_on_the_return_by_the_same_entry(company: World, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    rma, line = here(company)
    before = entries()
    refused(
        lambda: inspect(
            actor=HOUSE, rma=rma, verdicts=[Verdict(line, 4, "scrap")], pictures=looked(photo(1))
        ),
        "not_received",
    )
    assert (entries(), Attachment.objects.count()) == (before, 0)
    done = inspect(
        actor=HOUSE, rma=rma, verdicts=[Verdict(line, 1, "scrap", note="Cut")], pictures=looked(photo(1))
    )
    hung = Attachment.objects.get()
    assert (hung.about, hung.made_id) == (f"rma:{rma}", done.id)
    reverse(actor=HOUSE, entry=done.id)
    assert not Attachment.objects.filter(void__isnull=True).exists()
    clean()


def test_the_page_takes_grades_findings_and_photos(
    client: Client, company: World, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    line = delivered(company, traced(company, "S1"), 1)
    install(actor=HOUSE, items=[Installation(line)])
    device = Device.objects.get()
    rma, (row,) = asked(company, Asked(1, line, device.pk))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    to = f"/rmas/{rma}/"
    assert "grade-" not in see(client, f"{to}inspect/"), "where there is no grade nothing asks for one"
    pk = graded("C", outcome="scrap", resellable=False)
    assert "C · Grade C" in see(client, f"{to}inspect/")
    typed = {f"quantity-{row}": "1", f"grade-{row}": str(pk), f"note-{row}": "Burnt"}
    before = entries()
    wrong = {"photo": [SimpleUploadedFile("x.png", b"%PDF-1.7", "image/png")]}
    do(client, f"{to}inspect/", typed | wrong, status=422)
    do(client, f"{to}inspect/", typed | {f"outcome-{row}": "restock"}, status=409)
    assert entries() == before
    do(client, f"{to}inspect/", typed | {"photo": [SimpleUploadedFile("burnt.png", photo(1), "image/png")]})
    assert entries() == before + 1
    for path in (to, f"/devices/{device.pk}/"):
        page = see(client, path)
        assert "C · Grade C" in page, path
        assert "Burnt" in page, path
        assert f"/attachments/{Attachment.objects.get().pk}/" in page, path
    clean()


def test_the_list_of_grades_has_pages(client: Client, company: World) -> None:
    assert "/returns/grades/" in see(client, "/settings/")
    typed = {
        "code": "B",
        "name_en": "Used",
        "name_de": "Gebraucht",
        "resellable": "yes",
        "outcome": "restock",
    }
    do(client, "/returns/grades/new/", typed)
    row = Grade.objects.get()
    assert (row.names, row.resellable) == ({"en": "Used", "de": "Gebraucht"}, True)
    do(client, "/returns/grades/new/", typed, status=422)
    do(client, f"/returns/grades/{row.pk}/", typed | {"outcome": "", "retired_on": "2026-11-01"})
    assert "Used" in see(client, "/returns/grades/?tab=all")
    assert "Used" not in see(client, "/returns/grades/")


def test_the_api_tells_what_was_found_when_and_by_whom(company: World, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    ada = Caller(company.user)
    given = {"code": "B", "names": {"en": "Used"}, "outcome": "restock"}
    grade = ada.good("post", "/grades", given, status=201)["id"]
    assert ada.good("get", "/grades?code=B")["items"][0]["names"] == {"en": "Used"}
    assert ada.good("patch", f"/grades/{grade}", {"resellable": True})["outcome"] == "restock"
    rma, line = here(company)
    body = {"lines": [{"rma_line": line, "quantity": "2", "grade": grade, "note": "Scratched"}]}
    wrong = body | {"photos": ["no Base64!"]}
    assert ada.refused(f"/rmas/{rma}/inspect", wrong) == (422, "no_photo", "photos.0")
    done = ada.good("post", f"/rmas/{rma}/inspect", body | {"photos": [base64.b64encode(photo(1)).decode()]})
    (found,) = done["findings"]
    assert (found["quantity"], found["grade_code"], found["outcome"]) == ("2", "B", "restock")
    assert (found["text"], found["entry"], found["found_by"]) == ("Scratched", done["entry"], company.user.pk)
    assert found["attachments"] == [Attachment.objects.get().pk]
    assert set(done["steps"]) == {"requested", "received", "inspected"}
    assert done["steps"]["inspected"]["by"] == company.user.pk
    clean()
