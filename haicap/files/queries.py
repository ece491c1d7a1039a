"""Reading files back: what is where, and the bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from haicap.files.models import Scan, Use
from haicap.files.refused import BadFile
from haicap.files.store import store
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Missing


@dataclass(frozen=True, slots=True)
class UseView:
    """A file in its place. `scan` is unscanned | clean | infected; `active` files hold script."""

    id: UUID
    sha256: str
    size: int
    media_type: str
    pages: int | None
    active: bool
    scan: str
    name: str
    slot: str
    kind: str
    ref: str
    created_at: datetime
    derived_from: UUID | None
    checked_by: int | None
    checked_at: datetime | None
    by_kind: str
    by_person: int | None


_COLUMNS = (
    "id", "blob_id", "blob__size", "blob__media_type", "blob__pages", "blob__active", "blob__scan",
    "name", "slot", "kind", "ref", "created_at", "derived_from_id", "checked_by", "checked_at",
    "by_kind", "by_person",
)  # fmt: skip


def staged_ref(by: Actor) -> str:
    """Where somebody's uploads lie until they are attached: "actor:citizen:7"."""
    return f"actor:{by.kind}:{by.person}"


def uses_of(refs: Iterable[str]) -> dict[str, list[UseView]]:
    """What is attached to each ref, oldest first; every ref asked for has its list."""
    asked = list(dict.fromkeys(refs))
    found: dict[str, list[UseView]] = {ref: [] for ref in asked}
    rows = (
        Use.objects.filter(ref__in=asked, removed_at__isnull=True)
        .order_by("created_at", "id")
        .values_list(*_COLUMNS)
    )
    for row in rows:
        view = UseView(*row)
        found[view.ref].append(view)
    return found


def facts_of(use_id: UUID) -> UseView:
    """One file in its place. Missing when there is none, or it was removed."""
    row = (
        Use.objects.filter(pk=use_id, removed_at__isnull=True)
        .order_by()
        .values_list(*_COLUMNS)
        .first()
    )
    if row is None:
        raise Missing(_("Không có tệp này."))
    return UseView(*row)


def open_file(use_id: UUID) -> Iterator[bytes]:
    """The bytes in pieces. Missing; BadFile for an infected one; StoreDown when unreachable."""
    use = facts_of(use_id)
    if use.scan == Scan.INFECTED:
        raise BadFile(_("Tệp “%(name)s” có mã độc nên không mở được.") % {"name": use.name})
    return store().open(use.sha256)
