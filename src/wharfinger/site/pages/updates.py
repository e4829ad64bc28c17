"""Inventory transfers and updates: whatever happened to the stock, to be read and never changed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wharfinger.base import configuration
from wharfinger.base.asking import Ask
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import written
from wharfinger.ledger.telling import place_words, verb_words
from wharfinger.parties.models import User
from wharfinger.site.changed import field_words, value_words
from wharfinger.site.measures import Measure
from wharfinger.site.nav import address
from wharfinger.site.queries.search import documents_named
from wharfinger.site.subjects import SUBJECTS
from wharfinger.stock.models import Location
from wharfinger.stock.queries.narrow import Narrow, products_of
from wharfinger.stock.queries.stands import Stand
from wharfinger.stock.queries.updates import Update, portion
from wharfinger.stock.rules.updates import TYPES


def _rows(ask: Ask) -> Rows:
    first, last = ask.days("day")
    product = ask.one("product")
    narrow = Narrow(
        types=ask.many("type"),
        products=products_of(product) if product else None,
        locations=ask.ids("location"),
        serial=ask.one("serial"),
        actors=ask.ids("who"),
        first=first,
        last=last,
        subject=documents_named(actor=ask.actor, text=ask.one("about")),
        on_hand=ask.tab == "on_hand",
        fields=ask.tab == "fields",
    )
    costs = ask.actor.may("catalog.see_cost")
    cut = ask.portion(partial(portion, narrow, costs=costs), lambda one: one.mark)
    currency = configuration.one("currency") if costs else ""
    return Rows([_row(one, currency) for one in cut.items], cut.before, cut.after)


def _row(one: Update, currency: str) -> Row:
    word = type_words(one)
    cells: dict[str, Any] = {
        "at": one.recorded_at,
        "day": one.effective_on,
        "type": (word, address("site:entry", one.entry)),
        "product": (one.sku, address("stock:product", one.product)) if one.product else None,
        "name": one.name or None,
        "serial": _number(one) or None,
        "from": stand_words(one.source) if one.source else None,
        "to": stand_words(one.target) if one.target else None,
        "whom": one.organization or None,
        "about": _document(one),
        "who": one.who or _("Wharfinger"),
        "reason": _changed(one) or one.reason or None,
        "undone": ("grey", _("Undone")) if one.undone else None,
    }
    if one.quantity:
        cells["quantity"] = (one.quantity, one.decimals)
        if one.on_hand:
            cells["on_hand"] = f"{'+' if one.on_hand > 0 else '−'}{written(abs(one.on_hand), one.decimals)}"
    if currency and one.value_minor is not None:
        cells["value"] = (one.value_minor, currency)
    return Row(id="-".join(map(str, one.mark)), name=f"{word} {one.entry}", cells=cells)


def type_words(one: Update) -> str:
    """What kind of act it was, in the trade's words."""
    word = _(TYPES[one.type][0]) if one.type in TYPES else verb_words(one.verb)
    return _("Undone: %(verb)s") % {"verb": word} if one.undoes else word


def stand_words(stand: Stand) -> str:
    """Where goods stand, with the document or the customer where it is one's own."""
    if stand.bin:
        name = f"{stand.location} / {stand.bin}"
        return _("{bin}, reserved").format(bin=name) if stand.line else name
    if stand.kind == "location":
        return stand.location
    word = place_words(stand.kind)
    if stand.location:
        return f"{stand.location}: {word}"
    if stand.kind in ("customer", "rented"):
        return f"{stand.organization}, {stand.number}" if stand.number else stand.organization or word
    return f"{word}: {stand.number}" if stand.number else word


def _document(one: Update) -> tuple[str, str] | None:
    """The document that the goods were for, else the one that they stood on."""
    found = [(one.number, one.document)]
    found += [
        (s.number, s.subject) for s in (one.target, one.source) if s and not s.subject.startswith("site:")
    ]
    for number, subject in found:
        noun, _, pk = subject.partition(":")
        if number:
            page = SUBJECTS[noun][1] if noun in SUBJECTS else ""
            return number, address(page, pk) if page else ""
    return None


def _number(one: Update) -> str:
    return _("{old} → {new}").format(old=one.was, new=one.serial) if one.was else one.serial


def _changed(one: Update) -> str:
    """A changed field with its value before and after."""
    if not one.field:
        return ""
    measure = Measure(one.decimals)
    old, new = (value_words(one.field, value, measure, about=one.subject) for value in (one.old, one.new))
    words = _("{field}: {old} → {new}").format(field=field_words(one.field), old=old, new=new)
    return f"{words}. {one.reason}" if one.reason else words


def _types(ask: Ask) -> list[tuple[str, str]]:
    return [(name, _(word)) for name, (word, _verbs) in TYPES.items()]


def _choices(ask: Ask, of: str) -> list[tuple[str, str]]:
    """The locations or people to choose from, both read at once."""

    def read() -> list[tuple[str, int, str]]:
        name = Case(When(name="", then="username"), default="name")
        people = User.objects.order_by().values_list(Value("who"), "pk", name)
        return list(Location.objects.values_list(Value("location"), "pk", "name").union(people, all=True))

    found = [(str(pk), name) for kind, pk, name in ask.once("choices", read) if kind == of]
    return sorted(found, key=lambda one: one[1].casefold())


UPDATES = Table(
    name="updates",
    title=N_("Inventory transfers and updates"),
    permission="stock.read",
    columns=(
        Column("at", N_("When"), "ago"),
        Column("type", N_("Type"), "link"),
        Column("product", N_("SKU"), "link"),
        Column("name", N_("Product"), optional=True),
        Column("serial", N_("Serial or batch")),
        Column("quantity", N_("Quantity"), "quantity"),
        Column("on_hand", N_("On hand")),
        Column("from", N_("From")),
        Column("to", N_("To")),
        Column("whom", N_("For whom")),
        Column("about", N_("Document"), "link"),
        Column("value", N_("Cost"), "money", permission="catalog.see_cost"),
        Column("reason", N_("Reason or change")),
        Column("who", N_("Who")),
        Column("day", N_("Effective on"), "date", optional=True),
        Column("undone", N_("Undone"), "chip"),
    ),
    filters=(
        Filter("serial", N_("Serial number")),
        Filter("product", N_("SKU, name or GTIN")),
        Filter("location", N_("Location"), "many", partial(_choices, of="location")),
        Filter("type", N_("Type"), "many", _types),
        Filter("who", N_("Who"), "many", partial(_choices, of="who")),
        Filter("day", N_("Effective on"), "date"),
        Filter("about", N_("Number of a document")),
    ),
    tabs=(
        Tab("all", N_("Everything")),
        Tab("on_hand", N_("On hand changed")),
        Tab("fields", N_("Fields changed")),
    ),
    rows=_rows,
    empty=N_("Whatever happens to goods, bins and levels stands here, the newest first."),
)


@require_safe
def updates(request: HttpRequest) -> HttpResponse:
    """Every move of goods and every changed field of the shelves, newest first."""
    return table_page(request, UPDATES)
