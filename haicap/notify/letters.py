"""What people are told, occasion by occasion: a title and a body for the inbox, one line outside.

Rendered in the reader's language. The line for open channels (e-mail, SMS) carries the code and
what to do, never the procedure, a name, a reason or a paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from haicap.kernel import vietnamese


@dataclass(frozen=True, slots=True)
class Letter:
    """`line` is complete in itself and safe for anybody's eyes."""

    title: str
    body: str
    line: str


Values = Mapping[str, Any]


def write(template: str, values: Values) -> Letter:
    """The letter of this occasion in the language in force. KeyError when a value is missing."""
    return LETTERS[template](_Words(values))


class _Words(dict[str, Any]):
    """The values; moments (aware, or as ISO text from the journal) are put into words."""

    def __init__(self, values: Values) -> None:
        super().__init__({key: _said(key, value) for key, value in values.items()})

    def paragraphs(self, *sentences: str) -> str:
        """The sentences that have something to say, one below the other."""
        return "\n\n".join(sentence % self for sentence in sentences if sentence)


def _said(key: str, value: Any) -> Any:
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    if isinstance(value, str) and key in {"at", "due", "reply_by"} and value:
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        say = vietnamese.moment_words if key == "at" else vietnamese.due_words
        return say(value, lang=language)
    if isinstance(value, list | tuple):
        return "\n".join(f"- {item}" for item in value)
    return value


def _submitted(w: _Words) -> Letter:
    return Letter(
        title=_("Đã gửi hồ sơ %(code)s") % w,
        body=w.paragraphs(
            _("Hồ sơ %(code)s (%(procedure)s) đã tới %(agency)s lúc %(at)s."),
            _(
                "Trong 8 giờ làm việc, bộ phận tiếp nhận sẽ kiểm tra và báo cho ông/bà: tiếp nhận,"
                " cần hoàn thiện thêm, hoặc không tiếp nhận và nêu rõ lý do."
            ),
            _("Thời hạn giải quyết tính từ khi hồ sơ được tiếp nhận."),
        ),
        line=_("Hồ sơ %(code)s đã được gửi. Cơ quan sẽ kiểm tra và báo trong 8 giờ làm việc.") % w,
    )


def _accepted(w: _Words) -> Letter:
    return Letter(
        title=_("Hồ sơ %(code)s đã được tiếp nhận") % w,
        body=w.paragraphs(
            _("%(agency)s đã tiếp nhận hồ sơ %(code)s (%(procedure)s) lúc %(at)s."),
            _("Hẹn trả kết quả: %(due)s."),
            _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả có trong trang hồ sơ của ông/bà."),
        ),
        line=_("Hồ sơ %(code)s đã được tiếp nhận. Hẹn trả kết quả: %(due)s.") % w,
    )


def _ask_before(w: _Words) -> Letter:
    return Letter(
        title=_("Hồ sơ %(code)s cần hoàn thiện trước khi tiếp nhận") % w,
        body=w.paragraphs(
            _("Hồ sơ %(code)s (%(procedure)s) còn thiếu hoặc chưa đúng:"),
            "%(items)s",
            _("Lý do: %(reason)s") if w.get("reason") else "",
            _("Xin hoàn thiện trong trang hồ sơ rồi gửi lại; không phải nộp lại từ đầu."),
            _("Hạn gửi lại: %(reply_by)s.") if w.get("reply_by") else "",
        ),
        line=_("Hồ sơ %(code)s cần hoàn thiện để được tiếp nhận. Xin đăng nhập để xem.") % w,
    )


def _refused(w: _Words) -> Letter:
    return Letter(
        title=_("Hồ sơ %(code)s không được tiếp nhận") % w,
        body=w.paragraphs(
            _("Hồ sơ %(code)s (%(procedure)s) không được tiếp nhận."),
            _("Lý do: %(reason)s"),
            _("Căn cứ: %(basis)s") if w.get("basis") else "",
            _("Nơi có thể giúp ông/bà tiếp: %(where)s") if w.get("where") else "",
        ),
        line=_("Hồ sơ %(code)s không được tiếp nhận. Xin đăng nhập để xem lý do.") % w,
    )


def _supplement(w: _Words) -> Letter:
    return Letter(
        title=_("Hồ sơ %(code)s cần bổ sung") % w,
        body=w.paragraphs(
            _("Khi giải quyết hồ sơ %(code)s (%(procedure)s), cơ quan thấy cần bổ sung:"),
            "%(items)s",
            _("Lý do: %(reason)s") if w.get("reason") else "",
            _("Thời hạn giải quyết tạm dừng từ nay và chạy tiếp khi ông/bà bổ sung xong."),
            _("Hạn bổ sung: %(reply_by)s.") if w.get("reply_by") else "",
        ),
        line=_("Hồ sơ %(code)s cần bổ sung. Xin đăng nhập để xem việc cần làm.") % w,
    )


def _result_ready(w: _Words) -> Letter:
    return Letter(
        title=_("Đã có kết quả hồ sơ %(code)s") % w,
        body=w.paragraphs(
            _("Hồ sơ %(code)s (%(procedure)s) đã có kết quả."),
            _("Cách nhận: %(how)s"),
            _("Khi đến nhận tại quầy, xin mang giấy hẹn và giấy tờ tùy thân.")
            if w.get("at_counter")
            else "",
        ),
        line=_("Hồ sơ %(code)s đã có kết quả. Xin đăng nhập để xem cách nhận.") % w,
    )


def _returned(w: _Words) -> Letter:
    return Letter(
        title=_("Đã trả kết quả hồ sơ %(code)s") % w,
        body=w.paragraphs(
            _("Kết quả hồ sơ %(code)s (%(procedure)s) đã được trả lúc %(at)s."),
            _("Nếu ông/bà chưa nhận được, xin báo ngay cho nơi tiếp nhận hoặc gọi 1022."),
        ),
        line=_("Hồ sơ %(code)s đã trả kết quả. Nếu ông/bà chưa nhận, xin gọi 1022.") % w,
    )


def _cancelled(w: _Words) -> Letter:
    return Letter(
        title=_("Đã hủy hồ sơ %(code)s") % w,
        body=w.paragraphs(
            _("Hồ sơ %(code)s (%(procedure)s) đã được hủy lúc %(at)s, trước khi tiếp nhận."),
            _("Khi cần, ông/bà có thể nộp hồ sơ mới."),
        ),
        line=_("Hồ sơ %(code)s đã được hủy. Nếu không phải ông/bà hủy, xin gọi 1022.") % w,
    )


LETTERS: Final[dict[str, Callable[[_Words], Letter]]] = {
    "submitted": _submitted,
    "accepted": _accepted,
    "ask_before": _ask_before,
    "refused": _refused,
    "supplement": _supplement,
    "result_ready": _result_ready,
    "returned": _returned,
    "cancelled": _cancelled,
}
