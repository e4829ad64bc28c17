"""What every module's ``api.py`` speaks: figures as text, ids, lists by keyset, refusals in one shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field

from wharfinger.base import configuration, owned
from wharfinger.base.asking import Ask
from wharfinger.base.own import MOST_FIELDS
from wharfinger.base.refusal import N_, BadInput, NotThere

Item = TypeVar("Item")
Row = TypeVar("Row", bound=models.Model)
Narrow = Callable[[QuerySet[Any, Any], list[str]], QuerySet[Any, Any]]

MOST_ID = 2**63 - 1
MOST_ITEMS = 500
MOST_VALUES = 100
"""Values of one filter."""

Id = Annotated[int, Field(ge=1, le=MOST_ID, examples=[17])]
Text = Annotated[str, Field(min_length=1, max_length=200, examples=["Main"])]
Line = Annotated[str, Field(max_length=200, examples=["As agreed"])]
"""A line of text that may be empty."""
Note = Annotated[str, Field(max_length=1000, examples=["Agreed by telephone"])]
Quantity = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$", examples=["3"])]
"""Of the product's unit, as a decimal string; the product says how many decimals it has."""
Unit = Annotated[
    str, Field(max_length=20, description="Of the product; its own where none is named.", examples=[""])
]
"""The unit that a quantity counts in, by name."""
Difference = Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$", examples=["-2"])]
"""A quantity that may be below zero."""
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,3})?$", examples=["119.00"])]
"""Money in the currency that the document names."""
Balance = Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,3})?$", examples=["-20.00"])]
"""An amount that may be below zero."""
Price = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$", examples=["49.90"])]
"""Of one whole unit, kept at six decimals."""
Percent = Annotated[str, Field(pattern=r"^(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)$", examples=["15"])]
OwnValues = Annotated[
    dict[str, str | bool | int | None],
    Field(
        max_length=MOST_FIELDS,
        examples=[{"warranty_label": "WL-17"}],
        description="Own fields by key; a change names those that change, null empties one.",
    ),
]
"""The values of own fields as they are sent: a number as decimal text, a date as 2026-11-30."""
OwnShown = Annotated[
    dict[str, str | bool],
    Field(examples=[{"warranty_label": "WL-17"}], description="Own fields by key, those that have a value."),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["DE"])]


class Request(HttpRequest):
    """A request that was let in."""

    auth: Any
    """The user who asks, by token or session."""


