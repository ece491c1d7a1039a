"""What the citizens' home leads to: events of a life, each with the procedure it usually needs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from haicap.site.jinja import url_or


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """A tile of the home page."""

    icon: str
    title: str
    text: str
    url: str


def life_events() -> list[LifeEvent]:
    """The tiles, in the order of a life. Codes are those of the national catalogue."""
    return [
        _event("baby", _("Sinh con"), _("Khai sinh, thẻ bảo hiểm y tế cho trẻ"), "1.001193"),
        _event("heart-handshake", _("Kết hôn"), _("Đăng ký kết hôn"), "1.000894"),
        _event("stamp", _("Chứng thực"), _("Bản sao từ bản chính, lấy ngay"), "2.000815"),
        _event("map-pin-house", _("Chuyển nơi ở"), _("Đăng ký thường trú, tạm trú"), "1.004222"),
        _event("store", _("Hộ kinh doanh"), _("Đăng ký thành lập hộ kinh doanh"), "1.001612"),
        _event("hammer", _("Sửa, xây nhà"), _("Giấy phép sửa chữa, cải tạo nhà ở"), "1.013229"),
        _event("hand-heart", _("Người cao tuổi"), _("Trợ cấp hưu trí xã hội"), "1.014027"),
        _event(
            "flower-2", _("Gia đình có tang"), _("Khai tử, hỗ trợ chi phí mai táng"), "1.000656"
        ),
    ]


def _event(icon: str, title: str, text: str, code: str) -> LifeEvent:
    search = url_or("", "catalogue:search")
    fallback = f"{search}?{urlencode({'q': code})}" if search else ""
    return LifeEvent(icon, title, text, url_or(fallback, "catalogue:procedure", code))
