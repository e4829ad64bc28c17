from django.db import migrations, models


def copy(apps, schema_editor):
    """Name in the rule itself whom it names besides."""
    for rule in apps.get_model("notices", "Rule").objects.all():
        rule.people = sorted(rule.users.values_list("pk", flat=True))
        rule.save(update_fields=["people"])


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.AddField(model_name="rule", name="people", field=models.JSONField(default=list)),
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.RemoveField(model_name="rule", name="users"),
    ]
