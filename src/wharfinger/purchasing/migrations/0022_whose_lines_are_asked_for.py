"""Whose lines are asked for are rows of their own, so that a line tells in which request it is."""

import django.db.models.deletion
from django.db import migrations, models


def keep_lines(apps, schema_editor):
    """Write down of earlier requests which customers' lines wanted how many."""
    want = apps.get_model("purchasing", "RfqWant")
    lines = apps.get_model("purchasing", "RfqLine").objects.exclude(wanted=[]).order_by("pk")
    want.objects.bulk_create(
        [
            want(rfq_line_id=one.pk, line_id=pk, quantity=units, made_id=one.made_id, void_id=one.void_id)
            for one in lines.iterator()
            for pk, units in one.wanted
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("demand", "0014_where_goods_are_taken_from"),
        ("ledger", "0009_mails_by_entry"),
        ("purchasing", "0021_rfq_told"),
    ]

    operations = [
        migrations.CreateModel(
            name="RfqWant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.BigIntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rfq_wants",
                        to="demand.line",
                    ),
                ),
                (
                    "made",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                (
                    "rfq_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wants",
                        to="purchasing.rfqline",
                    ),
                ),
                (
                    "void",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="rfq_want_above_zero"
                    )
                ],
            },
        ),
        migrations.RunPython(keep_lines, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="rfqline",
            name="wanted",
        ),
    ]
