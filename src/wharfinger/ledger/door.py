"""How the API writes: repeated writes answered alike, stale ones refused, dry runs shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from django.http import HttpResponse

from wharfinger.base import further
from wharfinger.base.closed import because
from wharfinger.base.door import Request, answer
from wharfinger.base.refusal import N_, BadInput, Stale
from wharfinger.ledger import queries
from wharfinger.ledger.models import Entry, Fact
from wharfinger.ledger.post import answered, attempt, dry
from wharfinger.ledger.write import Written

Shown = Mapping[str, Any]
About = str | Callable[[Written], str]

mails: list[Callable[[Entry], list[dict[str, Any]]]] = []
"""What mails an entry would send, for dry runs; filled in ``site.automation``."""

tellers: list[Callable[[Sequence[Mapping[str, Any]]], list[dict[str, Any]]]] = []
"""Who tells changed fields in their units, and by name what they hold the id of; filled in ``site.automation``."""


def changes(entry: int, *, costs: bool) -> list[dict[str, Any]]:
    """The fields that an entry changed, as answers tell them; costs only to who may see them."""
    found = queries.changes(entry, costs=costs)
    for tell in tellers:
        found = tell(found)
    return found


def detail(request: Request, subject: str, shown: Shown) -> HttpResponse:
    """One document with its ETag; 304 where the caller has it already."""
    tag = etag(subject)
    known = tag in request.headers.get("If-None-Match", "")
    response = HttpResponse(status=304) if known else answer(shown)
    response["ETag"] = tag
    return response


def etag(subject: str) -> str:
    """The version of a document: how many facts the journal has about it."""
    return f'"{Fact.objects.filter(subject=subject).count()}"'


def write(
    request: Request,
    act: Callable[[], Written],
    show: Callable[[Written], Shown],
    *,
    about: About = "",
    status: int = 200,
    once: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Do one act for a caller and answer with the document and ``entry``.

    act: calls one action, without a key of its own. show: the document afterwards. about: the journal's
    name of the document, whose ETag ``If-Match`` must name; a function of what was written where
    the act makes it. once: what only the first answer shows and nothing keeps (a token's text), filled
    by the act. ``Idempotency-Key``, ``?dry_run=true`` and ``?closed_reason=`` are served here.
    """
    matched = partial(_matched, request.headers.get("If-Match", ""), about, partial(_said, request, act))
    if _is_dry(request):
        return answer(attempt(partial(dry, lambda: _described(request, matched(), show))))

    def run() -> tuple[int, str]:
        done = matched()
        return status, orjson.dumps({**show(done), **_told(request, done)}).decode()

    key = request.headers.get("Idempotency-Key")
    if key is not None:
        actor = request.auth
        found, body, replayed = answered(actor, key, _digest(request), run)
        if replayed or not once:
            response = HttpResponse(body, status=found, content_type="application/json")
        else:
            response = answer({**orjson.loads(body), **once}, status=found)
        if replayed:
            response["Idempotency-Replayed"] = "true"
        return response
    done = attempt(matched) if request.headers.get("If-Match") else matched()
    response = answer({**show(done), **_told(request, done), **(once or {})}, status=status)
    subject = about(done) if callable(about) else about
    if subject:
        response["ETag"] = etag(subject)
    return response


def _told(request: Request, done: Written) -> dict[str, Any]:
    """What every answer to a write says beside the document."""
    offers = further.offered(done.entry.verb, done.id, request.auth)
    named = [{"verb": one.verb, "noun": one.noun, "id": one.pk} for one in offers]
    return {"entry": done.id, **({"offers": named} if named else {})}


def stepped(
    request: Request, step: Callable[[], Shown], *, about: str = "", status: int = 200
) -> HttpResponse:
    """Do a step of working state, which leaves no entry of its own, and answer with how it stands then.

    about: its name, whose ETag ``If-Match`` must name. ``Idempotency-Key`` is served here.
    """
    if _is_dry(request):
        raise BadInput(
            "no_dry_run", N_("Nothing of this is in the books yet; try it instead."), field="dry_run"
        )
    if (wanted := request.headers.get("If-Match", "")) and about and wanted.strip() != "*":
        _require(
            about, {tag.strip() for tag in wanted.split(",")}, Fact.objects.filter(subject=about).count()
        )

    def run() -> tuple[int, str]:
        return status, orjson.dumps(dict(step())).decode()

    key = request.headers.get("Idempotency-Key")
    if key is None:
        return answer(step(), status=status)
    found, body, replayed = answered(request.auth, key, _digest(request), run)
    response = HttpResponse(body, status=found, content_type="application/json")
    if replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def make(
    request: Request,
    act: Callable[[], Written],
    model: str,
    show: Callable[[int], Shown],
    *,
    subject: str,
    once: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Do one act that makes a document and answer 201 with it, as ``write`` does.

    model: what the act makes one of (``sales.Opportunity``). show: the document by its id. subject: what
    the journal calls such a document (``opportunity``).
    """
    return write(
        request,
        act,
        lambda done: show(done.one(model)),
        about=lambda done: f"{subject}:{done.one(model)}",
        status=201,
        once=once,
    )


def _said(request: Request, act: Callable[[], Written]) -> Written:
    """Do the act for the reason that the address gives, where it is dated into a closed period."""
    with because(request.GET.get("closed_reason", ""), field="closed_reason"):
        return act()


def _is_dry(request: Request) -> bool:
    said = request.GET.get("dry_run", "false")
    if said not in ("true", "false"):
        raise BadInput("not_yes_or_no", N_("Write true or false."), field="dry_run")
    return said == "true"


def _digest(request: Request) -> str:
    said = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        # Taken apart already, and its boundary is another each time: the fields and files are what is said.
        said.update(repr(sorted(request.POST.lists())).encode())
        for name, files in sorted(request.FILES.lists()):
            for one in files:
                said.update(repr((name, one.name, hashlib.sha256(one.read()).hexdigest())).encode())
                one.seek(0)
    else:
        said.update(request.body)
    return said.hexdigest()


def _matched(wanted: str, about: About, act: Callable[[], Written]) -> Written:
    if not wanted or callable(about) or not about or wanted.strip() == "*":
        return act()
    tags = {tag.strip() for tag in wanted.split(",")}
    _require(about, tags, Fact.objects.filter(subject=about).count())
    done = act()
    # Only now is the document surely locked: what others wrote before the lock shows here.
    _require(about, tags, Fact.objects.filter(subject=about).exclude(entry_id=done.id).count())
    return done


def _require(subject: str, tags: set[str], version: int) -> None:
    if f'"{version}"' not in tags:
        raise Stale(
            "stale",
            N_("This has changed since you read it. Read it again, then decide."),
            field="If-Match",
            subject=subject,
        )


def _described(request: Request, done: Written, show: Callable[[Written], Shown]) -> dict[str, Any]:
    actor = request.auth
    costs = actor.may("catalog.see_cost")
    return {
        "dry_run": True,
        "verb": done.entry.verb,
        "effective_on": done.entry.effective_on.isoformat(),
        "moves": queries.moves(done.id),
        "postings": queries.postings(done.id) if costs else [],
        "documents": queries.subjects(done.id),
        "changes": changes(done.id, costs=costs),
        "mails": [mail for find in mails for mail in find(done.entry)],
        "document": dict(show(done)),
    }
