"""What the tests of own fields share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.own.making import Call
    from tests.world import World


@pytest.fixture
def company(db: None) -> World:
    """A small company."""
    from tests.world import world

    return world()


@pytest.fixture
def call(client: Any, company: World) -> Call:
    """Ask the API; its answer, asserted to have the status."""
    client.force_login(company.user)

    def ask(method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        response = getattr(client, method)(f"/api/v1{path}", **data)
        assert response.status_code == status, response.content
        return response.json()

    return ask
