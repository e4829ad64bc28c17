"""No action asks for the permission to apply payments, which who takes them has; so no role lists it.

Keys that are narrowed to it stay so: a key whose list were empty would not be narrowed at all.
"""

from django.db import migrations

GONE = "billing.apply"


def drop(apps, _editor):
    """Take it out of the roles in which it stands."""
    for role in apps.get_model("parties", "Role").objects.all():
        if GONE in role.permissions:
            role.permissions = [one for one in role.permissions if one != GONE]
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("parties", "0008_where_goods_are_taken_from")]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
