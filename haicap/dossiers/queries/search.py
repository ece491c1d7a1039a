"""The one search box: codes, barcode, names without accents and with slips, ids, phones."""

from __future__ import annotations

import re
from typing import Final

from django.db.models import Q

from haicap.dossiers.models import DossierQuerySet, DossierSearch, OtherCode
from haicap.kernel import vietnamese

LONGEST: Final = 100
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-/]{3,39}")
_FILL: Final = re.compile(r"[\s.\-()+]+")
_SHORTEST_NUMBER: Final = 4
_SHORTEST_NAME: Final = 2


def matching(rows: DossierQuerySet, q: str) -> DossierQuerySet:
    """Those of `rows` (already cut to what the person may see) that answer `q`; all, when empty."""
    words = vietnamese.clean(q)[:LONGEST]
    if not words:
        return rows
    code = words.upper().replace(" ", "")
    found = Q(code=code) | Q(pk__in=OtherCode.objects.filter(code=words).values("dossier"))
    if _CODE.fullmatch(code):
        found |= Q(code__startswith=code)
    digits = _FILL.sub("", words)
    if digits.isdecimal():
        if len(digits) >= _SHORTEST_NUMBER:
            number = digits.lstrip("0") if digits.startswith("0") and len(digits) < 12 else digits
            found |= _search(Q(numbers__contains=number))
            found |= Q(code__endswith=digits)
        return rows.filter(found)
    folded = vietnamese.fold_accents(words)
    if len(folded) >= _SHORTEST_NAME:
        found |= _search(Q(name_fold__contains=folded) | Q(name_fold__trigram_word_similar=folded))
    return rows.filter(found)


def _search(wanted: Q) -> Q:
    return Q(pk__in=DossierSearch.objects.filter(wanted).values("dossier"))
