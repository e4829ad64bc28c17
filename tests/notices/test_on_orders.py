"""AT-47: an order's own page takes notes, to-dos, files and tickets, and shows them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.notices.pictures import PDF, upload
from tests.sales.test_order import order_of
from tests.world import World, clean, seen, world
from wharfinger.demand.rules import LineWish
from wharfinger.work.models import WorkOrder

pytestmark = pytest.mark.django_db


def test_an_order_takes_notes_to_dos_files_and_tickets(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    company: World = world()
    client.force_login(company.user)
    order, _ = order_of(company, LineWish(company.product().pk, 1))
    page, about = f"/orders/{order}/", f"order:{order}"
    said = {"subject": about, "back": page}
    offered = seen(client, page)
    for action in ("/notes/write/", "/todos/add/", "/attachments/attach/", "/tickets/new/?organization="):
        assert action in offered, action
    for path, typed in (
        ("/notes/write/", {"text": "Ring before you come"}),
        ("/todos/add/", {"todo": "Fetch the ladder", "person": company.user.pk}),
        ("/attachments/attach/", {"file": upload("Plan.pdf", PDF)}),
    ):
        answer = client.post(path, said | typed)
        assert (answer.status_code, answer["Location"]) == (303, page)
    client.post("/tickets/new/", {"organization": company.customer.pk, "order": order, "title": "Put it up"})
    assert WorkOrder.objects.get().order_id == order
    shown = seen(client, page)
    for words in ("Ring before you come", "Fetch the ladder", "Plan.pdf", "T-1 Put it up"):
        assert words in shown, words
    clean()
