"""Whoever may not do a thing may not undo it either; nobody wins back by undo what was taken from them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

import wharfinger
from tests.world import World, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog.actions import change_product
from wharfinger.ledger.again import AGAIN
from wharfinger.ledger.chart import ROWS
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import CORRECTIONS, VERBS
from wharfinger.parties.actions.people import add_role, add_user, change_language, change_role, change_user
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Role, User
from wharfinger.parties.permissions import ALL, ROLES
from wharfinger.site.undoing import AMENDED, BY_NOUN, BY_VERB, CANCELLED, SHARED
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def holder(*permissions: str) -> User:
    """Somebody with exactly these permissions, made by the house."""
    name = f"holder-{User.objects.count()}"
    role = add_role(actor=HOUSE, name=name, permissions=list(permissions)).one("parties.Role")
    made = add_user(actor=HOUSE, values={"username": name}, roles=[role])
    return User.objects.get(pk=made.one("parties.User"))


def refused(user: User, entry: int) -> None:
    before = entries()
    with pytest.raises(NotAllowed):
        reverse(actor=User.objects.get(pk=user.pk), entry=entry)
    assert entries() == before


def test_the_table_names_every_verb_and_only_permissions_that_there_are() -> None:
    assert set(BY_VERB) | SHARED == set(VERBS)
    assert not set(BY_VERB) & SHARED
    assert {*BY_VERB.values(), *BY_NOUN.values(), *CANCELLED.values(), *AMENDED.values()} <= set(ALL)


def test_every_verb_that_is_posted_has_its_words() -> None:
    posted = {
        verb
        for file in Path(wharfinger.__file__).parent.glob("*/actions*/**/*.py")
        for verb in re.findall(r'\bpost\(\s*"(\w+)"', file.read_text(encoding="utf-8"))
    }
    assert posted | set(ROWS) <= set(VERBS)
    assert len(posted) > 50


def test_goods_are_taken_back_by_who_may_move_them(company: World) -> None:
    product = company.product()
    done = adjust(actor=HOUSE, items=[Adjustment(product.pk, 3, company.location.place_id)], reason="Found")
    refused(holder("ledger.reverse", "*.read", "sales.*"), done.id)
    assert held(product=product.pk) == {"bin": 3}
    reverse(actor=holder("ledger.reverse", "stock.adjust"), entry=done.id)
    assert held(product=product.pk) == {}


def test_a_right_that_was_taken_is_not_won_back_by_undo(company: World) -> None:
    clerk = holder("ledger.reverse", "sales.*")
    role = Role.objects.get(users=clerk)
    narrowed = change_role(actor=HOUSE, role=role.pk, values={"permissions": ["ledger.reverse"]})
    refused(clerk, narrowed.id)
    assert Role.objects.get(pk=role.pk).permissions == ["ledger.reverse"]
    left = change_user(actor=HOUSE, user=clerk.pk, values={}, roles=[])
    other = holder("ledger.reverse", "site.settings")
    refused(other, left.id)
    switched = set_setting(actor=HOUSE, name="modules", value={"rma": False})
    refused(other, switched.id)
    assert Setting.objects.get(key="modules").value["rma"] is False


def test_what_is_ones_own_one_may_undo(company: World) -> None:
    clerk = holder("ledger.reverse")
    change_language(user=clerk, language="de")
    done = Entry.objects.latest("pk")
    refused(holder("ledger.reverse"), done.pk)
    reverse(actor=clerk, entry=done.pk)
    clerk.refresh_from_db()
    assert clerk.language == "en"


@pytest.mark.parametrize("role", ["sales", "purchasing", "approver", "warehouse", "accounts", "technician"])
def test_every_working_role_may_undo(role: str) -> None:
    assert "ledger.reverse" in ROLES[role]


def test_undo_is_offered_to_who_may_undo_and_to_nobody_else(company: World) -> None:
    """In the timeline, on the entry's own page and in the bar after the act: the right to undo alone is not enough."""
    product = company.product()
    done = adjust(actor=HOUSE, items=[Adjustment(product.pk, 3, company.location.place_id)], reason="Found")
    changed = change_product(actor=HOUSE, product=product.pk, values={"name": "Other"})
    acts = {f"/journal/{entry}/undo/" for entry in (done.id, changed.id)}
    seen = {
        ("ledger.reverse",): set(),
        ("ledger.reverse", "stock.adjust"): {f"/journal/{done.id}/undo/"},
        ("ledger.reverse", "catalog.product"): {f"/journal/{changed.id}/undo/"},
        ("ledger.reverse", "stock.adjust", "catalog.product"): acts,
        ("stock.adjust", "catalog.product"): set(),
    }
    for rights, wanted in seen.items():
        browser = Client()
        browser.force_login(holder("*.read", *rights))
        page = browser.get(f"/stock/products/{product.pk}/").content.decode()
        assert {at for at in acts if at in page} == wanted, rights
        for at in acts:
            assert (at in browser.get(at.removesuffix("undo/")).content.decode()) == (at in wanted), rights
            session = browser.session
            session["said"] = {"sentence": "Done.", "entry": int(at.split("/")[2]), "more": []}
            session.save()
            assert (f'href="{at}" data-undo' in browser.get("/").content.decode()) == (at in wanted), rights


def test_what_corrects_a_step_is_named_in_the_readers_words(company: World) -> None:
    assert {row.undo for rows in ROWS.values() for row in rows} - {"reverse", AGAIN} <= set(CORRECTIONS)
    paid = pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 500, "EUR"))
    before = entries()
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=paid.id)
    assert found.value.words() == "This step is not undone; “Cancel payment” corrects it."
    with translation.override("de"):
        assert "„Zahlung stornieren“" in found.value.words()
    assert entries() == before
