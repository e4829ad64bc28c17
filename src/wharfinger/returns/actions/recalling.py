"""Call units back, tell their owners, and write down what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from django.conf import settings

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.models import Recall, RecallNotice
from wharfinger.returns.queries import recalling as reads
from wharfinger.returns.rules import recalling as rules
from wharfinger.returns.rules.recalling import Recalled


def recall_units(
    *,
    actor: Actor,
    product: int,
    what: Recalled,
    reason: str,
    texts: Mapping[str, str],
    key: str | None = None,
) -> Written:
    """Call back a batch, serial numbers, or what came in on some days; nothing moves, and nobody is told yet.

    texts: what owners shall do, by language; who reads none of them gets the first.
    """
    require(actor, "returns.recall")
    rules.check_recalled(what)
    return post(
        "recall_units",
        Wish(products=[product], loose=True, reads=(reads.read_recalled(product, what),)),
        partial(
            rules.plan_recall,
            product=product,
            what=what,
            reason=tidy(reason, field="reason", most=500),
            texts=_texts(texts),
        ),
        actor=actor,
        key=key,
        reason=reason,
    )


def tell_owners(
    *, actor: Actor, recall: int, organizations: Sequence[int] | None = None, key: str | None = None
) -> Written:
    """Write to owners in their language, to each once: to those named, else to all who were not told yet."""
    require(actor, "returns.recall")
    return _tell("tell_owners", actor, recall, organizations, key, by_mail=True, again=False)


def mark_owners_told(
    *, actor: Actor, recall: int, organizations: Sequence[int], key: str | None = None
) -> Written:
    """Say that owners were told otherwise, on the telephone or by letter: nobody is written to."""
    require(actor, "returns.recall")
    return _tell("tell_owners", actor, recall, organizations, key, by_mail=False, again=False)


def tell_owners_again(
    *, actor: Actor, recall: int, organizations: Sequence[int], key: str | None = None
) -> Written:
    """Write once more to owners who were told before."""
    require(actor, "returns.recall")
    return _tell("tell_owners_again", actor, recall, organizations, key, by_mail=True, again=True)


def answer_recall(
    *, actor: Actor, recall: int, organization: int, answer: str, key: str | None = None
) -> Written:
    """Write down what an owner answered; what came back is told by the goods themselves."""
    require(actor, "returns.recall")
    answer = tidy(answer, field="answer", most=500)
    return post(
        "answer_recall",
        Wish(documents=[(Recall, [recall]), (RecallNotice, reads.notices_of(recall))]),
        partial(rules.plan_answer, recall=recall, organization=organization, answer=answer),
        actor=actor,
        key=key,
    )


def _tell(
    verb: str,
    actor: Actor,
    recall: int,
    organizations: Sequence[int] | None,
    key: str | None,
    *,
    by_mail: bool,
    again: bool,
) -> Written:
    if organizations is not None and not organizations:
        raise BadInput("no_owners", N_("Choose at least one customer."), field="organizations")
    return post(
        verb,
        Wish(
            documents=[(Recall, [recall]), (RecallNotice, reads.notices_of(recall))],
            reads=(reads.read_owners(recall),),
        ),
        partial(rules.plan_tell, recall=recall, organizations=organizations, by_mail=by_mail, again=again),
        actor=actor,
        key=key,
    )


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    known = [language for language, _name in settings.LANGUAGES]
    for language in texts:
        if language not in known:
            raise BadInput(
                "language_unknown",
                N_("We do not write in this language. Choose one of: {languages}."),
                field="texts",
                languages=", ".join(known),
            )
    said = {
        language: tidy(texts.get(language, ""), field=f"texts.{language}", most=5000, needed=False)
        for language in known
    }
    if not any(said.values()):
        raise BadInput(
            "no_text", N_("Say in at least one language what owners shall do."), field=f"texts.{known[0]}"
        )
    return {language: text for language, text in said.items() if text}
