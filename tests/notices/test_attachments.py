"""Files are attached to documents and nouns, seen only by who may see these, and never shown as what they are not."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.notices.pictures import PDF, drawn, upload
from tests.world import World, clean, entries, seen, world
from wharfinger.base.refusal import BadInput, NotAllowed, NotThere, Refusal
from wharfinger.ledger.audit import audit
from wharfinger.ledger.models import Entry, Fact
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import tell
from wharfinger.notices import store
from wharfinger.notices.actions.attachments import arrange, attach, change_attachment, detach, erase, sweep
from wharfinger.notices.models import Attachment
from wharfinger.notices.outbox import work
from wharfinger.notices.queries.attachments import main_pictures, of
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Role, User
from wharfinger.site.consumers import CONSUMERS

pytestmark = pytest.mark.django_db

LABEL = "notices.Attachment"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """A media folder of this test's own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def company() -> World:
    return world()


def names(subject: str) -> list[str]:
    return [one.name for one in of(subject)]


def files(media: Path) -> list[str]:
    return sorted(one.name for one in media.glob("attachments/??/*"))


def body_of(client: Client, path: str) -> bytes:
    response = client.get(path)
    return b"".join(response.streaming_content)


def someone(*permissions: str) -> User:
    role = Role.objects.create(name=f"r{Role.objects.count()}", permissions=list(permissions))
    user = User.objects.create(username=f"u{User.objects.count()}")
    user.roles.add(role)
    return user


def test_a_picture_is_attached_drawn_small_and_taken_off(client: Client, company: World, media: Path) -> None:
    client.force_login(company.user)
    product = company.product()
    about = f"product:{product.pk}"
    content = drawn("JPEG", (900, 300))
    made = client.post(
        "/api/v1/attachments",
        {"subject": about, "caption": "From the front", "file": upload("C:\\x\\Front.JPG", content)},
    )
    assert made.status_code == 201, made.content
    told = made.json()
    entry = told.pop("entry")
    assert told == {
        "id": told["id"],
        "subject": about,
        "name": "Front.jpg",
        "caption": "From the front",
        "kind": "image/jpeg",
        "size_bytes": len(content),
        "width": 900,
        "height": 300,
        "digest": hashlib.sha256(content).hexdigest(),
        "picture": True,
        "inline": True,
    }
    assert client.get(f"/api/v1/attachments/{told['id']}").json() == told
    assert client.get(f"/api/v1/attachments?subject={about}").json()["items"] == [told]
    whole = client.get(f"/attachments/{told['id']}/")
    assert b"".join(whole.streaming_content) == content
    assert whole["Content-Type"] == "image/jpeg"
    assert whole["Content-Disposition"] == 'inline; filename="Front.jpg"'
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert (
        client.get(f"/attachments/{told['id']}/", headers={"if-none-match": whole["ETag"]}).status_code == 304
    )
    saved = client.get(f"/api/v1/attachments/{told['id']}/content?download")
    assert b"".join(saved.streaming_content) == content
    assert saved["Content-Disposition"] == 'attachment; filename="Front.jpg"'
    small = client.get(f"/attachments/{told['id']}/thumb/")
    assert small["Content-Type"] == "image/webp"
    assert b"".join(small.streaming_content)[8:12] == b"WEBP"
    page = seen(client, f"/products/{product.pk}/")
    assert f'src="/attachments/{told["id"]}/card/"' in page
    assert "From the front" in page
    assert "Attached a file" in page
    assert f'src="/attachments/{told["id"]}/thumb/"' in seen(client, "/products/")

    gone = client.post(f"/api/v1/attachments/{told['id']}/detach")
    assert (gone.status_code, names(about)) == (200, [])
    assert client.get(f"/attachments/{told['id']}/").status_code == 404
    assert files(media) == [told["digest"]]
    reverse(actor=company.user, entry=gone.json()["entry"])
    assert names(about) == ["Front.jpg"]
    assert body_of(client, f"/attachments/{told['id']}/") == content
    reverse(actor=company.user, entry=entry)
    assert (names(about), client.get(f"/attachments/{told['id']}/").status_code) == ([], 404)
    clean()


