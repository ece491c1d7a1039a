"""What the database must know before any table: ranges in exclusion constraints, folding of accents, slips."""

from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

FOLD = """
create function vn_fold(t text) returns text language sql immutable strict parallel safe as
$$ select public.unaccent('public.unaccent'::regdictionary, lower(normalize(t, NFC))) $$;
create text search configuration vn (copy = simple);
alter text search configuration vn
    alter mapping for hword, hword_part, word, asciiword, asciihword, hword_asciipart
    with unaccent, simple;
"""
UNFOLD = "drop text search configuration vn; drop function vn_fold(text);"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(FOLD, UNFOLD),
    ]
