"""Room beside the rows that give numbers, so that an update stays on its page (HOT)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "alter table registers_counter set (fillfactor = 50);"
            " alter table registers_book set (fillfactor = 50);",
            migrations.RunSQL.noop,
        ),
    ]
