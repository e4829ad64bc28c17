import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def ask(apps, schema_editor):
    """Lines that are there already were asked for by their order's buyer, as far as is known."""
    buyer = apps.get_model("purchasing", "PurchaseOrder").objects.filter(pk=OuterRef("purchase_order_id"))
    lines = apps.get_model("purchasing", "PurchaseLine").objects.all()
    lines.update(requested_by_id=Subquery(buyer.values("buyer_id")))


class Migration(migrations.Migration):
    dependencies = [
        ("purchasing", "0002_approvals_and_rates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="purchaseline",
            name="requested_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(ask, migrations.RunPython.noop),
    ]
