"""Drafts: begun, saved by themselves as typed, thrown away. Only their applicant knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.dossiers import filing, typed
from haicap.dossiers.access import NotYourMove, NotYours
from haicap.dossiers.actions import moving
from haicap.dossiers.events import DraftDiscarded, DraftStarted
from haicap.dossiers.flow import State
from haicap.dossiers.models import Channel, Dossier, Handing
from haicap.files import public as files
from haicap.kernel.actor import Actor

# What a draft keeps beside the answers, as typed.
KEPT: Final = ("contact", "owner", "representative", "relation", "helper", "place", "papers")


@transaction.atomic
def start_draft(*, procedure_code: str, by: Actor, at: datetime) -> Dossier:
    """Begin to fill in a dossier online. Missing, filing.NotOpen; NotYourMove for other people."""
    if not by.is_citizen or by.person is None:
        raise NotYourMove(_("Bản nháp dành cho người nộp hồ sơ đã đăng nhập."))
    rules = filing.rules_open(code=procedure_code, channel=Channel.ONLINE, by=by, at=at)
    dossier = Dossier.objects.create(
        procedure_id=rules.procedure_id,
        procedure_version_id=rules.version_id,
        form_version_id=rules.form_version_id,
        channel=Channel.ONLINE,
        applicant_id=by.person,
        owner_id=by.person,
        created_at=at,
    )
    audit.record(
        DraftStarted(procedure=procedure_code, channel=Channel.ONLINE),
        subject=dossier.ref,
        by=by,
        at=at,
    )
    return dossier


@transaction.atomic
def save_draft(
    *,
    dossier_id: int,
    answers: Mapping[str, Any] | None = None,
    declared: Mapping[str, Any] | None = None,
    wants_result: str | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
) -> Dossier:
    """Keep what is typed so far, right or not; what is not named stays. No trace in the journal.

    `declared` may hold the names in KEPT. Invalid only for what no form could be; Conflict when the
    draft was saved elsewhere after `seen_version`, or is submitted.
    """
    dossier = _own_draft(dossier_id, by=by, seen_version=seen_version)
    if answers is not None:
        dossier.answers = typed.kept_as_typed(answers, field="answers")
    if declared is not None:
        named = {name: declared[name] for name in KEPT if name in declared}
        dossier.declared = {
            **dossier.declared,
            **typed.kept_as_typed(named, field="declared"),
        }
    if wants_result in Handing.values:
        dossier.wants_result = str(wants_result)
    dossier.version += 1
    dossier.save(update_fields=["answers", "declared", "wants_result", "version"])
    return dossier


@transaction.atomic
def discard_draft(*, dossier_id: int, by: Actor, at: datetime) -> None:
    """Throw a draft away, with its uploads."""
    dossier = _own_draft(dossier_id, by=by, seen_version=None)
    for use in files.uses_of([dossier.ref]).get(dossier.ref, []):
        files.remove(use_id=use.id, by=by, at=at)
    audit.record(
        DraftDiscarded(procedure=dossier.procedure.code), subject=dossier.ref, by=by, at=at
    )
    dossier.delete()


def _own_draft(dossier_id: int, *, by: Actor, seen_version: int | None) -> Dossier:
    dossier = moving.locked(dossier_id)
    if not by.is_citizen or dossier.applicant_id != by.person:
        raise NotYours(_("Không tìm thấy hồ sơ này."))
    stale = seen_version is not None and seen_version != dossier.version
    if dossier.state != State.DRAFT or stale:
        raise moving.conflict(
            dossier,
            by=by,
            why=_("Bản nháp này đã được lưu ở nơi khác, xin tải lại trang.") if stale else "",
        )
    return dossier
