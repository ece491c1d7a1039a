"""Which agencies the city has, where that is not published: codes, branches, divisions.

Known: H26 is Hanoi's committee (QĐ 20/2020/QĐ-TTg gives the form of the codes below it); the Centre
has twelve branches called "Chi nhánh số N" and a service point in every commune. Everything else
here is "giả định": it fills the demo city and stays editable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CITY_CODE: Final = "H26"
CENTRE_NUMBER: Final = 2

# Old districts whose communes a branch serves, balanced by communes (8 to 14) and people.
BRANCHES: Final[dict[int, tuple[str, ...]]] = {
    1: ("001", "002", "007"),  # Ba Đình, Hoàn Kiếm, Hai Bà Trưng
    2: ("006", "009"),  # Đống Đa, Thanh Xuân
    3: ("003", "005", "021"),  # Tây Hồ, Cầu Giấy, Bắc Từ Liêm
    4: ("004", "018"),  # Long Biên, Gia Lâm
    5: ("008", "020"),  # Hoàng Mai, Thanh Trì
    6: ("019", "268"),  # Nam Từ Liêm, Hà Đông
    7: ("016", "017"),  # Sóc Sơn, Đông Anh
    8: ("250", "273", "274"),  # Mê Linh, Đan Phượng, Hoài Đức
    9: ("269", "271"),  # Sơn Tây, Ba Vì
    10: ("272", "275", "276"),  # Phúc Thọ, Quốc Oai, Thạch Thất
    11: ("277", "278", "282"),  # Chương Mỹ, Thanh Oai, Mỹ Đức
    12: ("279", "280", "281"),  # Thường Tín, Phú Xuyên, Ứng Hòa
}


@dataclass(frozen=True, slots=True)
class Division:
    """A body below a commune's committee (NĐ 150/2025/NĐ-CP). `kind`: phường or xã; "" for both."""

    number: int
    specialty: str
    name: str
    name_en: str
    kind: str = ""


# Tư pháp, hộ tịch and chứng thực lie with the office (vp).
DIVISIONS: Final = (
    Division(
        1,
        "vp",
        "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
        "Office of the People's Council and People's Committee",
    ),
    Division(
        2,
        "kt",
        "Phòng Kinh tế, Hạ tầng và Đô thị",
        "Division of Economy, Infrastructure and Urban Affairs",
        "phường",
    ),
    Division(2, "kt", "Phòng Kinh tế", "Division of Economy", "xã"),
    Division(3, "vhxh", "Phòng Văn hóa - Xã hội", "Division of Culture and Social Affairs"),
    Division(4, "ca", "Công an", "Police"),
)


@dataclass(frozen=True, slots=True)
class Department:
    """A body of the city. `under` is the number of the one it stands under, 0 for the committee."""

    number: int
    specialty: str
    name: str
    name_en: str
    under: int = 0


DEPARTMENTS: Final = (
    Department(1, "vpub", "Văn phòng Ủy ban nhân dân", "Office of the People's Committee"),
    Department(3, "noivu", "Sở Nội vụ", "Department of Home Affairs"),
    Department(4, "tuphap", "Sở Tư pháp", "Department of Justice"),
    Department(5, "taichinh", "Sở Tài chính", "Department of Finance"),
    Department(6, "congthuong", "Sở Công Thương", "Department of Industry and Trade"),
    Department(
        7,
        "nnmt",
        "Sở Nông nghiệp và Môi trường",
        "Department of Agriculture and Environment",
    ),
    Department(8, "xaydung", "Sở Xây dựng", "Department of Construction"),
    Department(9, "qhkt", "Sở Quy hoạch - Kiến trúc", "Department of Planning and Architecture"),
    Department(10, "khcn", "Sở Khoa học và Công nghệ", "Department of Science and Technology"),
    Department(11, "vhtt", "Sở Văn hóa và Thể thao", "Department of Culture and Sports"),
    Department(12, "dulich", "Sở Du lịch", "Department of Tourism"),
    Department(13, "gddt", "Sở Giáo dục và Đào tạo", "Department of Education and Training"),
    Department(14, "yte", "Sở Y tế", "Department of Health"),
    Department(15, "dttg", "Sở Dân tộc và Tôn giáo", "Department of Ethnic and Religious Affairs"),
    Department(16, "ngoaivu", "Sở Ngoại vụ", "Department of External Relations"),
    Department(17, "thanhtra", "Thanh tra", "Inspectorate"),
    Department(
        18,
        "kcn",
        "Ban Quản lý khu công nghệ cao và khu công nghiệp",
        "Management Board of High-Tech and Industrial Parks",
    ),
    Department(19, "congan", "Công an", "Public Security"),
    Department(20, "thue", "Thuế", "Tax Office"),
    Department(21, "dkdd", "Văn phòng đăng ký đất đai", "Land Registration Office", under=7),
)


def commune_number(clause: int) -> int:
    """A commune's number below H26: its clause in resolution 1656, after the departments."""
    return 100 + clause
