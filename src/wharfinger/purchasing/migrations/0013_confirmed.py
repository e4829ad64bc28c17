"""What the vendor has confirmed of a purchase order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("purchasing", "0012_approval_tiers"),
    ]

    operations = [
        migrations.AddField(
            model_name="purchaseline",
            name="confirmed_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="purchaseorder",
            name="confirmation",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="purchaseorder",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
