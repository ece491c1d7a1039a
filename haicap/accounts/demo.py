"""The demo's named cast: who they are, where they sit, what they can do. Nobody here is real."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from haicap.accounts.models import Reach
from haicap.kernel.actor import Duty

DATA: Final = Path(__file__).resolve().parents[1] / "data"
PASSWORD: Final = "haicap-demo"  # noqa: S105 - published on purpose; opens nothing in production
BODE, CUANAM = "00118", "00082"


@dataclass(frozen=True, slots=True)
class Seat:
    """A post: where (`place`: point | committee | division | branch | centre), its title and
    duties."""

    place: str
    title: str
    duties: tuple[tuple[Duty, Reach], ...]
    commune: str = ""
    specialty: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """One of the cast. `what` and `what_en` say what they can do."""

    login: str
    name: str
    seats: tuple[Seat, ...]
    what: str
    what_en: str


@dataclass(frozen=True, slots=True)
class CastRow:
    """One row of the table printed at the start."""

    who: str
    login: str
    password: str
    what: str
    what_en: str


@dataclass(frozen=True, slots=True)
class DemoCitizen:
    """One of the fictitious citizens of the VNeID simulator."""

    key: str
    number: str
    name: str
    sex: str
    birth_date: str
    phone: str
    email: str
    level: int
    commune: str
    detail: str
    note: str


def _division(
    commune: str, specialty: str, title: str, duty: Duty, reach: Reach = Reach.OWN
) -> tuple[Seat, ...]:
    return (Seat("division", title, ((duty, reach),), commune, specialty),)


def _point(commune: str) -> tuple[Seat, ...]:
    return (Seat("point", "Công chức tiếp nhận", ((Duty.RECEIVE, Reach.OWN),), commune),)


def _leader(commune: str, title: str) -> tuple[Seat, ...]:
    return (Seat("committee", title, ((Duty.DECIDE, Reach.TREE),), commune),)


def _centre(title: str, *duties: Duty) -> tuple[Seat, ...]:
    return (Seat("centre", title, tuple((duty, Reach.ALL) for duty in duties)),)


CAST: Final = (
    Named(
        "tiepnhan.bode", "Phạm Ngọc Minh", _point(BODE),
        "tiếp nhận, in giấy hẹn, trả kết quả tại phường Bồ Đề",
        "receives, prints receipts and returns results in Bồ Đề",
    ),
    Named(
        "hotich.bode", "Vũ Thu Hà",
        _division(BODE, "vp", "Công chức tư pháp - hộ tịch", Duty.HANDLE),
        "thụ lý hộ tịch, chứng thực",
        "works on civil status and certification",
    ),
    Named(
        "chuyenvien.bode", "Đinh Quốc Bảo",
        _division(BODE, "vhxh", "Chuyên viên văn hóa - xã hội", Duty.HANDLE),
        "thụ lý bảo trợ xã hội, người có công, giáo dục",
        "works on social welfare and education",
    ),
    Named(
        "kinhte.bode", "Đỗ Trung Kiên",
        _division(BODE, "kt", "Chuyên viên kinh tế, đô thị", Duty.HANDLE),
        "thụ lý hộ kinh doanh, đất đai, xây dựng",
        "works on household businesses, land and building",
    ),
    Named(
        "chanhvanphong.bode", "Nguyễn Thị Thúy",
        _division(BODE, "vp", "Chánh Văn phòng", Duty.HEAD),
        "phân công và xem dự thảo của Văn phòng",
        "assigns work and reviews drafts of the Office",
    ),
    Named(
        "truongphong.bode", "Trịnh Minh Thu",
        _division(BODE, "vhxh", "Trưởng phòng Văn hóa - Xã hội", Duty.HEAD),
        "phân công và xem dự thảo của phòng Văn hóa - Xã hội",
        "assigns work and reviews drafts of Culture and Social Affairs",
    ),
    Named(
        "truongkinhte.bode", "Cao Đức Long",
        _division(BODE, "kt", "Trưởng phòng Kinh tế, Hạ tầng và Đô thị", Duty.HEAD),
        "phân công và xem dự thảo của phòng Kinh tế, Hạ tầng và Đô thị",
        "assigns work and reviews drafts of Economy and Urban Affairs",
    ),
    Named(
        "lanhdao.bode", "Hoàng Anh Quân", _leader(BODE, "Chủ tịch UBND phường"),
        "phê duyệt hồ sơ của phường Bồ Đề",
        "approves the dossiers of Bồ Đề",
    ),
    Named(
        "phochutich.bode", "Lưu Bích Liên",
        (*_leader(BODE, "Phó Chủ tịch UBND phường"), *_point(BODE)),
        "giữ hai vị trí: phê duyệt, hoặc trực tiếp nhận",
        "holds two posts: approves, or stands in at the counter",
    ),
    Named(
        "vanthu.bode", "Bùi Thị Vân", _division(BODE, "vp", "Văn thư", Duty.ISSUE, Reach.UNIT),
        "cấp số và phát hành kết quả",
        "numbers and issues the results",
    ),
    Named(
        "quantri.bode", "Ngô Anh Tuấn",
        _division(BODE, "vp", "Quản trị tài khoản", Duty.ACCOUNTS, Reach.UNIT),
        "quản trị tài khoản, vị trí, ủy quyền của phường",
        "looks after accounts, posts and delegations of the ward",
    ),
    Named(
        "tiepnhan.cuanam", "Lý Thị Nga", _point(CUANAM),
        "tiếp nhận tại phường Cửa Nam, chuyển về nơi có thẩm quyền",
        "receives in Cửa Nam, for whichever authority decides",
    ),
    Named(
        "chuyenvien.cuanam", "Đặng Văn Thái",
        _division(CUANAM, "vhxh", "Chuyên viên văn hóa - xã hội", Duty.HANDLE),
        "người lạ với hồ sơ của Bồ Đề",
        "a stranger to the dossiers of Bồ Đề",
    ),
    Named(
        "lanhdao.cuanam", "Mai Tiến Dũng", _leader(CUANAM, "Chủ tịch UBND phường"),
        "phê duyệt hồ sơ của phường Cửa Nam",
        "approves the dossiers of Cửa Nam",
    ),
    Named(
        "dieuphoi.cn", "Phan Thị Diệu",
        (Seat("branch", "Điều phối chi nhánh", ((Duty.COORDINATE, Reach.TREE),), BODE),),
        "điều phối hồ sơ chưa rõ thẩm quyền của chi nhánh",
        "reroutes dossiers whose authority is unclear, for the branch",
    ),
    Named(
        "dieuhanh.tp", "Tạ Minh Tâm",
        _centre("Điều hành toàn thành phố", Duty.OBSERVE, Duty.COORDINATE),
        "xem toàn cảnh 126 phường, xã; điều phối",
        "watches the whole city on the map and coordinates",
    ),
    Named(
        "kiemsoat.tthc", "Đinh Văn Soát", _centre("Kiểm soát thủ tục hành chính", Duty.CATALOGUE),
        "danh mục thủ tục, thời hạn, quy trình nội bộ",
        "keeps the catalogue, its time limits and routes",
    ),
    Named(
        "kiemsoat2.tthc", "Vũ Thị Rà", _centre("Kiểm soát thủ tục hành chính", Duty.CATALOGUE),
        "công bố những gì người kiểm soát kia đã soạn",
        "publishes what the other controller has written",
    ),
    Named(
        "ketoan.tp", "Vương Thị Oanh", _centre("Kế toán thu phí", Duty.FINANCE),
        "đối soát phí, lệ phí hằng ngày, hoàn tiền, đọc sao kê",
        "reconciles fees daily, pays back, reads bank statements",
    ),
    Named(
        "thuquy.tp", "Tống Văn Ích", _centre("Thủ quỹ", Duty.FINANCE),
        "kiểm đếm, người thứ hai khóa sổ ngày",
        "counts the drawer; the second to close a day",
    ),
    Named(
        "quantri.tp", "Hồ Mai Chi", _centre("Quản trị tài khoản thành phố", Duty.ACCOUNTS),
        "quản trị tài khoản toàn thành phố",
        "looks after the accounts of the whole city",
    ),
    Named(
        "kythuat", "Lương Đăng Khoa", _centre("Vận hành kỹ thuật", Duty.OPERATE),
        "vận hành; không xem hồ sơ của người dân",
        "operates the platform; sees no citizen's dossier",
    ),
)  # fmt: skip


@cache
def citizens() -> tuple[DemoCitizen, ...]:
    """The fictitious citizens who may sign in, in the order of the file."""
    with (DATA / "demo_citizens.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            DemoCitizen(**{**row, "level": int(row["level"])})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        )


def cast() -> list[CastRow]:
    """Who can sign in to the demo: staff by password, then the first citizens through the
    simulator."""
    rows = [CastRow(one.name, one.login, PASSWORD, one.what, one.what_en) for one in CAST]
    for one in citizens()[:3]:
        note = f"công dân mức {one.level}: {one.note.lower()}"
        rows.append(
            CastRow(one.name, f"VNeID: {one.key}", "", note, f"a citizen, level {one.level}")
        )
    return rows
