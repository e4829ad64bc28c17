"""Lists for a selection of lines, and labels: printed afresh, never kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.translation import override

from wharfinger.base import clock, configuration, owned
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.documents.papers import USUAL, paper_named
from wharfinger.documents.queries.counting import count_sheet
from wharfinger.documents.queries.labels import (
    Named,
    bin_labels,
    container_labels,
    location_labels,
    product_labels,
    repeated,
    serial_labels,
    tote_labels,
)
from wharfinger.documents.queries.moving import transfer_slip, unit_life
from wharfinger.documents.queries.parties import language_of
from wharfinger.documents.queries.picking import pick_lists, picked_lists, run_list
from wharfinger.documents.queries.putting_away import put_away_list
from wharfinger.documents.queries.shipping import container_labels as shipping_labels
from wharfinger.documents.queries.shipping import packing_lists
from wharfinger.documents.queries.stating import statement
from wharfinger.documents.render import render
from wharfinger.documents.shapes import Labels, Shape
from wharfinger.fulfilment.models import Container
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Organization

MOST = 2000
"""No selection is larger than this, so that a list stays something one can carry."""

LISTS: dict[str, Callable[[Sequence[int], date, str], tuple[Shape, ...]]] = {
    "pick-lists": lambda lines, on, _language: pick_lists(lines, on),
    "picked-lists": lambda lines, on, _language: picked_lists(lines, on),
    "packing-lists": packing_lists,
}
LABELS: dict[str, tuple[str, Callable[[Sequence[int]], Named]]] = {
    "products": ("catalog.read", product_labels),
    "serials": ("stock.read", serial_labels),
    "bins": ("stock.read", bin_labels),
    "locations": ("stock.read", location_labels),
    "containers": ("fulfilment.read", container_labels),
    "totes": ("fulfilment.read", tote_labels),
}


def print_lists(
    *, actor: Actor, name: str, lines: Sequence[int], holdings: Sequence[int], language: str
) -> bytes:
    """Pick or packing lists for the chosen lines, one for each destination, in one file.

    holdings: rows of a worklist, which stand for their lines.
    """
    require(actor, "fulfilment.read")
    if name not in LISTS:
        raise NotThere("no_such_document", N_("There is no such document."))
    claims = {
        *lines,
        *Holding.objects.filter(pk__in=_few(holdings), claim__gt=0).values_list("claim_id", flat=True),
    }
    today = clock.today(configuration.one("time_zone"))
    with owned.at_hand():
        shapes = LISTS[name](_few(sorted(claims)), today, language_of(language))
    return render(*shapes, language=language_of(language))


def print_container_labels(*, actor: Actor, containers: Sequence[int], language: str) -> bytes:
    """The shipping labels of these containers in one file, in their customer's language where all have the same."""
    require(actor, "fulfilment.read")
    if not containers:
        raise BadInput("nothing_selected", N_("Select at least one row first."), field="containers")
    spoken = set(
        Container.objects.filter(pk__in=_few(containers)).values_list("organization__language", flat=True)
    )
    with owned.at_hand():
        made = shipping_labels(containers)
    return render(*made, language=language_of(spoken.pop() if len(spoken) == 1 else language))


def print_run_list(*, actor: Actor, run: int, language: str) -> bytes:
    """The pick list of a run, which says what goes into which tote."""
    require(actor, "fulfilment.read")
    made = run_list(run, clock.today(configuration.one("time_zone")))
    return render(made, language=language_of(language))


def print_count_sheet(*, actor: Actor, count: int, bin: int | None, language: str) -> bytes:
    """The sheet of a count, or of one of its bins, to be filled in between the shelves."""
    require(actor, "stock.read")
    made = count_sheet(count, bin, clock.today(configuration.one("time_zone")))
    if len(made.rows) > MOST:
        raise BadInput(
            "too_many",
            N_("At most {most} rows can be printed at once. Print them in parts."),
            field="bin",
            most=MOST,
        )
    return render(made, language=language_of(language))


def print_put_away_list(*, actor: Actor, location: int, language: str) -> bytes:
    """What came in at a location and into which bins it goes, to be carried along."""
    require(actor, "stock.read")
    made = put_away_list(location, clock.today(configuration.one("time_zone")))
    return render(made, language=language_of(language))


def print_transfer_slip(*, actor: Actor, transfer: int, language: str) -> bytes:
    """What goes along with the goods of a transfer order, to be ticked off where they arrive."""
    require(actor, "stock.read")
    made = transfer_slip(transfer, clock.today(configuration.one("time_zone")))
    return render(made, language=language_of(language))


def print_unit_life(*, actor: Actor, lot: int, customer: int | None, language: str) -> bytes:
    """The life of a unit as a customer may see it: whoever has it, unless another who had it is named."""
    require(actor, "stock.read")
    spoken = language_of(language)
    with override(spoken), owned.at_hand():
        made = unit_life(lot, customer, clock.today(configuration.one("time_zone")))
    return render(made, language=spoken)


def print_statement(
    *, actor: Actor, organization: int, currency: str, first: date, last: date, language: str | None = None
) -> bytes:
    """A customer's statement of a period in one currency, in the customer's language unless another is named."""
    require(actor, "billing.read")
    known = Organization.objects.filter(pk=organization).values_list("language", flat=True).first()
    spoken = language_of(language or known or "")
    with override(spoken):
        made = statement(organization, currency, first, last)
    return render(made, language=spoken)


def labels(*, actor: Actor, of: str, ids: Sequence[int]) -> Named:
    """What there is to be printed for these products, units, bins, locations or containers."""
    return _labels(actor, of)(_few(ids))


def _labels(actor: Actor, of: str) -> Callable[[Sequence[int]], Named]:
    if of not in LABELS:
        raise NotThere("no_such_document", N_("There is no such document."))
    permission, read = LABELS[of]
    require(actor, permission)
    return read


def print_labels(
    *,
    actor: Actor,
    of: str,
    copies: Mapping[int, int],
    paper: str = USUAL,
    start: int = 1,
    square: bool = False,
    language: str,
) -> bytes:
    """Small labels, so many of each, on a roll or on sheets from a place of the first one on.

    Raises BadInput for a place that the sheet does not have.
    """
    read = _labels(actor, of)
    on = paper_named(paper)
    if not 1 <= start <= on.columns * on.rows:
        raise BadInput(
            "no_such_place",
            N_("The labels of this sheet are numbered from 1 to {most}. Begin at one of them."),
            field="start",
            most=on.columns * on.rows,
        )
    if sum(copies.values()) > MOST or any(many < 0 for many in copies.values()):
        raise BadInput(
            "too_many_labels",
            N_("At most {most} labels can be printed at once. Print them in parts."),
            field="copies",
            most=MOST,
        )
    rows = repeated(read(_few(list(copies))), copies)
    return render(Labels(rows, on, start, square), language=language_of(language))


def _few(ids: Sequence[int]) -> Sequence[int]:
    if len(ids) > MOST:
        raise BadInput(
            "too_many",
            N_("At most {most} rows can be printed at once. Print them in parts."),
            field="lines",
            most=MOST,
        )
    return ids
