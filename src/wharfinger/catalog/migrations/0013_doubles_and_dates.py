import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0012_codes_of_units")]

    operations = [
        migrations.AddField("product", "valid_from", models.DateField(blank=True, null=True)),
        migrations.AddField("product", "valid_until", models.DateField(blank=True, null=True)),
        migrations.AddField(
            "product",
            "merged_into",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="catalog.product",
            ),
        ),
        migrations.AddConstraint(
            "product",
            models.CheckConstraint(
                condition=models.Q(
                    ("valid_from__isnull", True),
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="product_ends_after_it_begins",
            ),
        ),
    ]
