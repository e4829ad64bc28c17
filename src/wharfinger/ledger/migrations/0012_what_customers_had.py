from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0011_differences_stated"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("kind__in", ["customer", "rented", "in_transit"])),
                fields=["place"],
                name="holding_theirs",
            ),
        ),
    ]