def test_order_and_caption_are_facts(company: World) -> None:
    product = company.product()
    about = f"product:{product.pk}"
    shots = [upload(f"{n}.png", drawn(colour=n)) for n in ("red", "green", "blue")]
    done = attach(actor=company.user, subject=about, files=[*shots, upload("a.pdf", PDF)])
    red, green, blue, paper = done.made["notices.Attachment"]
    assert names(about) == ["red.png", "green.png", "blue.png", "a.pdf"]
    assert main_pictures([product.pk])[product.pk].pk == red
    turn = arrange(actor=company.user, subject=about, attachments=[paper, blue])
    assert names(about) == ["a.pdf", "blue.png", "red.png", "green.png"]
    # A paper that stands first is no picture.
    assert main_pictures([product.pk])[product.pk].pk == blue
    change_attachment(actor=company.user, attachment=green, values={"caption": "Green, from above"})
    fact = Fact.objects.get(subject=f"attachment:{green}", field="caption")
    assert (json.loads(fact.old or ""), json.loads(fact.new or "")) == ("", "Green, from above")
    reverse(actor=company.user, entry=turn.id)
    assert names(about) == ["red.png", "green.png", "blue.png", "a.pdf"]
    before = entries()
    other = attach(
        actor=company.user, subject=f"product:{company.product().pk}", files=[upload("red.png", drawn())]
    )
    for first in ([other.one("notices.Attachment")], [red, red]):
        with pytest.raises(BadInput) as refused:
            arrange(actor=company.user, subject=about, attachments=first)
        assert refused.value.field == "attachments"
    assert entries() == before + 1
    clean()


@pytest.mark.parametrize(
    ("name", "content", "kept", "kind"),
    [
        ("../../etc/passwd", b"root", "passwd.txt", "text/plain"),
        ("evil.html", b"<script>alert(1)</script>", "evil.html.txt", "text/plain"),
        ("logo.svg", b"<svg xmlns='x'><script/></svg>", "logo.svg", "text/plain"),
        ("a\u202egpj.exe", PDF, "agpj.exe.pdf", "application/pdf"),
        ("..", PDF, "file.pdf", "application/pdf"),
        ('q"<>|?.pdf', PDF, "q_____.pdf", "application/pdf"),
        ("order.docx", b"PK\x03\x04rest", "order.docx", "application/zip"),
        ("tool.jar", b"PK\x03\x04rest", "tool.jar.zip", "application/zip"),
        ("x" * 300 + ".pdf", PDF, "x" * 116 + ".pdf", "application/pdf"),
    ],
)
def test_a_file_is_called_and_served_as_what_it_is(
    client: Client, company: World, name: str, content: bytes, kept: str, kind: str
) -> None:
    client.force_login(company.user)
    about = f"organization:{company.customer.pk}"
    one = attach(actor=company.user, subject=about, files=[upload("x", content)])
    row = Attachment.objects.get(pk=one.one("notices.Attachment"))
    assert row.kind == kind
    from wharfinger.notices.rules.files import name_of, sort_of

    assert name_of(name, sort_of(content)) == kept
    answer = client.get(f"/attachments/{row.pk}/")
    assert b"".join(answer.streaming_content) == content
    shows = kind == "application/pdf"
    assert answer["Content-Type"] == (kind if shows else "application/octet-stream")
    assert answer["Content-Disposition"].startswith("inline" if shows else "attachment")
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "kind_not_taken"),
        (b"MZ\x90\x00\x03", "kind_not_taken"),
        (b"\x7fELF\x02\x01\x01\x00", "kind_not_taken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "broken_picture"),
        (drawn("PNG", (400, 400))[:-60], "broken_picture"),
        (drawn("PNG", (10_000, 5_001)), "too_many_pixels"),
        (b"x" * 1_000_001, "file_above_limit"),
    ],
)
def test_what_is_no_file_of_ours_is_refused(company: World, media: Path, content: bytes, code: str) -> None:
    set_setting(actor=company.user, name="attachment_mb", value=1)
    before = entries()
    with pytest.raises(BadInput) as refused:
        attach(
            actor=company.user, subject=f"product:{company.product().pk}", files=[upload("a.png", content)]
        )
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert (entries(), files(media), Attachment.objects.count()) == (before, [], 0)


def test_the_same_file_twice_is_a_slip(company: World) -> None:
    about = f"product:{company.product().pk}"
    attach(actor=company.user, subject=about, files=[upload("a.png", drawn())])
    before = entries()
    with pytest.raises(Refusal) as refused:
        attach(actor=company.user, subject=about, files=[upload("b.png", drawn())])
    assert refused.value.code == "attached_already"
    assert "a.png" in refused.value.words()
    with pytest.raises(Refusal):
        attach(actor=company.user, subject=about, files=[upload("c.pdf", PDF), upload("d.pdf", PDF)])
    assert (entries(), names(about)) == (before, ["a.png"])


