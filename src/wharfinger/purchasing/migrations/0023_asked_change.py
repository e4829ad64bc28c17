"""A change of an order that the vendor has which somebody must approve first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("purchasing", "0022_whose_lines_are_asked_for"),
    ]

    operations = [
        migrations.AddField(
            model_name="purchaseorder",
            name="asked_change",
            field=models.JSONField(null=True),
        ),
    ]
