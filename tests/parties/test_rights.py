"""Every permission is told in words where roles are made."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from tests.world import world
from wharfinger.base.access import lacks
from wharfinger.parties.models import Role
from wharfinger.parties.permissions import ALL, PERMISSIONS
from wharfinger.parties.rights import MODULES, WORDS


def test_each_permission_has_its_words() -> None:
    """A permission without words, or words without a permission, would be found by an administrator."""
    assert set(WORDS) == {"*", "*.read", *ALL}
    assert set(MODULES) == set(PERMISSIONS)


@pytest.mark.django_db
def test_a_role_is_made_by_its_words(client: Client) -> None:
    """The page says what a permission lets a person do, in the reader's language, and takes its name."""
    client.force_login(world().user)
    page = client.get("/roles/new/", headers={"accept-language": "de"}).content.decode()
    assert "Kosten sehen" in page
    assert 'value="catalog.see_cost"' in page
    client.post("/roles/new/", {"name": "Sees costs", "permissions": ["catalog.see_cost"]})
    assert Role.objects.get(name="Sees costs").permissions == ["catalog.see_cost"]


def test_who_lacks_a_permission_is_told_its_words() -> None:
    """Whoever asks an administrator for it reads the same as the page of roles; programs read its name."""
    refusal = lacks("purchasing.approve")
    assert "“Buying: Approve purchases”" in refusal.words()
    with translation.override("de"):
        assert "Einkauf: Einkäufe genehmigen" in refusal.words()
    assert refusal.values["permission"] == "purchasing.approve"