def test_whoever_may_not_see_it_sees_no_file_of_it(client: Client, company: World) -> None:
    about = f"organization:{company.customer.pk}"
    pk = attach(actor=company.user, subject=about, files=[upload("a.png", drawn())]).one("notices.Attachment")
    stranger = someone("notices.*", "catalog.read")
    assert client.get(f"/attachments/{pk}/").status_code == 303
    assert client.get(f"/api/v1/attachments/{pk}/content").status_code == 401
    client.force_login(stranger)
    for path in (
        f"/attachments/{pk}/",
        f"/attachments/{pk}/thumb/",
        f"/api/v1/attachments/{pk}",
        f"/api/v1/attachments/{pk}/content",
    ):
        assert client.get(path).status_code == 403, path
    assert client.get("/api/v1/attachments").json()["items"] == []
    before = entries()
    calls: list[Any] = [
        lambda who: attach(actor=who, subject=about, files=[upload("b.pdf", PDF)]),
        lambda who: change_attachment(actor=who, attachment=pk, values={"caption": "Mine"}),
        lambda who: arrange(actor=who, subject=about, attachments=[pk]),
        lambda who: detach(actor=who, attachment=pk),
    ]
    for call in calls:
        for who in (stranger, someone("*.read")):
            with pytest.raises(NotAllowed):
                call(who)
    for subject in ("product:99999", "user:1", "product:x", "quote:1"):
        with pytest.raises(NotThere):
            attach(actor=company.user, subject=subject, files=[upload("b.pdf", PDF)])
    assert entries() == before


def test_a_file_hangs_on_every_noun_that_takes_files(client: Client, company: World) -> None:
    client.force_login(company.user)

    def made(path: str, **body: Any) -> int:
        response = client.post(f"/api/v1/{path}", json.dumps(body), "application/json")
        assert response.status_code in (200, 201), response.content
        return int(response.json()["id"])

    wanted = [{"product": company.product().pk, "quantity": "2"}]
    customer, vendor = company.customer.pk, company.vendor.pk
    bought = [
        {"product": company.product().pk, "quantity": "2", "unit_cost": "3", "location": company.location.pk}
    ]
    pages = {
        f"organization:{customer}": f"/organizations/{customer}/",
        f"quote:{(pk := made('quotes', organization=customer, lines=wanted))}": f"/quotes/{pk}/",
        f"order:{(pk := made('orders', organization=customer, lines=wanted))}": f"/orders/{pk}/",
        f"work_order:{(pk := made('work-orders', kind='ticket', organization=customer, charges=wanted))}": f"/work-orders/{pk}/",
        f"purchase_order:{(pk := made('purchase-orders', vendor=vendor, lines=bought))}": f"/purchase-orders/{pk}/",
        f"opportunity:{(pk := made('opportunities', organization=customer, title='New network'))}": f"/opportunities/{pk}/",
    }
    for subject, page in pages.items():
        assert 'name="file"' in seen(client, page), page
        response = client.post(
            "/attachments/attach/",
            {"subject": subject, "back": page, "file": [upload("a.pdf", PDF), upload("b.png", drawn())]},
        )
        assert (response.status_code, response["Location"]) == (303, page)
        assert names(subject) == ["a.pdf", "b.png"]
        shown = seen(client, page)
        assert "a.pdf" in shown
        assert "Attached 2 files." in shown
    clean()


def test_a_page_says_why_a_file_is_not_taken(client: Client, company: World) -> None:
    client.force_login(company.user)
    page = f"/organizations/{company.customer.pk}/"
    subject = f"organization:{company.customer.pk}"
    before = entries()
    client.post(
        "/attachments/attach/", {"subject": subject, "back": page, "file": upload("a.exe", b"MZ\x90\0")}
    )
    assert "Pictures, PDF, office files" in seen(client, page)
    client.post("/attachments/attach/", {"subject": subject, "back": page})
    assert "Choose a file." in seen(client, page)
    assert entries() == before


