from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_mails_by_entry")]

    operations = [
        migrations.RemoveConstraint("posting", "posting_above_zero"),
        migrations.AddConstraint(
            "posting",
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, home_minor__gte=0)
                & (Q(amount_minor__gt=0) | Q(home_minor__gt=0)),
                name="posting_above_zero",
            ),
        ),
    ]
