"""Forms of the other turns: units asked, duties to pay, ends, apologies, corrections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from haicap.dossiers import actions
from haicap.dossiers.actions.apologising import REASONS
from haicap.dossiers.actions.correcting import ERRORS
from haicap.dossiers.flow import MOVE_WORDS
from haicap.dossiers.forms.shapes import Field, MoveForm
from haicap.dossiers.models import Dossier, FinanceDuty, Stance
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.kernel.vietnamese import clean, fold_accents
from haicap.units import public as units

ASKED_AT_ONCE: Final = 3  # units in one form; more by asking again
_REASON: Final = Field("reason", _("Lý do"), "textarea", required=True)
_BASIS: Final = Field("basis", _("Căn cứ"), required=True, hint=_("Điều, khoản, văn bản"))
_NOTE: Final = Field("note", _("Ghi chú"), "textarea", rows=2)
_QUESTION: Final = Field("consultation_id", _("Câu hỏi"), "choice")
# Of `ask_supplement`, once it was asked as often as the rule allows.
AGAIN: Final = Field(
    "again", _("Vì sao phải yêu cầu thêm lần nữa"), "textarea", required=True, rows=2,
    hint=_("Hồ sơ sẽ bị tính là trễ hạn trong bộ chỉ số"),
)  # fmt: skip

FORMS: Final = (
    MoveForm(
        "consult", MOVE_WORDS["consult"], "e", "messages-square", "secondary",
        (
            Field(
                "unit_1", _("Đơn vị được hỏi"), "agency", required=True,
                hint=_("Gõ tên rồi chọn trong danh sách, hoặc gõ mã đơn vị"),
            ),
            Field("unit_2", _("Hỏi cùng lúc đơn vị"), "agency"),
            Field("unit_3", _("Và đơn vị"), "agency"),
            Field("question", _("Nội dung cần ý kiến"), "textarea", required=True),
            Field(
                "reply_by", _("Trả lời trước ngày"), "date",
                hint=_("Trong thời hạn của hồ sơ; bỏ trống: theo quy định nội bộ"),
            ),
            Field(
                "mandatory", _("Phải có ý kiến mới trình được"), "choice", required=True,
                options=(("yes", _("Phải có")), ("no", _("Không bắt buộc"))), value="yes",
            ),
        ),
        done=_("Đã gửi câu hỏi về hồ sơ %(code)s."),
    ),
    MoveForm(
        "reply_consult", MOVE_WORDS["reply_consult"], "e", "message-square-reply", "primary",
        (
            _QUESTION,
            Field(
                "stance", _("Ý kiến"), "choice", required=True, options=tuple(Stance.choices),
                value=Stance.AGREE,
            ),
            Field("answer", _("Nội dung trả lời"), "textarea", required=True),
        ),
        done=_("Đã trả lời ý kiến về hồ sơ %(code)s."),
    ),
    MoveForm(
        "withdraw_consult", MOVE_WORDS["withdraw_consult"], "", "message-square-x", "danger",
        (_QUESTION, _REASON), rare=True, done=_("Đã rút câu hỏi về hồ sơ %(code)s."),
    ),
    MoveForm(
        "request_finance", MOVE_WORDS["request_finance"], "", "landmark", "secondary",
        (
            Field("amount", _("Số tiền (đồng)"), "number", required=True),
            Field("purpose", _("Khoản phải nộp"), required=True),
            _BASIS,
            Field("notice", _("Số thông báo của cơ quan thuế")),
            Field("pay_by", _("Nộp trước ngày"), "date", hint=_("Bỏ trống: theo quy định")),
        ),
        rare=True, done=_("Đã yêu cầu nghĩa vụ tài chính với hồ sơ %(code)s."),
    ),
    MoveForm(
        "confirm_finance", MOVE_WORDS["confirm_finance"], "j", "badge-check", "primary",
        (
            Field("paid", _("Số đã nộp (đồng)"), "number", required=True),
            Field("receipt", _("Số chứng từ"), required=True),
            _NOTE,
        ),
        done=_("Đã xác nhận nghĩa vụ tài chính của hồ sơ %(code)s."),
    ),
    MoveForm(
        "decide_withdraw", MOVE_WORDS["decide_withdraw"], "g", "gavel", "primary",
        (
            Field(
                "agree", _("Quyết định"), "choice", required=True,
                options=(("yes", _("Đồng ý cho rút")), ("no", _("Không đồng ý"))), value="yes",
            ),
            Field("reason", _("Lý do không đồng ý"), "textarea", shown_if=("agree", ("no",))),
            Field("fees", _("Phí đã nộp xử lý thế nào"), shown_if=("agree", ("yes",))),
            Field("originals", _("Bản chính đã nộp trả thế nào"), shown_if=("agree", ("yes",))),
        ),
        done=_("Đã quyết định việc rút hồ sơ %(code)s."),
    ),
    MoveForm(
        "rollback", MOVE_WORDS["rollback"], "z", "undo", "secondary",
        (Field("reason", _("Lý do"), "textarea", rows=2),),
        done=_("Đã thu hồi bước vừa làm với hồ sơ %(code)s."),
    ),
    MoveForm(
        "apologise", MOVE_WORDS["apologise"], "", "calendar-clock", "secondary",
        (
            Field("new_due", _("Hẹn lại đến ngày"), "date", required=True),
            Field(
                "reason_code", _("Vì sao chậm"), "choice", required=True,
                options=tuple(REASONS.items()),
            ),
            Field("reason", _("Lời xin lỗi và lý do"), "textarea", required=True),
            Field("basis", _("Căn cứ")),
        ),
        rare=True, done=_("Đã xin lỗi và hẹn lại hồ sơ %(code)s."),
    ),
    MoveForm(
        "correct_result", MOVE_WORDS["correct_result"], "", "file-pen", "secondary",
        (
            Field(
                "error_kind", _("Sai sót"), "choice", required=True, options=tuple(ERRORS.items())
            ),
            Field("reason", _("Sai ở đâu"), "textarea", required=True),
            _BASIS,
        ),
        rare=True, done=_("Đã mở việc đính chính kết quả hồ sơ %(code)s."),
    ),
    MoveForm(
        "hand_on", MOVE_WORDS["hand_on"], "", "arrow-right-left", "secondary",
        (
            Field(
                "agency_code", _("Cơ quan nhận"), "agency", required=True,
                hint=_("Gõ tên rồi chọn trong danh sách, hoặc gõ mã cơ quan"),
            ),
            _REASON,
        ),
        rare=True, done=_("Đã bàn giao hồ sơ %(code)s."),
    ),
    MoveForm(
        "archive", MOVE_WORDS["archive"], "", "archive", "secondary",
        (_NOTE,), rare=True, done=_("Đã nộp lưu hồ sơ %(code)s."),
    ),
    MoveForm(
        "refuse_settle", MOVE_WORDS["refuse_settle"], "", "file-x", "danger",
        (_REASON, _BASIS), upload=True, rare=True,
        done=_("Đã trình văn bản không giải quyết hồ sơ %(code)s."),
    ),
    MoveForm(
        "stop", MOVE_WORDS["stop"], "", "octagon-x", "danger",
        (_REASON, _BASIS), rare=True, done=_("Đã dừng giải quyết hồ sơ %(code)s."),
    ),
    MoveForm(
        "request_withdraw", MOVE_WORDS["request_withdraw"], "", "undo-2", "danger",
        (_REASON,), rare=True, done=_("Đã ghi đề nghị rút hồ sơ %(code)s."),
    ),
)  # fmt: skip


def _without(form: MoveForm, name: str) -> MoveForm:
    return replace(form, fields=tuple(field for field in form.fields if field.name != name))


def _with(form: MoveForm, name: str, **changes: Any) -> MoveForm:
    fields = (replace(f, **changes) if f.name == name else f for f in form.fields)
    return replace(form, fields=tuple(fields))


def _supplement(form: MoveForm, dossier: Dossier, at: datetime) -> MoveForm:
    rule = dossier.deadline_rule
    asked = dossier.requests.filter(stage="during").count()
    once_more = rule is not None and asked >= rule.supplement_max
    return form if once_more else _without(form, AGAIN.name)


def _questions(form: MoveForm, dossier: Dossier, at: datetime) -> MoveForm:
    """With several open questions they are chosen from; a single one needs no choice."""
    found = actions.open_questions(dossier)
    if len(found) < 2:
        return _without(form, _QUESTION.name)
    names = units.agency_names([one.agency_id for one in found], day=day_of(at))
    options = tuple(
        (str(one.pk), f"{names.get(one.agency_id, '')}: {one.question}"[:120]) for one in found
    )
    return _with(form, _QUESTION.name, options=options)


def _consult(form: MoveForm, dossier: Dossier, at: datetime) -> MoveForm:
    options = tuple((unit.code, unit_words(unit)) for unit in _askable(dossier, day=day_of(at)))
    for n in range(1, ASKED_AT_ONCE + 1):
        form = _with(form, f"unit_{n}", options=options)
    return form


def _finance(form: MoveForm, dossier: Dossier, at: datetime) -> MoveForm:
    duty = FinanceDuty.objects.filter(
        dossier=dossier, paid_at__isnull=True, closed_at__isnull=True
    ).first()
    return _with(form, "paid", value=str(duty.amount)) if duty is not None else form


FILLED: Final[Mapping[str, Callable[[MoveForm, Dossier, datetime], MoveForm]]] = {
    "ask_supplement": _supplement,
    "consult": _consult,
    "reply_consult": _questions,
    "withdraw_consult": _questions,
    "confirm_finance": _finance,
}


def _askable(dossier: Dossier, *, day: date) -> list[units.AgencyView]:
    """The divisions of who decides, and the departments of the city; others by their code."""
    own = dossier.competent_agency_id
    found = units.agencies_at(day, parent_id=own) if own is not None else []
    return [*found, *units.agencies_at(day, kind=units.AgencyKind.DEPARTMENT)]


def unit_words(unit: units.AgencyView) -> str:
    """A unit as the list offers it."""
    return f"{unit.short_name or unit.name} · {unit.code}"


def unit_code(typed: str, *, field: str, day: date) -> str:
    """The code of the unit that `typed` means: as offered, a code, or its whole name. Invalid."""
    text = clean(typed[:300])
    code = text.rpartition("·")[2].strip()
    wanted = fold_accents(text)
    found = [
        unit.code
        for unit in units.agencies_at(day, q=code, limit=50)
        if unit.code.lower() == code.lower()
        or wanted in (fold_accents(unit.name), fold_accents(unit.short_name))
    ]
    found = list(dict.fromkeys(found))
    if len(found) != 1:
        raise Invalid({field: gettext("Chọn một đơn vị trong danh sách.")})
    return found[0]


def questions(posted: QueryDict, *, at: datetime) -> list[dict[str, Any]]:
    """The same question to each unit named in the form. Invalid."""
    day_now = day_of(at)
    reply_by = day(posted.get("reply_by", ""), "reply_by", required=False)
    asked = []
    for n in range(1, ASKED_AT_ONCE + 1):
        typed = posted.get(f"unit_{n}", "").strip()
        if typed or n == 1:
            asked.append(
                {
                    "agency_code": unit_code(typed, field=f"unit_{n}", day=day_now),
                    "question": posted.get("question", ""),
                    "reply_by": reply_by,
                    "mandatory": posted.get("mandatory") != "no",
                }
            )
    return asked


def shown_at(name: str) -> str:
    """Where the form shows a fault of one of the questions."""
    _questions_word, n, field = (*name.split("."), "0", "question")[:3]
    return f"unit_{int(n) + 1}" if field == "agency_code" and n.isdigit() else field


SHOWN_AT: Final = {"questions": "unit_1"}


def day(text: str, name: str, *, required: bool) -> date | None:
    """A day as it is typed here: 25/11/2026. Invalid at `name`."""
    if not text.strip() and not required:
        return None
    try:
        return datetime.strptime(text.strip(), "%d/%m/%Y").date()  # noqa: DTZ007 - a day, no moment
    except ValueError:
        raise Invalid({name: gettext("Ghi ngày như 25/11/2026.")}) from None
