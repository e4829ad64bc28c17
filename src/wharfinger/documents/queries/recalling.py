"""The letters that owners of recalled units get, each in their language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.documents.figures import spoken
from wharfinger.documents.queries.lines import quantity_of
from wharfinger.documents.queries.parties import company, language_of
from wharfinger.documents.words import words
from wharfinger.parties.models import Organization
from wharfinger.returns.models import Recall
from wharfinger.returns.queries import recalls
from wharfinger.returns.queries.recalls import Part
from wharfinger.returns.rules.recalling import THEIRS

MOST = 200
"""So many units are named in one letter; of more it says how many they are."""


def mails(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The letters to these owners, about what they have as they are written, in a constant number of statements."""
    recall = Recall.objects.select_related("product").get(pk=given["recall"])
    found = letters(recall, [(pk, address) for pk, address in given["owners"] if address])
    return [mail | {"about": f"recall:{recall.pk}"} for mail in found]


def letters(recall: Recall, owners: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    """What each of these owners would get: to whom, the subject and the text."""
    us = company().address.name
    read_in = dict(Organization.objects.filter(pk__in=[pk for pk, _ in owners]).values_list("pk", "language"))
    having: dict[int, list[Part]] = defaultdict(list)
    rows = (
        recalls.standing(recall.pk).filter(kind__in=THEIRS).select_related("lot").order_by("lot__code", "pk")
    )
    for part in recalls.parts(rows):
        if part.organization in read_in:
            having[part.organization].append(part)
    return [_letter(recall, to, having[pk], language_of(read_in[pk]), us) for pk, to in owners]


def _letter(recall: Recall, to: str, parts: Sequence[Part], language: str, us: str) -> dict[str, Any]:
    said = words(language)
    product = recall.product.name
    title = said["mail_recall_title"].format(number=recall.number, product=product)
    text = recall.texts.get(language) or next(iter(recall.texts.values()))
    body = [
        said["mail_hello"],
        "",
        said["mail_recall"].format(number=recall.number, product=product),
        "",
        text,
        "",
    ]
    if parts:
        body += [said["mail_recall_units"], *(_unit(recall, one, language) for one in parts[:MOST])]
        if len(parts) > MOST:
            body.append("- " + said["mail_recall_more"].format(n=len(parts) - MOST))
        body.append("")
    body += [said["mail_regards"], us]
    return {
        "to": [to] if to else [],
        "subject": " – ".join(part for part in (title, us) if part),
        "body": "\n".join(body),
    }


def _unit(recall: Recall, part: Part, language: str) -> str:
    said = words(language)
    if part.serial:
        what = said["mail_recall_serial"].format(code=part.code)
    else:
        figure = spoken(quantity_of(recall.product, part.quantity), language)
        what = said["mail_recall_batch"].format(code=part.code, quantity=figure["text"])
    known = [one for one in (part.device_number, part.stand.number) if one]
    return f"- {what} ({', '.join(known)})" if known else f"- {what}"
