"""When a purchase order last became different of what its vendor was told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("purchasing", "0010_approval_asked"),
    ]

    operations = [
        migrations.AddField(
            model_name="purchaseorder",
            name="amended_at",
            field=models.DateTimeField(null=True),
        ),
    ]
