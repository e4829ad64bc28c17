"""Files that are attached to documents and nouns, in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import configuration
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, NotThere
from wharfinger.notices import serving
from wharfinger.notices.actions import attachments as actions
from wharfinger.notices.models import Attachment
from wharfinger.notices.queries import attachments as queries
from wharfinger.notices.rules.files import INLINE, PICTURES


def part(request: HttpRequest, subject: str) -> str:
    """The files of a document as a section of its page, with the means to add some; nothing where neither is."""
    actor: Any = request.user
    if not actor.may("notices.read"):
        return ""
    there, gone = queries.there_and_taken_off(subject)
    rows = [_row(one) for one in there]
    may = actor.may("notices.attach")
    taken = [_row(one) for one in gone] if actor.may("notices.erase") else []
    if not rows and not taken and not may:
        return ""
    pictures = [row for row in rows if row["thumb"]]
    context = {
        "about": subject,
        "pictures": pictures,
        "files": [row for row in rows if not row["thumb"]],
        "taken": taken,
        "may": may,
        "most": configuration.one("attachment_mb") if may else 0,
        "ranked": subject.startswith("product:"),
    }
    return render_to_string("notices/attachments.html", context, request)


def _row(one: Attachment) -> dict[str, Any]:
    thumb = reverse("notices:picture", args=[one.pk, "thumb"]) if one.kind in PICTURES else ""
    return {
        "id": one.pk,
        "name": one.name,
        "words": one.caption or one.name,
        "to": reverse("notices:attachment", args=[one.pk]),
        "shown": one.kind in INLINE,
        "size": filesizeformat(one.size_bytes),
        "thumb": thumb,
        "card": reverse("notices:picture", args=[one.pk, "card"]) if thumb else "",
        "width": one.width,
        "height": one.height,
    }


def of_acts(entries: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The pictures that came with each of these acts and are still attached, as pages show them."""
    found: dict[int, list[dict[str, Any]]] = {}
    for one in queries.attachments().filter(made__in=entries, kind__in=PICTURES).order_by("rank", "pk"):
        found.setdefault(one.made_id, []).append(_row(one))
    return found


def thumbs(products: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Where the main picture of each product is, small, and what it shows."""
    return {
        pk: (reverse("notices:picture", args=[one.pk, "thumb"]), one.caption or one.name)
        for pk, one in queries.main_pictures(products).items()
    }


def drawn(products: Sequence[int]) -> dict[int, str]:
    """The digest of each product's main picture, by which documents draw it."""
    return {pk: one.digest for pk, one in queries.main_pictures(products).items()}


@require_safe
@page("notices.read")
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """One attached file."""
    return serving.content(request, queries.seen(request.user, pk))  # type: ignore[arg-type]


@require_safe
@page("notices.read")
def picture(request: HttpRequest, pk: int, size: str) -> HttpResponse:
    """An attached picture, small."""
    return serving.picture(request, queries.seen(request.user, pk), size)  # type: ignore[arg-type]


@require_POST
@page("notices.attach")
def attach(request: HttpRequest) -> HttpResponse:
    """Attach the files that were chosen or dropped."""
    given: Any = request.FILES.getlist("file")
    subject = request.POST.get("subject", "")
    return page_act(
        request,
        lambda: actions.attach(
            actor=request.user,  # type: ignore[arg-type]
            subject=subject,
            files=given,
            caption=request.POST.get("caption", ""),
        ),
        ok=ngettext("Attached %(n)s file.", "Attached %(n)s files.", len(given)) % {"n": len(given)},
        back=came_from(request, "/"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("notices.attach")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a file shows."""
    actor: Any = request.user
    found = queries.seen(actor, pk)
    back = came_from(request, "/")

    def show(form: Form) -> HttpResponse:
        context = {"form": form, "row": _row(found), "back": back, "erases": actor.may("notices.erase")}
        return render(request, "notices/attachment.html", context)

    if request.method != "POST":
        return show(Form({"caption": found.caption}))
    values = {"caption": request.POST.get("caption", "")}
    return page_act(
        request,
        lambda: actions.change_attachment(actor=actor, attachment=pk, values=values),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=back,
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("notices.erase")
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what erasing does, then erase what a file holds."""
    actor: Any = request.user
    found = queries.kept(actor, pk)
    if found.erased_on is not None:
        raise NotThere("file_erased", N_("What this file held is erased."))
    back = came_from(request, "/")

    def show(form: Form) -> HttpResponse:
        elsewhere = queries.same_content(found)
        context = {"form": form, "row": _row(found), "back": back, "elsewhere": elsewhere}
        return render(request, "notices/erase.html", context)

    if request.method != "POST":
        return show(Form({}))
    return page_act(
        request,
        lambda: actions.erase(actor=actor, attachment=pk, reason=request.POST.get("reason", "")),
        ok=_("Erased %(name)s.") % {"name": found.name},
        back=back,
        again=show,
    )


@require_POST
@page("notices.attach")
def first(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a file stand first: a product's main picture."""
    actor: Any = request.user
    found = queries.seen(actor, pk)
    return page_act(
        request,
        lambda: actions.arrange(actor=actor, subject=found.about, attachments=[pk]),
        ok=_("“%(name)s” stands first now.") % {"name": found.name},
        back=came_from(request, "/"),
    )


@require_POST
@page("notices.attach")
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file off; it can be brought back."""
    actor: Any = request.user
    found = queries.seen(actor, pk)
    return page_act(
        request,
        lambda: actions.detach(actor=actor, attachment=pk),
        ok=_("Took %(name)s off.") % {"name": found.name},
        back=came_from(request, "/"),
    )
