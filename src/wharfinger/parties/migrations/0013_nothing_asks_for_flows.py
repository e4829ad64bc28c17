"""No action asks for a permission of flows: each asks for what it does in other modules; so no role lists one.

Keys that are narrowed to one stay so: a key whose list were empty would not be narrowed at all.
"""

from django.db import migrations

GONE = {"flows.swap", "flows.reopen", "flows.cancel", "flows.hand_over", "flows.*"}


def drop(apps, _editor):
    """Take them out of the roles in which they stand."""
    for role in apps.get_model("parties", "Role").objects.all():
        if not GONE.isdisjoint(role.permissions):
            role.permissions = [one for one in role.permissions if one not in GONE]
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("parties", "0012_taxed_by")]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
