"""Layouts of the forms 01 to 07, registers being printed, and the index the register reads by."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0002_other_turns"), ("units", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SlipLayout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form", models.TextField()),
                ("source", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("basis", models.TextField()),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("put_at", models.DateTimeField()),
                ("put_by", models.BigIntegerField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        name="dossiers_one_layout_a_day",
                        fields=["form", "valid_from"],
                        condition=models.Q(withdrawn_at__isnull=True),
                    ),
                    models.CheckConstraint(
                        name="dossiers_layout_some_time",
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="RegisterPrint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("procedure", models.TextField(blank=True, default="")),
                ("standing", models.TextField(blank=True, default="")),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.BigIntegerField()),
                ("asked_post", models.BigIntegerField()),
                ("total", models.IntegerField()),
                ("done", models.IntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.agency",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                condition=models.Q(("received_at__isnull", False)),
                fields=["receiving_agency", "received_at", "id"],
                name="dossiers_receiving_book",
            ),
        ),
    ]
