"""The files all dossiers of the demo share: made once, kept once, shown in thousands of places."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Final

from haicap.catalogue import public as catalogue
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


class Samples:
    """Hashes of the shared files; each is made and kept when it is first asked for."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._results: dict[str, str] = {}

    @cached_property
    def paper(self) -> str:
        """What a citizen sends."""
        return _keep(
            PAPER_TITLE,
            name="giấy tờ minh họa.pdf",
            what="Giấy tờ người dân nộp",
            at=self.town.at,
        )

    def result(self, code: str) -> str:
        """What comes of a procedure."""
        if code not in self._results:
            rules = self.town.rules(code, self.town.day)
            template = catalogue.result_document(rules.version_id)
            self._results[code] = _keep(
                template.title_vi,
                name=f"Kết quả {code}.pdf",
                what=rules.short_name or rules.name,
                signer=template.signer_vi,
                at=self.town.at,
            )
        return self._results[code]


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
