"""Files as answers, for pages and API alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, TypeVar, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from wharfinger.base import clock, configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, NotThere
from wharfinger.exchange import files, lists
from wharfinger.exchange.columns import kind_of
from wharfinger.exchange.rules.kinds import KINDS

Answer = TypeVar("Answer", bound=HttpResponseBase)


def template(kind: str, form: str) -> HttpResponse:
    """A file to be filled in: the columns of a kind and an example, in a workbook with what they mean."""
    if kind not in KINDS or form not in files.FORMS:
        raise NotThere("no_such_kind", N_("Choose what the file holds."))
    of = kind_of(kind)
    content = files.template_csv(of) if form == "csv" else files.template_xlsx(of)
    return _named(HttpResponse(content, content_type=files.MEDIA[form]), f"{kind}.{form}")


def archive(actor: Actor, form: str) -> HttpResponseBase:
    """Every list that somebody may take out, in one archive."""
    require(actor, "exchange.export")
    if form not in files.FORMS:
        raise NotThere("no_such_list", N_("There is no such list."))
    out = TemporaryFile()  # noqa: SIM115 - closed once it is poured out
    files.archive(actor, out, form)
    answer = StreamingHttpResponse(_poured(out), content_type=files.MEDIA["zip"])
    return _named(answer, f"wharfinger-{clock.today(configuration.one('time_zone')):%Y-%m-%d}.zip")


def leaving(actor: Actor, kind: str, form: str, ids: Sequence[int] | None = None) -> HttpResponseBase:
    """A list as a file, of these nouns or of all; CSV leaves while it is read."""
    of = lists.kind_leaving(actor, kind)
    if form not in files.FORMS:
        raise NotThere("no_such_list", N_("There is no such list."))
    rows = lists.rows_of(actor, kind, ids)
    name = f"{kind}-{clock.today(configuration.one('time_zone')):%Y-%m-%d}.{form}"
    if form == "csv":
        lines = (line.encode() for line in files.csv_lines(of, rows))
        return _named(StreamingHttpResponse(lines, content_type=files.MEDIA["csv"]), name)
    out = TemporaryFile()  # noqa: SIM115 - closed once it is poured out
    files.workbook(out, of, rows)
    return _named(StreamingHttpResponse(_poured(out), content_type=files.MEDIA["xlsx"]), name)


def _poured(out: IO[bytes]) -> Iterator[bytes]:
    """The whole of a file, piece by piece; it is closed then."""
    with out:
        out.seek(0)
        while piece := out.read(65_536):
            yield piece


LISTS = {
    "tax_codes": "tax_codes",
    "rates": "rates",
    "customer_groups": "customer_groups",
    "reasons": "reasons",
    "categories": "categories",
    "organizations": "organizations",
    "products": "products",
    "price_lists": "price_lists",
    "locations": "locations",
    "levels": "levels",
    "inventory": "stock",
    "devices": "devices",
    "quotes": "quotes",
    "sales_orders": "orders",
    "purchase_orders": "purchase_orders",
    "invoices": "invoices",
}
"""The lists of pages whose rows leave in the columns of an import, and in those of which kind."""


def of_list(kind: str, request: HttpRequest, form: str, ids: Sequence[int]) -> HttpResponseBase:
    """What the filters of a list leave, as a file."""
    return leaving(cast(Actor, request.user), kind, form, ids)


def _named(answer: Answer, name: str) -> Answer:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
