"""What leaves for accounting: postings of money, and what stock is worth more or less, by day and cause."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext, override

from wharfinger.base import configuration, money
from wharfinger.base.door import known
from wharfinger.demand.models import SUBJECTS, Sheet
from wharfinger.exchange.models import AccountingExport
from wharfinger.exchange.rules.accounting import KINDS, Ledger, Span, number_of, outermost
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.reverse import model_of
from wharfinger.ledger.telling import VERBS
from wharfinger.parties.models import Organization
from wharfinger.stock.queries.worth import cause_of_draw

COLUMNS = (
    "day",
    "number",
    "document",
    "account",
    "contra_account",
    "amount",
    "currency",
    "home_amount",
    "tax_code",
    "party",
    "text",
)


def exports() -> QuerySet[AccountingExport]:
    """All that left for accounting, without the files."""
    return AccountingExport.objects.filter(void__isnull=True).defer("file").select_related("made__actor")


def export(pk: int) -> AccountingExport:
    """One export; raises NotThere."""
    return known(exports().filter(pk=pk).first(), pk)


def file_of(row: AccountingExport) -> bytes:
    """The file as it left."""
    return zlib.decompress(base64.b64decode(row.file))


def _spans() -> list[Span]:
    return outermost(Span(*one) for one in exports().values_list("until", "upto"))


def _within(span: Span, before: Iterable[Span]) -> tuple[str, list[Any]]:
    """In SQL, the entries e that an export takes: until its day and its entry, and by no earlier one."""
    where, params = "e.effective_on <= %s AND e.id <= %s", [span.until, span.upto]
    for one in before:
        where += " AND (e.effective_on > %s OR e.id > %s)"
        params += [one.until, one.upto]
    return where, params


class Sum(NamedTuple):
    """What an account gets in an export: how many rows, and what it is worth more by them at home."""

    ledger: Ledger
    number: str
    rows: int
    home_minor: int


def preview(span: Span) -> list[Sum]:
    """What each account would get, in the order of the kinds; those without a number say so."""
    where, params = _within(span, _spans())
    found: dict[Ledger, list[int]] = defaultdict(lambda: [0, 0])
    rows = sql.fetch(
        "SELECT x.kind, x.document, x.currency, SUM(x.n), SUM(x.home) FROM ("
        + " UNION ALL ".join(
            f"SELECT a.kind, CASE WHEN a.kind = 'tax' THEN a.document ELSE '' END AS document, a.currency, 1 AS n, "
            f"{sign}p.home_minor AS home FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id "
            f"JOIN ledger_account a ON a.id = p.{end}_id WHERE {where}"
            for end, sign in (("target", ""), ("source", "-"))
        )
        + ") x GROUP BY x.kind, x.document, x.currency",
        [*params, *params],
    )
    for kind, document, currency, n, home in rows:
        one = found[Ledger(kind, document.partition(":")[2], currency)]
        one[0] += int(n)
        one[1] += int(home)
    home_currency = configuration.one("currency")
    for _day, cause, value in _stock(where, params):
        for ledger, sign in (
            (Ledger("stock", "", home_currency), 1),
            (Ledger(f"stock.{cause}", "", home_currency), -1),
        ):
            found[ledger][0] += 1
            found[ledger][1] += sign * value
    accounts = configuration.one("accounts")
    order = list(KINDS)
    listed = sorted(found, key=lambda one: (order.index(one.kind) if one.kind in order else 99, one))
    return [Sum(one, number_of(accounts, one), *found[one]) for one in listed]


def _stock(where: str, params: list[Any]) -> list[tuple[date, str, int]]:
    """By day and cause, what stock is worth more."""
    rows = sql.fetch(
        f"SELECT day, cause, -SUM(v) FROM (SELECT e.effective_on AS day, {cause_of_draw()} AS cause, d.value_minor AS v "
        "FROM ledger_entry e JOIN ledger_draw d ON d.entry_id = e.id LEFT JOIN ledger_move m ON m.id = d.move_id "
        "LEFT JOIN ledger_holding s ON s.id = m.source_id LEFT JOIN ledger_holding t ON t.id = m.target_id "
        f"WHERE {where}) x GROUP BY day, cause HAVING SUM(v) <> 0 ORDER BY day, cause",
        params,
    )
    return [
        (date.fromisoformat(day) if isinstance(day, str) else day, cause, int(value))
        for day, cause, value in rows
    ]


def read_rows(span: Span) -> Callable[[Truth], None]:
    """Read what an export takes, as the file that leaves, in the company's language."""

    def read(truth: Truth) -> None:
        where, params = _within(span, _spans())
        accounts, language = configuration.one("accounts"), configuration.one("language")
        missing: dict[Ledger, None] = {}
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        count = 0
        with override(language):
            for row in _rows(where, params, truth.home_currency, span):
                count += 1
                numbers = []
                for ledger in (row.debit, row.credit):
                    numbers.append(number_of(accounts, ledger))
                    if not numbers[-1]:
                        missing.setdefault(ledger)
                writer.writerow([row.day.isoformat(), row.number, row.document, *numbers, *row.rest])
        content = ("\ufeff" + out.getvalue()).encode()
        truth.read["count"], truth.read["missing"] = count, sorted(missing)
        truth.read["digest"] = hashlib.sha256(content).hexdigest()
        truth.read["file"] = base64.b64encode(zlib.compress(content)).decode()

    return read


