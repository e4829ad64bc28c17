"""The door itself: who is let in, what is refused how, repeated and stale writes, dry runs, lists."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.world import World, clean, entries, world
from wharfinger.base import clock
from wharfinger.ledger.models import Entry
from wharfinger.parties.models import Token, User
from wharfinger.parties.queries import digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def token(user: User, text: str = "wh_secret", **values: Any) -> dict[str, str]:
    """The header of a new token."""
    Token.objects.create(
        user=user, name="test", digest=digest(text), prefix=text[:6], made_at=clock.now(), **values
    )
    return {"authorization": f"Bearer {text}"}


def test_strangers_are_asked_who_they_are(client: Client) -> None:
    response = client.get("/api/v1/journal")
    assert response.status_code == 401
    assert response.json()["code"] == "who_are_you"
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "values", [{"revoked_at": clock.now()}, {"expires_at": clock.now() - timedelta(seconds=1)}]
)
def test_a_token_that_has_ended_lets_nobody_in(
    client: Client, company: World, values: dict[str, Any]
) -> None:
    response = client.get("/api/v1/journal", headers=token(company.user, **values))
    assert (response.status_code, response.json()["code"]) == (401, "bad_token")


def test_a_bad_token_is_no_way_to_use_the_session(client: Client, company: World) -> None:
    client.force_login(company.user)
    assert client.get("/api/v1/journal").status_code == 200
    assert client.get("/api/v1/journal", headers={"authorization": "Bearer nonsense"}).status_code == 401


def test_a_scope_narrows_what_a_token_may_do(client: Client, company: World) -> None:
    headers = token(company.user, scopes=["ledger.read"])
    assert client.get("/api/v1/journal", headers=headers).status_code == 200
    response = client.get("/api/v1/audit", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("scopes", [[], ["*"], ["sales.*"], ["ledger.*"], ["ledger.read", "stock.read"]])
def test_a_narrowed_token_makes_no_wider_one(client: Client, company: World, scopes: list[str]) -> None:
    headers = token(company.user, scopes=["ledger.read"])
    before = (entries(), Token.objects.count())
    body = {"name": "More", "scopes": scopes}
    response = client.post("/api/v1/tokens", body, "application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "wider_token")
    assert (entries(), Token.objects.count()) == before
    narrow = {"name": "As much", "scopes": ["ledger.read"]}
    assert client.post("/api/v1/tokens", narrow, "application/json", headers=headers).status_code == 201


def test_a_token_that_has_ended_already_is_not_made(client: Client, company: World) -> None:
    client.force_login(company.user)
    before = (entries(), Token.objects.count())
    body = {"name": "Late", "expires_at": (clock.now() - timedelta(minutes=1)).isoformat()}
    response = client.post("/api/v1/tokens", body, "application/json")
    assert (response.status_code, response.json()["field"]) == (422, "expires_at")
    assert (entries(), Token.objects.count()) == before


def test_a_token_passes_by_the_browser_and_is_answered_alike(client: Client, company: World) -> None:
    headers = token(company.user)
    client.force_login(company.user)
    by_session = client.get("/api/v1/journal", headers={"accept-language": "de"})
    by_token = client.get("/api/v1/journal", headers={**headers, "accept-language": "de"})
    assert (by_token.status_code, by_token.content) == (200, by_session.content)
    assert hasattr(by_session.wsgi_request, "session")
    assert not hasattr(by_token.wsgi_request, "session")
    seen = set(by_token.headers) - {"Vary"}
    assert seen == set(by_session.headers) - {"Vary"} >= {"Content-Security-Policy", "X-Frame-Options"}
    assert {by_token[name] == by_session[name] for name in seen} == {True}
    # Only the API knows tokens.
    assert client.get("/", headers=headers).status_code == 200
    assert Client().get("/", headers=headers).status_code == 303


def test_a_session_needs_the_csrf_token_to_write(company: World) -> None:
    done = company.stock(company.product(), 3)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(company.user)
    before = entries()
    response = browser.post(f"/api/v1/journal/{done.id}/reverse", "{}", "application/json")
    assert (response.status_code, response.json()["code"]) == (403, "csrf")
    assert entries() == before


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/journal", "/api/v1/journal/"]
)
def test_an_unknown_address_is_refused_in_json(client: Client, path: str) -> None:
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 404
        assert response.json()["code"] == "not_there"
        assert response.json()["message"].startswith("There is nothing at this address. Check ")


def test_a_wrong_method_is_refused_in_json(client: Client, company: World) -> None:
    response = client.put("/api/v1/journal", headers=token(company.user))
    assert (response.status_code, response.json()["code"], response["Allow"]) == (405, "wrong_method", "GET")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b'{"reason": NaN}', "reason"),
        (b'{"reason": "a\\u0000b"}', "reason"),
        (b'{"reason": "\\ud800"}', "reason"),
        (b'{"reason": 99999999999999999999}', "reason"),
        (b'{"lines": {"1": 1.5}}', "lines.1"),
        (b'{"lines": {"1": -Infinity}}', "lines.1"),
        (b'{"lines": {"1": "1e3"}}', "lines.1"),
        (b'{"lines": {"99999999999999999999": null}}', "lines.99999999999999999999"),
        (b'{"reason": 7}', "reason"),
        (b'{"resaon": "typo"}', "resaon"),
        (b"[]", "body"),
        (b"", "body"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(
    client: Client, company: World, body: bytes, field: str | None
) -> None:
    done = company.stock(company.product(), 3)
    before = entries()
    response = client.post(
        f"/api/v1/journal/{done.id}/reverse", body, "application/json", headers=token(company.user)
    )
    assert response.status_code == 422
    assert response.json().get("field") == field
    assert entries() == before


@pytest.mark.parametrize(
    ("path", "body", "english", "german"),
    [
        ("products", {"name": "A"}, "Please fill this in.", "Bitte füllen Sie dies aus."),
        ("products", {"sku": "A", "name": "A", "kind": "x"}, "Choose one of:", "Wählen Sie eines von:"),
        ("products", {"sku": "A", "name": "A", "price": "1,5"}, "This is not a number", "Das ist keine Zahl"),
        ("products", {"sku": "A" * 61, "name": "A"}, "At most 60 characters", "Höchstens 60 Zeichen"),
        ("products", {"sku": "A", "name": "A", "quantity_decimals": 7}, "Give 6 or less.", "Höchstens 6."),
        (
            "tokens",
            {"name": "A", "expires_at": "2026-01-01T00:00:00"},
            "Give the time with",
            "Geben Sie die Zeit mit",
        ),
    ],
)
def test_bad_input_is_put_into_words(
    client: Client, company: World, path: str, body: Any, english: str, german: str
) -> None:
    headers = token(company.user)
    for language, words in (("en", english), ("de", german)):
        response = client.post(
            f"/api/v1/{path}", body, "application/json", headers={**headers, "accept-language": language}
        )
        assert response.status_code == 422
        assert response.json()["message"].startswith(words)


@pytest.mark.parametrize("number", ["0", "-1", "x", "9223372036854775808", "1" * 400])
def test_an_id_that_cannot_be_is_bad_input(client: Client, company: World, number: str) -> None:
    response = client.get(f"/api/v1/journal/{number}", headers=token(company.user))
    assert (response.status_code, response.json()["field"]) == (422, "entry")


def test_a_body_too_big_is_refused(client: Client, company: World, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    done = company.stock(company.product(), 3)
    response = client.post(
        f"/api/v1/journal/{done.id}/reverse",
        json.dumps({"reason": "x" * 200}),
        "application/json",
        headers=token(company.user),
    )
    assert (response.status_code, response.json()["code"]) == (413, "too_big")


def test_a_refusal_says_in_the_readers_language_what_is_wrong(client: Client, company: World) -> None:
    done = company.stock(company.product(), 3)
    headers = token(company.user)
    assert (
        client.post(
            f"/api/v1/journal/{done.id}/reverse", "{}", "application/json", headers=headers
        ).status_code
        == 200
    )
    before = entries()
    response = client.post(f"/api/v1/journal/{done.id}/reverse", "{}", "application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (409, "nothing_left")
    assert entries() == before
    clean()


def test_the_same_key_gets_the_same_answer(client: Client, company: World) -> None:
    done = company.stock(company.product(), 3)
    headers = token(company.user) | {"idempotency-key": "k-1"}
    address = f"/api/v1/journal/{done.id}/reverse"
    first = client.post(address, '{"reason": "twice"}', "application/json", headers=headers)
    count = entries()
    again = client.post(address, '{"reason": "twice"}', "application/json", headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotency-Replayed"] == "true"
    other = client.post(address, '{"reason": "other"}', "application/json", headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert entries() == count
    assert Entry.objects.get(pk=first.json()["entry"]).reverses_id == done.id
    clean()


def test_a_refused_act_can_be_tried_again_with_its_key(client: Client, company: World) -> None:
    done = company.stock(company.product(), 3)
    headers = token(company.user, scopes=["ledger.read"]) | {"idempotency-key": "k-2"}
    address = f"/api/v1/journal/{done.id}/reverse"
    assert client.post(address, "{}", "application/json", headers=headers).status_code == 403
    Token.objects.update(scopes=[])
    assert client.post(address, "{}", "application/json", headers=headers).status_code == 200


def test_a_dry_run_shows_the_entry_and_writes_nothing(client: Client, company: World) -> None:
    product = company.product()
    done = company.stock(product, 3)
    before = entries()
    response = client.post(
        f"/api/v1/journal/{done.id}/reverse?dry_run=true",
        "{}",
        "application/json",
        headers=token(company.user),
    )
    shown = response.json()
    assert response.status_code == 200
    assert shown["dry_run"] is True
    assert shown["verb"] == "reverse"
    assert shown["moves"] == [
        {
            "product": product.pk,
            "quantity": "3",
            "from": "bin",
            "to": "adjustment",
            "line": None,
            "serial": None,
        }
    ]
    assert entries() == before
    clean()


def test_a_list_is_read_to_its_end_by_cursor(client: Client, company: World) -> None:
    product = company.product()
    made = [company.stock(product, 1).id for _ in range(5)]
    headers = token(company.user)
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        response = client.get("/api/v1/journal", {"limit": 2, "cursor": cursor}, headers=headers)
        seen += [item["id"] for item in response.json()["items"]]
        cursor = response.json()["next"]
    assert seen == made[::-1]


def test_a_filter_takes_several_values(client: Client, company: World) -> None:
    product = company.product()
    made = company.stock(product, 1)
    headers = token(company.user)
    undone = client.post(
        f"/api/v1/journal/{made.id}/reverse", "{}", "application/json", headers=headers
    ).json()["entry"]
    company.stock(product, 1)

    def ids(query: str) -> list[int]:
        return [
            item["id"] for item in client.get(f"/api/v1/journal?{query}", headers=headers).json()["items"]
        ]

    assert ids("verb=reverse") == [undone]
    assert len(ids("verb=reverse&verb=adjust")) == len(ids("verb=reverse,adjust")) == 3
    assert ids(f"reverses={made.id}") == [undone]
    assert ids("effective_on_to=2000-01-01") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=ten", "limit"),
        ("cursor=forged", "cursor"),
        ("sort=reason", "sort"),
        ("include=lines", "include"),
        ("colour=red", "colour"),
        ("actor=x", "actor"),
        ("actor=99999999999999999999", "actor"),
        ("effective_on_from=yesterday", "effective_on_from"),
        ("recorded_at_from=2026-01-01T00:00:00", "recorded_at_from"),
        ("q=%00", "q"),
    ],
)
def test_a_bad_list_parameter_is_named(client: Client, company: World, query: str, field: str) -> None:
    response = client.get(f"/api/v1/journal?{query}", headers=token(company.user))
    assert (response.status_code, response.json().get("field")) == (422, field)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("orders?goods_status=started,purple", "goods_status"),
        ("orders?money_status=purple", "money_status"),
        ("work-orders?goods_status=purple", "goods_status"),
        ("quotes?status=purple", "status"),
        ("invoices?status=purple", "status"),
        ("purchase-orders?status=purple", "status"),
        ("shipments?status=purple", "status"),
        ("rmas?status=purple", "status"),
        ("products?kind=purple", "kind"),
    ],
)
def test_a_word_that_a_list_does_not_know_is_refused(
    client: Client, company: World, path: str, field: str
) -> None:
    shown = client.get(f"/api/v1/{path}", headers=token(company.user))
    assert (shown.status_code, shown.json()["code"], shown.json()["field"]) == (422, "not_one_of", field)


def test_the_document_describes_every_operation_with_an_example(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            good = next(r for s, r in operation["responses"].items() if int(s) < 300)
            for media, content in good["content"].items():
                assert "example" in content or media != "application/json", (method, path)
            if "requestBody" in operation:
                (content,) = operation["requestBody"]["content"].values()
                assert "example" in content, (method, path)
            assert operation["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith(
                "/Refused"
            )


def test_the_document_names_the_fields_that_answers_have(client: Client, company: World) -> None:
    done = company.stock(company.product(), 3)
    (move,) = client.get(f"/api/v1/journal/{done.id}", headers=token(company.user)).json()["moves"]
    shapes = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert set(shapes["LedgerMoveOut"]["properties"]) == set(move)


def test_lists_are_narrowed_by_the_numbers_and_references_they_show(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    shapes = document["components"]["schemas"]
    looked = 0
    for path, operations in document["paths"].items():
        filters = {one["name"] for one in operations.get("get", {}).get("parameters", ())}
        if "cursor" not in filters or "{" in path:
            continue
        answer = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        item = shapes[answer.rpartition("/")[2]]["properties"]["items"]["items"]["$ref"]
        shown = set(shapes[item.rpartition("/")[2]]["properties"])
        known_by = shown & {"number", "reference", "customer_reference", "serial", "organization", "vendor"}
        looked += 1
        # Where a unit is now and whose it is are read from the journal, one by one.
        assert known_by <= filters | ({"organization"} if path.endswith("/serials") else set()), path
    assert looked > 30


def test_the_docs_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()
    assert "swagger-ui" in page
    assert "https://" not in page
