"""Reads of attachments: which there are, who may see them, and the main pictures of products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.base.access import Actor, require
from wharfinger.base.further import SIGNATURE
from wharfinger.base.refusal import N_, NotThere
from wharfinger.demand.models import SUBJECTS, Sheet
from wharfinger.ledger.reverse import model_of
from wharfinger.notices.models import Attachment
from wharfinger.notices.rules.attachments import SEEN_BY, about
from wharfinger.notices.rules.files import INLINE, PICTURES


def attachments() -> QuerySet[Attachment, Attachment]:
    """Every file that is attached now."""
    return Attachment.objects.filter(retired_on__isnull=True, void__isnull=True)


def visible(actor: Actor) -> QuerySet[Attachment, Attachment]:
    """The attachments of what this person may see."""
    seen = Q(pk__in=[])
    for noun, permission in SEEN_BY.items():
        if actor.may(permission):
            seen |= Q(about__startswith=f"{noun}:")
    return attachments().filter(seen)


def of(subject: str) -> QuerySet[Attachment, Attachment]:
    """The attachments of a document in their order."""
    return attachments().filter(about=subject).order_by("rank", "pk")


def seen(actor: Actor, pk: int) -> Attachment:
    """An attachment; raises NotThere where it is taken off, NotAllowed where what it hangs on is hidden from the actor."""
    found = attachments().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_attachment", N_("There is no such file."))
    require(actor, SEEN_BY[about(found.about)[0]])
    return found


def kept(actor: Actor, pk: int) -> Attachment:
    """A file that is attached or was; raises NotThere where there is none, NotAllowed where what it hung on is hidden."""
    found = Attachment.objects.filter(pk=pk, void__isnull=True).first()
    if found is None:
        raise NotThere("no_such_attachment", N_("There is no such file."))
    require(actor, SEEN_BY[about(found.about)[0]])
    return found


def signed(shipments: Sequence[int]) -> dict[int, str]:
    """By what signature each shipment was received, the last one: the digest of its picture."""
    subjects = {f"shipment:{pk}": pk for pk in shipments}
    rows = attachments().filter(about__in=subjects, name=SIGNATURE, erased_on__isnull=True)
    return {subjects[about]: digest for about, digest in rows.order_by("pk").values_list("about", "digest")}


def attached(noun: str) -> Callable[[Sequence[int]], dict[int, list[int]]]:
    """The files of nouns of a kind, in their order, by one statement."""

    def read(ids: Sequence[int]) -> dict[int, list[int]]:
        subjects = {f"{noun}:{pk}": pk for pk in ids}
        rows = attachments().filter(about__in=subjects, retired_on__isnull=True).order_by("rank", "pk")
        found: dict[int, list[int]] = {}
        for pk, of in rows.values_list("pk", "about"):
            found.setdefault(subjects[of], []).append(pk)
        return found

    return read


def there_and_taken_off(subject: str) -> tuple[list[Attachment], list[Attachment]]:
    """A document's files in their order, and those taken off it that still hold what they held, the newest first."""
    # One statement: the card of files stands on every document's page.
    every = Attachment.objects.filter(about=subject, erased_on__isnull=True, void__isnull=True)
    found = list(every.order_by("rank", "pk"))
    gone = [(one.retired_on, one.pk, one) for one in found if one.retired_on]
    return [one for one in found if not one.retired_on], [one for *_, one in sorted(gone, reverse=True)]


def same_content(one: Attachment) -> int:
    """At how many other documents the same content is attached."""
    return attachments().filter(digest=one.digest).exclude(pk=one.pk).count()


def digests_of(erased: Iterable[int]) -> list[str]:
    """The contents of erased files that nothing else holds by now."""
    alive = Attachment.objects.filter(erased_on__isnull=True).values_list("digest", flat=True)
    found = Attachment.objects.filter(pk__in=list(erased), erased_on__isnull=False).exclude(digest__in=alive)
    return sorted(set(found.values_list("digest", flat=True)))


def is_there(subject: str) -> bool:
    """Whether there is such a document or noun, and nothing has made it void."""
    noun, pk = about(subject)
    kinds = [kind for kind, name in SUBJECTS.items() if name == noun]
    if kinds:
        return Sheet.objects.filter(pk=pk, kind__in=kinds, void__isnull=True).exists()
    model: Any = model_of(noun)
    if model is None:
        return False
    rows = model._default_manager.filter(pk=pk)
    voidable = any(field.name == "void" for field in model._meta.concrete_fields)
    return bool((rows.filter(void__isnull=True) if voidable else rows).exists())


def main_pictures(products: Iterable[int]) -> dict[int, Attachment]:
    """The main picture of each of these products, its first."""
    wanted = {f"product:{pk}": pk for pk in products}
    found: dict[int, Attachment] = {}
    rows = attachments().filter(about__in=list(wanted), kind__in=PICTURES).order_by("rank", "pk")
    for one in rows:
        found.setdefault(wanted[one.about], one)
    return found


def shown(rows: Sequence[Attachment]) -> list[dict[str, Any]]:
    """Attachments as the API shows them."""
    return [
        {
            "id": one.pk,
            "subject": one.about,
            "name": one.name,
            "caption": one.caption,
            "kind": one.kind,
            "size_bytes": one.size_bytes,
            "width": one.width,
            "height": one.height,
            "digest": one.digest,
            "picture": one.kind in PICTURES,
            "inline": one.kind in INLINE,
        }
        for one in rows
    ]
