"""The general way of desks for a procedure that has no route of its own. Pure.

Shares follow the commune routes published by Cao Bằng (QĐ 2022/QĐ-UBND, 27/11/2025): of five days
half a day to receive, two and a half to verify, half to review, one to decide, half to issue.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from haicap.catalogue.sources import Limit, Step

MARK: Final = "giả định"
BASIS: Final = (
    "Chia theo tỷ lệ của quy trình cấp xã đã công bố (QĐ 2022/QĐ-UBND Cao Bằng, 27/11/2025); "
    "HaiCap đặt, người kiểm soát thủ tục hành chính sửa được"
)
MINUTES_A_DAY: Final = 480

# step, Vietnamese, English, duty, place, share in percent
_STEPS: Final = (
    ("receive", "Tiếp nhận, kiểm tra và số hóa hồ sơ", "Receive, check and scan", "receive", 10),
    ("verify", "Thẩm tra, dự thảo kết quả", "Verify and draft the result", "handle", 50),
    ("review", "Kiểm tra dự thảo, trình ký", "Review the draft and submit it", "head", 10),
    ("decide", "Phê duyệt", "Approve", "decide", 20),
    ("issue", "Cấp số, phát hành, chuyển trả kết quả", "Number, issue and hand over", "issue", 10),
)


def legal_minutes(amount: int, time_unit: str) -> int:
    """Working minutes within a limit, carefully: five working days in seven calendar days."""
    return {
        "MINUTE": amount,
        "HOUR": amount * 60,
        "WORKING_DAY": amount * MINUTES_A_DAY,
        "DAY": max(1, amount * 5 // 7) * MINUTES_A_DAY,
        "MONTH": amount * 20 * MINUTES_A_DAY,
        "SAME_DAY": MINUTES_A_DAY,
        "IMMEDIATE": 240,
    }[time_unit]


def general_route(*, limit: Limit | None, specialty: str) -> tuple[Step, ...]:
    """The five desks, with minutes cut from the limit (none without one). Without a `specialty`
    the competent agency verifies itself, as a department does.
    """
    total = legal_minutes(limit.amount, limit.time_unit) if limit else 0
    place = f"division:{specialty}" if specialty else "competent"
    places = {"receive": "receiving", "handle": place, "head": place}
    return tuple(
        Step(
            step=step,
            name_vi=vietnamese,
            name_en=english,
            duty=duty,
            place=places.get(duty, "competent"),
            minutes=total * share // 100,
            mark=MARK,
            basis=BASIS,
        )
        for step, vietnamese, english, duty, share in _STEPS
    )


def fits(steps: Sequence[Step], *, limit: Limit) -> bool:
    """Whether the desks together stay within the limit."""
    return sum(step.minutes for step in steps) <= legal_minutes(limit.amount, limit.time_unit)
