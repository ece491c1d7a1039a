"""The parts of a procedure and their columns: one declaration for the pages that edit them, for the
reading of what is typed, and for the words of a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Word = str | Promise
Options = tuple[tuple[str, Word], ...]

MARKS: Final[Options] = (
    ("nguồn", _("Đọc thấy trong văn bản")),
    ("đã biết", _("Đã biết, chưa đọc lại văn bản")),
    ("giả định", _("Tạm giả định")),
)
DUTIES: Final[Options] = (
    ("receive", _("Tiếp nhận và trả kết quả")),
    ("handle", _("Thụ lý hồ sơ")),
    ("head", _("Phụ trách phòng")),
    ("decide", _("Phê duyệt, ký")),
    ("issue", _("Văn thư: cấp số, phát hành")),
)
PLACES: Final[Options] = (
    ("receiving", _("Nơi tiếp nhận")),
    ("competent", _("Cơ quan giải quyết")),
    ("division:vp", _("Văn phòng HĐND và UBND")),
    ("division:vhxh", _("Phòng Văn hóa - Xã hội")),
    ("division:kt", _("Phòng Kinh tế")),
    ("division:ca", _("Công an xã")),
)
TIME_UNITS: Final[Options] = (
    ("MINUTE", _("phút làm việc")),
    ("HOUR", _("giờ làm việc")),
    ("WORKING_DAY", _("ngày làm việc")),
    ("DAY", _("ngày")),
    ("MONTH", _("tháng")),
    ("SAME_DAY", _("trong ngày (nhận sau 15 giờ thì ngày làm việc tiếp theo)")),
    ("IMMEDIATE", _("trả ngay")),
)
KINDS: Final[Options] = (
    ("text", _("Chữ, một dòng")),
    ("textarea", _("Chữ, nhiều dòng")),
    ("number", _("Số")),
    ("date", _("Ngày")),
    ("choice", _("Chọn một")),
    ("checkbox", _("Đánh dấu")),
    ("person", _("Người")),
    ("address", _("Địa chỉ theo phường, xã")),
    ("personal_id", _("Số định danh cá nhân")),
    ("phone", _("Điện thoại")),
    ("group", _("Nhóm lặp lại")),
    ("file", _("Tệp đính kèm")),
)
CHANNELS: Final[Options] = (
    ("online", _("Trực tuyến")),
    ("counter", _("Trực tiếp")),
    ("post", _("Bưu chính")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One thing typed. kind: text | long | number | yes | choice | lines | ways | hidden.

    `only` names kinds of the row (its column `kind`) that have it; `main` stands in the open part
    of a row, the others behind “Chi tiết”.
    """

    name: str
    label: Word
    kind: str = "text"
    options: Options = ()
    hint: Word = ""
    main: bool = False
    only: tuple[str, ...] = ()
    limit: int = 500


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one shape: what a row is called, its columns, how many there may be."""

    name: str
    title: Word
    row: Word
    columns: tuple[Column, ...]
    most: int = 200
    hint: Word = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the editor: single columns, then tables."""

    name: str
    title: Word
    columns: tuple[Column, ...] = ()
    tables: tuple[Table, ...] = ()
    optional: Word = ""  # words of the tick that says the part is not there at all


_SURE: Final = (
    Column("mark", _("Mức chắc chắn"), "choice", MARKS),
    Column("basis", _("Căn cứ"), "long", hint=_("Văn bản, điều, khoản"), limit=2000),
)
_WHEN: Final = (
    Column("when_field", _("Chỉ khi mục"), hint=_("Tên mục của biểu mẫu")),
    Column("when_in", _("có giá trị"), hint=_("Nhiều giá trị cách nhau bằng dấu phẩy")),
    Column("when_days", _("đã qua hơn (ngày)"), "number"),
    Column("when_from", _("Từ ngày"), hint=_("năm-tháng-ngày")),
    Column("when_to", _("Đến hết ngày"), hint=_("năm-tháng-ngày")),
    Column("when_level", _("VNeID từ mức"), "number"),
)

