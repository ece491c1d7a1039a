"""Files of what is loaded: bytes kept once, many places for them written in bulk."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from haicap.files import events
from haicap.files.actions import put_bytes
from haicap.files.checks import check
from haicap.files.models import Scan, UseKind
from haicap.files.store import store
from haicap.kernel.actor import Actor
from haicap.kernel.copying import copy_rows

USES: Final = "files_use"


@dataclass(slots=True)
class PastUse:
    """A file in its place on its way in; `attach` moves it while it is staged."""

    id: UUID
    sha256: str
    ref: str
    slot: str
    name: str
    kind: UseKind
    by: Actor
    at: datetime

    def kept(self) -> object:
        """The fact `keep` records."""
        return events.FileKept(
            use_id=str(self.id), sha256=self.sha256, slot=self.slot, kind=str(self.kind)
        )


def attached(uses: Iterable[PastUse]) -> object:
    """The fact `attach` records."""
    return events.FilesAttached(use_ids=tuple(str(use.id) for use in uses))


@transaction.atomic
def load_bytes(*, content: bytes, name: str, at: datetime) -> str:
    """Keep bytes that no place speaks of yet; their SHA-256. Safe to repeat. BadFile."""
    with store().spool(io.BytesIO(content), limit=len(content)) as spooled:
        with spooled.open() as opened:
            found = check(opened, name=name, size=spooled.size)
        put_bytes(spooled, found, Scan.UNSCANNED, at=at)  # the nightly scan comes to them
        return spooled.sha256


def load_uses(uses: Iterable[PastUse]) -> None:
    """Write places by COPY as `keep` and `attach` would have left them."""
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            table=USES,
            columns=(
                "id", "blob_id", "ref", "slot", "name", "kind", "by_kind", "by_person",
                "created_at",
            ),
            rows=(
                (
                    use.id, use.sha256, use.ref, use.slot, use.name, use.kind.value,
                    use.by.kind.value, use.by.person, use.at,
                )
                for use in uses
            ),
        )  # fmt: skip
