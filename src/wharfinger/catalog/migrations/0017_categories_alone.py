from django.db import migrations, models


class Migration(migrations.Migration):
    """The paths that were written go; what they said is a category by now."""

    dependencies = [("catalog", "0016_categories_filled")]

    operations = [
        migrations.RemoveField("product", "category_text"),
        migrations.RemoveField("warrantypolicy", "category_text"),
        migrations.AddIndex("product", models.Index(fields=["category", "id"], name="product_category")),
    ]
