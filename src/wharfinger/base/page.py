"""What every page does alike: let people in, read what they typed, act, and say what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from wharfinger.base import access, closed, further
from wharfinger.base.refusal import N_, BadInput, Refusal

Answer = TypeVar("Answer", bound=HttpResponseBase)
Link = tuple[str, str]
"""Words and an address."""

PASSING = frozenset(("csrfmiddlewaretoken", "back"))
"""Fields that say nothing about what a person typed."""
CLOSED = "closed_reason"
"""The field in which somebody says why an act is dated into a closed period."""
SHOWN = ("GET", "HEAD")
"""How a page is asked for, rather than something sent."""


class Selected(NamedTuple):
    """A row that was ticked in a list, and how much of it as typed (empty: all)."""

    id: int
    quantity: str


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, and why it was refused: all that the field macros need."""

    values: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None

    def value(self, name: str, default: Any = "") -> Any:
        """What stands in a field."""
        found = self.values.get(name, default)
        return default if found is None else found

    def many(self, name: str) -> Sequence[Any]:
        """All values of a field that takes several."""
        return self.values.getlist(name) if isinstance(self.values, QueryDict) else self.values.get(name, ())

    def error(self, name: str) -> str:
        """What is wrong with a field, in the reader's language."""
        return self.refusal.words() if self.refusal is not None and self.refusal.field == name else ""


def signed_in(request: HttpRequest, permission: str = "") -> HttpResponse | None:
    """Send strangers to sign in; raise NotAllowed for people without the permission; else None."""
    user: Any = request.user
    if not user.is_authenticated:
        # Whose session ended while a form was filled comes back to the form; its act is sent by nobody.
        answer = redirect_to_login(
            request.get_full_path() if request.method in SHOWN else _sent_from(request)
        )
        return _navigate(request, answer["Location"])
    if permission:
        access.require(user, permission)
    return None


def page(permission: str = "") -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Make a view a page, for people who are signed in and may read it; the view says who may: ``permission``."""

    def made(view: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return signed_in(request, permission) or view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read where a page is offered
        return guarded

    return made


def posted(form: str, *args: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer | HttpResponse]]:
    """Make a view act on what is sent only; whoever asks for its address is led to the page of the form.

    A refused form comes back under the address it was sent to, and its lists and filters lead there.
    form: the name of that page; args: which arguments of the view it takes.
    """

    def made(view: Callable[..., Answer]) -> Callable[..., Answer | HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> Answer | HttpResponse:
            if request.method == "POST":
                return view(request, **kwargs)
            asked = request.GET.urlencode()
            to = reverse(form, kwargs={name: kwargs[name] for name in args})
            return HttpResponseRedirect(f"{to}?{asked}" if asked else to)

        return guarded

    return made


def selected(request: HttpRequest) -> list[Selected]:
    """The ticked rows of a list; raises BadInput when none is."""
    try:
        given = request.POST
        rows = [
            Selected(int(row), given.get(f"quantity-{row}", "").strip()) for row in given.getlist("selected")
        ]
    except ValueError:
        rows = []
    if not rows:
        raise BadInput("nothing_selected", N_("Select at least one row first."))
    return rows


def page_act(
    request: HttpRequest,
    act: Callable[[], Any],
    *,
    ok: str | Callable[[Any], str],
    back: str | Callable[[Any], str],
    again: Callable[[Form], HttpResponse] | None = None,
    more: Callable[[Any], Sequence[Link]] | None = None,
) -> HttpResponse:
    """Do one act, then go back with the undo bar; a refusal shows the form again with what was typed.

    act: calls one action and returns its entry (or what it made, with an `entry`).
    ok: the sentence that says what happened. back: where to go then.
    again: renders the form with what was typed and the refusal; without it the refusal stands on `back`,
    and what was typed in a list there is kept.
    more: what else the bar offers, like the document that was made: words and address each.
    Raises NotAllowed and NotThere, which are pages of their own.
    """
    try:
        with closed.because(request.POST.get(CLOSED, ""), field=CLOSED):
            done = act()
    except Refusal as refusal:
        if refusal.http_code in (403, 404):
            raise
        if refusal.code == closed.NEEDED and "reason" not in request.POST and not request.FILES:
            return _asked_why(request, refusal)
        if again is not None:
            response = again(Form(request.POST, refusal))
            response.status_code = refusal.http_code
            return response
        flash_refusal(request, refusal)
        to = came_from(request, back if isinstance(back, str) else "/")
        request.session["typed"] = {"page": to.partition("?")[0], **_typed(request, refusal)}
        return _navigate(request, to)
    entry = _entry(done) if _own(request, done) else None
    links = [*(more(done) if more else ()), *_offered(request, done)]
    flash(request, ok(done) if callable(ok) else ok, entry=entry, more=links)
    return _navigate(request, back(done) if callable(back) else back)


def _asked_why(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Ask why an act is dated into a closed period; what was typed is sent again with the answer."""
    typed = [(key, value) for key in request.POST for value in request.POST.getlist(key)]
    kept = [(key, value) for key, value in typed if key not in (CLOSED, "csrfmiddlewaretoken")]
    context = {"refusal": refusal, "kept": kept, "again": request.get_full_path(), "asked": CLOSED}
    response = render(request, "site/closed.html", context)
    response.status_code = refusal.http_code
    if getattr(request, "htmx", None):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


