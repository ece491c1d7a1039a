from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0002_channels"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["ref", "id"], name="notify_told_of"),
        ),
    ]
