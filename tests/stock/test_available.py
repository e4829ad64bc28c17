"""What is free, by location, over HTTP."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.test_door import token
from tests.fulfilment.trade import reserved
from tests.world import world

pytestmark = pytest.mark.django_db


def test_what_is_free_is_told_by_product_and_location(client: Client) -> None:
    company = world()
    router, cable, hours = company.product(), company.product(), company.product(kind="service")
    for bin, units in zip(company.bins, (4, 1, 3, 0), strict=True):
        if units:
            company.stock(router, units, bin=bin)
    company.stock(cable, 2)
    reserved(company, (router, 2), (cable, 2))
    headers = token(company.user)

    def free(**asked: object) -> list[tuple[int, int, str]]:
        answer = client.get("/api/v1/stock/available", asked, headers=headers)
        assert answer.status_code == 200, answer.content
        return [(one["product"], one["location"], one["available"]) for one in answer.json()["items"]]

    here, there = company.location.pk, company.other.pk
    assert free() == [(router.pk, here, "3"), (router.pk, there, "3")]
    assert free(location=there) == [(router.pk, there, "3")]
    assert free(product=f"{cable.pk},{hours.pk}") == []
    with CaptureQueriesContext(connection) as one:
        free()
    for _ in range(5):
        company.stock(company.product(), 1)
    with CaptureQueriesContext(connection) as more:
        assert len(free()) == 7
    assert len(more) == len(one) <= 8


def test_who_may_not_see_stock_does_not(client: Client) -> None:
    company = world()
    company.user.roles.clear()
    assert client.get("/api/v1/stock/available", headers=token(company.user)).status_code == 403