class Shape(BaseModel):
    """A shape of the API, called after its module too: an order is one thing in sales, another in purchasing."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        house, _, rest = cls.__module__.partition(".")
        module = rest.partition(".")[0].capitalize()
        if house == "wharfinger" and module != "Base" and "[" not in cls.__name__:
            cls.__name__ = cls.__qualname__ = module + cls.__name__.removeprefix(module)


class Given(Shape):
    """What a caller sends; a field we do not know is refused, so that no slip is lost."""

    model_config = ConfigDict(extra="forbid")


class Shown(Shape):
    """What a caller reads."""


class OfferedOut(Shape):
    """An act that another one made possible: `POST /{noun}s/{id}/{verb}`."""

    verb: str = Field(examples=["mark-fulfilled"])
    noun: str = Field(examples=["order"])
    id: Id


class Done(Shape):
    """The journal entry behind a write, which ``POST /journal/{entry}/reverse`` takes."""

    entry: Id
    offers: list[OfferedOut] | None = Field(
        default=None, description="What may be done next because of it; only where there is something."
    )


class Page(BaseModel, Generic[Item]):
    """A part of a list, and the cursor to the next."""

    items: list[Item]
    next: str | None = Field(default=None, description="Send it as `cursor` to get the next part.")


class HeldBy(BaseModel):
    """Who holds what was wanted."""

    subject: str
    title: str
    quantity: str
    until: str | None = None


class HeldOut(Shown):
    """So many units that a line holds, in a location or of what has yet to arrive, and until when."""

    location: Id | None
    purchase_line: Id | None = Field(description="Of what is on order: the line of the purchase order.")
    transfer: Id | None = Field(description="Of what is on its way between locations: the transfer.")
    quantity: Quantity
    expected_on: date | None
    until: datetime | None


class Arriving(BaseModel):
    """What is under way."""

    subject: str
    title: str
    quantity: str
    on: str | None = None


class DoneBy(BaseModel):
    """Who did it before, when, and by which entry."""

    name: str = Field(examples=["Ben"])
    at: str = Field(examples=["2026-11-30T14:02:00+01:00"])
    entry: int


class Remedy(BaseModel):
    """What one may do instead."""

    verb: str
    values: dict[str, Any]


class Refused(BaseModel):
    """Why an act was refused, and what would help."""

    code: str = Field(examples=["not_enough"])
    message: str = Field(examples=["3 wanted, 2 free."])
    field: str | None = Field(default=None, examples=["lines.0.quantity"])
    wanted: str | None = None
    free: str | None = None
    held_by: list[HeldBy] | None = None
    arriving: list[Arriving] | None = None
    remedies: list[Remedy] | None = None
    by: DoneBy | None = None


def answer(body: Any, *, status: int = 200) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


def there(rows: QuerySet[Row, Row], pk: int) -> Row:
    """The one row of this id among those the caller may see; raises NotThere."""
    return known(rows.filter(pk=pk).first(), pk)


def known(found: Row | None, pk: int) -> Row:
    """What was found by this id; raises NotThere where nothing was."""
    if found is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    return found


MODULES = {"procurement": N_("Procurement"), "rma": N_("RMA"), "jobs": N_("Jobs")}
"""What the modules that can be switched off are called."""


def module_on(name: str, on: Mapping[str, bool] | None = None) -> None:
    """Let pass while a module (procurement, rma, jobs) is on; raise NotThere, saying where it is switched.

    on: which modules are on, where that has been read already.
    """
    if not (on or configuration.one("modules"))[name]:
        raise NotThere(
            "module_off",
            N_("“{module}” is switched off. An administrator switches it on under Settings, Modules."),
            module=gettext(MODULES.get(name, name)),
        )


def included(request: HttpRequest, allowed: Sequence[str] = ()) -> frozenset[str]:
    """The children that are asked for by ``?include=``; raises BadInput for what there is not."""
    wanted = frozenset(_split(request.GET.getlist("include")))
    for name in sorted(wanted - set(allowed)):
        raise BadInput(
            "unknown_include", N_("“{name}” cannot be included here."), field="include", name=name[:40]
        )
    return wanted


def _split(values: Iterable[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


@dataclass(frozen=True)
class Listing:
    """A list as the API gives it: what it may be sorted by and narrowed to.

    sorts: queryset field by the name callers use. filters: likewise, or a function that narrows the
    queryset to any of several values. days: date or instant fields that take ``_from`` and ``_to``.
    q: fields that ``?q=`` looks into. includes: children that ``?include=`` adds. words: what a derived
    word may be, by filter. first: the sort when none is asked for; empty is newest first. also:
    parameters that the endpoint reads itself.
    """

    name: str
    sorts: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str | Narrow] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)
    q: Sequence[str] = ()
    includes: Sequence[str] = ()
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    first: str = ""
    also: Sequence[str] = ()
    own: tuple[str, str] | None = None
    """The noun of its rows and where their own values stand: the list is narrowed by ``own.KEY`` too."""

    def answer(
        self,
        request: Request,
        rows: QuerySet[Any, Any],
        show: Callable[[list[Any]], Sequence[Mapping[str, Any]]],
    ) -> HttpResponse:
        """One part of the list. show: its rows as what callers read, read together and not one by one."""
        cut = self.asked(request).slice(self.narrowed(request, rows), self.sorts, last="pk")
        return answer({"items": list(show(cut.items)), "next": cut.after})

    def asked(self, request: Request) -> Ask:
        """Which part of the list is asked for; raises BadInput for a parameter that it has not."""
        self._known(request)
        return Ask(
            table=f"api:{self.name}",
            actor=request.auth,
            sort=self._sort(request),
            limit=self._limit(request),
            cursor=request.GET.get("cursor", ""),
        )

    def given(self, request: HttpRequest, name: str) -> list[str]:
        """The values of a filter, those that the list knows."""
        values = _split(request.GET.getlist(name))
        if len(values) > MOST_VALUES:
            raise BadInput(
                "too_many", N_("At most {most} values fit into one filter."), field=name, most=MOST_VALUES
            )
        _among(self.words.get(name), values, name)
        return values

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        """The rows that every filter lets pass."""
        words = request.GET.get("q", "").strip()
        if words and self.q:
            matching = Q()
            for path in self.q:
                matching |= Q(**{f"{path}__icontains": words[:200]})
            rows = rows.filter(matching)
        for name, how in self.filters.items():
            values = self.given(request, name)
            if values:
                rows = (
                    how(rows, values)
                    if callable(how)
                    else rows.filter(**{f"{how}__in": _typed(rows.model, how, values, name)})
                )
        for name, path in self.days.items():
            rows = _between(rows, path, name, request)
        if self.own:
            mine = {
                name.removeprefix(owned.MARK): self.given(request, name)
                for name in request.GET
                if name.startswith(owned.MARK)
            }
            rows = owned.matching(rows, mine, *self.own)
        return rows

    @property
    def described(self) -> dict[str, Any]:
        """The parameters of the list, for ``openapi_extra``."""
        text = {"type": "string"}
        found: list[dict[str, Any]] = [
            _parameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": 50}, "How many."
            ),
            _parameter("cursor", text, "The `next` of the part before."),
        ]
        if self.sorts:
            ways = [f"{sign}{name}" for name in self.sorts for sign in ("", "-")]
            found.append(
                _parameter(
                    "sort",
                    {"type": "string", "enum": ways},
                    "Without it: newest first." if not self.first else "",
                )
            )
        if self.q:
            found.append(_parameter("q", {"type": "string", "maxLength": 200}, "Words to look for."))
        if self.includes:
            found.append(
                _parameter("include", {"type": "string", "enum": list(self.includes)}, "Children to add.")
            )
        several = {"type": "array", "items": text, "maxItems": MOST_VALUES}
        for name in self.filters:
            items = {**text, "enum": list(self.words[name])} if name in self.words else text
            found.append(_parameter(name, {**several, "items": items}, "One or several values."))
        if self.own:
            about = "An own field by its key (`own.rack_unit`): one or several values."
            found.append(_parameter(f"{owned.MARK}KEY", several, about))
        for name in self.days:
            found.extend(
                _parameter(f"{name}_{end}", {"type": "string", "format": "date"}, "")
                for end in ("from", "to")
            )
        return {"parameters": found}

    def _known(self, request: HttpRequest) -> None:
        included(request, self.includes)
        days = {f"{name}_{end}" for name in self.days for end in ("from", "to")}
        known = {"limit", "cursor", "sort", "q", "include", *self.filters, *days, *self.also}
        for name in request.GET:
            if name not in known and not (self.own and name.startswith(owned.MARK)):
                raise BadInput(
                    "unknown_filter", N_("This list has no filter “{name}”."), field=name[:60], name=name[:60]
                )

    def _sort(self, request: HttpRequest) -> str:
        sort = request.GET.get("sort", self.first)
        if sort and sort.removeprefix("-") not in self.sorts:
            raise BadInput(
                "unknown_sort", N_("This list cannot be sorted by “{name}”."), field="sort", name=sort[:60]
            )
        return sort

    def _limit(self, request: HttpRequest) -> int:
        text = request.GET.get("limit", "50")
        if not (text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= MOST_ITEMS):
            raise BadInput("bad_limit", N_("Ask for 1 to {most} at a time."), field="limit", most=MOST_ITEMS)
        return int(text)


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    made = {"in": "query", "name": name, "schema": schema, "required": False}
    return made | {"description": description} if description else made


def field_of(model: type[models.Model], path: str) -> models.Field[Any, Any]:
    """The field at the end of a path of names."""
    *way, last = path.split("__")
    for name in way:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    found = model._meta.pk if last == "pk" else model._meta.get_field(last)
    assert isinstance(found, models.Field)
    while isinstance(found, models.ForeignKey):
        # The key of a line is its claim's, so one step is not always enough.
        found = found.target_field
    return found


def _among(words: Sequence[str] | None, values: Sequence[str], name: str) -> None:
    if words and any(value not in words for value in values):
        raise BadInput("not_one_of", N_("Choose one of: {words}."), field=name, words=", ".join(words))


def _typed(model: type[models.Model], path: str, values: Sequence[str], name: str) -> list[Any]:
    kind = field_of(model, path)
    if isinstance(kind, models.BooleanField):
        return [_yes_or_no(value, name) for value in values]
    if isinstance(kind, models.IntegerField):
        return [whole(value, name) for value in values]
    _among([key for key, _word in kind.flatchoices], values, name)
    return [value[:200] for value in values]


def whole(text: str, name: str) -> int:
    """An integer that a database can keep; raises BadInput otherwise."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 19 and abs(int(text)) <= MOST_ID):
        raise BadInput(
            "not_a_number", N_("“{text}” is not a number. Write it like 12.50."), field=name, text=text[:40]
        )
    return int(text)


