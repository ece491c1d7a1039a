"""A number that is only claimed (identity level 1) may be claimed by two; it recognises nobody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="partyidentifier", name="parties_number_once"),
        migrations.AddConstraint(
            model_name="partyidentifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("verified", "vneid-1"), _negated=True),
                fields=("kind", "number"),
                name="parties_number_once",
            ),
        ),
    ]
