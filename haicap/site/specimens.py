"""Made-up values for the sheet of components: each component in every state, nobody real."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from haicap.kernel.actor import Actor, ActorKind
from haicap.kernel.clock import VIETNAM


def sheet() -> dict[str, Any]:
    """All that `site/specimens.html` shows."""
    return {
        "lefts": _lefts(),
        "files": _files(),
        "moments": _moments(),
        "tasks": _tasks(),
        "rows": _rows(),
        "columns": [
            {"label": "Mã hồ sơ", "kind": "code"},
            {"label": "Người nộp", "sort": True},
            "Thủ tục",
            {"label": "Ngày nhận", "kind": "number", "sort": True, "order": "descending"},
            {"label": "Lệ phí", "kind": "number", "sort": True},
        ],
        "shapes": _shapes(),
        "citizen": Actor(kind=ActorKind.CITIZEN, name="Trần Thị Lan"),
    }


def _lefts() -> list[SimpleNamespace]:
    pairs = [
        ("green", "còn 3 ngày"),
        ("amber", "còn 1 ngày"),
        ("orange", "hôm nay"),
        ("red", "quá hạn 2 ngày"),
        ("black", "quá hạn 12 ngày"),
        ("grey", "tạm dừng"),
        ("teal", "xong sớm"),
    ]
    return [SimpleNamespace(tone=tone, words=words) for tone, words in pairs]


def _files() -> list[dict[str, Any]]:
    return [
        {
            "name": "to-khai-dang-ky-khai-sinh.pdf",
            "url": "#",
            "size": 184_000,
            "kind": "bản điện tử",
            "verdict": "đã quét, an toàn",
            "remove_url": "#",
        },
        {
            "name": "giấy chứng sinh bệnh viện Phụ sản Hà Nội, chụp 20-11-2026, trang 1 và 2.jpg",
            "url": "#",
            "size": 2_437_000,
            "kind": "bản chụp, quét",
            "verdict": "chưa quét",
            "remove_url": "#",
        },
        {"name": "sổ hộ khẩu.jpg", "state": "sending", "progress": 60},
        {
            "name": "phim.mp4",
            "state": "refused",
            "error": "Tệp này là phim; chỉ nhận PDF, JPG hoặc PNG.",
        },
    ]


def _moments() -> list[dict[str, Any]]:
    return [
        {
            "title": "Ông bà đã nộp hồ sơ",
            "when": datetime(2026, 11, 18, 8, 5, tzinfo=VIETNAM),
            "text": "Nộp trên mạng, gồm 3 giấy tờ.",
        },
        {
            "title": "Đã tiếp nhận và hẹn ngày trả",
            "when": datetime(2026, 11, 18, 9, 30, tzinfo=VIETNAM),
        },
        {
            "title": "Đang giải quyết",
            "text": "Phòng Văn hóa, Xã hội phường Bồ Đề đang xem hồ sơ.",
            "state": "now",
        },
        {"title": "Trả kết quả", "when": "hẹn thứ Tư, 25/11/2026, trước 17 giờ", "state": "next"},
        {"title": "Tạm dừng chờ ông bà bổ sung", "when": "từ 20/11/2026", "state": "stopped"},
    ]


def _tasks() -> list[dict[str, Any]]:
    lefts = _lefts()
    titles = [
        ("Đăng ký khai sinh", "Trần Thị Lan", "Thụ lý"),
        ("Cấp giấy xác nhận tình trạng hôn nhân", "Phạm Văn Hòa", "Thẩm tra"),
        ("Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Lê Thị Bích Ngọc", "Ký"),
        ("Đăng ký thành lập hộ kinh doanh", "Đỗ Minh Quân", "Chờ bổ sung"),
    ]
    return [
        {
            "url": f"#viec-{place}",
            "code": f"H26.19.9-261118-{place:04d}",
            "title": title,
            "person": person,
            "step": step,
            "left": lefts[place],
            "current": place == 1,
            "badge": ("SUPP_REQ", "Yêu cầu bổ sung") if place == 3 else None,
            "note": "",
        }
        for place, (title, person, step) in enumerate(titles)
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "url": "#",
            "cells": [
                code,
                person,
                procedure,
                {"text": f"{day:02d}/11/2026", "sort": day},
                {"text": f"{fee:,} đồng".replace(",", "."), "sort": fee},
            ],
        }
        for code, person, procedure, day, fee in [
            ("H26.19.9-261120-0007", "Trần Thị Lan", "Đăng ký khai sinh", 20, 0),
            ("H26.19.9-261119-0031", "Phạm Văn Hòa", "Chứng thực bản sao", 19, 8000),
            ("H26.19.9-261118-0002", "Đỗ Minh Quân", "Đăng ký hộ kinh doanh", 18, 100_000),
        ]
    ]


def _shapes() -> list[dict[str, str]]:
    words = ("không quá hạn", "1 đến 2", "3 đến 5", "6 đến 9", "10 đến 19", "từ 20")
    return [
        {
            "d": f"M{x} {y}h38l6 20-6 20h-38l-6-20z",
            "level": str(level),
            "title": f"Phường {level}: {words[level]} hồ sơ quá hạn",
            "url": "#",
        }
        for level, (x, y) in enumerate([(10, 6), (60, 6), (110, 6), (10, 54), (60, 54), (110, 54)])
    ]
