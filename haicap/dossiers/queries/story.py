"""The life of a dossier in plain words, from the journal: for the citizen, for the staff."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers.flow import MOVE_WORDS
from haicap.dossiers.models import (
    Consultation,
    Face,
    Opinion,
    PostStatus,
    Request,
    Withdrawal,
)
from haicap.dossiers.queries import money
from haicap.kernel import vietnamese
from haicap.kernel.answers import told_text
from haicap.kernel.clock import day_of
from haicap.units import public as units

PREFIX: Final = "dossiers."


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `who` is a person for staff, an agency or a role for citizens.

    `detail` is what was written then (a reason, a request); empty where the reader may not see it.
    """

    at: datetime
    kind: str
    move: str
    title: str
    who: str
    agency: str
    detail: str
    from_state: str
    to_state: str


# What a citizen is told; the other steps are inner ones and stay out of their story.
TOLD_TO_CITIZENS: Final = frozenset(
    {
        "DossierSubmitted",
        "DossierAccepted",
        "CompletionAsked",
        "CompletionGiven",
        "IntakeRefused",
        "DossierCancelled",
        "DossierRerouted",
        "ReceiptConfirmed",
        "SupplementAsked",
        "SupplementReceived",
        "SubmittedForApproval",
        "DossierApproved",
        "ResultIssued",
        "ResultReturned",
        "ResultSent",
        "FeeSettled",
        *money.TITLES,
        "ConsultAsked",
        "FinanceAsked",
        "FinanceConfirmed",
        "SettlementRefused",
        "DossierStopped",
        "SupplementExpired",
        "SupplementReminded",
        "WithdrawAsked",
        "DossierWithdrawn",
        "WithdrawRefused",
        "Apologised",
        "CorrectionOpened",
        "ResultCorrected",
        "DossierHandedOn",
        "PostMoved",
        "DossierRated",
    }
)
# Their texts are meant for the citizen; opinions between desks are not.
_OPEN_TEXTS: Final = frozenset(
    {"IntakeRefused", "DossierCancelled", "SettlementRefused", "DossierStopped"}
)


def _moment(text: str) -> str:
    lang = "en" if (get_language() or "vi").startswith("en") else "vi"
    return vietnamese.due_words(datetime.fromisoformat(text), lang=lang) if text else ""


def _agency(facts: Mapping[str, Any], names: Mapping[int, str], name: str) -> str:
    return names.get(facts.get(name) or 0, "")