def test_caption_first_and_taking_off_on_pages(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = company.product()
    about, page = f"product:{product.pk}", f"/products/{product.pk}/"
    done = attach(
        actor=company.user,
        subject=about,
        files=[upload("a.png", drawn()), upload("b.png", drawn(colour="blue"))],
    )
    first, second = done.made["notices.Attachment"]
    assert "Main picture" in seen(client, page)
    client.post(f"/attachments/{second}/first/", {"back": page})
    assert names(about) == ["b.png", "a.png"]
    assert 'value=""' in seen(client, f"/attachments/{first}/change/?back={page}")
    response = client.post(f"/attachments/{first}/change/", {"back": page, "caption": "The back"})
    assert (response.status_code, response["Location"]) == (303, page)
    assert "The back" in seen(client, page)
    response = client.post(f"/attachments/{first}/change/", {"back": page, "caption": "x" * 201})
    assert response.status_code == 422
    client.post(f"/attachments/{first}/detach/", {"back": page})
    assert names(about) == ["b.png"]


def test_the_same_request_twice_attaches_once(client: Client, company: World) -> None:
    client.force_login(company.user)
    about = f"product:{company.product().pk}"

    def send(content: bytes, query: str = "", **headers: str) -> Any:
        body = {"subject": about, "file": upload("a.png", content)}
        return client.post(f"/api/v1/attachments{query}", body, headers=headers)

    before = entries()
    dry = send(drawn(), "?dry_run=true")
    assert (dry.status_code, dry.json()["verb"], entries()) == (200, "attach", before)
    made = send(drawn(), **{"Idempotency-Key": "k1"})
    again = send(drawn(), **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()) == (201, made.json())
    assert send(drawn(colour="blue"), **{"Idempotency-Key": "k1"}).status_code == 409
    assert (entries(), names(about)) == (before + 1, ["a.png"])


def test_a_phone_picture_stands_upright(company: World) -> None:
    from PIL import Image

    turned = Image.Exif()
    turned[0x0112] = 6
    content = drawn("JPEG", (600, 200), exif=turned.tobytes())
    pk = attach(
        actor=company.user, subject=f"product:{company.product().pk}", files=[upload("IMG_1.jpeg", content)]
    ).one("notices.Attachment")
    row = Attachment.objects.get(pk=pk)
    assert (row.width, row.height) == (200, 600)
    file = store.picture(row.digest, "thumb")
    assert file is not None
    with Image.open(file) as small:
        assert small.size == (32, 96)
        assert not small.getexif()


def test_what_was_never_attached_is_swept(company: World, media: Path) -> None:
    about = f"product:{company.product().pk}"
    attach(actor=company.user, subject=about, files=[upload("a.png", drawn())])
    with pytest.raises(Refusal):
        attach(actor=company.user, subject=about, files=[upload("b.pdf", PDF), upload("a.png", drawn())])
    assert len(files(media)) == 2
    assert sweep() == 0
    for file in media.glob("attachments/??/*"):
        os.utime(file, (0, 0))
    assert sweep() == 1
    assert files(media) == [hashlib.sha256(drawn()).hexdigest()]


def erased_away() -> None:
    """Let the worker do what waits."""
    while work(CONSUMERS):
        pass


def test_what_a_file_holds_is_erased_for_good(client: Client, company: World, media: Path) -> None:
    """The bytes and every picture of them go, wherever they hang; the journal and the digest stay."""
    one, other = (f"product:{company.product().pk}" for _ in range(2))
    content = drawn("JPEG", (900, 300))
    (first,) = attach(actor=company.user, subject=one, files=[upload("a.jpg", content)]).made[LABEL]
    (second,) = attach(actor=company.user, subject=other, files=[upload("b.jpg", content)]).made[LABEL]
    (kept,) = attach(actor=company.user, subject=one, files=[upload("c.pdf", PDF)]).made[LABEL]
    off = detach(actor=company.user, attachment=second)
    client.force_login(company.user)
    page = f"/products/{one.partition(':')[2]}/"
    assert body_of(client, f"/attachments/{first}/thumb/")
    before = entries()
    with pytest.raises(NotAllowed):
        erase(actor=someone("notices.attach", "catalog.read"), attachment=first, reason="Asked for")
    with pytest.raises(BadInput) as missing:
        erase(actor=company.user, attachment=first, reason=" ")
    assert (missing.value.field, entries()) == ("reason", before)
    dry = client.post(
        f"/api/v1/attachments/{first}/erase?dry_run=true", {"reason": "x"}, content_type="application/json"
    )
    assert (dry.status_code, entries()) == (200, before)
    assert "Erase …" in seen(client, f"/attachments/{first}/change/?back={page}")
    assert "no undo brings it back" in seen(client, f"/attachments/{first}/erase/?back={page}")
    done = client.post(f"/attachments/{first}/erase/", {"back": page, "reason": "Asked for"})
    assert (done.status_code, done["Location"]) == (303, page)
    assert (names(one), names(other)) == (["c.pdf"], [])
    assert client.get(f"/attachments/{first}/").status_code == 404
    erased_away()
    assert files(media) == [Attachment.objects.get(pk=kept).digest]
    assert list(media.glob("pictures/*/*/*")) == []
    assert Attachment.objects.get(pk=first).digest == hashlib.sha256(content).hexdigest()
    clean()
    entry = Entry.objects.get(verb="erase")
    assert entry.reason == "Asked for"
    assert [one.undo for one in tell([entry])] == [""]
    before = entries()
    for undone in (entry.pk, off.id):
        with pytest.raises(Refusal) as stays:
            reverse(actor=company.user, entry=undone)
        assert stays.value.code == "stays_erased"
    with pytest.raises(Refusal) as twice:
        erase(actor=company.user, attachment=first, reason="Once more")
    assert (twice.value.code, entries()) == ("erased_already", before)
    attach(actor=company.user, subject=one, files=[upload("again.jpg", content)])
    assert names(one) == ["c.pdf", "again.jpg"]
    assert sweep() == 0
    clean()


def test_what_was_taken_off_can_be_erased_too(client: Client, company: World, media: Path) -> None:
    product = company.product()
    done = attach(actor=company.user, subject=f"product:{product.pk}", files=[upload("c.pdf", PDF)])
    pk = done.one(LABEL)
    detach(actor=company.user, attachment=pk)
    client.force_login(company.user)
    assert "Taken off" in seen(client, f"/products/{product.pk}/")
    answer = client.post(
        f"/api/v1/attachments/{pk}/erase", {"reason": "Asked for"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["name"]) == (200, "c.pdf")
    erased_away()
    assert files(media) == []
    assert "Taken off" not in seen(client, f"/products/{product.pk}/")
    assert client.get(f"/attachments/{pk}/erase/").status_code == 404
    clean()


def test_the_audit_names_a_file_that_is_lost(company: World, media: Path) -> None:
    done = attach(actor=company.user, subject=f"product:{company.product().pk}", files=[upload("c.pdf", PDF)])
    clean()
    file = store.path(Attachment.objects.get().digest)
    where = f"attachment:{done.one(LABEL)}"
    for spoil, found in (
        (lambda: file.write_bytes(b"short"), f"5 bytes instead of {len(PDF)}"),
        (file.unlink, f"missing, {len(PDF)} bytes"),
    ):
        spoil()
        assert [(one.where, one.found) for one in audit()] == [(where, found)]


@pytest.mark.parametrize("several", [1, 10])
def test_attaching_costs_as_many_statements_for_one_file_as_for_many(company: World, several: int) -> None:
    about = f"product:{company.product().pk}"
    shots = [upload(f"{n}.png", drawn(size=(20 + n, 10))) for n in range(several)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        attach(actor=company.user, subject=about, files=shots)
    assert len(asked) <= 16, [q["sql"][:90] for q in asked]


def test_a_quote_shows_the_main_pictures_where_the_company_wants_them(client: Client, company: World) -> None:
    from wharfinger.base import further
    from wharfinger.documents.queries.selling import quote
    from wharfinger.documents.render import render

    client.force_login(company.user)
    shown, bare = company.product(), company.product()
    attach(actor=company.user, subject=f"product:{shown.pk}", files=[upload("a.png", drawn(size=(400, 300)))])
    lines = [{"product": one.pk, "quantity": "1"} for one in (shown, bare)]
    body = json.dumps({"organization": company.customer.pk, "lines": lines})
    pk = client.post("/api/v1/quotes", body, "application/json").json()["id"]
    plain = quote(pk, "en")
    assert [row.picture for row in plain.lines] == ["", ""]
    set_setting(actor=company.user, name="pictures_on_quotes", value=True)
    with_pictures = quote(pk, "en")
    digest = main_pictures([shown.pk])[shown.pk].digest
    assert [row.picture for row in with_pictures.lines] == [digest, ""]
    assert further.picture(digest).startswith(b"\xff\xd8\xff")
    drawing, without = render(with_pictures, language="en"), render(plain, language="en")
    assert b"/Subtype/Image" in drawing.replace(b" ", b"")
    assert b"/Subtype/Image" not in without.replace(b" ", b"")
    # A picture that is lost stops no document.
    for file in (store.path(digest), store._drawn(digest, "paper", store.PAPER, "jpeg")):
        assert file is not None
        file.unlink()
    assert len(render(with_pictures, language="en")) < len(drawing)
