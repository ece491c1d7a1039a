"""Which body lies behind a trade: divisions of a commune, departments of the city.

Divisions as NĐ 150/2025/NĐ-CP has them; which department a ministry's procedures lie with is
"giả định" until each is looked up.
"""

from __future__ import annotations

from typing import Final

# Which division of a commune handles a group of procedures (NĐ 150/2025/NĐ-CP names the divisions).
_DIVISIONS: Final = {
    "vp": "hộ tịch,chứng thực,tư pháp,tiếp công dân,quân sự",
    "ca": "cư trú,căn cước,xuất nhập cảnh,phương tiện,phòng cháy",
    "vhxh": "bảo trợ xã hội,giáo dục,y tế,văn hóa,tôn giáo,người có công,nội vụ,bảo hiểm xã hội",
    "kt": "hộ kinh doanh,xây dựng,đất đai,nông nghiệp,giao thông,môi trường,hợp tác xã,khác",
}
SPECIALTY: Final = {
    group: division for division, groups in _DIVISIONS.items() for group in groups.split(",")
}
# Groups decided by bodies that are not the People's Committee: insurance, army, police.
OTHERS: Final = frozenset(
    {"bảo hiểm xã hội", "quân sự", "căn cước", "xuất nhập cảnh", "phương tiện", "phòng cháy"}
)

# The department a ministry's procedures lie with in the city (giả định until each is looked up).
DEPARTMENTS: Final = {
    "Bộ Tư pháp": "Sở Tư pháp",
    "Bộ Xây dựng": "Sở Xây dựng",
    "Bộ Nông nghiệp và Môi trường": "Sở Nông nghiệp và Môi trường",
    "Bộ Tài chính": "Sở Tài chính",
    "Bộ Giáo dục và Đào tạo": "Sở Giáo dục và Đào tạo",
    "Bộ Văn hóa, Thể thao và Du lịch": "Sở Văn hóa và Thể thao",
    "Bộ Nội vụ": "Sở Nội vụ",
    "Bộ Y tế": "Sở Y tế",
    "Bộ Công an": "Công an",
}

ENGLISH: Final = {
    "ho-tich": "Civil status",
    "chung-thuc": "Certification",
    "nuoi-con-nuoi": "Adoption",
    "bao-tro-xa-hoi": "Social protection",
    "giam-ngheo": "Poverty reduction",
    "tre-em": "Children",
    "dang-ky-quan-ly-cu-tru": "Residence",
    "cap-quan-ly-can-cuoc": "Identity cards",
    "thanh-lap-va-hoat-dong-doanh-nghiep-ho-kinh-doanh": "Household business",
    "nghia-vu-quan-su": "Military service",
    "cong-chuc-vien-chuc": "Civil servants",
    "phong-chay-chua-chay": "Fire safety",
    "hoat-dong-xay-dung": "Building",
    "nha-o-va-cong-so": "Housing",
    "dat-dai": "Land",
    "duong-bo": "Roads",
    "giao-duc-mam-non": "Nursery education",
    "giao-duc-tieu-hoc": "Primary education",
    "giao-duc-trung-hoc": "Secondary education",
    "moi-truong": "Environment",
    "quan-ly-xuat-nhap-canh": "Immigration",
    "tin-nguong-ton-giao": "Belief and religion",
    "giai-quyet-khieu-nai": "Complaints",
    "giai-quyet-to-cao": "Denunciations",
    "tiep-cong-dan": "Reception of citizens",
    "xu-ly-don-thu": "Petitions",
    "nguoi-co-cong": "People of merit",
    "an-toan-thuc-pham": "Food safety",
    "thuy-san": "Fisheries",
    "lam-nghiep": "Forestry",
    "chan-nuoi": "Livestock",
    "luat-su": "Lawyers",
    "cong-chung": "Notaries",
    "ly-lich-tu-phap": "Judicial records",
    "quoc-tich": "Nationality",
    "tro-giup-phap-ly": "Legal aid",
    "du-lich": "Tourism",
}