Words = Callable[[Mapping[str, Any], Mapping[int, str]], str]
_TITLES: Final[Mapping[str, Words]] = {
    "DossierSubmitted": lambda f, n: _("Hồ sơ đã được nộp"),
    "DossierRepinned": lambda f, n: (
        _("Hồ sơ trở lại phiên bản cũ của thủ tục")
        if f["undone"]
        else _("Hồ sơ chuyển sang phiên bản mới của thủ tục, ngày hẹn trả giữ nguyên")
    ),
    "CodeOwed": lambda f, n: (
        _("Hệ thống cấp mã %(issuer)s chưa trả lời: dùng mã của đơn vị, mã kia bổ sung sau")
        % {"issuer": f["issuer"]}
    ),
    "CodeArrived": lambda f, n: (
        _("Đã có mã %(code)s của hệ thống %(issuer)s") % {"code": f["code"], "issuer": f["issuer"]}
    ),
    "DossierAccepted": lambda f, n: (
        _("Hồ sơ được tiếp nhận, hẹn trả kết quả %(due)s") % {"due": _moment(f["due_at"])}
    ),
    "CompletionAsked": lambda f, n: (
        _("Cần hoàn thiện hồ sơ trước khi tiếp nhận, hạn %(day)s") % {"day": _moment(f["reply_by"])}
    ),
    "CompletionGiven": lambda f, n: _("Đã nộp phần hoàn thiện"),
    "IntakeRefused": lambda f, n: _("Hồ sơ không được tiếp nhận"),
    "DossierCancelled": lambda f, n: _("Hồ sơ đã hủy trước khi tiếp nhận"),
    "DossierTransferred": lambda f, n: (
        _("Đã chuyển hồ sơ đến %(agency)s, chờ xác nhận") % {"agency": _agency(f, n, "to_agency")}
    ),
    "ReceiptConfirmed": lambda f, n: (
        _("%(agency)s đã nhận hồ sơ và đang giải quyết") % {"agency": _agency(f, n, "to_agency")}
    ),
    "TransferSentBack": lambda f, n: (
        _("%(agency)s trả lại hồ sơ cho nơi chuyển") % {"agency": _agency(f, n, "from_agency")}
    ),
    "DossierAssigned": lambda f, n: _("Đã phân công người thụ lý"),
    "SupplementAsked": lambda f, n: (
        _("Cần bổ sung giấy tờ, hạn %(day)s; thời hạn tạm dừng") % {"day": _moment(f["reply_by"])}
    ),
    "SupplementReceived": lambda f, n: (
        _("Đã nhận phần bổ sung; hẹn trả kết quả %(due)s") % {"due": _moment(f["due_at"])}
    ),
    "SupplementChecked": lambda f, n: _("Đã kiểm tra phần bổ sung"),
    "ResultDrafted": lambda f, n: _("Đã có dự thảo kết quả"),
    "SubmittedForApproval": lambda f, n: _("Đã trình duyệt kết quả"),
    "DraftReturned": lambda f, n: _("Dự thảo được trả lại để sửa"),
    "DossierApproved": lambda f, n: _("Kết quả đã được duyệt"),
    "ResultIssued": lambda f, n: _("Kết quả đã phát hành, chờ trả"),
    "ResultSent": lambda f, n: (
        _("Kết quả được chuyển đến %(agency)s để trả") % {"agency": _agency(f, n, "to_agency")}
    ),
    "ResultReturned": lambda f, n: _("Đã trả kết quả"),
    "DossierRerouted": lambda f, n: (
        _("Đã xác định cơ quan giải quyết: %(agency)s") % {"agency": _agency(f, n, "competent")}
    ),
    **money.TITLES,
    "FeeSettled": lambda f, n: (
        _("Đã miễn phí, lệ phí")
        if f["how"] == "waived"
        else _("Đã thu %(amount)s đồng phí, lệ phí") % {"amount": dotted(f["amount"])}
    ),
    "ConsultAsked": lambda f, n: (
        _("Đang lấy ý kiến %(units)s")
        % {"units": ", ".join(n.get(one, "") for one in f["agencies"])}
    ),
    "ConsultReplied": lambda f, n: (
        _("%(agency)s đã trả lời ý kiến") % {"agency": _agency(f, n, "from_agency")}
    ),
    "ConsultWithdrawn": lambda f, n: (
        _("Rút câu hỏi đã gửi %(agency)s") % {"agency": _agency(f, n, "to_agency")}
    ),
    "FinanceAsked": lambda f, n: (
        _("Cần nộp %(amount)s đồng nghĩa vụ tài chính trước %(day)s; thời hạn tạm dừng")
        % {"amount": dotted(f["amount"]), "day": _moment(f["pay_by"])}
    ),
    "FinanceConfirmed": lambda f, n: (
        _("Đã nộp nghĩa vụ tài chính; hẹn trả kết quả %(due)s") % {"due": _moment(f["due_at"])}
    ),
    "RefusalSubmitted": lambda f, n: _("Đã trình văn bản không giải quyết"),
    "SettlementRefused": lambda f, n: _("Hồ sơ không được giải quyết, có văn bản nêu lý do"),
    "DossierStopped": lambda f, n: _("Hồ sơ dừng giải quyết"),
    "SupplementExpired": lambda f, n: _("Hồ sơ kết thúc vì hết hạn bổ sung"),
    "SupplementReminded": lambda f, n: (
        _("Đã nhắc bổ sung, hạn %(day)s") % {"day": _moment(f["reply_by"])}
    ),
    "WithdrawAsked": lambda f, n: _("Đã đề nghị rút hồ sơ"),
    "DossierWithdrawn": lambda f, n: _("Hồ sơ đã được rút"),
    "WithdrawRefused": lambda f, n: _("Việc rút hồ sơ không được chấp nhận, hồ sơ đi tiếp"),
    "Apologised": lambda f, n: (
        _("Cơ quan xin lỗi và hẹn lại trả kết quả %(due)s, trước đó hẹn %(before)s")
        % {"due": _moment(f["due_at"]), "before": _moment(f["due_before"])}
    ),
    "CorrectionOpened": lambda f, n: _("Kết quả đang được đính chính"),
    "ResultCorrected": lambda f, n: _("Đã phát hành kết quả thay thế, bản cũ hết hiệu lực"),
    "DossierArchived": lambda f, n: _("Hồ sơ đã nộp lưu"),
    "StepTakenBack": lambda f, n: (
        _("Đã thu hồi bước vừa làm: %(step)s") % {"step": MOVE_WORDS.get(f["undone"], "")}
    ),
    "DossierHandedOn": lambda f, n: (
        _("Hồ sơ được bàn giao cho %(agency)s, thời hạn giữ nguyên")
        % {"agency": _agency(f, n, "competent")}
    ),
    "PostOrdered": lambda f, n: _("Đã gọi bưu điện"),
    "PostCancelAsked": lambda f, n: _("Đã báo bưu điện hủy"),
    "PostMoved": lambda f, n: _("Bưu chính: %(what)s") % {"what": PostStatus(f["status"]).label},
    "DossierRated": lambda f, n: (
        _("Người nộp đã đánh giá: %(face)s") % {"face": Face(f["overall"]).label}
    ),
    "ReceiptIssued": lambda f, n: _("Đã lập giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    "DraftStarted": lambda f, n: _("Bắt đầu soạn hồ sơ"),
}


def journal_of(ref: str, *, for_staff: bool) -> list[dict[str, Any]]:
    """The journal's entries of a dossier as the API shows them: to citizens the steps told to them,
    without the names behind the numbers.
    """
    entries = audit.history_of(ref)
    names = (
        units.agency_names(_agency_ids(entries), day=day_of(entries[-1].happened_at))
        if entries
        else {}
    )
    return [
        {
            **asdict(entry),
            "facts": _facts(entry.facts),
            "person": entry.person if for_staff else None,
            "post": entry.post if for_staff else None,
            "title": _title(entry, names),
        }
        for entry in entries
        if for_staff or entry.kind.removeprefix(PREFIX) in TOLD_TO_CITIZENS
    ]


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the API tells them: moments were kept as text, in the zone they came in."""
    moments = {"reply_by", *(name for name in facts if name.endswith("_at"))}
    return {
        name: told_text(value) if name in moments and isinstance(value, str) else value
        for name, value in facts.items()
    }


def _title(entry: audit.Happening, names: Mapping[int, str]) -> str:
    words = _TITLES.get(entry.kind.removeprefix(PREFIX))
    return words(entry.facts, names) if words else ""


def last_moved_at(ref: str) -> datetime | None:
    """When the last move of a dossier happened."""
    moves = [entry.happened_at for entry in audit.history_of(ref) if "to_state" in entry.facts]
    return max(moves, default=None)


def dotted(amount: int) -> str:
    """8000 → 8.000."""
    return f"{amount:,}".replace(",", ".")


def story_of(ref: str, *, for_staff: bool) -> list[Line]:
    """What happened to a dossier, oldest first. Unknown kinds are left out."""
    entries = [
        entry
        for entry in money.told_once(audit.history_of(ref))
        if entry.kind.removeprefix(PREFIX) in _TITLES
        and (for_staff or entry.kind.removeprefix(PREFIX) in TOLD_TO_CITIZENS)
    ]
    if not entries:
        return []
    names = units.agency_names(_agency_ids(entries), day=day_of(entries[-1].happened_at))
    staff: dict[int, str] = {}
    if for_staff:
        staff = accounts.staff_names(
            {e.person for e in entries if e.actor_kind == "staff" and e.person is not None}
        )
    texts = _texts(entries, for_staff=for_staff)
    return [_line(entry, names, staff, texts) for entry in entries]


def _agency_ids(entries: Iterable[audit.Happening]) -> set[int]:
    keys = ("to_agency", "from_agency", "competent", "receiving")
    ids = {entry.facts.get(key) for entry in entries for key in keys}
    ids |= {one for entry in entries for one in entry.facts.get("agencies", ())}
    ids |= {entry.agency for entry in entries}
    return {found for found in ids if found is not None}


def _line(
    entry: audit.Happening,
    names: Mapping[int, str],
    staff: Mapping[int, str],
    texts: Mapping[int, str],
) -> Line:
    kind = entry.kind.removeprefix(PREFIX)
    agency = names.get(entry.agency or 0, "")
    if entry.actor_kind == "staff":
        who = staff.get(entry.person or 0, "") or agency
        if staff and entry.delegation is not None:
            who = _("%(who)s (theo ủy quyền)") % {"who": who}
    else:
        who = {"citizen": _("Người nộp hồ sơ"), "system": _("Hệ thống")}.get(
            entry.actor_kind, entry.actor_kind
        )
    return Line(
        at=entry.happened_at,
        kind=kind,
        move=str(entry.facts.get("move", "")),
        title=_TITLES[kind](entry.facts, names),
        who=who,
        agency=agency,
        detail=texts.get(entry.id, ""),
        from_state=str(entry.facts.get("from_state", "")),
        to_state=str(entry.facts.get("to_state", "")),
    )


def _texts(entries: Sequence[audit.Happening], *, for_staff: bool) -> dict[int, str]:
    """The words written with an entry, by its id: two statements."""
    opinions = {
        entry.facts["opinion"]: entry.id
        for entry in entries
        if entry.facts.get("opinion")
        and (for_staff or entry.kind.removeprefix(PREFIX) in _OPEN_TEXTS)
    }
    found: dict[int, str] = _turn_texts(entries, for_staff=for_staff)
    requests = {
        entry.facts["request"]: entry.id
        for entry in entries
        if entry.facts.get("request") and entry.kind.endswith("Asked")
    }
    if opinions:
        for pk, text in Opinion.objects.filter(pk__in=opinions).values_list("pk", "text"):
            found[opinions[pk]] = text
    if requests:
        for request in Request.objects.filter(pk__in=requests).order_by("id"):
            found[requests[request.pk]] = request_words(request)
    return found


def _turn_texts(entries: Sequence[audit.Happening], *, for_staff: bool) -> dict[int, str]:
    """What was asked and answered at the other turns, by the entry's id."""
    found: dict[int, str] = {}
    asked = {e.facts["withdrawal"]: e for e in entries if e.facts.get("withdrawal")}
    for one in Withdrawal.objects.filter(pk__in=asked) if asked else ():
        for entry in entries:
            if entry.facts.get("withdrawal") == one.pk:
                begun = entry.kind.endswith("WithdrawAsked")
                words = [one.reason] if begun else [one.decision, one.fees, one.originals]
                found[entry.id] = "\n".join(filter(None, words))
    if not for_staff:
        return found
    replied = {e.facts["consultation"]: e.id for e in entries if e.facts.get("stance")}
    for answer in Consultation.objects.filter(pk__in=replied) if replied else ():
        found[replied[answer.pk]] = f"{answer.get_stance_display()}: {answer.answer}"
    return found


def request_words(request: Request) -> str:
    """What was asked for, line by line, and why."""
    lines = [
        f"{n}. {item['todo']}" + (f" ({item['fault']})" if item.get("fault") else "")
        for n, item in enumerate(request.items, 1)
    ]
    lines.append(_("Lý do: %(reason)s") % {"reason": request.reason})
    if request.basis:
        lines.append(_("Căn cứ: %(basis)s") % {"basis": request.basis})
    return "\n".join(lines)
