"""What the code asks for, roles can hold."""

import re
from pathlib import Path

import wharfinger
from wharfinger.parties.models import covers
from wharfinger.parties.permissions import ALL, GRANTABLE, PERMISSIONS, ROLES

ASKED = re.compile(r'\b(?:require|may|page|signed_in)\(\s*(?:[\w.\[\]]+,\s*)?"([a-z_]+\.[a-z_]+)"')


def asked() -> set[str]:
    """Every permission that an action, a page or an endpoint asks for."""
    found: set[str] = set()
    for file in Path(wharfinger.__file__).parent.rglob("*.py"):
        found.update(ASKED.findall(file.read_text(encoding="utf-8")))
    return found


def test_every_permission_that_is_asked_for_is_in_the_table() -> None:
    assert asked() - set(ALL) == set()
    assert "sales.order" in asked()


def test_every_role_names_permissions_that_there_are() -> None:
    for name, permissions in ROLES.items():
        assert set(permissions) <= GRANTABLE, name


def test_a_role_that_reads_only_may_write_nothing() -> None:
    reading = frozenset(ROLES["read-only"])
    assert {p for p in ALL if covers(reading, p)} == {p for p in ALL if p.endswith(".read")}


def test_costs_are_seen_apart() -> None:
    seeing = {
        name for name, permissions in ROLES.items() if covers(frozenset(permissions), "catalog.see_cost")
    }
    assert seeing == {"administrator", "purchasing", "approver", "accounts"}


def test_who_buys_does_not_approve() -> None:
    approving = {
        name for name, permissions in ROLES.items() if covers(frozenset(permissions), "purchasing.approve")
    }
    assert approving == {"administrator", "approver"}


def test_every_module_can_be_read() -> None:
    assert {m for m, verbs in PERMISSIONS.items() if "read" not in verbs.split()} == {"site"}
