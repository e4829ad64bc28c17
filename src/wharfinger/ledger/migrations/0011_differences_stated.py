"""Accounts on which nothing was left, but which were still worth something at home, state that as a difference."""

from django.db import migrations

from wharfinger.base import clock

STORED = ("receivable", "store_credit", "payable", "deposit")


def state(apps, _editor):
    """Bring each account without balance to nothing at home, by one entry of the house."""
    account, posting, fact = (apps.get_model("ledger", name) for name in ("Account", "Posting", "Fact"))
    found = account.objects.filter(kind__in=STORED, balance_minor=0).exclude(balance_home_minor=0)
    rows = list(found.order_by("pk"))
    if not rows:
        return
    now = clock.now()
    entry = apps.get_model("ledger", "Entry").objects.create(
        verb="exchange", recorded_at=now, effective_on=now.date(), reason="Exchange differences are stated"
    )
    exchange = {
        currency: account.objects.get_or_create(kind="exchange", party=None, document="", currency=currency)[
            0
        ]
        for currency in {row.currency for row in rows}
    }
    for n, row in enumerate(rows):
        ends = (row, exchange[row.currency])
        source, target = ends if row.balance_home_minor > 0 else reversed(ends)
        posting.objects.create(
            entry=entry,
            n=n,
            source=source,
            target=target,
            amount_minor=0,
            home_minor=abs(row.balance_home_minor),
        )
    fact.objects.bulk_create([fact(entry=entry, subject=row.document) for row in rows])
    found.update(balance_home_minor=0)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_differences_at_home")]

    operations = [migrations.RunPython(state, migrations.RunPython.noop)]
