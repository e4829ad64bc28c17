"""Pure decisions about mails that come in: what stands in one, however broken, and which of ours it may answer.

Nothing in a mail is believed: it is shown, and told to people. No act follows from it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser
from typing import NamedTuple

from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.notices.rules import attachments
from wharfinger.notices.rules.attachments import Kept

LABEL = "notices.Letter"
MOST_BYTES = 40_000_000
MOST_TEXT = 20_000
MOST_FILES = 20
MOST_PARTS = 200
MOST_NAMED = 50
"""So many mails that it refers to are looked at."""

FOR_US = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_TAG = re.compile(r"\+([0-9]{1,18})\.([0-9a-f]{20})@")
_ID = re.compile(r"<([0-9]{1,18})\.([0-9a-f]{20})@[^<>\s]{1,255}>")


class File(NamedTuple):
    """A file that a mail carries."""

    name: str
    content: bytes


class Came(NamedTuple):
    """A mail as it is kept."""

    message_id: str
    sender: str
    title: str
    text: str
    tags: tuple[tuple[int, str], ...]
    """By which address it came: the row of the mail that it answers, and the mark that proves it."""
    answers: tuple[tuple[int, str], ...]
    """The mails of ours that it names as those it follows, each with its mark."""
    files: tuple[File, ...]
    left_out: tuple[str, ...]
    """The names of files beyond those that are looked at."""


def read(content: bytes) -> Came:
    """What stands in a mail; raises BadInput where it is too large, or nothing that could be one."""
    if len(content) > MOST_BYTES:
        raise too_large()
    try:
        mail = message_from_bytes(content)
        parts = list(_parts(mail))
    except RecursionError:
        raise BadInput("no_letter", N_("This is no mail that can be read."), field="file") from None
    if not mail.keys():
        raise BadInput("no_letter", N_("This is no mail that can be read."), field="file")
    files = [one for part in parts if (one := _file(part)) is not None]
    named = " ".join(_raw(mail, name) for name in ("in-reply-to", "references"))
    return Came(
        message_id=_identity(mail, content),
        sender=_sender(mail),
        title=_line(_header(mail, "subject"))[:200],
        text=_text(parts)[:MOST_TEXT],
        tags=_marked(_TAG, " ".join(address for _name, address in _addressed(mail))),
        answers=_marked(_ID, named),
        files=tuple(files[:MOST_FILES]),
        left_out=tuple(one.name for one in files[MOST_FILES:]),
    )


def too_large() -> BadInput:
    """Why a mail is not taken that is beyond all measure."""
    most = MOST_BYTES // 1_000_000
    return BadInput(
        "letter_too_large", N_("A mail has at most {most} MB. Send it in parts."), field="file", most=most
    )


def plan_letter(
    truth: Truth,
    *,
    subject: str,
    letter: Mapping[str, object],
    files: Sequence[Kept],
    left_out: Sequence[str],
) -> Plan:
    """Keep a mail that came in, and its files at the document that it is about; what is there already is not had twice."""
    plan = Plan()
    out = list(left_out)
    if subject:
        there = [row for row in truth.documents[attachments.LABEL].values() if attachments.in_use(row)]
        known, fresh = {row.digest for row in there}, []
        for one in files:
            if one.digest not in known:
                known.add(one.digest)
                fresh.append(one)
        room = max(attachments.MOST - len(there), 0)
        out += [one.name for one in fresh[room:]]
        if fresh[:room]:
            plan = attachments.plan_attaching(truth, subject=subject, files=fresh[:room], caption="")
    made = plan.create(LABEL, about=subject, received_at=truth.now, left_out=out, **letter)
    plan.mention(("letter", made), *([attachments.about(subject)] if subject else []))
    return plan


def _parts(mail: Message) -> Iterator[Message]:
    """What a mail is made of, as much as is looked at."""
    for n, part in enumerate(mail.walk()):
        if n >= MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


def _file(part: Message) -> File | None:
    """The file that a part is; nothing where it is text to be read."""
    name = part.get_filename()
    inline = part.get_content_disposition() != "attachment" and not name
    if inline and part.get_content_type() in ("text/plain", "text/html"):
        return None
    content = _content(part)
    return (
        File(_line(_decoded(str(name or part.get_content_type().replace("/", ".")))), content)
        if content
        else None
    )


def _content(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(parts: Sequence[Message]) -> str:
    """What is written in it: as plain text where there is some, else its HTML without the marks."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and _file(part) is None:
                said = _words(part)[: 10 * MOST_TEXT]
                said = _clean(_bare(said) if kind == "text/html" else said).strip()
                if said:
                    return said
    return ""


def _words(part: Message) -> str:
    content = _content(part)
    for charset in (str(part.get_content_charset() or ""), "utf-8"):
        try:
            return content.decode(charset or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("latin-1")


class _Bare(HTMLParser):
    """Takes the words out of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as the parser calls it
        if tag in ("script", "style", "head"):
            self.hidden += 1
        elif tag in ("br", "p", "div", "tr", "li", "h1", "h2", "h3"):
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head"):
            self.hidden = max(self.hidden - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.said.append(data)


def _bare(html: str) -> str:
    parser = _Bare()
    parser.feed(html)
    return re.sub(r"\n\s*\n+", "\n\n", "".join(parser.said))


def _clean(text: str) -> str:
    """Without what no page shows and no database takes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _raw(mail: Message, name: str) -> str:
    return " ".join(_values(mail, name))


def _values(mail: Message, name: str) -> list[str]:
    """What stands in the headers of a name, also where somebody wrote their letters in it as they are."""
    return [
        str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for key, value in mail.raw_items()
        if key.casefold() == name
    ]


def _header(mail: Message, name: str) -> str:
    return _decoded(_raw(mail, name))


def _decoded(text: str) -> str:
    """A header in words, its encoded parts as far as they can be read."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    said = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            said.append(piece)
            continue
        try:
            # What stands between encoded parts comes back in the form that Python writes it in.
            said.append(piece.decode(charset or "raw-unicode-escape", "replace"))
        except LookupError:
            said.append(piece.decode("latin-1"))
    return "".join(said)


def _sender(mail: Message) -> str:
    name, address = parseaddr(_line(_header(mail, "from")))
    if address and name:
        return f"{name} <{address}>"[:254]
    return (address or _line(_header(mail, "from")))[:254]


def _addressed(mail: Message) -> list[tuple[str, str]]:
    return getaddresses([value for name in FOR_US for value in _values(mail, name)][:MOST_NAMED])


def _marked(pattern: re.Pattern[str], text: str) -> tuple[tuple[int, str], ...]:
    found = [(int(row), mark) for row, mark in pattern.findall(text)]
    return tuple(dict.fromkeys(found[-MOST_NAMED:]))


def _identity(mail: Message, content: bytes) -> str:
    """How a mail is told from others: by the name that its sender gave it, and whom it is from; else by its content."""
    named = _line(_raw(mail, "message-id"))
    if not named:
        return f"sha256:{hashlib.sha256(content).hexdigest()}"
    return hashlib.sha256(f"{named} {_raw(mail, 'from')}".encode("utf-8", "replace")).hexdigest()
