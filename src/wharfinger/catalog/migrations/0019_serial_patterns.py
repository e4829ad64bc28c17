from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0018_families")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="serial_pattern",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
    ]
