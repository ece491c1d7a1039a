"""Verbs of files: keep, attach, remove, mark as checked; and the nightly tidying."""

from __future__ import annotations

import io
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import BinaryIO, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Sum
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.files import events
from haicap.files.checks import Checked, check, clean_name
from haicap.files.models import Blob, Scan, Use, UseKind
from haicap.files.queries import UseView, facts_of, staged_ref
from haicap.files.refused import BadFile
from haicap.files.scanner import Verdict, scan
from haicap.files.store import PIECE, Spooled, store
from haicap.kernel import vietnamese
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Missing

STAGED_FILES: Final = 300
STAGED_BYTES: Final = 1024 * 1024 * 1024
STAGED_FOR: Final = timedelta(days=7)
ORPHANED_FOR: Final = timedelta(days=1)
SLOT_LENGTH: Final = 80

log = logging.getLogger(__name__)


def keep(
    *,
    stream: BinaryIO,
    name: str,
    ref: str = "",
    slot: str = "",
    kind: str = UseKind.ORIGINAL,
    by: Actor,
    at: datetime,
    derived_from: UUID | None = None,
) -> UseView:
    """Keep a file somebody sent, under `ref` (without one: staged for its sender).

    The stream is read once, in pieces. BadFile, with a sentence, when it is empty, too big, not
    what its name says, locked, broken, a bomb or infected; then nothing is kept. Bytes known
    already are not stored twice.
    """
    ref = ref or staged_ref(by)
    if ref == staged_ref(by):
        _within_staging(ref)
    size = getattr(stream, "size", None)
    if isinstance(size, int) and size > settings.FILE_LIMIT:
        raise _too_big(name)
    with store().spool(stream, limit=settings.FILE_LIMIT) as spooled:
        with spooled.open() as opened:
            found = check(opened, name=name, size=spooled.size)
        verdict = _scanned(spooled)
        if verdict.scan == Scan.INFECTED:
            log.warning("refused an infected upload: %s", verdict.found)
            raise BadFile(_("Tệp “%(name)s” có mã độc nên không nhận.") % {"name": found.name})
        use_id = _put(
            spooled, found, verdict.scan,
            ref=ref, slot=slot, kind=kind, derived_from=derived_from, by=by, at=at,
        )  # fmt: skip
    return facts_of(use_id)


def keep_bytes(
    *,
    content: bytes,
    name: str,
    ref: str,
    slot: str = "",
    kind: str = UseKind.DERIVED,
    by: Actor,
    at: datetime,
    derived_from: UUID | None = None,
) -> UseView:
    """Keep what the platform made itself (a receipt, a draft). Checked like the rest."""
    return keep(
        stream=io.BytesIO(content), name=name, ref=ref, slot=slot, kind=kind, by=by, at=at,
        derived_from=derived_from,
    )  # fmt: skip


def _within_staging(ref: str) -> None:
    held = Use.objects.filter(ref=ref, removed_at__isnull=True).aggregate(
        files=Count("id"), size=Sum("blob__size")
    )
    if held["files"] >= STAGED_FILES or (held["size"] or 0) >= STAGED_BYTES:
        raise BadFile(
            _(
                "Ông/bà đang có %(files)s tệp gửi lên mà chưa dùng. Xin nộp hồ sơ hoặc bỏ bớt tệp"
                " rồi gửi tiếp."
            )
            % {"files": held["files"]}
        )


