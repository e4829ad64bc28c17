"""Telling the owners of recalled units: the letters as they would leave, and who gets one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page, page_act
from wharfinger.documents.queries.recalling import letters
from wharfinger.ledger.write import Written
from wharfinger.returns.actions import recalling as actions
from wharfinger.returns.queries import recalls


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.recall")
def tell_owners(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose who is told of a recall, and read the letter that each would get."""
    actor: Any = request.user
    recall = recalls.one(pk)
    back = reverse("returns:recall", args=[pk])
    ask = Ask(table="recall_letters", actor=actor, sort="name", cursor=request.GET.get("cursor", ""))
    cut = ask.slice(recalls.owners(pk), {"name": "name"})

    def show(form: Form) -> HttpResponse:
        told = recalls.told(pk, cut.items)
        mails = letters(recall, [(one.id, one.address) for one in told])
        ticked = request.POST.getlist("organizations")
        context = {
            "form": form,
            "recall": recall,
            "owners": [
                (
                    one,
                    mail,
                    str(one.id) in ticked
                    if request.method == "POST"
                    else bool(one.address and not one.notice),
                )
                for one, mail in zip(told, mails, strict=True)
            ],
            "before": cut.before,
            "after": cut.after,
            "back": back,
        }
        return render(request, "documents/tell_owners.html", context)

    if request.method != "POST":
        return show(Form({}))
    chosen = [int(one) for one in request.POST.getlist("organizations") if one.isdecimal() and len(one) < 19]
    way = request.POST.get("way", "")
    acts = {"by_hand": actions.mark_owners_told, "again": actions.tell_owners_again}

    def act() -> Written:
        return acts.get(way, actions.tell_owners)(
            actor=actor, recall=pk, organizations=chosen, key=request.POST.get("key") or None
        )

    return page_act(
        request,
        act,
        ok=_("The owners are marked as told.") if way == "by_hand" else _("The letters are on their way."),
        back=back,
        again=show,
    )
