"""The fields of every move as staff see them, and how a posted form becomes a verb's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, BinaryIO, Final, cast

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from haicap.catalogue import public as catalogue
from haicap.dossiers import actions
from haicap.dossiers.actions import money
from haicap.dossiers.filing import PaperIn
from haicap.dossiers.flow import MOVE_WORDS
from haicap.dossiers.forms import turns
from haicap.dossiers.forms.shapes import Field, MoveForm
from haicap.dossiers.models import Dossier
from haicap.files import public as files
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.kernel.vietnamese import clean, fold_accents
from haicap.units import public as units

_NOTE = Field("note", _("Ghi chú cho người nhận"), "textarea", rows=2)
_REASON = Field("reason", _("Lý do"), "textarea", required=True)
_ASKED = (
    Field(
        "items",
        _("Cần làm gì"),
        "textarea",
        required=True,
        hint=_("Mỗi dòng một việc, bằng lời dễ hiểu"),
        rows=4,
    ),
    _REASON,
    Field("basis", _("Căn cứ"), hint=_("Điều, khoản, văn bản")),
    Field("reply_by", _("Hẹn trả lời trước ngày"), "date", hint=_("Bỏ trống: theo thủ tục")),
)
HOW: Final = (
    ("counter", _("Tại quầy")),
    ("electronic", _("Bản điện tử")),
    ("post", _("Bưu chính công ích")),
)
RECEIVERS: Final = (
    ("applicant", _("Người nộp hồ sơ")),
    ("owner", _("Chủ hồ sơ")),
    ("representative", _("Người được ủy quyền")),
    ("other", _("Người khác")),
)

_PAID: Final = ("cash", "transfer", "card")

FORMS: Final[Mapping[str, MoveForm]] = {
    form.move: form
    for form in (
        MoveForm(
            "accept", MOVE_WORDS["accept"], "t", "check", "primary",
            papers=True, done=_("Đã tiếp nhận hồ sơ %(code)s."),
        ),
        MoveForm(
            "transfer", MOVE_WORDS["transfer"], "c", "send", "primary",
            (_NOTE,), done=_("Đã chuyển hồ sơ %(code)s."),
        ),
        MoveForm(
            "confirm_receipt", MOVE_WORDS["confirm_receipt"], "n", "inbox", "primary",
            done=_("Đã nhận hồ sơ %(code)s."),
        ),
        MoveForm(
            "check_supplement", MOVE_WORDS["check_supplement"], "k", "list-checks", "primary",
            (_NOTE,), done=_("Đã kiểm tra phần bổ sung của hồ sơ %(code)s."),
        ),
        MoveForm(
            "submit_approval", MOVE_WORDS["submit_approval"], "p", "stamp", "primary",
            (_NOTE,), done=_("Đã trình hồ sơ %(code)s."),
        ),
        MoveForm(
            "approve", MOVE_WORDS["approve"], "d", "stamp", "primary",
            done=_("Đã duyệt hồ sơ %(code)s."),
        ),
        MoveForm(
            "number_and_issue", MOVE_WORDS["number_and_issue"], "h", "file-check", "primary",
            done=_("Đã phát hành kết quả hồ sơ %(code)s."),
        ),
        MoveForm(
            "return_result", MOVE_WORDS["return_result"], "q", "hand-helping", "primary",
            (
                Field("how", _("Trả bằng cách nào"), "choice", required=True, options=HOW),
                Field(
                    "receiver", _("Người nhận"), "choice", required=True, options=RECEIVERS,
                    value="applicant",
                ),
                Field("receiver_name", _("Họ tên người nhận"), shown_if=("receiver", ("other",))),
                Field(
                    "receiver_paper", _("Giấy ủy quyền đã xem"), shown_if=("receiver", ("other",))
                ),
                Field("tracking", _("Số bưu gửi"), shown_if=("how", ("post",))),
                _NOTE,
            ),
            done=_("Đã trả kết quả hồ sơ %(code)s."),
        ),
        MoveForm(
            "send_result", MOVE_WORDS["send_result"], "g", "truck", "secondary",
            (
                Field(
                    "agency_code", _("Quầy người dân muốn đến nhận"), "agency", required=True,
                    hint=_("Gõ tên rồi chọn trong danh sách, hoặc gõ mã cơ quan"),
                ),
                _NOTE,
            ),
            done=_("Đã chuyển kết quả hồ sơ %(code)s."),
        ),
        MoveForm(
            "draft_result", MOVE_WORDS["draft_result"], "v", "file-pen", "secondary",
            (
                Field(
                    "content", _("Nội dung kết quả"), "textarea", rows=6,
                    hint=_("Bỏ trống: theo mẫu của thủ tục và tờ khai"),
                ),
            ),
            upload=True, done=_("Đã có dự thảo kết quả của hồ sơ %(code)s."),
        ),
        MoveForm(
            "assign", MOVE_WORDS["assign"], "a", "user-check", "secondary",
            (
                Field("staff_id", _("Giao cho"), "choice", required=True),
                _NOTE,
            ),
            done=_("Đã phân công hồ sơ %(code)s."),
        ),
        MoveForm(
            "settle_fee", MOVE_WORDS["settle_fee"], "f", "banknote", "secondary",
            (
                Field(
                    "how", _("Thu bằng cách nào"), "choice", required=True, value="cash",
                    options=(
                        ("cash", _("Tiền mặt")), ("transfer", _("Chuyển khoản")),
                        ("card", _("Thẻ")), ("waived", _("Được miễn")),
                    ),
                ),
                Field("amount", _("Số tiền (đồng)"), "number", shown_if=("how", _PAID)),
                Field(
                    "receipt", _("Số biên lai giấy"), shown_if=("how", _PAID),
                    hint=_("Bỏ trống: hệ thống cấp số biên lai điện tử"),
                ),
                Field("reason", _("Lý do miễn"), shown_if=("how", ("waived",))),
            ),
            done=_("Đã ghi khoản phí của hồ sơ %(code)s."),
        ),
        MoveForm(
            "reroute", MOVE_WORDS["reroute"], "r", "route", "secondary",
            (
                Field(
                    "agency_code", _("Cơ quan giải quyết"), "agency", required=True,
                    hint=_("Gõ tên rồi chọn trong danh sách, hoặc gõ mã cơ quan"),
                ),
                _REASON,
            ),
            done=_("Đã chọn cơ quan giải quyết hồ sơ %(code)s."),
        ),
        MoveForm(
            "complete", MOVE_WORDS["complete"], "l", "file-plus", "secondary",
            (_NOTE,), papers=True, done=_("Đã ghi phần hoàn thiện của hồ sơ %(code)s."),
        ),
        MoveForm(
            "receive_supplement", MOVE_WORDS["receive_supplement"], "l", "file-plus", "secondary",
            (_NOTE,), papers=True, done=_("Đã ghi phần bổ sung của hồ sơ %(code)s."),
        ),
        MoveForm(
            "ask_before", MOVE_WORDS["ask_before"], "y", "file-question-mark", "secondary",
            _ASKED, done=_("Đã yêu cầu hoàn thiện hồ sơ %(code)s."),
        ),
        MoveForm(
            "ask_supplement", MOVE_WORDS["ask_supplement"], "y", "file-question-mark", "secondary",
            (*_ASKED, turns.AGAIN), done=_("Đã yêu cầu bổ sung hồ sơ %(code)s."),
        ),
        MoveForm(
            "send_back", MOVE_WORDS["send_back"], "b", "undo-2", "danger",
            (_REASON,), done=_("Đã trả lại nơi chuyển hồ sơ %(code)s."),
        ),
        MoveForm(
            "return_draft", MOVE_WORDS["return_draft"], "b", "undo-2", "danger",
            (_REASON,), done=_("Đã trả lại dự thảo của hồ sơ %(code)s."),
        ),
        MoveForm(
            "refuse_intake", MOVE_WORDS["refuse_intake"], "x", "ban", "danger",
            (_REASON, Field("basis", _("Căn cứ"), required=True, hint=_("Điều, khoản, văn bản"))),
            done=_("Đã từ chối tiếp nhận hồ sơ %(code)s."),
        ),
        MoveForm(
            "cancel", MOVE_WORDS["cancel"], "u", "trash-2", "danger",
            (Field("reason", _("Lý do"), "textarea", rows=2),),
            done=_("Đã hủy hồ sơ %(code)s."),
        ),
    )
} | {form.move: form for form in turns.FORMS}  # fmt: skip


def offered(legal: tuple[str, ...], dossier: Dossier, *, at: datetime) -> list[MoveForm]:
    """The forms of the legal moves, the usual next step first, with choices of this dossier.

    On the screen nobody submits a result that nobody has seen: first the draft, then its way up.
    """
    forms = [_filled(FORMS[move], dossier, at=at) for move in FORMS if move in legal]
    if dossier.result_use is None:
        forms = [form for form in forms if form.move != "submit_approval"]
    return forms


def _filled(form: MoveForm, dossier: Dossier, *, at: datetime) -> MoveForm:
    if form.move == "assign":
        people = tuple(
            (str(one.staff_id), f"{one.name}, {one.title}")
            for one in actions.assignable(dossier, at=at)
        )
        return _with(form, "staff_id", options=people)
    if form.move == "reroute":
        return _with(
            form,
            "agency_code",
            options=tuple((a.code, agency_words(a)) for a in _deciding(day_of(at))),
            usual=_likely(dossier, at=at),
        )
    if form.move in turns.FILLED:
        return turns.FILLED[form.move](form, dossier, at)
    if form.move == "hand_on":
        return _with(
            form,
            "agency_code",
            options=tuple((a.code, agency_words(a)) for a in _deciding(day_of(at))),
        )
    if form.move == "send_result":
        options = tuple((a.code, agency_words(a)) for a in _counters(day_of(at)))
        return _with(form, "agency_code", options=options)
    if form.move == "settle_fee":
        return _with(form, "amount", value=str(money.left(dossier)))
    if form.move == "return_result":
        return _with(form, "how", value=dossier.wants_result)
    return form


def _with(form: MoveForm, name: str, **changes: Any) -> MoveForm:
    fields = tuple(
        replace(field, **changes) if field.name == name else field for field in form.fields
    )
    return replace(form, fields=fields)


DECIDING_KINDS: Final = (
    units.AgencyKind.COMMUNE_COMMITTEE,
    units.AgencyKind.DEPARTMENT,
    units.AgencyKind.CITY_COMMITTEE,
)


def _deciding(day: date) -> list[units.AgencyView]:
    """Every agency that may decide anything."""
    return [agency for kind in DECIDING_KINDS for agency in units.agencies_at(day, kind=kind)]


COUNTER_KINDS: Final = (
    units.AgencyKind.SERVICE_POINT,
    units.AgencyKind.BRANCH,
    units.AgencyKind.CENTRE,
)


def _counters(day: date) -> list[units.AgencyView]:
    """Every counter of the city."""
    return [agency for kind in COUNTER_KINDS for agency in units.agencies_at(day, kind=kind)]


def agency_words(agency: units.AgencyView) -> str:
    """An agency as the list offers it: its name, and the code that says which one is meant."""
    return f"{agency.short_name or agency.name} · {agency.code}"


def _likely(dossier: Dossier, *, at: datetime) -> tuple[tuple[str, str], ...]:
    """The committees of the communes into which the place that was declared has gone."""
    day = day_of(at)
    said = catalogue.place_of(dossier.form_version_id, dossier.answers)
    if not said:
        return ()
    found = units.resolve_place(str(said["territory"]), day=dossier.place_at, at_day=day)
    committees = [
        agency
        for candidate in found
        if candidate.now is not None
        for agency in units.serving(
            candidate.now.id, kind=units.AgencyKind.COMMUNE_COMMITTEE, day=day
        )
    ]
    return tuple((agency.code, agency_words(agency)) for agency in committees[:MOST_LIKELY])


MOST_LIKELY: Final = 6


def agency_code(typed: str, *, among: list[units.AgencyView]) -> str:
    """The code of the agency that `typed` can only mean: as offered, a code, or a name. Invalid."""
    text = clean(typed[:300])
    code = text.rpartition("·")[2].strip().upper()
    if any(agency.code == code for agency in among):
        return code
    wanted = fold_accents(text)
    named = [
        agency.code
        for agency in among
        if wanted and wanted in (fold_accents(agency.name), fold_accents(agency.short_name))
    ]
    if len(named) != 1:
        raise Invalid({"agency_code": gettext("Chọn một cơ quan trong danh sách.")})
    return named[0]


def read(move: str, request: HttpRequest, *, by: Actor, at: datetime) -> dict[str, Any]:
    """The arguments of the verb from the posted form. Invalid at what has no meaning at all."""
    posted = request.POST
    form = FORMS[move]
    if move == "consult":
        return {"questions": turns.questions(posted, at=at)}
    values: dict[str, Any] = {}
    for field in form.fields:
        values |= _read_field(field, posted, move=move, at=at)
    if form.papers:
        values["papers"] = counted_papers(posted)
    if form.upload and move == "draft_result":
        values = _draft(values, request, by=by, at=at)
    elif form.upload and request.FILES.get("file") is not None:
        values |= _draft(values, request, by=by, at=at)
    return values


def _read_field(field: Field, posted: QueryDict, *, move: str, at: datetime) -> dict[str, Any]:
    text = posted.get(field.name, "")
    match field.name:
        case "items":
            return {"items": [{"todo": line} for line in text.splitlines() if line.strip()]}
        case "reply_by" | "pay_by" | "new_due":
            return {field.name: turns.day(text, field.name, required=field.required)}
        case "agree":
            return {"agree": text == "yes"}
        case "consultation_id":
            return {"consultation_id": _whole(text, field.name) if text.strip() else None}
        case "paid":
            return {"paid": _whole(text, field.name)}
        case "agency_code":
            chosen = text.strip() or posted.get("agency_usual", "")
            offer = _counters if move == "send_result" else _deciding
            return {"agency_code": agency_code(chosen, among=offer(day_of(at)))}
        case "staff_id" | "amount":
            return {field.name: _whole(text, field.name)}
    return {field.name: text}


# Where the form shows a fault that the verb names otherwise.
_SHOWN_AT: Final = {"values": "content", "file_id": "file"} | turns.SHOWN_AT


def at_fields(faults: Mapping[str, str]) -> dict[str, str]:
    """Faults by the fields of the form: a line of a list is told at the list."""
    found: dict[str, str] = {}
    for name, sentence in faults.items():
        first = name.partition(".")[0]
        shown = name if first == "papers" and name != first else _SHOWN_AT.get(first, first)
        if first == "questions":
            shown = turns.shown_at(name)
        found.setdefault(shown, sentence)
    return found


def _whole(text: str, name: str) -> int | None:
    digits = text.replace(".", "").replace(" ", "")
    if not digits and name == "amount":
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise Invalid({name: gettext("Cần chọn hoặc ghi một số.")})
    return int(digits)


COUNTS: Final = ("originals", "certified", "photocopies")


def counted_papers(posted: QueryDict) -> list[PaperIn]:
    """Sheets counted at the counter, from fields like `paper-<slot>-originals`."""
    counted: dict[str, dict[str, int]] = {}
    for name in posted:
        if not name.startswith("paper-"):
            continue
        slot, _dash, count = name.removeprefix("paper-").rpartition("-")
        value = posted.get(name, "").strip()
        if count in COUNTS and value not in ("", "0"):
            if not (value.isascii() and value.isdigit() and len(value) <= 3):
                raise Invalid({f"papers.{slot}": gettext("Số bản là một số từ 0 đến 999.")})
            counted.setdefault(slot, {})[count] = int(value)
        elif count == "replaced" and value:
            counted.setdefault(slot, {})["replaced"] = 1
    return [
        PaperIn(
            slot=slot,
            originals=counts.get("originals", 0),
            certified=counts.get("certified", 0),
            photocopies=counts.get("photocopies", 0),
            replaced="replaced" in counts,
        )
        for slot, counts in counted.items()
    ]


def _draft(
    values: dict[str, Any], request: HttpRequest, *, by: Actor, at: datetime
) -> dict[str, Any]:
    """The draft of a result: an uploaded PDF, or what is written into the template."""
    upload = request.FILES.get("file")
    if upload is not None and upload.file is not None:
        kept = files.keep(
            stream=cast(BinaryIO, upload.file), name=upload.name or "",
            ref=files.staged_ref(by), slot="result", by=by, at=at,
        )  # fmt: skip
        return {"file_id": kept.id}
    content = str(values.get("content", "")).strip()
    return {"values": {"content": content} if content else {}}