def _too_big(name: str) -> BadFile:
    return BadFile(
        _("Tệp “%(name)s” lớn quá. Mỗi tệp tối đa %(limit)s MB.")
        % {"name": clean_name(name), "limit": settings.FILE_LIMIT // (1024 * 1024)}
    )


def _scanned(spooled: Spooled) -> Verdict:
    with spooled.open() as opened:
        return scan(_read(opened))


def _read(opened: BinaryIO) -> Iterator[bytes]:
    while piece := opened.read(PIECE):
        yield piece


def put_bytes(spooled: Spooled, found: Checked, verdict: Scan, *, at: datetime) -> None:
    """Keep the bytes, in the caller's transaction; those known already are not stored twice."""
    _hold(spooled.sha256, shared=True)  # until the commit: the sweep keeps its hands off
    store().settle(spooled)
    Blob.objects.bulk_create(
        [
            Blob(
                sha256=spooled.sha256, size=spooled.size, media_type=found.media_type,
                pages=found.pages, active=found.active, scan=verdict,
                scanned_at=None if verdict == Scan.UNSCANNED else at, stored_at=at,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@transaction.atomic
def _put(
    spooled: Spooled,
    found: Checked,
    verdict: Scan,
    *,
    ref: str,
    slot: str,
    kind: str,
    derived_from: UUID | None,
    by: Actor,
    at: datetime,
) -> UUID:
    put_bytes(spooled, found, verdict, at=at)
    use = Use(
        blob_id=spooled.sha256, ref=ref, slot=_slot(slot), name=found.name, kind=UseKind(kind),
        derived_from_id=derived_from, by_kind=by.kind, by_person=by.person, created_at=at,
    )  # fmt: skip
    use.save(force_insert=True)
    audit.record(
        events.FileKept(
            use_id=str(use.id), sha256=spooled.sha256, slot=use.slot, kind=str(use.kind)
        ),
        subject=ref,
        by=by,
        at=at,
    )
    return use.id


def _slot(slot: str) -> str:
    cleaned = vietnamese.clean(slot)
    if len(cleaned) > SLOT_LENGTH:
        raise BadFile(_("Tên thành phần hồ sơ của tệp dài quá."))
    return cleaned


@transaction.atomic
def attach(
    *,
    use_ids: Iterable[UUID],
    ref: str,
    by: Actor,
    at: datetime,
    owner_refs: Collection[str] = (),
    slots: Mapping[UUID, str] | None = None,
) -> list[UseView]:
    """Move uploads to what they belong to, with their slots where given; safe to repeat.

    They must lie with `by`, under one of `owner_refs`, or be there already; another's are Missing.
    """
    wanted = list(dict.fromkeys(use_ids))
    allowed = {staged_ref(by), ref, *owner_refs}
    rows = {
        use.id: use
        for use in Use.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted, ref__in=allowed, removed_at__isnull=True)
        .order_by("id")
    }
    if len(rows) != len(wanted):
        raise Missing(_("Có tệp không còn hoặc không phải của ông/bà. Xin gửi lại tệp."))
    for use_id in wanted:
        use = rows[use_id]
        use.ref = ref
        if slots and use_id in slots:
            use.slot = _slot(slots[use_id])
        use.save(update_fields=["ref", "slot"])
    if wanted:
        audit.record(
            events.FilesAttached(use_ids=tuple(str(use_id) for use_id in wanted)),
            subject=ref,
            by=by,
            at=at,
        )
    return [facts_of(use_id) for use_id in wanted]


@transaction.atomic
def reuse(
    *, use_id: UUID, ref: str, slot: str, by: Actor, at: datetime, kind: str | None = None
) -> UseView:
    """The same bytes in another place, as a use of its own that knows where it came from."""
    source = Use.objects.get(pk=facts_of(use_id).id)
    use = Use(
        blob_id=source.blob_id, ref=ref, slot=_slot(slot), name=source.name,
        kind=UseKind(kind or source.kind), derived_from_id=source.id, by_kind=by.kind,
        by_person=by.person, created_at=at,
    )  # fmt: skip
    use.save(force_insert=True)
    audit.record(
        events.FileKept(use_id=str(use.id), sha256=use.blob_id, slot=use.slot, kind=str(use.kind)),
        subject=ref,
        by=by,
        at=at,
    )
    return facts_of(use.id)


@transaction.atomic
def remove(
    *, use_id: UUID, by: Actor, at: datetime, owner_refs: Collection[str] | None = None
) -> None:
    """Take a file out of its place; the row stays, with its time. Repeating does nothing.

    With `owner_refs` only what lies there; another's is Missing.
    """
    use = Use.objects.select_for_update(of=("self",)).filter(pk=use_id).order_by("id").first()
    if use is None or (owner_refs is not None and use.ref not in owner_refs):
        raise Missing(_("Không có tệp này."))
    if use.removed_at is not None:
        return
    use.removed_at = at
    use.save(update_fields=["removed_at"])
    audit.record(
        events.FileRemoved(use_id=str(use.id), sha256=use.blob_id), subject=use.ref, by=by, at=at
    )


@transaction.atomic
def mark_checked(*, use_id: UUID, by: Actor, at: datetime) -> UseView:
    """An official has compared the file with the paper; the first one counts."""
    changed = Use.objects.filter(
        pk=use_id, removed_at__isnull=True, checked_at__isnull=True
    ).update(checked_by=by.person, checked_at=at)
    use = facts_of(use_id)
    if changed:
        audit.record(events.FileChecked(use_id=str(use_id)), subject=use.ref, by=by, at=at)
    return use


# --- night work -----------------------------------------------------------------------------------


def rescan(*, by: Actor, at: datetime, limit: int = 500) -> int:
    """Try again what no scanner has looked at, oldest first. Returns how many got a verdict."""
    if not settings.CLAMD:
        return 0
    done = 0
    waiting = list(
        Blob.objects.filter(scan=Scan.UNSCANNED)
        .order_by("stored_at")
        .values_list("sha256", flat=True)[:limit]
    )
    for sha256 in waiting:
        verdict = scan(store().open(sha256))  # outside of any transaction: the scanner is slow
        if verdict.scan == Scan.UNSCANNED:
            break  # it is down: the others would wait in vain
        _set_verdict(sha256, verdict, by=by, at=at)
        done += 1
    return done


@transaction.atomic
def _set_verdict(sha256: str, verdict: Verdict, *, by: Actor, at: datetime) -> None:
    Blob.objects.filter(pk=sha256).update(scan=verdict.scan, scanned_at=at)
    if verdict.scan != Scan.INFECTED:
        return
    log.warning("a kept file is infected: %s %s", sha256, verdict.found)
    for use in Use.objects.filter(blob_id=sha256, removed_at__isnull=True).order_by("id"):
        audit.record(
            events.MalwareFound(use_id=str(use.id), sha256=sha256), subject=use.ref, by=by, at=at
        )


def sweep(*, by: Actor, at: datetime) -> int:
    """Tidy up: uploads nobody used, rows without a use, bytes without a row.

    Everything must have lain idle (STAGED_FOR, ORPHANED_FOR); a use removed from a dossier keeps
    its bytes, since the journal speaks of them. Returns how many stored files were removed.
    """
    Use.objects.filter(
        ref__startswith="actor:", removed_at__isnull=True, created_at__lt=at - STAGED_FOR
    ).update(removed_at=at)
    _drop_discarded(at=at)
    kept = store()
    kept.tidy(before=at - ORPHANED_FOR)
    removed = 0
    for sha256, put_at in kept.all():
        if put_at < at - ORPHANED_FOR and not Blob.objects.filter(pk=sha256).exists():
            removed += _remove_orphan(sha256)
    if removed:
        log.warning("removed %s stored files without a row", removed)
    return removed


@transaction.atomic
def _drop_discarded(*, at: datetime) -> None:
    """Uploads that were never attached to anything leave with their rows."""
    gone = at - STAGED_FOR - ORPHANED_FOR
    Use.objects.filter(ref__startswith="actor:", removed_at__lt=gone).exclude(
        pk__in=Use.objects.filter(derived_from__isnull=False).values("derived_from")
    ).delete()
    Blob.objects.filter(
        ~Exists(Use.objects.filter(blob=OuterRef("pk"))), stored_at__lt=gone
    ).delete()


@transaction.atomic
def _remove_orphan(sha256: str) -> int:
    if not _hold(sha256, shared=False) or Blob.objects.filter(pk=sha256).exists():
        return 0
    store().remove(sha256)
    return 1


def _hold(sha256: str, *, shared: bool) -> bool:
    """Lock a hash until the end of the transaction: many may keep it, one may remove it."""
    key = int(sha256[:15], 16)
    with connection.cursor() as cursor:
        if shared:
            cursor.execute("select pg_advisory_xact_lock_shared(%s)", [key])
            return True
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [key])
        return bool(cursor.fetchone()[0])
