from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0002_rollback"),
    ]

    operations = [
        migrations.AddField(
            model_name="mapping", name="dates", field=models.CharField(default="dmy", max_length=3)
        ),
        migrations.AddField(
            model_name="run", name="dates", field=models.CharField(default="dmy", max_length=3)
        ),
    ]
