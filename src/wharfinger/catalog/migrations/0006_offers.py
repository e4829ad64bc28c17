import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_barcodes"),
        ("ledger", "0001_initial"),
        ("parties", "0002_grants"),
    ]

    operations = [
        migrations.CreateModel(
            name="PriceBreak",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_quantity", models.BigIntegerField()),
                ("cost_micro", models.BigIntegerField()),
                ("valid_from", models.DateField(null=True)),
                ("retired_on", models.DateField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="vendorprice",
            name="currency",
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddField(
            model_name="vendorprice",
            name="minimum_quantity",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="vendorprice",
            name="pack_quantity",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="vendorprice",
            name="stock",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="vendorprice",
            name="stock_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="vendorprice",
            name="valid_from",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="vendorprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pack_quantity__isnull", True), ("pack_quantity__gt", 0), _connector="OR"
                ),
                name="pack_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_quantity__isnull", True), ("minimum_quantity__gt", 0), _connector="OR"
                ),
                name="minimum_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("stock__isnull", True), ("stock__gte", 0), _connector="OR"),
                name="vendors_stock_not_below_zero",
            ),
        ),
        migrations.AddField(
            model_name="pricebreak",
            name="made",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
        migrations.AddField(
            model_name="pricebreak",
            name="price",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="breaks", to="catalog.vendorprice"
            ),
        ),
        migrations.AddField(
            model_name="pricebreak",
            name="void",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
        migrations.AddIndex(
            model_name="pricebreak",
            index=models.Index(
                condition=models.Q(
                    ("retired_on__isnull", True), ("valid_from__isnull", False), ("void__isnull", True)
                ),
                fields=["valid_from"],
                name="coming_breaks",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricebreak",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("retired_on__isnull", True), ("valid_from__isnull", True), ("void__isnull", True)
                ),
                fields=("price", "from_quantity"),
                name="break_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricebreak",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("retired_on__isnull", True), ("valid_from__isnull", False), ("void__isnull", True)
                ),
                fields=("price", "from_quantity", "valid_from"),
                name="coming_break_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricebreak",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_quantity__gt", 0),
                    models.Q(("from_quantity", 0), ("valid_from__isnull", False)),
                    _connector="OR",
                ),
                name="break_above_zero",
            ),
        ),
    ]
