"""What we owe vendors: read by the plans that pay them, and shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from wharfinger.base import clock, money
from wharfinger.base.door import known
from wharfinger.base.refusal import N_
from wharfinger.ledger import sql
from wharfinger.ledger.look import house
from wharfinger.ledger.models import Account, Posting
from wharfinger.ledger.plan import EXCHANGE, AccountRef, Truth
from wharfinger.ledger.settling import Balance
from wharfinger.purchasing.models import VendorBill, VendorDiscount, VendorPayment, VendorReturn, VendorTerms
from wharfinger.purchasing.rules.discounting import INPUT_TAX, Granted, may_take
from wharfinger.purchasing.rules.paying import PAYABLE, PURCHASES, bill_word

Read = Callable[[Truth], None]
OWING = ("enter_bill", "accept_bill")
"""The verbs that accept a bill, so that it is owed from then on."""

WORDS: dict[str, str] = {
    "open": N_("Open"),
    "partly": N_("Partly paid"),
    "overdue": N_("Overdue"),
    "paid": N_("Paid"),
}
"""How far an accepted bill is paid."""
TONES: dict[str, str] = {"open": "blue", "partly": "teal", "overdue": "red", "paid": "green"}


def vendors_of(bills: Collection[int], returns: Collection[int]) -> sql.Found:
    """The vendors of these bills and returns, to be found and locked in one statement."""
    each = (("vendorbill", bills), ("vendorreturn", returns))
    wanted = " UNION ".join(
        f"SELECT vendor_id FROM purchasing_{table} WHERE {sql.among('id')}" for table, _ in each
    )
    return sql.Found(f"id IN ({wanted})", tuple(sql.array(sorted(set(pks))) for _, pks in each))


def read_payables(truth: Truth) -> None:
    """Read what stands on the payables of the bills and returns at hand."""
    named = {
        f"{row.subject}:{pk}": (row.subject, pk)
        for model in (VendorBill, VendorReturn)
        for pk, row in truth.documents.get(model._meta.label, {}).items()
    }
    truth.read["payables"] = {
        named[one.document]: Balance(one.balance_minor, one.balance_home_minor)
        for one in (Account.objects.filter(kind=PAYABLE, document__in=named) if named else ())
    }


def read_posted(truth: Truth) -> None:
    """Read what the bills at hand let us owe, by the account that it is for, and what of that is open."""
    read_payables(truth)
    bills = {f"vendor_bill:{pk}": pk for pk in truth.documents["purchasing.VendorBill"]}
    rows = Posting.objects.filter(
        source__kind=PAYABLE, source__document__in=bills, entry__verb__in=OWING, amount_minor__gt=0
    )
    found = defaultdict(list)
    for document, *figures in rows.order_by("id").values_list(
        "source__document", "target__kind", "amount_minor", "home_minor"
    ):
        found[bills[document]].append(tuple(figures))
    truth.read["posted"] = found


def read_owed(truth: Truth) -> None:
    """Read what the bills at hand let us owe, what is open of that, and what was taken off with payments that count."""
    read_posted(truth)
    bills = list(truth.documents["purchasing.VendorBill"])
    rows = discounts().filter(bill__in=bills).order_by().values_list("bill") if bills else None
    truth.read["taken_off"] = {} if rows is None else dict(rows.annotate(n=Sum("amount_minor")))


def read_terms(truth: Truth) -> None:
    """Read what is always agreed with the vendors at hand."""
    rows = VendorTerms.objects.filter(
        organization__in=list(truth.documents["parties.Organization"]), void__isnull=True
    )
    truth.read["vendor_terms"] = {one.organization_id: one for one in rows}


def discounts() -> QuerySet[VendorDiscount]:
    """What was taken off bills with payments that count."""
    return VendorDiscount.objects.filter(void__isnull=True, payment__cancelled_at__isnull=True)


def may_be_taken(row: Any, day: date) -> int:
    """What may be taken off a bill, listed with its balance, that is paid on a day."""
    terms = Granted(row.discount_micro, row.discount_until)
    return may_take(terms, row.asked_minor, row.taken_minor, row.open_minor, day)


def read_paid_by(payment: int) -> Read:
    """Read what a payment posted, in the order in which it did."""

    def read(truth: Truth) -> None:
        row = truth.documents["purchasing.VendorPayment"].get(payment)
        truth.read["paid_by"] = posted_by([row])[payment] if row is not None else []

    return read


Posted = tuple[AccountRef, AccountRef, int, int]


def posted_by(payments: Sequence[VendorPayment]) -> dict[int, list[Posted]]:
    """What payments posted when they were made, each with the differences that follow; in one statement."""
    made = {row.made_id for row in payments}
    rows = Posting.objects.filter(entry__in=made).select_related("source", "target").order_by("entry", "n")
    found: dict[int, list[Posted]] = {row.pk: [] for row in payments}
    at, entry = 0, 0
    for one in rows if made else ():
        if one.entry_id != entry:
            at, entry = 0, one.entry_id
        # All that is posted between the first and the last of a payment's own postings is its own.
        for account in (one.source, one.target):
            subject, _, pk = account.document.partition(":")
            at = int(pk) if subject == "vendor_payment" else at
        if at in found:
            found[at].append((_ref(one.source), _ref(one.target), one.amount_minor, one.home_minor))
    return found


def settled_by(payment: int) -> tuple[list[int], list[int]]:
    """The bills that a payment pays, and the returns whose credits it takes."""
    rows = list(VendorPayment.objects.filter(pk=payment))
    named: dict[str, set[int]] = {"vendor_bill": set(), "vendor_return": set()}
    for posted in posted_by(rows).values():
        for source, target, _minor, _home in posted:
            for account in (source, target):
                subject, _, pk = str(account.document).partition(":")
                if subject in named:
                    named[subject].add(int(pk))
    return sorted(named["vendor_bill"]), sorted(named["vendor_return"])


def _ref(account: Account) -> AccountRef:
    return AccountRef(account.kind, account.currency, account.party_id, account.document)


def _account(subject: str) -> QuerySet[Account]:
    """The payable of the row that a query stands at."""
    named = Concat(Value(f"{subject}:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    return Account.objects.filter(kind=PAYABLE, document=named)


def with_balances(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Bills with whether payables were kept when they were accepted, what they let us owe, and what is open of it."""
    account = _account("vendor_bill")
    named = Concat(Value("vendor_bill:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    owed = Posting.objects.filter(source__kind=PAYABLE, source__document=named, entry__verb__in=OWING)
    asked = owed.filter(target__kind__in=(PURCHASES, INPUT_TAX)).order_by().values("source__document")
    taken = discounts().filter(bill=OuterRef("pk")).order_by().values("bill")
    return rows.annotate(
        kept=Exists(account),
        open_minor=-Coalesce(Subquery(account.values("balance_minor"), output_field=BigIntegerField()), 0),
        asked_minor=Coalesce(
            Subquery(asked.annotate(n=Sum("amount_minor")).values("n"), output_field=BigIntegerField()), 0
        ),
        taken_minor=Coalesce(
            Subquery(taken.annotate(n=Sum("amount_minor")).values("n"), output_field=BigIntegerField()), 0
        ),
    )


def word(row: Any, day: date | None = None) -> str | None:
    """How far a bill that was listed with its balance is paid; nothing where it is not accepted, or was before.

    day: by which it is overdue; whoever tells of several reads it once.
    """
    if row.accepted_at is None or row.cancelled_at is not None:
        return None
    found = bill_word(
        kept=row.kept,
        asked=row.asked_minor,
        open_minor=row.open_minor,
        overdue=row.due_on is not None and row.open_minor > 0 and row.due_on < (day or today()),
    )
    return None if found == "accepted" else found


def to_pay(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Those of which something is owed: accepted and not paid in whole."""
    return rows.filter(open_minor__gt=0)


def with_word(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Bills that any of these words describes."""
    day = today()
    owed = rows.filter(open_minor__gt=0)
    on_time = owed.filter(Q(due_on__isnull=True) | Q(due_on__gte=day))
    found = {
        "open": on_time.filter(open_minor__gte=F("asked_minor")),
        "partly": on_time.filter(open_minor__lt=F("asked_minor")),
        "overdue": owed.filter(due_on__lt=day),
        "paid": rows.filter(
            kept=True, open_minor__lte=0, accepted_at__isnull=False, cancelled_at__isnull=True
        ),
    }
    some = rows.none()
    for value in values:
        some = some | found.get(value, rows.none())
    return some


def today() -> date:
    """The company's day."""
    return clock.today(house().time_zone)


class Settled(NamedTuple):
    """How much of a bill a payment paid, or of the credit of a return it took."""

    subject: str
    pk: int
    number: str
    minor: int
    gain_minor: int
    """What was owed more at home than was paid for it; a loss is below zero."""
    discount_minor: int = 0
    """What was taken off the bill besides, since it was paid early."""


def settled(payments: Sequence[VendorPayment]) -> dict[int, list[Settled]]:
    """What payments settled, in a constant number of statements; also of those that were cancelled since."""
    found: dict[int, list[Settled]] = {row.pk: [] for row in payments}
    for pk, rows in posted_by(payments).items():
        for source, target, minor, home in rows:
            about = next(
                (one for one in (source, target) if _of(one)[0] in ("vendor_bill", "vendor_return")), None
            )
            if about is None:
                continue
            if not minor:
                gain = home if source.kind == EXCHANGE else -home
                found[pk][-1] = found[pk][-1]._replace(gain_minor=gain)
                continue
            if source.kind != PAYABLE:
                found[pk][-1] = found[pk][-1]._replace(discount_minor=found[pk][-1].discount_minor + minor)
                continue
            subject, key = _of(about)
            found[pk].append(Settled(subject, int(key), "", minor, 0))
    models: dict[str, Any] = {"vendor_bill": VendorBill, "vendor_return": VendorReturn}
    numbers: dict[tuple[str, int], str] = {}
    for subject, model in models.items():
        wanted = {one.pk for rows in found.values() for one in rows if one.subject == subject}
        called = model.objects.filter(pk__in=wanted).values_list("pk", "number") if wanted else ()
        numbers |= {(subject, pk): number for pk, number in called}
    return {
        pk: [one._replace(number=numbers[one.subject, one.pk]) for one in rows] for pk, rows in found.items()
    }


def _of(account: AccountRef) -> tuple[str, str]:
    subject, _, pk = str(account.document).partition(":")
    return subject, pk


def payments() -> QuerySet[VendorPayment]:
    """Every payment to a vendor."""
    return VendorPayment.objects.filter(void__isnull=True).select_related("vendor", "made__actor")


def payment(pk: int) -> VendorPayment:
    """One payment to a vendor; raises NotThere."""
    return known(payments().filter(pk=pk).first(), pk)


def payments_of(bill: int) -> list[tuple[VendorPayment, int]]:
    """The payments of a bill that were not cancelled, the oldest first, each with how much of it they paid."""
    posted = Posting.objects.filter(
        target__kind=PAYABLE, target__document=f"vendor_bill:{bill}", source__kind=PAYABLE
    )
    named = posted.values_list("source__document", flat=True)
    pks = sorted({int(one.partition(":")[2]) for one in named if one.startswith("vendor_payment:")})
    rows = list(payments().filter(pk__in=pks, cancelled_at__isnull=True).order_by("pk")) if pks else []
    found = settled(rows)
    return [
        (row, sum(one.minor for one in found[row.pk] if (one.subject, one.pk) == ("vendor_bill", bill)))
        for row in rows
    ]


def credits_left(vendors: Iterable[int] | None = None) -> list[tuple[VendorReturn, int]]:
    """The returns whose credits are not taken in whole, each with what is left, the oldest first."""
    owed = Account.objects.filter(kind=PAYABLE, balance_minor__gt=0, document__startswith="vendor_return:")
    owed = owed if vendors is None else owed.filter(party__in=list(vendors))
    left = {int(one.document.partition(":")[2]): one.balance_minor for one in owed}
    rows = VendorReturn.objects.filter(pk__in=left, void__isnull=True).select_related("vendor").order_by("pk")
    return [(row, left[row.pk]) for row in rows] if left else []


def left_of(returns: Iterable[int]) -> dict[int, int]:
    """What is left of the credits of these returns."""
    named = {f"vendor_return:{pk}": pk for pk in returns}
    rows = Account.objects.filter(kind=PAYABLE, document__in=named) if named else ()
    return {named[one.document]: one.balance_minor for one in rows}


def show_payments(rows: Iterable[VendorPayment]) -> list[dict[str, Any]]:
    """Payments to vendors for callers of the API."""
    listed = list(rows)
    found = settled(listed) if listed else {}
    home = house().currency

    def parts(row: VendorPayment, subject: str, name: str) -> list[dict[str, Any]]:
        return [
            {
                name: one.pk,
                "number": one.number,
                "amount": money.plain(one.minor, row.currency),
                **(
                    {
                        "discount": money.plain(one.discount_minor, row.currency),
                        "exchange_difference": money.plain(one.gain_minor, home),
                    }
                    if name == "bill"
                    else {}
                ),
            }
            for one in found[row.pk]
            if one.subject == subject
        ]

    return [
        {
            "id": row.pk,
            "number": row.number,
            "vendor": row.vendor_id,
            "vendor_name": row.vendor.name,
            "currency": row.currency,
            "amount": money.plain(row.amount_minor, row.currency),
            "paid_on": row.paid_on,
            "method": row.method,
            "reference": row.reference,
            "cancelled_at": row.cancelled_at,
            "bills": parts(row, "vendor_bill", "bill"),
            "credits": parts(row, "vendor_return", "vendor_return"),
        }
        for row in listed
    ]


def currencies(bills: Iterable[int], returns: Iterable[int]) -> dict[tuple[str, int], str]:
    """In which currency each of these bills and returns is; of what is not there nothing is said."""
    found: dict[tuple[str, int], str] = {}
    for model, pks in ((VendorBill, list(bills)), (VendorReturn, list(returns))):
        rows = model.objects.filter(pk__in=pks).values_list("pk", "currency") if pks else ()
        found |= {(model.subject, pk): currency for pk, currency in rows}
    return found
