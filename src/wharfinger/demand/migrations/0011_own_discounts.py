from django.db import migrations
from django.db.models import F


def fill(apps, _editor):
    """What was taken off a line was its own discount."""
    lines = apps.get_model("demand", "Line")
    lines.objects.exclude(discount_micro=0).update(own_discount_micro=F("discount_micro"))


class Migration(migrations.Migration):
    dependencies = [("demand", "0010_groups_of_quotes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
