"""What customers owe on a day, how long they have, and how it came to that: read from the postings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext

from wharfinger.base import money
from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.models import CreditNote, Invoice, Payment, Reminder
from wharfinger.billing.queries.dues import instalments_of
from wharfinger.billing.queries.shown import today
from wharfinger.billing.rules.ageing import Ageing
from wharfinger.billing.rules.terms import spread
from wharfinger.ledger.models import Account, Posting
from wharfinger.ledger.telling import verb_words

OURS = ("receivable", "store_credit")
"""The accounts of a customer: what is owed for invoices, and what payments and credit notes left."""
MORE = {
    "invoice": N_("Invoice"),
    "payment": N_("Payment cancelled"),
    "refund": N_("Refund"),
}
"""What it is called that makes a customer owe more, by what it is about; else as its entry is called."""
LESS = {"credit_note": N_("Credit note"), "payment": N_("Payment"), "refund": N_("Refund cancelled")}
"""The same of what makes a customer owe less."""


class Movement(NamedTuple):
    """What one entry did to what a customer owes."""

    on: date
    entry: int
    verb: str
    subject: str
    """Of the invoice, credit note or payment."""
    pk: int
    number: str
    due_on: date | None
    minor: int
    """So much more is owed; less, where it is below zero."""
    balance: int
    part: tuple[int, int] | None = None
    """Which of how many instalments it is, where it is one of several."""
    is_fee: bool = False
    """Whether an invoice asks for what a reminder costs."""

    @property
    def words(self) -> str:
        """What it is called, in the language of whoever reads."""
        said = (MORE if self.minor > 0 else LESS).get(self.subject)
        if self.is_fee:
            return gettext("Fee of a reminder")
        if self.part is not None:
            n, of = self.part
            return gettext("Invoice, instalment %(n)s of %(of)s") % {"n": n, "of": of}
        return gettext(said) if said else verb_words(self.verb)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a customer owed in one currency before a period and after it, and what happened in between."""

    currency: str
    first: date
    last: date
    opening: int
    movements: tuple[Movement, ...]
    ageing: Ageing
    """What it comes to on the last day."""

    @property
    def closing(self) -> int:
        """What is owed on the last day, less what we owe."""
        return self.movements[-1].balance if self.movements else self.opening


class _Row(NamedTuple):
    entry: int
    on: date
    verb: str
    reverses: int | None
    document: str
    currency: str
    minor: int


def period(first: date | None, last: date | None) -> tuple[date, date]:
    """The days of a statement: until today, since the first day of the month before the last, unless others are said.

    Raises BadInput where the first comes after the last.
    """
    last = last or today()
    first = first or _months_before(last, 2)
    if first > last:
        raise BadInput(
            "period_ends_first",
            N_("The first day lies after the last. Choose an earlier one."),
            field="since",
        )
    return first, last


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def statements(organization: int, first: date, last: date) -> list[Statement]:
    """One for each currency in which something happened or was owed; a constant number of statements of SQL."""
    before, found = _before(organization, first), _within(organization, first, last)
    named = _Named(organization, found)
    owed = {currency: one for (_, currency), one in ageing(last, organization=organization).items()}
    currencies = sorted({*before, *(row.currency for row in found), *owed})
    return [
        Statement(
            currency,
            first,
            last,
            before.get(currency, 0),
            named.movements((row for row in found if row.currency == currency), before.get(currency, 0)),
            owed.get(currency, Ageing()),
        )
        for currency in currencies
    ]


def _across(organization: int, end: str, other: str) -> QuerySet[Posting, Posting]:
    """What came to or left the customer's accounts, but between these."""
    ours = {"party": organization, "kind__in": OURS}
    found = Posting.objects.filter(**{f"{end}__{key}": value for key, value in ours.items()})
    return found.exclude(**{f"{other}__{key}": value for key, value in ours.items()}).filter(
        amount_minor__gt=0
    )


_WAYS = (("target", "source", 1), ("source", "target", -1))


def _before(organization: int, first: date) -> dict[str, int]:
    """What was owed in each currency when a day began."""
    found: dict[str, int] = {}
    for end, other, sign in _WAYS:
        rows = _across(organization, end, other).filter(entry__effective_on__lt=first)
        for currency, minor in rows.values_list(f"{end}__currency").annotate(minor=Sum("amount_minor")):
            found[currency] = found.get(currency, 0) + sign * minor
    return found


def _within(organization: int, first: date, last: date) -> list[_Row]:
    """What came to and left the customer's accounts from a day to a day, by entry and document."""
    found: list[_Row] = []
    for end, other, sign in _WAYS:
        rows = _across(organization, end, other).filter(entry__effective_on__range=(first, last))
        named = (
            *("entry", "entry__effective_on", "entry__verb", "entry__reverses"),
            *(f"{end}__document", f"{end}__currency"),
        )
        summed = rows.values_list(*named).annotate(minor=Sum("amount_minor")).order_by("entry")
        found += [_Row._make((*values, sign * minor)) for *values, minor in summed]
    return sorted(found, key=lambda row: (row.on, row.entry, row.document))


