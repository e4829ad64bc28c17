import django.db.models.deletion
from django.db import migrations, models


def category(related_name, **options):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="catalog.category",
        **options,
    )


class Migration(migrations.Migration):
    """Products and policies name a category instead of writing its path: the column comes first."""

    dependencies = [("catalog", "0014_own_values")]

    operations = [
        migrations.AddField("category", "retired_on", models.DateField(null=True)),
        migrations.AddField("category", "merged_into", category("merged")),
        migrations.RemoveIndex("product", "product_category"),
        migrations.RenameField("product", "category", "category_text"),
        migrations.AddField("product", "category", category("products", db_index=False)),
        migrations.RenameField("warrantypolicy", "category", "category_text"),
        migrations.AddField("warrantypolicy", "category", category("warranty_policies")),
    ]