class _Row(NamedTuple):
    day: date
    number: str
    document: str
    debit: Ledger
    credit: Ledger
    rest: tuple[str, ...]
    """Amount, currency, home amount, tax code, party, text."""


def _rows(where: str, params: list[Any], home: str, span: Span) -> Iterator[_Row]:
    found = sql.fetch(
        "SELECT e.effective_on, e.id, p.n, e.verb, p.amount_minor, p.home_minor, "
        "t.kind, t.document, COALESCE(t.party_id, 0), s.kind, s.document, COALESCE(s.party_id, 0), t.currency "
        "FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account t ON t.id = p.target_id "
        f"JOIN ledger_account s ON s.id = p.source_id WHERE {where} ORDER BY e.effective_on, e.id, p.n",
        params,
    )
    documents = _numbers(text for row in found for text in (row[7], row[10]))
    parties = Organization.objects.in_bulk({pk for row in found for pk in (row[8], row[11]) if pk})
    for day, entry, n, verb, amount, worth, into, about, whose, out, other, theirs, currency in found:
        names = dict.fromkeys(documents[one] for one in (about, other) if one in documents)
        taxes = [one.partition(":")[2] for kind, one in ((into, about), (out, other)) if kind == "tax"]
        party = parties.get(whose or theirs)
        yield _Row(
            date.fromisoformat(day) if isinstance(day, str) else day,
            f"{entry}.{n}",
            " ".join(names),
            Ledger(into, about.partition(":")[2] if into == "tax" else "", currency),
            Ledger(out, other.partition(":")[2] if out == "tax" else "", currency),
            (
                money.plain(amount, currency),
                currency,
                money.plain(worth, home),
                " ".join(taxes),
                party.name if party else "",
                gettext(VERBS.get(verb, verb)),
            ),
        )
    for day, cause, value in _stock(where, params):
        ends = Ledger("stock", "", home), Ledger(f"stock.{cause}", "", home)
        worth_ = money.plain(abs(value), home)
        yield _Row(
            day,
            f"{day:%Y%m%d}.{cause}.{span.upto}",
            "",
            *(ends if value > 0 else ends[::-1]),
            (worth_, home, worth_, "", "", gettext(KINDS[f"stock.{cause}"])),
        )


def _numbers(texts: Iterable[str]) -> dict[str, str]:
    """The number of each document that accounts are about, in a statement for each kind."""
    kinds: dict[str, dict[int, str]] = defaultdict(dict)
    for text in set(texts):
        noun, _, key = text.partition(":")
        if key.isdecimal():
            kinds[noun][int(key)] = text
    found: dict[str, str] = {}
    for noun, wanted in kinds.items():
        model: Any = Sheet if noun in SUBJECTS.values() else model_of(noun)
        if model is not None:
            rows = model._base_manager.filter(pk__in=list(wanted)).values_list("pk", "number")
            found |= {wanted[pk]: number or "" for pk, number in rows}
    return found


def show(rows: Iterable[AccountingExport]) -> list[dict[str, Any]]:
    """Exports for callers of the API."""
    return [
        {
            "id": row.pk,
            "number": row.number,
            "until": row.until,
            "rows": row.rows,
            "sha256": row.digest,
            "made_at": row.made.recorded_at,
            "made_by": row.made.actor_id,
        }
        for row in rows
    ]
