"""The logo and colour of the company on its documents: drawn where they can be, refused where they cannot."""

from __future__ import annotations

import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.documents.house import house
from tests.documents.reading import pages
from tests.world import World, entries
from wharfinger.base import configuration
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput
from wharfinger.documents.queries.parties import company as us
from wharfinger.documents.render import drawable
from wharfinger.parties.actions.settings import set_setting
from wharfinger.site.demo.people import LOGO

pytestmark = pytest.mark.django_db
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><path d="M0 0h10v10z"/></svg>'


@pytest.fixture
def company() -> World:
    return house()


@pytest.fixture
def browser(company: World, client: Client) -> Client:
    client.force_login(company.user)
    return client


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" + b"\xff" * 6)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("content", [SVG.encode(), png()])
def test_a_logo_is_given_and_taken_away(browser: Client, content: bytes) -> None:
    at = "/settings/letterhead/"
    assert browser.post(at, {"logo": SimpleUploadedFile("logo", content)}).status_code == 303
    assert drawable(us().logo)
    assert "data:image/svg+xml;base64," in browser.get(at).content.decode()
    assert browser.post(at, {"act": "remove"}).status_code == 303
    assert us().logo == ""


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg></nothing>", png()[:20], b"<svg " + b"x" * 70_000]
)
def test_what_is_no_picture_is_refused(browser: Client, content: bytes) -> None:
    before = entries()
    response = browser.post("/settings/letterhead/", {"logo": SimpleUploadedFile("logo", content)})
    assert response.status_code == 422
    assert 'id="f-logo-e"' in response.content.decode()
    assert (entries(), configuration.one("logo")) == (before, "")


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="/etc/hostname.png"/>',
        "<image xlink:href='https://example.com/a.png'/>",
        "<script>1</script>",
        "<style>@import 'a'</style>",
        "<foreignObject/>",
    ],
)
def test_a_logo_reaches_for_nothing_outside_itself(company: World, inside: str) -> None:
    before = entries()
    for value in (SVG.replace("<path", f"{inside}<path"), f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{SVG}"):
        with pytest.raises(BadInput):
            set_setting(actor=HOUSE, name="logo", value=value)
    assert entries() == before


def test_a_broken_logo_stops_no_document(company: World) -> None:
    Setting.objects.create(key="logo", value="<svg><broken")
    assert us().logo == ""


def test_colour_and_directors_are_the_companys(company: World) -> None:
    values = {"accent": "#0f5c8c", "directors": "Henrike Kranholm"}
    set_setting(actor=HOUSE, name="company", value=values)
    assert (us().accent, us().directors) == ("#0f5c8c", "Henrike Kranholm")
    before = entries()
    for colour in ("blue", "#12", '#123456" onload="', "#1234567"):
        with pytest.raises(BadInput):
            set_setting(actor=HOUSE, name="company", value={"accent": colour})
    assert entries() == before


def test_the_demo_has_a_logo_that_can_be_drawn() -> None:
    assert drawable(LOGO)


AT = "/settings/letterhead/preview.pdf"


def typed(**changed: str) -> dict[str, str]:
    known = (
        configuration.one("company") | {"name": "Kontor & Sohn", "iban": "DE89370400440532013000"} | changed
    )
    return {f"company.{name}": value for name, value in known.items()} | {"language": "de"}


def test_what_is_typed_is_seen_on_paper_before_it_is_saved(browser: Client) -> None:
    before = (entries(), configuration.read("company", "logo"))
    response = browser.post(AT, typed())
    assert response.status_code == 200
    paper = pages(response.content)[0]
    assert "Kontor & Sohn" in paper
    assert "Rechnung" in paper
    assert "DE89 3704 0044 0532 0130 00" in paper
    assert "285,60" in paper
    plain = browser.get(AT)
    assert "Kontor & Sohn" not in pages(plain.content)[0]
    with_logo = browser.post(AT, {"logo": SimpleUploadedFile("logo", png())})
    assert with_logo.content.startswith(b"%PDF")
    assert with_logo.content != plain.content
    assert (entries(), configuration.read("company", "logo")) == before


@pytest.mark.parametrize(
    ("changed", "word"), [({"accent": "blue"}, "#1d4ed8"), ({"country": "Deutsch"}, "DE")]
)
def test_what_could_not_be_saved_is_not_seen_on_paper(
    browser: Client, changed: dict[str, str], word: str
) -> None:
    before = (entries(), configuration.read("company", "logo"))
    response = browser.post(AT, typed(**changed))
    assert response.status_code == 422
    assert word in response.content.decode()
    assert (entries(), configuration.read("company", "logo")) == before
