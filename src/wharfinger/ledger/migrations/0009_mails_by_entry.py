from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_history_written_in_one_act")]

    operations = [
        migrations.AddIndex(
            "outbox", models.Index(fields=["entry"], name="outbox_mail", condition=Q(consumer="mail"))
        ),
    ]
