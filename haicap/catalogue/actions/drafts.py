"""Writing the next version of a procedure: begun, changed, read in from a file, shown to a second
person, sent back, thrown away.

Two people at one draft see each other by its revision: a change made from an older one is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.catalogue import access, checked, procedure_file, versions
from haicap.catalogue.difference import ADDED, CHANGED, REMOVED, difference
from haicap.catalogue.events import (
    DraftDiscarded,
    DraftEdited,
    DraftSentBack,
    DraftStarted,
    DraftSubmitted,
)
from haicap.catalogue.flow import ALIVE, FLOW, State
from haicap.catalogue.models import Draft
from haicap.catalogue.procedure_file import CODE, ProcedureFile
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of, local
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.kernel.vietnamese import clean

LONGEST_NOTE = 1000


class DraftMoved(Refusal):
    """The draft is past the state in which this could be done."""


class Overtaken(Refusal):
    """Somebody else changed the draft since the page was made."""


class Faulty(Refusal):
    """The checker found errors: the draft cannot go on. `findings` are its sentences."""

    status = 422

    def __init__(self, sentence: str, *, findings: list[str]) -> None:
        self.findings = findings
        super().__init__(sentence)


# --- begun --------------------------------------------------------------------------------------


@transaction.atomic
def start_draft(*, code: str, by: Actor, at: datetime) -> Draft:
    """A draft from what is in force (or newest), or the one that is alive already. A code that is
    new here begins empty.
    """
    by = access.require_controller(by, code=code)
    if not CODE.fullmatch(code):
        raise Invalid({"code": _("Mã thủ tục không đúng dạng, ví dụ đúng: 1.001193.")})
    alive = Draft.objects.filter(code=code, state__in=ALIVE).first()
    if alive is not None:
        return alive
    base, number = _base(code, at)
    draft = Draft(
        code=code,
        content=procedure_file.content(base or ProcedureFile(code=code)),
        base=procedure_file.content(base) if base else None,
        base_number=number,
        started_at=at,
        edited_by_id=by.person,
        edited_at=at,
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:  # somebody began it in the same moment: that one is it
        return Draft.objects.get(code=code, state__in=ALIVE)
    fact = DraftStarted(draft=draft.pk, code=code, base_number=number)
    audit.record(fact, subject=draft.ref, by=by, at=at)
    return draft


def _base(code: str, at: datetime) -> tuple[ProcedureFile | None, int]:
    newest = versions.newest_version(code)
    if newest is None:
        return None, 0
    return versions.file_of(newest, day=day_of(at)), newest.number


# --- changed ------------------------------------------------------------------------------------


@transaction.atomic
def edit_draft(
    *,
    code: str,
    part: str,
    change: Callable[[ProcedureFile], ProcedureFile],
    revision: int | None,
    by: Actor,
    at: datetime,
) -> Draft:
    """Change a part of the draft of `code`; a draft that waited for publishing is open again.
    Overtaken when `revision` is no longer the draft's; None takes whatever is there.
    """
    by = access.require_controller(by, code=code)
    draft = locked(code, revision)
    before = procedure_file.of_content(draft.content)
    after = change(before)
    if procedure_file.content(after) == draft.content:
        return draft
    _move(draft, "edit")
    _changed(draft, before, after, part=part, by=by, at=at)
    draft.save(
        update_fields=["state", "content", "revision", "edited_by", "edited_at"],
    )
    return draft


@transaction.atomic
def import_draft(*, raw: bytes, revision: int | None = None, by: Actor, at: datetime) -> Draft:
    """The file as the draft of its procedure, over the one that is alive if there is one; what is
    in force now is its base. procedure_file.BadFile for bytes that are none.
    """
    file = procedure_file.read(raw)
    by = access.require_controller(by, code=file.code)
    start_draft(code=file.code, by=by, at=at)
    draft = locked(file.code, revision)
    _move(draft, "edit")
    base, draft.base_number = _base(file.code, at)
    draft.base = procedure_file.content(base) if base else None
    _changed(draft, procedure_file.of_content(draft.content), file, part="file", by=by, at=at)
    draft.save()
    return draft


@transaction.atomic
def bring_up_to_date(*, code: str, revision: int | None, by: Actor, at: datetime) -> Draft:
    """Compare the draft with what is in force today instead of what it was begun from."""
    by = access.require_controller(by, code=code)
    draft = locked(code, revision)
    _move(draft, "edit")
    base, draft.base_number = _base(code, at)
    draft.base = procedure_file.content(base) if base else None
    file = procedure_file.of_content(draft.content)
    _changed(draft, file, file, part="base", by=by, at=at)
    draft.save()
    return draft


def _changed(
    draft: Draft,
    before: ProcedureFile,
    after: ProcedureFile,
    *,
    part: str,
    by: Actor,
    at: datetime,
) -> None:
    draft.content = procedure_file.content(after)
    draft.revision += 1
    draft.edited_by_id = by.person
    draft.edited_at = at
    found = difference(before, after)
    fact = DraftEdited(
        draft=draft.pk,
        code=draft.code,
        part=part,
        revision=draft.revision,
        added=sum(one.count(ADDED) for one in found),
        removed=sum(one.count(REMOVED) for one in found),
        changed=sum(one.count(CHANGED) for one in found),
    )
    audit.record(fact, subject=draft.ref, by=by, at=at)


# --- shown to a second person -------------------------------------------------------------------


@transaction.atomic
def submit_draft(
    *, code: str, note: str = "", revision: int | None, by: Actor, at: datetime
) -> Draft:
    """Put the draft before a second person. Faulty while the checker finds errors."""
    by = access.require_controller(by, code=code)
    draft = locked(code, revision)
    _move(draft, "submit")
    file = procedure_file.of_content(draft.content)
    warnings = require_sound(file, at)
    draft.note = noted(note, needed=False)
    draft.save(update_fields=["state", "note"])
    fact = DraftSubmitted(draft=draft.pk, code=code, revision=draft.revision, warnings=warnings)
    audit.record(fact, subject=draft.ref, by=by, at=at)
    return draft


@transaction.atomic
def send_back(*, code: str, note: str, revision: int | None, by: Actor, at: datetime) -> Draft:
    """Give the draft back to be changed, with a reason."""
    by = access.require_controller(by, code=code)
    draft = locked(code, revision)
    _move(draft, "send_back")
    draft.note = noted(note, needed=True)
    draft.save(update_fields=["state", "note"])
    audit.record(DraftSentBack(draft=draft.pk, code=code), subject=draft.ref, by=by, at=at)
    return draft


@transaction.atomic
def discard_draft(*, code: str, revision: int | None, by: Actor, at: datetime) -> None:
    """Throw the draft away: what is in force stays as it is."""
    by = access.require_controller(by, code=code)
    draft = locked(code, revision)
    _move(draft, "discard")
    draft.closed_at = at
    draft.save(update_fields=["state", "closed_at"])
    audit.record(DraftDiscarded(draft=draft.pk, code=code), subject=draft.ref, by=by, at=at)


def require_sound(file: ProcedureFile, at: datetime) -> int:
    """How many warnings there are. Faulty when there is an error."""
    found = checked.findings(file, day=day_of(at))
    errors = [one.sentence for one in found if one.blocks]
    if errors:
        words = _("Bản thảo còn %(n)s lỗi nên chưa đi tiếp được: %(first)s")
        raise Faulty(words % {"n": len(errors), "first": errors[0]}, findings=errors)
    return len(found)


def noted(note: str, *, needed: bool) -> str:
    """The reason as kept. Invalid when it is needed and missing, or too long."""
    words = clean(note, multiline=True)
    if needed and len(words) < 5:
        raise Invalid({"note": _("Cần ghi lý do, ít nhất 5 chữ cái.")})
    if len(words) > LONGEST_NOTE:
        raise Invalid({"note": _("Lý do không quá %(most)s chữ cái.") % {"most": LONGEST_NOTE}})
    return words


def locked(code: str, revision: int | None) -> Draft:
    """The living draft, locked. Missing; Overtaken when it is no longer at `revision`."""
    draft = Draft.objects.select_for_update(of=("self",)).filter(code=code, state__in=ALIVE).first()
    if draft is None:
        raise Missing(_("Thủ tục này không có bản thảo nào đang soạn."))
    if revision is not None and revision != draft.revision:
        names = accounts.staff_names([draft.edited_by_id] if draft.edited_by_id else [])
        raise Overtaken(
            _(
                "%(who)s vừa lưu bản thảo này lúc %(time)s: những gì ông/bà gõ chưa được lưu. "
                "Xin xem bản mới rồi lưu lại."
            )
            % {
                "who": names.get(draft.edited_by_id or 0, _("Hệ thống")),
                "time": f"{local(draft.edited_at):%H:%M}",
            }
        )
    return draft


def _move(draft: Draft, move: str) -> None:
    state = State(draft.state)
    if move not in FLOW.open_moves(state):
        words = _("Bản thảo đang ở bước “%(state)s” nên không làm được việc này.")
        raise DraftMoved(words % {"state": _(state.label)})
    draft.state = FLOW.target(state=state, move=move)
