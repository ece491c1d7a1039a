"""Keeping files: once by their hash, whole or not at all, for whom they are."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from haicap.audit import public as audit
from haicap.files import actions
from haicap.files import public as files
from haicap.files.models import Blob, Use
from haicap.files.scanner import EICAR
from haicap.files.store import Folder, StoreDown
from haicap.files.tests import specimens as s
from haicap.kernel.actor import Actor, ActorKind, system
from haicap.kernel.clock import VIETNAM
from haicap.kernel.errors import Missing

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
LAN = Actor(kind=ActorKind.CITIZEN, person=7)
BINH = Actor(kind=ActorKind.CITIZEN, person=8)
TUAN = Actor(kind=ActorKind.STAFF, person=3)
NIGHT = system("files")
DOSSIER = "dossiers.Dossier:42"


def keep(
    content: bytes = b"", name: str = "don.pdf", by: Actor = LAN, **more: Any
) -> files.UseView:
    stream = io.BytesIO(content or s.pdf())
    return files.keep(stream=stream, name=name, by=by, at=AT, **more)


def stored(folder: Folder) -> list[Path]:
    return sorted(path for path in folder.root.rglob("*") if path.is_file())


@pytest.mark.django_db
def test_a_file_is_kept_under_its_hash_and_read_back(folder: Folder) -> None:
    content = s.pdf(2)
    use = keep(content, "Giấy chứng sinh.pdf", slot="giay-chung-sinh")
    assert use.sha256 == hashlib.sha256(content).hexdigest()
    assert (use.size, use.media_type, use.pages) == (len(content), "application/pdf", 2)
    assert (use.name, use.slot, use.kind) == ("Giấy chứng sinh.pdf", "giay-chung-sinh", "original")
    assert (use.ref, use.scan) == ("actor:citizen:7", "unscanned")
    assert b"".join(files.open_file(use.id)) == content
    place = folder.root / use.sha256[:2] / use.sha256[2:4] / use.sha256
    assert stored(folder) == [place]
    assert not place.stat().st_mode & 0o222


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "rong.pdf"),
        (s.EXE, "a.pdf"),
        (s.pdf(password="1"), "khoa.pdf"),
        (s.png(60_000, 60_000), "bom.png"),
    ],
)
def test_nothing_of_a_bad_file_stays(folder: Folder, content: bytes, name: str) -> None:
    with pytest.raises(files.BadFile):
        files.keep(stream=io.BytesIO(content), name=name, by=LAN, at=AT)
    assert stored(folder) == []
    assert not Use.objects.exists()
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_a_file_too_big_is_refused_with_the_limit_named_and_not_read_further(
    settings: Settings, folder: Folder
) -> None:
    settings.FILE_LIMIT = 3 * 1024 * 1024
    stream = io.BytesIO(b"%PDF-" + bytes(9 * 1024 * 1024))
    with pytest.raises(files.BadFile, match="tối đa 3 MB"):
        files.keep(stream=stream, name="to.pdf", by=LAN, at=AT)
    assert stream.tell() < 4 * 1024 * 1024
    assert stored(folder) == []


@pytest.mark.django_db
def test_the_same_bytes_are_stored_once_and_each_place_has_its_own_use(folder: Folder) -> None:
    content = s.pdf()
    first, second = keep(content), keep(content, "khac.pdf", by=BINH)
    assert first.id != second.id
    assert len(stored(folder)) == 1
    assert Blob.objects.count() == 1
    files.remove(use_id=first.id, by=LAN, at=AT)
    assert b"".join(files.open_file(second.id)) == content


@pytest.mark.django_db
def test_an_original_is_never_rewritten(folder: Folder) -> None:
    use = keep()
    place = stored(folder)[0]
    inode = place.stat().st_ino
    os.utime(place, (1, 1))
    keep()
    assert place.stat().st_ino == inode
    assert place.stat().st_mtime > 1, "looked at again, so the sweep leaves it"
    assert files.facts_of(use.id).created_at == AT


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_sent_by_many_at_once_make_one_blob_and_a_use_each(folder: Folder) -> None:
    content, senders = s.pdf(3), 8
    gate, failed = threading.Barrier(senders), []

    def send(person: int) -> None:
        try:
            gate.wait()
            files.keep(
                stream=io.BytesIO(content), name="a.pdf",
                by=Actor(kind=ActorKind.CITIZEN, person=person), at=AT,
            )  # fmt: skip
        except Exception as e:  # noqa: BLE001 - shown by the assertion below
            failed.append(e)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Blob.objects.count() == 1
    assert Use.objects.count() == senders
    assert len(stored(folder)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_the_rename_and_the_row_leaves_nothing_broken(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Blob.objects, "bulk_create", crash)
        with pytest.raises(KeyboardInterrupt):
            keep()
    assert len(stored(folder)) == 1, "the bytes are there, nobody speaks of them"
    assert not Use.objects.exists()
    use = keep()
    assert b"".join(files.open_file(use.id)) == s.pdf()
    assert actions.sweep(by=NIGHT, at=AT + timedelta(days=400)) == 0


@pytest.mark.django_db(transaction=True)
def test_the_sweep_removes_bytes_without_a_row_after_a_day_and_leaves_the_rest(
    folder: Folder,
) -> None:
    use = keep(ref="dossiers.Dossier:1")
    orphan = folder.root / "ab" / "cd" / ("abcd" + "0" * 60)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    broken_off = folder.incoming / "half"
    broken_off.write_bytes(b"half")
    now = datetime.fromtimestamp(orphan.stat().st_mtime, VIETNAM)
    assert actions.sweep(by=NIGHT, at=now + timedelta(hours=23)) == 0
    assert orphan.exists()
    assert broken_off.exists()
    assert actions.sweep(by=NIGHT, at=now + timedelta(hours=25)) == 1
    assert not orphan.exists()
    assert not broken_off.exists()
    assert b"".join(files.open_file(use.id)) == s.pdf()


@pytest.mark.django_db(transaction=True)
def test_the_sweep_waits_for_whoever_is_keeping_the_same_bytes(folder: Folder) -> None:
    use = keep()
    Use.objects.all().delete()
    Blob.objects.all().delete()
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            actions._hold(use.sha256, shared=True)
            held.set()
            go_on.wait(5)
        connection.close()

    keeper = threading.Thread(target=hold)
    keeper.start()
    held.wait(5)
    assert actions._remove_orphan(use.sha256) == 0
    go_on.set()
    keeper.join()
    assert actions._remove_orphan(use.sha256) == 1


@pytest.mark.django_db
def test_uploads_nobody_used_leave_after_a_week_with_their_bytes(folder: Folder) -> None:
    staged, attached = keep(), keep(s.png(), "anh.png")
    files.attach(use_ids=[attached.id], ref=DOSSIER, by=LAN, at=AT)
    for path in stored(folder):
        os.utime(path, (AT.timestamp(), AT.timestamp()))
    assert actions.sweep(by=NIGHT, at=AT + timedelta(days=6)) == 0
    assert files.facts_of(staged.id)
    assert actions.sweep(by=NIGHT, at=AT + timedelta(days=8)) == 0
    with pytest.raises(Missing):
        files.facts_of(staged.id)
    assert actions.sweep(by=NIGHT, at=AT + timedelta(days=20)) == 1
    assert [view.id for view in files.uses_of([DOSSIER])[DOSSIER]] == [attached.id]
    assert len(stored(folder)) == 1


@pytest.mark.django_db
def test_uploads_are_attached_by_their_sender_only_and_once() -> None:
    mine, anothers = keep(), keep(by=BINH)
    with pytest.raises(Missing, match="không phải của ông/bà"):
        files.attach(use_ids=[mine.id, anothers.id], ref=DOSSIER, by=LAN, at=AT)
    assert files.facts_of(mine.id).ref == "actor:citizen:7", "nothing half done"
    for _again in range(2):
        moved = files.attach(
            use_ids=[mine.id, mine.id], ref=DOSSIER, by=LAN, at=AT, slots={mine.id: "to-khai"}
        )
        assert [(view.ref, view.slot) for view in moved] == [(DOSSIER, "to-khai")]
    with pytest.raises(Missing):
        files.attach(use_ids=[mine.id], ref="dossiers.Dossier:43", by=LAN, at=AT)
    files.attach(use_ids=[mine.id], ref="dossiers.Dossier:43", by=LAN, at=AT, owner_refs=[DOSSIER])


@pytest.mark.django_db
@pytest.mark.parametrize("unknown", [UUID("5b65f099-eaf8-4b36-8d44-e83e43257f6b")])
def test_a_file_that_is_not_there_is_missing(unknown: UUID) -> None:
    for call in (
        lambda: files.facts_of(unknown),
        lambda: files.open_file(unknown),
        lambda: files.remove(use_id=unknown, by=LAN, at=AT),
        lambda: files.mark_checked(use_id=unknown, by=TUAN, at=AT),
        lambda: files.attach(use_ids=[unknown], ref=DOSSIER, by=LAN, at=AT),
        lambda: files.reuse(use_id=unknown, ref=DOSSIER, slot="", by=LAN, at=AT),
    ):
        with pytest.raises(Missing):
            call()


@pytest.mark.django_db
def test_removing_takes_a_file_out_of_its_place_and_repeating_does_nothing() -> None:
    use = keep(ref=DOSSIER)
    with pytest.raises(Missing):
        files.remove(use_id=use.id, by=BINH, at=AT, owner_refs=[files.staged_ref(BINH)])
    for _again in range(2):
        files.remove(use_id=use.id, by=LAN, at=AT)
    assert files.uses_of([DOSSIER]) == {DOSSIER: []}
    kinds = [entry.kind for entry in audit.history_of(DOSSIER)]
    assert kinds == ["files.FileKept", "files.FileRemoved"]


@pytest.mark.django_db
def test_the_first_official_who_checked_a_file_is_written_down() -> None:
    use = keep(ref=DOSSIER)
    files.mark_checked(use_id=use.id, by=TUAN, at=AT)
    again = Actor(kind=ActorKind.STAFF, person=4)
    view = files.mark_checked(use_id=use.id, by=again, at=AT + timedelta(hours=1))
    assert (view.checked_by, view.checked_at) == (3, AT)


@pytest.mark.django_db
def test_a_file_reused_knows_where_it_came_from() -> None:
    use = keep(ref=DOSSIER)
    copy = files.reuse(use_id=use.id, ref="dossiers.Dossier:50", slot="cu", by=LAN, at=AT)
    assert (copy.derived_from, copy.sha256, copy.slot) == (use.id, use.sha256, "cu")


@pytest.mark.django_db
def test_one_who_stages_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "STAGED_FILES", 3)
    for _n in range(3):
        keep()
    with pytest.raises(files.BadFile, match="3 tệp"):
        keep()
    keep(by=BINH)
    keep(ref=DOSSIER)


@pytest.mark.django_db
def test_what_the_platform_makes_is_kept_as_derived() -> None:
    use = files.keep_bytes(
        content=s.pdf(), name="giay-tiep-nhan.pdf", ref=DOSSIER, slot="receipt", by=NIGHT, at=AT
    )
    assert (use.kind, use.by_kind, use.by_person) == ("derived", "system", None)


@pytest.mark.django_db
def test_an_infected_file_is_refused(settings: Settings, folder: Folder) -> None:
    settings.CLAMD = "eicar"
    with pytest.raises(files.BadFile, match="mã độc"):
        keep(s.plain_pdf(EICAR))
    assert stored(folder) == []
    assert keep().scan == "clean"


@pytest.mark.django_db
def test_what_was_kept_unscanned_is_scanned_later_and_locked_when_infected(
    settings: Settings,
) -> None:
    bad, good = keep(s.plain_pdf(EICAR), ref=DOSSIER), keep(ref=DOSSIER)
    assert actions.rescan(by=NIGHT, at=AT) == 0
    settings.CLAMD = "eicar"
    assert actions.rescan(by=NIGHT, at=AT) == 2
    assert files.facts_of(good.id).scan == "clean"
    with pytest.raises(files.BadFile, match="mã độc"):
        files.open_file(bad.id)
    assert audit.history_of(DOSSIER)[-1].kind == "files.MalwareFound"


@pytest.mark.django_db
def test_a_scanner_that_is_down_stops_no_upload(settings: Settings) -> None:
    settings.CLAMD = "127.0.0.1:1"
    assert keep().scan == "unscanned"
    assert actions.rescan(by=NIGHT, at=AT) == 0


@pytest.mark.django_db
def test_bytes_that_were_lost_are_said_to_be_out_of_reach(folder: Folder) -> None:
    use = keep()
    stored(folder)[0].unlink()
    with pytest.raises(StoreDown, match="chưa mở được"):
        files.open_file(use.id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "download", "disposition", "frame", "sandbox"),
    [
        (s.pdf(), "Đơn \"1\".pdf", False, "inline", "SAMEORIGIN", False),
        (s.pdf(), "don.pdf", True, "attachment", "DENY", True),
        (s.pdf(script="x"), "don.pdf", False, "attachment", "DENY", True),
        (s.png(), "anh.png", False, "inline", "SAMEORIGIN", True),
        (s.docx(), "don.docx", False, "attachment", "DENY", True),
        (b"<a/>", "a.xml", False, "attachment", "DENY", True),
    ],
)  # fmt: skip
def test_a_browser_is_told_what_to_do_with_a_file_and_what_not(
    content: bytes, name: str, download: bool, disposition: str, frame: str, sandbox: bool
) -> None:
    response = files.serve(keep(content, name), download=download)
    assert response.getvalue() == content
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith(disposition)
    assert response["X-Frame-Options"] == frame
    assert ("sandbox" in response["Content-Security-Policy"]) is sandbox
    assert response["Cache-Control"] == "private, no-store"
    if "Đ" in name:
        assert "filename*=utf-8''%C4%90%C6%A1n" in response["Content-Disposition"]
        assert 'filename="Don _1_.pdf"' in response["Content-Disposition"]
