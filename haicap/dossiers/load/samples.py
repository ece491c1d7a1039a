"""The files all dossiers of the demo share: made once, kept once, shown in thousands of places."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from haicap.catalogue import public as catalogue
from haicap.dossiers.load.case import Samples
from haicap.dossiers.load.town import Town
from haicap.dossiers.result import ResultData, ResultRow, render_result
from haicap.files import load as files_load
from haicap.kernel.clock import VIETNAM

MADE_AT: Final = datetime(2025, 7, 1, tzinfo=VIETNAM)
PLACE: Final = "Hà Nội"
AGENCY: Final = "BẢN TRÌNH DIỄN HAICAP"
ABOUT: Final = (
    "Tệp này do bản trình diễn tạo ra để minh họa, dùng chung cho nhiều hồ sơ mẫu; "
    "không có giá trị pháp lý."
)
PAPER_TITLE: Final = "GIẤY TỜ MINH HỌA"


def keep_samples(town: Town, *, at: datetime) -> Samples:
    """One paper of a citizen and one result for each procedure, as files without a place yet."""
    paper = _keep(PAPER_TITLE, name="giay-to-minh-hoa.pdf", what="Giấy tờ người dân nộp", at=at)
    results = {}
    for code in town.codes:
        rules = town.rules(code, town.day)
        template = catalogue.result_document(rules.version_id)
        results[code] = _keep(
            template.title_vi,
            name=f"ket-qua-{code}.pdf",
            what=rules.short_name or rules.name,
            signer=template.signer_vi,
            at=at,
        )
    return Samples(paper=paper, results=results)


def _keep(title: str, *, name: str, what: str, at: datetime, signer: str = "") -> str:
    pdf = render_result(
        ResultData(
            agency=AGENCY,
            place=PLACE,
            title=title,
            dossier_code="",
            made_at=MADE_AT,  # equal bytes, however often dossiers are loaded
            rows=(ResultRow("Minh họa cho", what),),
            opening=ABOUT,
            signer_title=signer,
            is_draft=True,
        )
    )
    return files_load.load_bytes(content=pdf, name=name, at=at)