def flash(
    request: HttpRequest, sentence: str, *, entry: int | None = None, more: Sequence[Link] = ()
) -> None:
    """Say on the next page what happened; with an entry it can be undone from there."""
    request.session["said"] = {"sentence": sentence, "entry": entry, "more": [list(one) for one in more]}


def flash_refusal(request: HttpRequest, refusal: Refusal) -> None:
    """Say on the next page why an act was refused, with everything that helps."""
    request.session["refused"] = {
        "words": refusal.words(),
        "wanted": refusal.wanted,
        "free": refusal.free,
        "decimals": refusal.decimals,
        "held_by": [
            {"subject": h.subject, "quantity": h.quantity, "until": h.until} for h in refusal.held_by
        ],
        "arriving": [{"subject": a.subject, "quantity": a.quantity, "on": a.on} for a in refusal.arriving],
        "remedies": [{"verb": r.verb, "values": dict(r.values)} for r in refusal.remedies],
    }


def _typed(request: HttpRequest, refusal: Refusal) -> dict[str, Any]:
    """What stood in a list when its act was refused: the act, the rows and what was typed for them."""
    return {
        "act": request.path,
        "field": refusal.field,
        "words": refusal.words(),
        "values": {key: request.POST.getlist(key) for key in request.POST if key not in PASSING},
    }


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page a form was sent or opened from (`back` in it, or in its address), if it is one of ours."""
    back = request.POST.get("back") or request.GET.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe else otherwise


def _sent_from(request: HttpRequest) -> str:
    """The page of ours from which a form was sent, as the browser tells."""
    told = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(told, {request.get_host()}, require_https=request.is_secure())
    found = urlsplit(told)
    return f"{found.path}?{found.query}".rstrip("?") if ours and found.path else "/"


def _offered(request: HttpRequest, done: Any) -> list[Link]:
    """What the bar offers to do next because of what was done, wherever it was done from."""
    entry: Any = getattr(done, "entry", None)
    if not hasattr(entry, "verb"):
        return []
    user: Any = request.user
    return [(one.words, one.address) for one in further.offered(entry.verb, entry.pk, user)]


def _entry(done: Any) -> Any:
    """The entry behind what an action returned: an entry, what `post` wrote, or the document it made."""
    for found in (done, getattr(done, "entry", None)):
        if hasattr(found, "recorded_at"):
            return getattr(found, "pk", None)
    return getattr(done, "made_id", None)


def _own(request: HttpRequest, done: Any) -> bool:
    """Whether it is this person's act that was answered: what another did first is not theirs to undo in passing."""
    return not getattr(done, "replayed", False) or done.entry.actor_id == request.user.pk


def _navigate(request: HttpRequest, address: str) -> HttpResponse:
    if getattr(request, "htmx", None):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address, status=303)
