"""Words that stand all over the national catalogue, named so that they have their English.

They are data, kept in Vietnamese with every version; here the collector of texts finds them.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, gettext_noop

KNOWN: Final = (
    # databases whose data stands in for a paper
    gettext_noop("Cơ sở dữ liệu hộ tịch điện tử"),
    gettext_noop("Cơ sở dữ liệu quốc gia về dân cư"),
    gettext_noop("Cơ sở dữ liệu quốc gia về đất đai"),
    gettext_noop("Cơ sở dữ liệu về cán bộ, công chức, viên chức"),
    gettext_noop("Dữ liệu giấy báo tử có ký số"),
    gettext_noop("Dữ liệu giấy chứng sinh có ký số"),
    # who may apply
    gettext_noop("Công dân Việt Nam"),
    gettext_noop("Doanh nghiệp"),
    gettext_noop("Người Việt Nam định cư ở nước ngoài"),
    gettext_noop("Tổ chức"),
    # who published it
    gettext_noop("Bộ Nông nghiệp và Môi trường"),
    gettext_noop("Bộ Xây dựng"),
    gettext_noop("Bộ Tư pháp"),
    gettext_noop("Bộ Công an"),
    gettext_noop("Bộ Tài chính"),
    gettext_noop("Bộ Văn hóa, Thể thao và Du lịch"),
    gettext_noop("Bộ Giáo dục và Đào tạo"),
    gettext_noop("Bộ Nội vụ"),
    gettext_noop("Bộ Quốc phòng"),
    gettext_noop("Bộ Y tế"),
    gettext_noop("Thanh tra Chính phủ"),
    gettext_noop("Tòa án nhân dân"),
    gettext_noop("Bộ Dân tộc và Tôn giáo"),
    # what one gets
    gettext_noop("Trích lục khai tử"),
    gettext_noop("Giấy chứng nhận kết hôn (02 bản)"),
    gettext_noop("Trích lục đăng ký nhận cha, mẹ, con"),
    gettext_noop("Giấy khai sinh"),
    gettext_noop("Số định danh cá nhân"),
    gettext_noop("Thông báo về việc chấm dứt hoạt động hộ kinh doanh"),
    gettext_noop("Giấy xác nhận tạm ngừng hoặc tiếp tục kinh doanh"),
    gettext_noop("Giấy chứng nhận đăng ký hộ kinh doanh"),
    gettext_noop("Giấy xác nhận khuyết tật"),
    gettext_noop("Quyết định hỗ trợ chi phí mai táng"),
    gettext_noop("Quyết định về trợ cấp xã hội hằng tháng"),
    gettext_noop("Thông báo kết quả giải quyết gia hạn tạm trú"),
    gettext_noop("Thông báo kết quả xóa đăng ký thường trú"),
    gettext_noop("Thông báo kết quả giải quyết đăng ký cư trú"),
    gettext_noop("Giấy chứng nhận kết hôn"),
    gettext_noop("Trích lục đăng ký giám hộ"),
    gettext_noop("Trích lục thay đổi, cải chính, bổ sung thông tin hộ tịch"),
    gettext_noop("Giấy xác nhận tình trạng hôn nhân"),
    gettext_noop("Thông báo kết quả giải quyết tách hộ"),
    gettext_noop("Xác nhận thông tin về cư trú"),
    gettext_noop("Quyết định công nhận hộ nghèo, hộ cận nghèo"),
    gettext_noop("Quyết định công nhận hộ thoát nghèo, hộ thoát cận nghèo"),
    gettext_noop("Biên bản hòa giải"),
    gettext_noop("Giấy phép xây dựng kèm hồ sơ thiết kế đóng dấu"),
    gettext_noop("Giấy phép xây dựng được điều chỉnh"),
    gettext_noop("Giấy phép xây dựng được gia hạn"),
    gettext_noop("Giấy phép xây dựng được cấp lại"),
    gettext_noop("Giấy phép sửa chữa, cải tạo"),
    gettext_noop("Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất"),
    gettext_noop("Quyết định hưởng trợ cấp hưu trí xã hội"),
    gettext_noop("Bản sao trích lục hộ tịch, bản sao Giấy khai sinh"),
    gettext_noop("Bản sao được chứng thực từ bản chính"),
    gettext_noop("Giấy tờ, văn bản được chứng thực chữ ký"),
    gettext_noop("Bản sao được cấp từ sổ gốc"),
    gettext_noop("Giấy tờ, văn bản được chứng thực chữ ký người dịch"),
    gettext_noop("Di chúc được chứng thực"),
    gettext_noop("Giao dịch được chứng thực"),
    gettext_noop("Giấy chứng nhận nuôi con nuôi trong nước"),
)


def spoken(words: str) -> str:
    """The words in the reader's language, part by part ("A; B"); themselves without English."""
    return "; ".join(gettext(part) for part in words.split("; ")) if words else ""