class _Named:
    """The documents that entries are about, read at once."""

    def __init__(self, organization: int, rows: Iterable[_Row]) -> None:
        listed = list(rows)
        entries = {pk for row in listed for pk in (row.entry, row.reverses) if pk is not None}
        by_kind: dict[str, set[int]] = {}
        for row in listed:
            kind, _, pk = row.document.partition(":")
            by_kind.setdefault(kind, set()).add(int(pk))
        notes = CreditNote.objects.filter(organization=organization, made__in=entries)
        self.notes = {(one.made_id, one.invoice_id): one for one in notes}
        self.documents: dict[str, Any] = {
            f"{kind}:{one.pk}": one
            for kind, model in (("invoice", Invoice), ("payment", Payment), ("credit_note", CreditNote))
            for one in model.objects.filter(pk__in=by_kind.get(kind, ()))
        }

        self.parts = instalments_of(map(int, by_kind.get("invoice", ())))
        fees = Reminder.objects.filter(organization=organization, fee__in=by_kind.get("invoice", ()))
        self.fees = set(fees.values_list("fee", flat=True))

    def movements(self, rows: Iterable[_Row], opening: int) -> tuple[Movement, ...]:
        """The rows in their order; those of one entry about one document are one."""
        sums: dict[tuple[int, str, int], Movement] = {}
        for row in rows:
            document, subject = self._about(row)
            key = row.entry, subject, document.pk
            was = sums.get(key)
            asked = row.minor > 0 and (row.reverses is None or document.made_id == row.entry)
            due = getattr(document, "due_on", None) if asked else None
            sums[key] = Movement(
                on=row.on,
                entry=row.entry,
                verb=row.verb,
                subject=subject,
                pk=document.pk,
                number=document.number or "",
                due_on=due,
                minor=row.minor + (was.minor if was else 0),
                balance=0,
                is_fee=subject == "invoice" and asked and document.pk in self.fees,
            )
        found = []
        for one in sums.values():
            for part in self._in_parts(one):
                opening += part.minor
                found.append(part._replace(balance=opening))
        return tuple(found)

    def _in_parts(self, one: Movement) -> list[Movement]:
        """What an invoice asked for by instalment, where it asks for several; else the movement as it is."""
        parts = self.parts.get(one.pk, []) if one.subject == "invoice" and one.due_on else []
        if sum(minor for _, minor in parts) != one.minor:
            return [one] if one.minor else []
        return [
            one._replace(minor=minor, due_on=day, part=(n, len(parts)))
            for n, (day, minor) in enumerate(parts, start=1)
        ]

    def _about(self, row: _Row) -> tuple[Any, str]:
        """The credit note that took an invoice back, where one did; else the account's own document."""
        subject, _, pk = row.document.partition(":")
        for entry in (row.entry, row.reverses) if subject == "invoice" else ():
            if entry is not None and (note := self.notes.get((entry, int(pk)))):
                return note, "credit_note"
        document = self.documents[row.document]
        return document, document.kind if subject == "payment" else subject


def ageing(on: date, *, organization: int | None = None) -> dict[tuple[int, str], Ageing]:
    """What each customer owes in each currency by days overdue, and what we owe them; at most four statements.

    on: as of that day, by what was dated until then; today or later, by all that there is.
    """
    open_now = _balances(organization) if on >= today() else _balances_on(on, organization)
    invoices = {int(document.partition(":")[2]) for _, _, kind, document, _ in open_now if kind == OURS[0]}
    due = dict(Invoice.objects.filter(pk__in=invoices).values_list("pk", "due_on"))
    parts = instalments_of(invoices)
    found: dict[tuple[int, str], Ageing] = {}
    for party, currency, kind, document, minor in open_now:
        one = found.setdefault((party, currency), Ageing())
        if kind == OURS[0]:
            pk = int(document.partition(":")[2])
            for part in spread(parts.get(pk, [(due[pk], minor)]), minor):
                one.add(part.open_minor, part.due_on, on)
        else:
            one.credit -= minor
    return found


AGED = ("current", "days_1_to_30", "days_31_to_60", "days_61_and_more", "credit")
"""The figures of an ageing as callers read them."""


def aged(one: Ageing, currency: str) -> dict[str, str]:
    """What is owed by days overdue, as callers read it."""
    figures = one.current, one.to_30, one.to_60, one.older, one.credit
    return {name: money.plain(minor, currency) for name, minor in zip(AGED, figures, strict=True)}


def _balances(organization: int | None) -> list[tuple[Any, ...]]:
    accounts = Account.objects.filter(kind__in=OURS).exclude(balance_minor=0)
    if organization is not None:
        accounts = accounts.filter(party=organization)
    return list(accounts.values_list("party", "currency", "kind", "document", "balance_minor"))


def _balances_on(on: date, organization: int | None) -> list[tuple[Any, ...]]:
    sums: dict[tuple[Any, ...], int] = {}
    for end, _, sign in _WAYS:
        rows = Posting.objects.filter(**{f"{end}__kind__in": OURS}, entry__effective_on__lte=on)
        if organization is not None:
            rows = rows.filter(**{f"{end}__party": organization})
        named = [f"{end}__{name}" for name in ("party", "currency", "kind", "document")]
        for *key, minor in rows.values_list(*named).annotate(minor=Sum("amount_minor")):
            sums[tuple(key)] = sums.get(tuple(key), 0) + sign * minor
    return [(*key, minor) for key, minor in sums.items() if minor]
