"""What the tests of fulfilment, billing and the flows stand on: a small company, and its API.

Nouns are imported inside, since pytest reads this page before Django knows its settings.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def call(client: Any, company: World) -> Any:
    """Ask the API; its status and answer."""
    from tests.api.test_door import token

    headers = token(company.user)

    def ask(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        response = getattr(client, method)(f"/api/v1{path}", headers=headers, **data)
        return response.status_code, response.json()

    return ask
