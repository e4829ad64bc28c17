from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0003_own_values")]

    operations = [
        migrations.AddField(model_name="order", name="sent_at", field=models.DateTimeField(null=True)),
    ]
