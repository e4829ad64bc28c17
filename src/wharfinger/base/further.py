"""What higher modules say about a noun of a lower one: parts of its page, figures of its list.

The tables are filled by the site, as causes and effects are; a page shows what it finds in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest

from wharfinger.base.access import Actor
from wharfinger.base.refusal import Refusal

Part = Callable[[HttpRequest, int], str]
"""Renders one section of a noun's page; nothing when the person may not see it or there is none."""

Figures = Callable[[Sequence[int]], Mapping[int, Any]]
"""One figure of each of these nouns, in a constant number of statements."""

Papers = Callable[[Sequence[int], Sequence[int], Sequence[int]], Iterable[str]]
"""The documents (``invoice:4``) behind units, by their lots, the lines that held them and the places they stood at."""


class Turn(NamedTuple):
    """A unit in a row of units of which each took the place of the one before."""

    lot: int
    code: str
    sku: str
    device: int | None
    number: str
    """The device's number, where the unit is or was one."""


Chains = Callable[[Sequence[int]], list[Turn]]
"""The units that these replaced and were replaced by, the first first; empty where nothing was ever replaced."""

Files = Callable[[HttpRequest, str, Sequence[int]], Any]
"""Answers with these nouns as a file, in the columns that an import reads; as CSV or XLSX."""

Picture = Callable[[str], bytes]
"""A picture by the digest of its content, small, as a JPEG; nothing where it is lost."""


class Offered(NamedTuple):
    """What may be done next because of an act: the verb as our API calls it, and on which document."""

    verb: str
    noun: str
    pk: int
    words: str
    address: str


class Charging(NamedTuple):
    """How charges are served in the same save in which they are made."""

    ways: Callable[[Actor, str], Sequence[tuple[str, str]]]
    """What this person may do at once with charges of a kind of document, and its words."""
    add: Callable[..., Any]
    """Charges work, and opens it with charges, as the actions that only charge do, and does what ``then`` names."""
    open: Callable[..., Any]
    told: Callable[[Any], str]
    """What was done, and what of it is still needed."""


class Attaching(NamedTuple):
    """How files that came with a form are hung on what it makes."""

    permission: str
    keep: Callable[..., Any]
    """Looks at files and keeps them, before there is what they hang on."""
    attach: Callable[..., Any]
    look: Callable[..., Any]
    """Looks at files, of which nothing is kept yet."""
    hang: Callable[..., None]
    """Lets a plan hang what was looked at on what it makes or changes, and keeps it."""


class Installing(NamedTuple):
    """How units become devices in the act that delivers them."""

    permission: str
    choices: Callable[[int], Mapping[str, Any]]
    """What a form offers for the devices of a customer."""
    given: Callable[..., Any]
    """What a form or the API says of the devices: contact, contract and reference."""
    plan: Callable[[Any, Any, Any], None]
    """Lets a plan make devices of the units that it hands to customers."""


SIGNATURE = "signature.png"
"""By its name a signature is told from photos of a delivery."""

Offers = Callable[[int, Actor], Sequence[Offered]]
"""What an entry leaves to be done that this person may do, in one statement."""

offers: dict[str, list[Offers]] = {}
"""By verb: what its bar offers, and its answer names."""
Titles = Callable[[Iterable[str]], Mapping[str, tuple[str, str]]]
"""Title and address of each of these subjects (``order:17``), in a statement for each kind."""

charging: list[Charging] = []
"""How charges are served, by whoever knows; one row."""
attaching: list[Attaching] = []
"""How files are attached, by whoever knows; one row."""
installing: list[Installing] = []
"""How units become devices as they are delivered, by whoever knows; one row."""
parts: dict[str, list[Part]] = {}
files: dict[str, Files] = {}
"""By the name of a list."""
figures: dict[str, Figures] = {}
papers: list[Papers] = []
chains: list[Chains] = []
pictures: list[Picture] = []
titles: list[Titles] = []


def ways(actor: Actor, kind: str) -> Sequence[tuple[str, str]]:
    """What this person may do at once with charges of a kind of document."""
    return [way for one in charging for way in one.ways(actor, kind)]


def charged(done: Any, given: Mapping[str, Any]) -> str:
    """What was done with charges in the same save; nothing where they were only charged."""
    return next((one.told(done) for one in charging if given.get("then")), "")


def may_attach(actor: Actor) -> bool:
    """Whether this person may attach files."""
    return any(actor.may(one.permission) for one in attaching)


def pictured(actor: Actor, files: Sequence[Any], field: str) -> Any:
    """Pictures of this field of a form, looked at and kept; what is none is refused at the field."""
    return _at_field(attaching[0].keep, actor, files, field)


def looked_at(actor: Actor, files: Sequence[Any], field: str) -> list[Any]:
    """Pictures of this field of a form, looked at and not kept yet; what is none is refused at the field."""
    found: list[Any] = _at_field(attaching[0].look, actor, files, field) if files else []
    return found


def _at_field(act: Callable[..., Any], actor: Actor, files: Sequence[Any], field: str) -> Any:
    try:
        return act(actor=actor, files=files, pictures=True)
    except Refusal as refusal:
        refusal.field = field
        raise


def hang(truth: Any, plan: Any, noun: str, pictures: Sequence[Any], caption: str) -> None:
    """Let a plan hang pictures on all of a noun that it mentions, in its own entry."""
    if pictures:
        attaching[0].hang(truth, plan, noun, pictures, caption)


def may_install(actor: Actor) -> bool:
    """Whether this person may make devices of what is delivered."""
    return any(actor.may(one.permission) for one in installing)


def install(truth: Any, plan: Any, wanted: Any) -> None:
    """Let a plan make devices of the units that it hands to customers, in its own entry; nothing where none are wanted."""
    if wanted is not None:
        installing[0].plan(truth, plan, wanted)


def attach(actor: Actor, subject: str, files: Any, caption: str) -> None:
    """Attach what was kept to what has been made by now."""
    attaching[0].attach(actor=actor, subject=subject, files=files, caption=caption)


def told(noun: str, request: HttpRequest, pk: int) -> list[str]:
    """The sections that higher modules add to the page of a noun."""
    return [text for part in parts.get(noun, ()) if (text := part(request, pk))]


def offered(verb: str, entry: int, actor: Actor) -> list[Offered]:
    """What may be done next because of an entry of this verb."""
    return [one for find in offers.get(verb, ()) for one in find(entry, actor)]


def chain_of(lots: Sequence[int]) -> list[Turn]:
    """The units that these replaced and were replaced by, the first first."""
    return [turn for read in chains for turn in read(lots)]


def papers_of(lots: Sequence[int], lines: Sequence[int], places: Sequence[int]) -> set[str]:
    """All documents behind these units, in a constant number of statements."""
    return {subject for read in papers for subject in read(lots, lines, places)}


def figure(name: str, ids: Sequence[int]) -> Mapping[int, Any]:
    """A figure (``product.available``) of each of these nouns; empty where nobody knows it."""
    found = figures.get(name)
    return found(ids) if found is not None and ids else {}


def titles_of(subjects: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """What these subjects are called and where they are; as the journal names them where nobody knows."""
    named = list(subjects)
    return {one: (one, "") for one in named} | {
        key: value for read in titles for key, value in read(named).items()
    }


def picture(digest: str) -> bytes:
    """A picture for paper by the digest of its content; nothing where nobody has it."""
    return next((found for draw in pictures if (found := draw(digest))), b"") if digest else b""
