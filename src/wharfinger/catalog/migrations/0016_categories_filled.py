from django.db import migrations

from wharfinger.base import clock

BETWEEN = " / "


def above(path):
    """A path and those above it."""
    names = path.split(BETWEEN)
    return [BETWEEN.join(names[:n]) for n in range(1, len(names) + 1)]


def fill(apps, _editor):
    """Make a category of each path that was written, and of those above it; let products and policies name them."""
    category = apps.get_model("catalog", "Category")
    noted = [apps.get_model("catalog", name) for name in ("Product", "WarrantyPolicy")]
    written = {
        path
        for model in noted
        for path in model.objects.exclude(category_text="").values_list("category_text", flat=True).distinct()
    }
    known = dict(category.objects.filter(void__isnull=True).values_list("path", "pk"))
    wanted = sorted({one for path in (*written, *known) for one in above(path)} - known.keys())
    if wanted:
        now = clock.now()
        made = apps.get_model("ledger", "Entry").objects.create(
            verb="add", recorded_at=now, effective_on=now.date(), reason="Categories became a table"
        )
        category.objects.bulk_create([category(path=path, made=made) for path in wanted])
        known = dict(category.objects.filter(void__isnull=True).values_list("path", "pk"))
    for model in noted:
        for path in written:
            model.objects.filter(category_text=path).update(category_id=known[path])


class Migration(migrations.Migration):
    dependencies = [("catalog", "0015_categories_named"), ("ledger", "0006_history_of_shelves")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
