from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("sales", "0004_sent_orders")]

    operations = [
        migrations.AddField("quote", "link_nonce", models.IntegerField(default=0)),
        migrations.AddField("quote", "opened_at", models.DateTimeField(null=True)),
        migrations.AddField("quote", "accepted_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "quote",
            "accepted_by",
            models.CharField(blank=True, default="", max_length=100),
            preserve_default=False,
        ),
        migrations.AddField("quote", "declined_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "quote",
            "decline_reason",
            models.CharField(blank=True, default="", max_length=500),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "quote",
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(declined_at__isnull=True),
                name="accepted_or_declined",
            ),
        ),
    ]
