from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_worth_of_a_day"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(
                condition=models.Q(
                    ("field__isnull", False),
                    models.Q(
                        ("subject__startswith", "bin:"),
                        ("subject__startswith", "level:"),
                        ("subject__startswith", "location:"),
                        _connector="OR",
                    ),
                ),
                fields=["entry", "id"],
                name="fact_shelf",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("kind__in", ["bin", "picked", "quarantine"])),
                fields=["place"],
                name="holding_shelf",
            ),
        ),
    ]
