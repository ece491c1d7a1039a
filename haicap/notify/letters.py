"""What people are told, occasion by occasion: a title and a body for the inbox, one line outside.

Written in the reader's language. Title and line go through open channels (e-mail, SMS, Zalo): they
carry the code and what to do, never the procedure, a name, a reason or a paper. The words are data,
so that an office may set others (actions/wordings.py); paragraphs with an empty value are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from haicap.kernel import vietnamese

# Values that open channels may carry.
OPEN: Final = frozenset({"code", "at", "due", "reply_by", "link", "count"})
# Values that need not be given: a paragraph with an empty one is left out.
OPTIONAL: Final = frozenset(
    {"reason", "reply_by", "basis", "where", "bring", "items", "link", "note", "due", "amount"}
)
_MOMENTS: Final = frozenset({"at", "due", "reply_by"})
_NAMED: Final = re.compile(r"%\((\w+)\)s")
PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Letter:
    """`line` is complete in itself and safe for anybody's eyes."""

    title: str
    body: str
    line: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a letter with {places} for values; `body` is paragraphs."""

    title: str
    body: tuple[str, ...]
    line: str


@dataclass(frozen=True, slots=True)
class Kind:
    """An occasion: its name for controllers, the Vietnamese words it ships with, what it may say.

    `for_staff`: told to members of staff.
    """

    name: str
    title: str
    body: tuple[str, ...]
    line: str
    values: frozenset[str]
    for_staff: bool = False

    def words(self) -> Words:
        """The shipped words in the language in force."""
        return Words(
            title=_braced(gettext(self.title)),
            body=tuple(_braced(gettext(part)) for part in self.body),
            line=_braced(gettext(self.line)),
        )


Values = Mapping[str, Any]


def _braced(text: str) -> str:
    return _NAMED.sub(r"{\1}", text)


def write(template: str, values: Values, words: Words | None = None) -> Letter:
    """The letter of this occasion in the language in force, with other `words` than the shipped
    ones if given. KeyError when a value that every letter of the kind needs is missing.
    """
    kind = KINDS[template]
    words_of = {name: said(name, values[name]) for name in kind.values if name in values}
    if "bring" in kind.values and values.get("at_counter"):
        words_of["bring"] = gettext("Khi đến nhận tại quầy, xin mang giấy hẹn và giấy tờ tùy thân.")
    if "link" in kind.values:
        words_of.setdefault("link", settings.BASE_URL)
    for name in kind.values - words_of.keys():
        if name not in OPTIONAL:
            raise KeyError(name)
        words_of[name] = ""
    words = words or kind.words()
    paragraphs = [
        filled(part, words_of)
        for part in words.body
        if all(words_of.get(name) for name in PLACE.findall(part))
    ]
    return Letter(
        title=filled(words.title, words_of),
        body="\n\n".join(paragraphs),
        line=filled(words.line, {name: words_of.get(name, "") for name in OPEN}),
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its {places} filled, each once: what people wrote is never a place itself."""
    return PLACE.sub(lambda found: values.get(found.group(1), ""), text).strip()


def said(name: str, value: Any) -> str:
    """A value in words of the language in force: moments, lists, amounts."""
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    if value is None:
        return ""
    if isinstance(value, str) and name in _MOMENTS and value:
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        say = vietnamese.moment_words if name == "at" else vietnamese.due_words
        return say(value, lang=language)
    if isinstance(value, list | tuple):
        return "\n".join(f"- {item}" for item in value)
    if name == "amount" and isinstance(value, int):
        return f"VND {value:,}" if language == "en" else f"{value:,}".replace(",", ".") + " đồng"
    return str(value)


_ALWAYS: Final = frozenset({"code", "procedure", "at", "link"})


def _kind(name: str, title: str, body: tuple[str, ...], line: str, *more: str) -> Kind:
    return Kind(name=name, title=title, body=body, line=line, values=_ALWAYS | set(more))


def _staff_kind(name: str, title: str, body: tuple[str, ...], line: str, *more: str) -> Kind:
    return Kind(
        name=name,
        title=title,
        body=body,
        line=line,
        values=frozenset({"at", "link", *more}),
        for_staff=True,
    )


