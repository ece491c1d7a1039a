"""The draft of the result: the procedure's template filled from the dossier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from haicap.catalogue import public as catalogue
from haicap.dossiers.models import Dossier


def number_text(dossier: Dossier, value: int) -> str:
    """The number as it stands on the paper: 15/GXN-UBND."""
    template = catalogue.result_document(dossier.procedure_version_id)
    return f"{value}/{template.notation}"


def draft_pdf(
    dossier: Dossier, *, values: Mapping[str, Any], number: str, day: date, at: datetime
) -> bytes:
    """The draft as PDF/A."""
    raise NotImplementedError
