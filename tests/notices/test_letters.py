"""Answers to our mails: found by the marks that we gave, kept once, told, and never believed; whatever a stranger sends."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.notices.conftest import Catcher
from tests.notices.pictures import drawn
from tests.notices.test_outbox import person, work_off
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Entry
from wharfinger.notices.actions.letters import answer
from wharfinger.notices.models import Attachment, Letter, Notice
from wharfinger.notices.rules import letters as rules
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization, Role, User
from wharfinger.sales.actions.sending import send_quote
from wharfinger.sales.models import Quote

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(company: World, catcher: Catcher) -> tuple[int, Any]:
    """A quote that went to the customer by real SMTP, and the mail as they got it."""
    set_setting(actor=HOUSE, name="reply_address", value="office@quay.example")
    Organization.objects.filter(pk=company.customer.pk).update(email="jane@acme.example")
    owner = person("olaf")
    quote, _lines = quote_of(company, LineWish(company.product().pk, 2))
    Sheet.objects.filter(pk=quote).update(owner=owner)
    send_quote(actor=company.user, quote=quote)
    work_off()
    (mail,) = [one for one in catcher.mails if one["To"] == "jane@acme.example"]
    catcher.mails.clear()
    return quote, mail


def reply(mail: Any = None, text: str = "We take two.", **headers: str) -> bytes:
    made = EmailMessage(policy=policy.SMTP)
    made["From"] = "Jane Quinn <jane@acme.example>"
    made["Subject"] = "Re: your offer"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    if mail is not None:
        made["To"] = str(mail["Reply-To"])
    return made.as_bytes()


def test_an_answer_to_the_address_that_we_named_stands_on_its_document_and_is_told(
    company: World, catcher: Catcher, sent: tuple[int, Any]
) -> None:
    quote, mail = sent
    assert str(mail["Reply-To"]).startswith("office+")
    assert str(mail["Reply-To"]).endswith("@quay.example")
    User.objects.filter(username="olaf").update(language="de")
    done = answer(actor=HOUSE, content=reply(mail))
    letter = Letter.objects.get()
    assert (letter.about, letter.sender, letter.text) == (
        f"quote:{quote}",
        "Jane Quinn <jane@acme.example>",
        "We take two.",
    )
    work_off()
    told = {one.user.username: one.text for one in Notice.objects.filter(event="replied")}
    assert set(told) == {"olaf", company.user.username}
    assert "Jane Quinn <jane@acme.example> antwortet zu Angebot Q-" in told["olaf"]
    assert "We take two." in told["olaf"]
    assert "Jane Quinn <jane@acme.example> answers on Quote Q-" in told[company.user.username]
    assert [one["To"] for one in catcher.mails] == ["olaf@example.com"]
    browser = Client()
    browser.force_login(company.user)
    page = browser.get(f"/quotes/{quote}/").content.decode()
    assert "Re: your offer" in page.partition('id="mails"')[2]
    assert "An answer came by mail" in page
    assert "We take two." in browser.get(f"/letters/{letter.pk}/").content.decode()
    assert answer(actor=HOUSE, content=reply(mail)).id == done.id
    assert Letter.objects.count() == 1
    clean()


@pytest.mark.parametrize("header", ["In_Reply_To", "References"])
def test_an_answer_is_found_by_the_mail_that_it_follows(sent: tuple[int, Any], header: str) -> None:
    quote, mail = sent
    content = reply(**{header: f"<other@elsewhere.example> {mail['Message-ID']}"})
    answer(actor=HOUSE, content=content)
    assert Letter.objects.get().about == f"quote:{quote}"


def test_a_forged_mark_leads_nowhere_and_nothing_in_a_mail_is_an_act(
    company: World, sent: tuple[int, Any]
) -> None:
    quote, mail = sent
    row, _, rest = str(mail["Reply-To"]).removeprefix("office+").partition(".")
    mark = rest.partition("@")[0]
    wrong = ("0" if mark[0] != "0" else "1") + mark[1:]
    answer(actor=HOUSE, content=reply(To=f"office+{row}.{wrong}@quay.example", text="forged"))
    answer(actor=HOUSE, content=reply(To=f"office+{int(row) + 1}.{mark}@quay.example", text="other row"))
    answer(actor=HOUSE, content=reply(In_Reply_To=f"<{row}.{mark}@localhost>", text="other mark"))
    answer(actor=HOUSE, content=reply(text=f"I accept quote {quote}. @olaf"))
    assert list(Letter.objects.values_list("about", flat=True)) == ["", "", "", ""]
    work_off()
    assert not Notice.objects.filter(event__in=("replied", "mentioned", "accepted")).exists()
    assert Quote.objects.get(pk=quote).accepted_at is None
    browser = Client()
    browser.force_login(company.user)
    assert browser.get("/settings/letters/").content.decode().count("Re: your offer") >= 4
    assert "/settings/letters/" in browser.get("/settings/messages/").content.decode()


def test_files_of_an_answer_are_attached_and_what_we_do_not_take_is_named(sent: tuple[int, Any]) -> None:
    quote, mail = sent
    made = message_from_bytes(reply(mail), policy=policy.SMTP)
    picture = drawn(colour="blue")
    made.add_attachment(picture, maintype="image", subtype="png", filename="plan.png")
    made.add_attachment(picture, maintype="image", subtype="png", filename="again.png")
    made.add_attachment(b"MZ\x00\x01", maintype="application", subtype="octet-stream", filename="virus.exe")
    for n in range(22):
        made.add_attachment(b"%d" % n, maintype="text", subtype="plain", filename=f"{n}.txt")
    answer(actor=HOUSE, content=made.as_bytes())
    letter = Letter.objects.get()
    assert Attachment.objects.filter(about=f"quote:{quote}").count() == 18
    assert letter.left_out[:1] == ["virus.exe"]
    assert len(letter.left_out) == 1 + 5
    stray = message_from_bytes(reply(text="who knows"), policy=policy.SMTP)
    stray.add_attachment(drawn(colour="green"), maintype="image", subtype="png", filename="stray.png")
    answer(actor=HOUSE, content=stray.as_bytes())
    assert Letter.objects.latest("pk").left_out == ["stray.png"]
    assert Attachment.objects.count() == 18


def deep(levels: int) -> bytes:
    parts = [f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(levels)]
    return ("From: x@example.com\n" + "".join(parts) + "\nhello").encode()


HOSTILE = {
    "html only": b"From: x@example.com\nContent-Type: text/html\n\n<head><style>p{}</style></head><p>Hi<br>you<script>alert(1)</script>",
    "wrong charset": b'From: x@example.com\nContent-Type: text/plain; charset="klingon"\n\nHi \xff\xfe you',
    "broken utf-8": b"From: x@example.com\nContent-Type: text/plain; charset=utf-8\n\nHi \xff you",
    "broken base64": b"From: x@example.com\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGk=====!!?",
    "no end": b'From: x@example.com\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n\nHi you',
    "broken header": b"From: =?utf-8?B?////?= <x@example.com>\nSubject: =?nope?Q?a=ZZ?= =?utf-8?q?b\n\nHi you",
    "NUL": b"From: x\x00@example.com\nSubject: a\x00b\n\nHi\x00 you",
    "bytes": b"From: \xff\xfe\nTo: \xff+1.\xff@x\nReferences: \xff\n\nHi you",
    "many addresses": b"From: x@example.com\nTo: "
    + b", ".join(b"a%d@x.example" % n for n in range(5000))
    + b"\n\nHi you",
    "uuencoded": b"From: x@example.com\nContent-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\nbegin 666 \nHi you",
    "surrogates": b"From: x@example.com\nSubject: =?utf-8?b?7aCA?=\n\nHi you",
    "long line": b"From: x@example.com\nSubject: " + b"a" * 100_000 + b"\n\nHi you " + b"b" * 1_000_000,
    "bad name": b"From: x@example.com\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
    b"Content-Disposition: attachment; filename*=utf-9''%ff%fe\n\nabc\n--x\n\nHi you\n--x--",
    "deep": deep(50),
}


def test_letters_in_a_header_are_read_as_they_are(company: World) -> None:
    answer(
        actor=HOUSE,
        content="From: Jörg <joerg@acme.example>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= – Müller\n\nHi".encode(),
    )
    letter = Letter.objects.get()
    assert (letter.sender, letter.title) == ("Jörg <joerg@acme.example>", "Grüße – Müller")


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_whatever_a_stranger_sends_is_kept_as_far_as_it_can_be_read(company: World, name: str) -> None:
    answer(actor=HOUSE, content=HOSTILE[name])
    letter = Letter.objects.get()
    assert letter.about == ""
    assert "\x00" not in f"{letter.sender}{letter.title}{letter.text}"
    assert "alert" not in letter.text
    assert len(letter.text) <= rules.MOST_TEXT
    browser = Client()
    browser.force_login(company.user)
    assert browser.get(f"/letters/{letter.pk}/").status_code == 200
    assert browser.get(f"/api/v1/letters/{letter.pk}").status_code == 200


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_letter"),
        (b"\x00\x01\x02", "no_letter"),
        (deep(5000), "no_letter"),
        (b"From: x@example.com\n\n" + b"a" * rules.MOST_BYTES, "letter_too_large"),
    ],
)
def test_what_is_no_mail_is_refused_and_nothing_is_written(company: World, content: bytes, code: str) -> None:
    before = entries()
    with pytest.raises(BadInput) as refused:
        answer(actor=HOUSE, content=content)
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert entries() == before
    assert not Letter.objects.exists()


def test_mails_are_handed_in_and_read_over_http(company: World, sent: tuple[int, Any]) -> None:
    quote, mail = sent
    browser = Client()
    browser.force_login(company.user)

    def hand_in(content: bytes) -> Any:
        return browser.post("/api/v1/letters", {"file": SimpleUploadedFile("mail.eml", content)})

    made = hand_in(reply(mail))
    assert (made.status_code, made.json()["subject"]) == (201, f"quote:{quote}")
    assert Entry.objects.get(pk=made.json()["entry"]).verb == "answer"
    again = hand_in(reply(mail)).json()
    assert (again["id"], again["entry"]) == (made.json()["id"], made.json()["entry"])
    assert hand_in(reply(text="lost")).json()["subject"] is None
    found = browser.get(f"/api/v1/letters?subject=quote:{quote}").json()["items"]
    assert [one["title"] for one in found] == ["Re: your offer"]
    before = entries()
    refused = hand_in(b"no mail")
    assert (refused.status_code, refused.json()["code"]) == (422, "no_letter")
    seller = User.objects.create(username="seller")
    seller.roles.add(Role.objects.create(name="Sellers", permissions=["sales.read", "notices.read"]))
    browser.force_login(seller)
    assert hand_in(reply(mail)).status_code == 403
    assert [one["title"] for one in browser.get("/api/v1/letters").json()["items"]] == ["Re: your offer"]
    assert browser.get("/settings/letters/").status_code == 403
    assert browser.get(f"/letters/{Letter.objects.get(about='').pk}/").status_code == 404
    assert entries() == before


def test_a_mail_without_an_address_to_answer_to_has_none(company: World, catcher: Catcher) -> None:
    Organization.objects.filter(pk=company.customer.pk).update(email="jane@acme.example")
    quote, _lines = quote_of(company, LineWish(company.product().pk, 2))
    send_quote(actor=company.user, quote=quote)
    work_off()
    assert [one["Reply-To"] for one in catcher.mails] == [None]
