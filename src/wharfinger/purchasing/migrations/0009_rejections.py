"""What is turned away at the door says why; what was before gives the reason of its receipt."""

import django.db.models.deletion
from django.db import migrations, models


def say_why(apps, schema_editor):
    """Write down of earlier receipts what they turned away, line by line."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO purchasing_rejection "
            "(receipt_id, purchase_line_id, quantity, reason, note, made_id, void_id) "
            "SELECT r.id, p.id, SUM(m.quantity), COALESCE(NULLIF(MAX(e.reason), ''), '–'), '', "
            "r.made_id, r.void_id "
            "FROM purchasing_receipt r JOIN ledger_entry e ON e.id = r.made_id "
            "JOIN ledger_move m ON m.entry_id = r.made_id "
            "JOIN ledger_holding t ON t.id = m.target_id AND t.kind = 'refused' "
            "JOIN purchasing_purchaseline p ON p.refused_place_id = t.place_id "
            "GROUP BY r.id, p.id, r.made_id, r.void_id"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0007_batches_expire"),
        ("purchasing", "0008_void_numbers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rejection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.BigIntegerField()),
                ("reason", models.CharField(max_length=1000)),
                ("note", models.CharField(blank=True, max_length=500)),
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
                    "purchase_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejections",
                        to="purchasing.purchaseline",
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejections",
                        to="purchasing.receipt",
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
                        condition=models.Q(("quantity__gt", 0)), name="rejection_above_zero"
                    )
                ],
            },
        ),
        migrations.RunPython(say_why, migrations.RunPython.noop),
    ]