GENERAL: Final = Part(
    "general",
    _("Thông tin chung"),
    (
        Column("name", _("Tên chính thức"), "long", limit=2000),
        Column("short_name", _("Tên gọn"), limit=200),
        Column("name_en", _("Tên tiếng Anh")),
        Column("purpose_vi", _("Để làm gì"), "long", limit=2000),
        Column("purpose_en", _("Để làm gì (tiếng Anh)"), "long", limit=2000),
        Column("field", _("Mã lĩnh vực"), hint=_("ví dụ ho-tich")),
        Column(
            "authority",
            _("Ai giải quyết"),
            "choice",
            (
                ("commune", _("UBND phường, xã")),
                ("city", _("Cơ quan cấp thành phố")),
                ("other", _("Cơ quan khác")),
            ),
        ),
        Column("authority_agency_code", _("Mã định danh của sở giải quyết"), limit=40),
        Column("levels", _("Cấp thực hiện theo nguồn"), "lines"),
        Column("ministry", _("Bộ, ngành công bố")),
        Column("decision", _("Quyết định công bố")),
        Column(
            "online_level",
            _("Mức trực tuyến"),
            "choice",
            (
                ("full", _("Nộp trực tuyến toàn trình")),
                ("partial", _("Nộp trực tuyến một phần")),
                ("counter", _("Nộp tại quầy")),
            ),
        ),
        Column("channels", _("Cách nộp"), "ways", CHANNELS),
        Column("identity_level", _("VNeID mức"), "choice", (("1", "1"), ("2", "2"))),
        Column("status_owner", _("Hệ thống giữ trạng thái"), hint=_("haicap: hệ thống này")),
    ),
)
TEXTS: Final = Part(
    "texts",
    _("Kết quả, căn cứ"),
    (
        Column("results", _("Kết quả"), "lines", hint=_("Mỗi dòng một kết quả")),
        Column("template_title_vi", _("Tiêu đề của mẫu kết quả")),
        Column("template_title_en", _("Tiêu đề tiếng Anh")),
        Column("template_notation", _("Ký hiệu"), limit=20),
        Column("template_signer_vi", _("Chức vụ người ký")),
        Column("template_print", _("Mục của biểu mẫu được in"), "lines"),
        Column("legal_basis", _("Căn cứ pháp lý"), "lines", hint=_("Mỗi dòng một văn bản")),
        Column("subjects", _("Ai được nộp"), "lines"),
        Column("search_words", _("Người dân hay gọi là"), "lines"),
    ),
)
PAPERS: Final = Part(
    "papers",
    _("Thành phần hồ sơ"),
    tables=(
        Table(
            "papers",
            _("Giấy tờ"),
            _("Giấy tờ"),
            (
                Column("name_vi", _("Tên giấy tờ"), main=True),
                Column("required", _("Luôn phải có"), "yes", main=True),
                Column("originals", _("Bản chính"), "number", main=True),
                Column("copies", _("Bản sao"), "number", main=True),
                Column("slot", _("Mã ngăn"), hint=_("Để trống thì hệ thống đặt"), limit=60),
                Column("name_en", _("Tên tiếng Anh")),
                Column("condition_vi", _("Khi nào cần")),
                Column("condition_en", _("Khi nào cần (tiếng Anh)")),
                Column("replaced_by", _("Cơ sở dữ liệu thay giấy này")),
                Column(
                    "kind",
                    _("Loại"),
                    "choice",
                    (("paper", _("Giấy tờ phải nộp")), ("note", _("Ghi chú"))),
                ),
                *_SURE,
            ),
        ),
    ),
)
DEADLINE: Final = Part(
    "deadline",
    _("Thời hạn"),
    (
        Column("amount", _("Số lượng"), "number", hint=_("0 khi trả trong ngày hoặc trả ngay")),
        Column("time_unit", _("Đơn vị"), "choice", TIME_UNITS),
        Column(
            "policy",
            _("Cách tính ngày làm việc"),
            "choice",
            (
                ("END_OF_DAY", _("Trọn ngày, hết giờ làm việc ngày cuối")),
                ("CLOCK_HOURS", _("Theo giờ, từ lúc nhận")),
            ),
        ),
        Column(
            "supplement_policy",
            _("Sau khi bổ sung"),
            "choice",
            (("RESUME", _("Tính tiếp")), ("RESTART", _("Tính lại từ đầu"))),
        ),
        Column("supplement_reply_days", _("Hạn bổ sung (ngày làm việc)"), "number"),
        Column("supplement_max", _("Số lần bổ sung"), "number"),
        Column("note_vi", _("Lưu ý")),
        Column("note_en", _("Lưu ý (tiếng Anh)")),
        *_SURE,
    ),
    optional=_("Chưa có thời hạn"),
)
FEE: Final = Part(
    "fee",
    _("Phí, lệ phí"),
    (
        Column(
            "collect_at",
            _("Thu lúc"),
            "choice",
            (
                ("reception", _("Tiếp nhận")),
                ("supplement", _("Bổ sung")),
                ("return", _("Trả kết quả")),
            ),
        ),
        *_SURE,
    ),
    (
        Table(
            "lines",
            _("Khoản thu"),
            _("Khoản thu"),
            (
                Column("name_vi", _("Tên khoản thu"), main=True),
                Column(
                    "kind",
                    _("Cách tính"),
                    "choice",
                    (
                        ("flat", _("Một lần")),
                        ("per_unit", _("Theo số lượng")),
                        ("tiered_pages", _("Theo số trang")),
                    ),
                    main=True,
                ),
                Column(
                    "amount", _("Mức thu (đồng)"), "number", main=True, only=("flat", "per_unit")
                ),
                Column("name_en", _("Tên tiếng Anh")),
                Column(
                    "online",
                    _("Mức nộp trực tuyến"),
                    "number",
                    hint=_("Để trống: như nhau"),
                    only=("flat", "per_unit"),
                ),
                Column(
                    "quantity",
                    _("Mục ghi số lượng"),
                    hint=_("Tên mục của biểu mẫu"),
                    only=("per_unit",),
                ),
                Column("per_vi", _("Đơn vị tính"), only=("per_unit",)),
                Column("per_en", _("Đơn vị tính (tiếng Anh)"), only=("per_unit",)),
                Column("pages", _("Mục ghi số trang"), only=("tiered_pages",)),
                Column("copies", _("Mục ghi số bản"), only=("tiered_pages",)),
                Column(
                    "tiers",
                    _("Bậc"),
                    "lines",
                    hint=_("Mỗi dòng: đến trang = số tiền; dòng cuối chỉ ghi số tiền"),
                    only=("tiered_pages",),
                ),
                Column("cap_per_copy", _("Nhiều nhất một bản"), "number", only=("tiered_pages",)),
                *_WHEN,
            ),
            most=40,
            hint=_("Không có khoản nào: không thu."),
        ),
        Table(
            "waivers",
            _("Miễn, giảm"),
            _("Diện miễn"),
            (
                Column("line", _("Của khoản thu số"), "number", main=True),
                Column("name_vi", _("Ai, khi nào được miễn"), main=True),
                Column("name_en", _("Tiếng Anh")),
                *_WHEN,
            ),
            most=80,
        ),
    ),
    optional=_("Chưa rõ mức thu"),
)
ROUTE: Final = Part(
    "route",
    _("Quy trình nội bộ"),
    tables=(
        Table(
            "route",
            _("Các bước"),
            _("Bước"),
            (
                Column("name_vi", _("Việc phải làm"), main=True),
                Column("duty", _("Ai làm"), "choice", DUTIES, main=True),
                Column("place", _("Ở đâu"), "choice", PLACES, main=True),
                Column("minutes", _("Số phút làm việc"), "number", main=True),
                Column("step", _("Mã bước"), hint=_("ví dụ verify; mỗi bước một mã"), limit=40),
                Column("name_en", _("Tiếng Anh")),
                *_SURE,
            ),
            most=40,
            hint=_("Không có bước nào: dùng quy trình chung, chia giờ theo thời hạn."),
        ),
    ),
)
FORM: Final = Part(
    "form",
    _("Biểu mẫu điện tử"),
    (
        Column("place", _("Mục địa chỉ quyết định nơi giải quyết"), hint=_("Để trống: chọn tự do")),
        Column("subject", _("Dòng trích yếu"), hint=_("ví dụ: Đăng ký khai sinh cho {child_name}")),
        *_SURE,
    ),
    (
        Table(
            "sections",
            _("Các phần"),
            _("Phần"),
            (
                Column("title_vi", _("Tên phần"), main=True),
                Column("title_en", _("Tiếng Anh"), main=True),
                Column("name", _("Mã phần"), main=True, limit=40),
            ),
            most=20,
        ),
        Table(
            "fields",
            _("Các mục"),
            _("Mục"),
            (
                Column("label_vi", _("Câu hỏi"), main=True),
                Column("kind", _("Loại"), "choice", KINDS, main=True),
                Column("section", _("Thuộc phần"), main=True, limit=40),
                Column("required", _("Phải trả lời"), "yes", main=True),
                Column("name", _("Mã mục"), hint=_("chữ thường, số, gạch dưới"), limit=40),
                Column("label_en", _("Câu hỏi tiếng Anh")),
                Column("hint_vi", _("Gợi ý")),
                Column("hint_en", _("Gợi ý tiếng Anh")),
                Column("within", _("Nằm trong nhóm lặp"), hint=_("mã của nhóm"), limit=40),
                Column("default", _("Điền sẵn"), only=("text", "textarea", "number", "choice")),
                Column("min", _("Ít nhất"), "number", only=("number", "group")),
                Column(
                    "max", _("Nhiều nhất"), "number", only=("text", "textarea", "number", "group")
                ),
                Column(
                    "when",
                    _("Ngày"),
                    "choice",
                    (("past", _("đã qua")), ("future", _("chưa tới")), ("any", _("bất kỳ"))),
                    only=("date",),
                ),
                Column(
                    "format",
                    _("Dạng chữ"),
                    "choice",
                    (("", _("bất kỳ")), ("person_name", _("họ tên người"))),
                    only=("text",),
                ),
                Column(
                    "options",
                    _("Các lựa chọn"),
                    "lines",
                    hint=_("Mỗi dòng: mã | tiếng Việt | tiếng Anh"),
                    only=("choice",),
                    limit=20_000,
                ),
                Column(
                    "parts",
                    _("Hỏi những gì về người này"),
                    hint=_("name, birth_date, sex, personal_id, address…"),
                    only=("person",),
                ),
                Column("optional", _("Trong đó không bắt buộc"), only=("person",)),
                Column("show_if_field", _("Chỉ hỏi khi mục"), hint=_("mã mục"), limit=40),
                Column(
                    "show_if_in",
                    _("có giá trị"),
                    hint=_("cách nhau bằng dấu phẩy; đánh dấu thì ghi true hoặc false"),
                ),
            ),
            most=400,
        ),
    ),
    optional=_("Dùng biểu mẫu chung"),
)
PARTS: Final = {part.name: part for part in (GENERAL, PAPERS, DEADLINE, FEE, ROUTE, FORM, TEXTS)}


def shows(column: Column, kind: str) -> bool:
    """Whether a row of this kind has the column."""
    return not column.only or kind in column.only