def flag(request: HttpRequest, name: str) -> bool:
    """Whether a yes-or-no parameter is given as true; raises BadInput for another word."""
    return _yes_or_no(request.GET.get(name, "false"), name)


def _yes_or_no(text: str, name: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise BadInput("not_yes_or_no", N_("Write true or false."), field=name)
    return text.lower() == "true"


def _between(rows: QuerySet[Any, Any], path: str, name: str, request: HttpRequest) -> QuerySet[Any, Any]:
    timed = isinstance(field_of(rows.model, path), models.DateTimeField)
    for end, lookup in (("from", "gte"), ("to", "lte")):
        text = request.GET.get(f"{name}_{end}", "")
        if not text:
            continue
        try:
            found = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        except ValueError:
            raise BadInput(
                "not_a_date",
                N_("“{text}” is not a date. Write it like 2026-11-30."),
                field=f"{name}_{end}",
                text=text[:40],
            ) from None
        instant = isinstance(found, datetime)
        if instant and (not timed or found.tzinfo is None):  # type: ignore[attr-defined]
            raise BadInput(
                "needs_offset",
                N_("Give a date, or an instant with its offset where the field is one."),
                field=f"{name}_{end}",
            )
        whole_day = f"{path}__date__{lookup}" if timed and not instant else f"{path}__{lookup}"
        rows = rows.filter(**{whole_day: found})
    return rows