KINDS: Final[dict[str, Kind]] = {
    "submitted": _kind(
        _("Đã gửi hồ sơ"),
        _("Đã gửi hồ sơ %(code)s"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) đã tới %(agency)s lúc %(at)s."),
            _(
                "Trong 8 giờ làm việc, bộ phận tiếp nhận sẽ kiểm tra và báo cho ông/bà: tiếp nhận,"
                " cần hoàn thiện thêm, hoặc không tiếp nhận và nêu rõ lý do."
            ),
            _("Thời hạn giải quyết tính từ khi hồ sơ được tiếp nhận."),
        ),
        _("Hồ sơ %(code)s đã được gửi. Cơ quan sẽ kiểm tra và báo trong 8 giờ làm việc."),
        "agency",
    ),
    "accepted": _kind(
        _("Đã tiếp nhận"),
        _("Hồ sơ %(code)s đã được tiếp nhận"),
        (
            _("%(agency)s đã tiếp nhận hồ sơ %(code)s (%(procedure)s) lúc %(at)s."),
            _("Hẹn trả kết quả: %(due)s."),
            _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả có trong trang hồ sơ của ông/bà."),
        ),
        _("Hồ sơ %(code)s đã được tiếp nhận. Hẹn trả kết quả: %(due)s."),
        "agency",
        "due",
    ),
    "ask_before": _kind(
        _("Yêu cầu hoàn thiện trước tiếp nhận"),
        _("Hồ sơ %(code)s cần hoàn thiện trước khi tiếp nhận"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) còn thiếu hoặc chưa đúng:"),
            "%(items)s",
            _("Lý do: %(reason)s"),
            _("Xin hoàn thiện trong trang hồ sơ rồi gửi lại; không phải nộp lại từ đầu."),
            _("Hạn gửi lại: %(reply_by)s."),
        ),
        _("Hồ sơ %(code)s cần hoàn thiện để được tiếp nhận. Xin đăng nhập để xem."),
        "items",
        "reason",
        "reply_by",
    ),
    "refused": _kind(
        _("Không tiếp nhận"),
        _("Hồ sơ %(code)s không được tiếp nhận"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) không được tiếp nhận."),
            _("Lý do: %(reason)s"),
            _("Căn cứ: %(basis)s"),
            _("Nơi có thể giúp ông/bà tiếp: %(where)s"),
        ),
        _("Hồ sơ %(code)s không được tiếp nhận. Xin đăng nhập để xem lý do."),
        "reason",
        "basis",
        "where",
    ),
    "forwarded": _kind(
        _("Đã chuyển tới nơi giải quyết"),
        _("Hồ sơ %(code)s đã chuyển tới nơi giải quyết"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) đã được chuyển tới bộ phận giải quyết lúc %(at)s."),
            _("Hẹn trả kết quả không đổi: %(due)s."),
        ),
        _("Hồ sơ %(code)s đã được chuyển tới nơi giải quyết. Ông/bà chưa phải làm gì."),
        "due",
    ),
    "supplement": _kind(
        _("Yêu cầu bổ sung"),
        _("Hồ sơ %(code)s cần bổ sung"),
        (
            _("Khi giải quyết hồ sơ %(code)s (%(procedure)s), cơ quan thấy cần bổ sung:"),
            "%(items)s",
            _("Lý do: %(reason)s"),
            _("Thời hạn giải quyết tạm dừng từ nay và chạy tiếp khi ông/bà bổ sung xong."),
            _("Hạn bổ sung: %(reply_by)s."),
        ),
        _("Hồ sơ %(code)s cần bổ sung. Xin đăng nhập để xem việc cần làm."),
        "items",
        "reason",
        "reply_by",
    ),
    "reminded": _kind(
        _("Nhắc bổ sung"),
        _("Hồ sơ %(code)s sắp hết hạn bổ sung"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) vẫn đang chờ ông/bà bổ sung:"),
            "%(items)s",
            _("Hạn bổ sung: %(reply_by)s."),
        ),
        _("Hồ sơ %(code)s vẫn chờ ông/bà bổ sung. Xin đăng nhập để xem việc cần làm."),
        "items",
        "reply_by",
    ),
    "supplemented": _kind(
        _("Đã nhận phần bổ sung"),
        _("Đã nhận phần bổ sung của hồ sơ %(code)s"),
        (
            _("Cơ quan đã nhận phần bổ sung của hồ sơ %(code)s (%(procedure)s) lúc %(at)s."),
            _("Thời hạn giải quyết chạy tiếp từ lúc này. Hẹn trả kết quả: %(due)s."),
        ),
        _("Đã nhận phần bổ sung của hồ sơ %(code)s. Thời hạn giải quyết chạy tiếp."),
        "due",
    ),
    "payment_asked": _kind(
        _("Yêu cầu nộp phí, lệ phí"),
        _("Hồ sơ %(code)s có khoản cần nộp"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) có khoản cần nộp: %(amount)s."),
            _("Cách nộp và mã thanh toán có trong trang hồ sơ của ông/bà."),
            _("Hạn nộp: %(due)s."),
        ),
        _(
            "Hồ sơ %(code)s có khoản cần nộp. Xin đăng nhập để xem và nộp;"
            " không chuyển tiền theo lời người lạ."
        ),
        "amount",
        "due",
    ),
    "payment_reported": _kind(
        _("Đã ghi nhận báo nộp tiền"),
        _("Đã ghi nhận việc nộp tiền của hồ sơ %(code)s"),
        (
            _("Ngân hàng báo có tiền nộp cho hồ sơ %(code)s (%(procedure)s): %(amount)s."),
            _("Khi đối soát xong, ông/bà nhận được tin xác nhận và biên lai."),
        ),
        _("Đã ghi nhận việc nộp tiền của hồ sơ %(code)s, đang chờ xác nhận."),
        "amount",
    ),
    "payment_confirmed": _kind(
        _("Đã xác nhận nộp tiền"),
        _("Đã xác nhận nộp tiền cho hồ sơ %(code)s"),
        (
            _("Đã nhận đủ tiền của hồ sơ %(code)s (%(procedure)s): %(amount)s, lúc %(at)s."),
            _("Biên lai có trong trang hồ sơ của ông/bà."),
        ),
        _("Đã nhận đủ tiền của hồ sơ %(code)s. Ông/bà không phải nộp thêm."),
        "amount",
    ),
    "duty_asked": _kind(
        _("Yêu cầu thực hiện nghĩa vụ tài chính"),
        _("Hồ sơ %(code)s chờ nghĩa vụ tài chính"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) cần ông/bà thực hiện nghĩa vụ tài chính."),
            _("Nội dung: %(reason)s"),
            _("Thời hạn giải quyết tạm dừng cho tới khi thực hiện xong."),
        ),
        _("Hồ sơ %(code)s chờ nghĩa vụ tài chính. Xin đăng nhập để xem việc cần làm."),
        "reason",
    ),
    "duty_met": _kind(
        _("Đã xác nhận nghĩa vụ tài chính"),
        _("Đã xác nhận nghĩa vụ tài chính của hồ sơ %(code)s"),
        (
            _("Nghĩa vụ tài chính của hồ sơ %(code)s (%(procedure)s) đã hoàn thành lúc %(at)s."),
            _("Thời hạn giải quyết chạy tiếp từ lúc này. Hẹn trả kết quả: %(due)s."),
        ),
        _("Nghĩa vụ tài chính của hồ sơ %(code)s đã hoàn thành. Thời hạn giải quyết chạy tiếp."),
        "due",
    ),
    "handed_on": _kind(
        _("Cơ quan khác giải quyết tiếp"),
        _("Hồ sơ %(code)s do cơ quan khác giải quyết tiếp"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) được chuyển cho cơ quan khác lúc %(at)s."),
            _("Hẹn trả kết quả không đổi: %(due)s."),
        ),
        _("Hồ sơ %(code)s do cơ quan khác giải quyết tiếp. Hẹn trả không đổi."),
        "due",
    ),
    "apology": _kind(
        _("Xin lỗi và hẹn lại"),
        _("Xin lỗi và hẹn lại ngày trả kết quả hồ sơ %(code)s"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) chưa xong đúng hẹn. Cơ quan xin lỗi ông/bà."),
            _("Lý do: %(reason)s"),
            _("Hẹn trả kết quả mới: %(due)s."),
        ),
        _("Cơ quan xin lỗi vì hồ sơ %(code)s chưa xong đúng hẹn. Hẹn lại: %(due)s."),
        "reason",
        "due",
    ),
    "withdraw_asked": _kind(
        _("Đã nhận đề nghị rút"),
        _("Đã nhận đề nghị rút hồ sơ %(code)s"),
        (
            _("Cơ quan đã nhận đề nghị rút hồ sơ %(code)s (%(procedure)s) lúc %(at)s."),
            _("Cơ quan sẽ xem xét và báo lại; trong lúc chờ, hồ sơ vẫn được giải quyết."),
        ),
        _("Đã nhận đề nghị rút hồ sơ %(code)s. Nếu không phải ông/bà đề nghị, xin gọi 1022."),
    ),
    "withdrawn": _kind(
        _("Đã rút hồ sơ"),
        _("Hồ sơ %(code)s đã được rút"),
        (
            _("Đề nghị rút hồ sơ %(code)s (%(procedure)s) đã được chấp nhận lúc %(at)s."),
            _("Khi cần, ông/bà có thể nộp hồ sơ mới."),
        ),
        _("Hồ sơ %(code)s đã được rút theo đề nghị của ông/bà."),
    ),
    "withdrawal_refused": _kind(
        _("Không chấp nhận rút hồ sơ"),
        _("Đề nghị rút hồ sơ %(code)s không được chấp nhận"),
        (
            _("Đề nghị rút hồ sơ %(code)s (%(procedure)s) không được chấp nhận."),
            _("Lý do: %(reason)s"),
            _("Hồ sơ vẫn được giải quyết tiếp."),
        ),
        _("Hồ sơ %(code)s vẫn được giải quyết tiếp. Xin đăng nhập để xem trả lời về việc rút."),
        "reason",
    ),
    "stopped": _kind(
        _("Dừng giải quyết"),
        _("Hồ sơ %(code)s dừng giải quyết"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) dừng giải quyết từ %(at)s."),
            _("Lý do: %(reason)s"),
        ),
        _("Hồ sơ %(code)s dừng giải quyết. Xin đăng nhập để xem lý do."),
        "reason",
    ),
    "expired": _kind(
        _("Hết hạn bổ sung"),
        _("Hồ sơ %(code)s hết hạn bổ sung"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) đã quá hạn bổ sung nên dừng giải quyết."),
            _("Giấy tờ đã nộp vẫn được giữ. Khi đủ giấy tờ, ông/bà có thể nộp hồ sơ mới."),
        ),
        _("Hồ sơ %(code)s hết hạn bổ sung nên dừng giải quyết. Cần hỏi thêm, xin gọi 1022."),
    ),
    "not_settled": _kind(
        _("Không giải quyết"),
        _("Đã có văn bản trả lời hồ sơ %(code)s"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) không đủ điều kiện giải quyết."),
            _("Lý do: %(reason)s"),
            _("Văn bản trả lời có trong trang hồ sơ của ông/bà."),
        ),
        _("Đã có văn bản trả lời hồ sơ %(code)s. Xin đăng nhập để xem."),
        "reason",
    ),
    "result_ready": _kind(
        _("Đã có kết quả"),
        _("Đã có kết quả hồ sơ %(code)s"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) đã có kết quả."),
            _("Cách nhận: %(how)s"),
            "%(bring)s",
        ),
        _("Hồ sơ %(code)s đã có kết quả. Xin đăng nhập để xem cách nhận."),
        "how",
        "bring",
    ),
    "fetch": _kind(
        _("Mời đến nhận kết quả"),
        _("Kết quả hồ sơ %(code)s đang chờ ông/bà"),
        (
            _("Kết quả hồ sơ %(code)s (%(procedure)s) đã có mà chưa được nhận."),
            _("Cách nhận: %(how)s"),
            "%(bring)s",
        ),
        _("Kết quả hồ sơ %(code)s đang chờ ông/bà. Xin đăng nhập để xem cách nhận."),
        "how",
        "bring",
    ),
    "returned": _kind(
        _("Đã trả kết quả"),
        _("Đã trả kết quả hồ sơ %(code)s"),
        (
            _("Kết quả hồ sơ %(code)s (%(procedure)s) đã được trả lúc %(at)s."),
            _("Nếu ông/bà chưa nhận được, xin báo ngay cho nơi tiếp nhận hoặc gọi 1022."),
            _("Mời ông/bà đánh giá việc phục vụ (không bắt buộc): %(link)s"),
        ),
        _("Hồ sơ %(code)s đã trả kết quả. Chưa nhận, xin gọi 1022. Mời đánh giá: %(link)s"),
    ),
    "correction_asked": _kind(
        _("Đã nhận đề nghị đính chính"),
        _("Đã nhận đề nghị đính chính kết quả hồ sơ %(code)s"),
        (
            _("Cơ quan đang đính chính kết quả của hồ sơ %(code)s (%(procedure)s)."),
            _("Lý do: %(reason)s"),
            _("Khi có bản mới, ông/bà nhận được tin báo."),
        ),
        _("Kết quả hồ sơ %(code)s đang được đính chính. Có bản mới sẽ báo ông/bà."),
        "reason",
    ),
    "corrected": _kind(
        _("Đã có bản đính chính"),
        _("Đã có bản đính chính kết quả hồ sơ %(code)s"),
        (
            _("Kết quả hồ sơ %(code)s (%(procedure)s) đã được đính chính lúc %(at)s."),
            _("Bản cũ không còn giá trị. Bản mới có trong trang hồ sơ của ông/bà."),
        ),
        _("Kết quả hồ sơ %(code)s đã có bản mới thay bản cũ. Xin đăng nhập để xem."),
    ),
    "cancelled": _kind(
        _("Đã hủy trước tiếp nhận"),
        _("Đã hủy hồ sơ %(code)s"),
        (
            _("Hồ sơ %(code)s (%(procedure)s) đã được hủy lúc %(at)s, trước khi tiếp nhận."),
            _("Khi cần, ông/bà có thể nộp hồ sơ mới."),
        ),
        _("Hồ sơ %(code)s đã được hủy. Nếu không phải ông/bà hủy, xin gọi 1022."),
    ),
    "posted": _kind(
        _("Bưu điện đang mang kết quả"),
        _("Bưu điện đã nhận kết quả hồ sơ %(code)s"),
        (
            _("Kết quả hồ sơ %(code)s (%(procedure)s) đã giao cho bưu điện lúc %(at)s."),
            _("Mã bưu gửi: %(note)s"),
        ),
        _("Kết quả hồ sơ %(code)s đang trên đường bưu điện. Xin đăng nhập để theo dõi."),
        "note",
    ),
    "account_opened": Kind(
        name=_("Đã mở tài khoản"),
        title=_("Tài khoản của ông/bà đã sẵn sàng"),
        body=(
            _("Tài khoản trên cổng dịch vụ công của thành phố đã được mở lúc %(at)s."),
            _("Ông/bà chọn được cách nhận tin báo và ngôn ngữ trong trang tài khoản."),
        ),
        line=_("Tài khoản của ông/bà đã được mở. Nếu không phải ông/bà, xin gọi 1022."),
        values=frozenset({"at", "link"}),
    ),
    "staff_reminder": _staff_kind(
        _("Nhắc việc sắp đến hạn, quá hạn (cán bộ)"),
        _("Có %(count)s hồ sơ cần ông/bà xử lý"),
        (
            _("Đang chờ ông/bà: %(count)s hồ sơ."),
            "%(items)s",
            _("Mở bàn việc: %(link)s"),
        ),
        _("Có %(count)s hồ sơ cần ông/bà xử lý. Xin đăng nhập để xem."),
        "count",
        "items",
    ),
    "staff_digest": _staff_kind(
        _("Bản tin hằng ngày (cán bộ)"),
        _("Việc trong ngày: %(count)s hồ sơ đang chờ"),
        (
            "%(items)s",
            _("Mở bàn việc: %(link)s"),
        ),
        _("Việc trong ngày: %(count)s hồ sơ đang chờ. Xin đăng nhập để xem."),
        "count",
        "items",
    ),
}

# What the values mean, for who writes other words; and what a preview shows.
VALUE_WORDS: Final[dict[str, str]] = {
    "code": _("mã hồ sơ"),
    "procedure": _("tên thủ tục"),
    "agency": _("cơ quan"),
    "at": _("lúc việc xảy ra"),
    "due": _("hạn hoặc ngày hẹn trả"),
    "reply_by": _("hạn trả lời"),
    "items": _("danh sách việc cần làm"),
    "reason": _("lý do"),
    "basis": _("căn cứ"),
    "where": _("nơi khác có thể giúp"),
    "how": _("cách nhận kết quả"),
    "bring": _("lời nhắc mang giấy tờ khi nhận tại quầy"),
    "link": _("địa chỉ trang hồ sơ"),
    "count": _("số hồ sơ"),
    "amount": _("số tiền"),
    "note": _("mã bưu gửi"),
}
