from django.db import migrations


def name(apps, _editor):
    """Let counts name the category that they look at, as products do."""
    known = dict(
        apps.get_model("catalog", "Category").objects.filter(void__isnull=True).values_list("path", "pk")
    )
    count = apps.get_model("stock", "Count")
    for one in count.objects.exclude(scope={}):
        if isinstance(said := one.scope.get("category"), str):
            kept = {key: value for key, value in one.scope.items() if key != "category"}
            count.objects.filter(pk=one.pk).update(
                scope=kept | ({"category": known[said]} if said in known else {"products": [0]})
            )


class Migration(migrations.Migration):
    dependencies = [("stock", "0009_own_bins"), ("catalog", "0017_categories_alone")]

    operations = [migrations.RunPython(name, migrations.RunPython.noop)]
