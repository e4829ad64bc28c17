"""An approval of a purchase order is asked for, and refused with a reason."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("purchasing", "0009_rejections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="purchaseorder",
            name="approval_asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="purchaseorder",
            name="approval_asked_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="purchaseorder",
            name="rejected_note",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddIndex(
            model_name="purchaseorder",
            index=models.Index(
                condition=models.Q(("approval_asked_at__isnull", False)),
                fields=["id"],
                name="purchase_asked",
            ),
        ),
    ]
