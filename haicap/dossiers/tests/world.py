"""A way to make dossiers and move them on, for tests."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import AT, Cast, add_person
from haicap.dossiers import actions
from haicap.dossiers.filing import Filing, PaperIn, PlaceIn
from haicap.dossiers.models import Dossier
from haicap.files import public as files
from haicap.kernel.actor import Actor, Duty

MARITAL = "1.004873"  # xác nhận tình trạng hôn nhân: 3 working days, no review by a head
REVIEWED = "1.004884"  # đăng ký lại khai sinh: 5 working days, reviewed by the head
BIRTH = "1.001193"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000053 00000 n \n"
    b"0000000102 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
APPLICANT = {
    "name": "Trần Văn An",
    "birth_date": "1985-06-01",
    "sex": "male",
    "identifiers": {"personal_id": "000085000012"},
    "phone": "0100000012",
    "address": {"territory_code": "00118", "detail": "Số 5, ngõ 10"},
}


def people_of_the_office(cast: Cast) -> None:
    """Civil status is handled in the office (vp): specialists and a head, in both communes."""
    own = Reach.OWN
    rows = [
        ("hoa", "Lê Thị Hoa", cast.bode.office, "Công chức hộ tịch", Duty.HANDLE),
        ("son", "Cao Hồng Sơn", cast.bode.office, "Công chức hộ tịch", Duty.HANDLE),
        ("truong", "Vũ Đình Trường", cast.bode.office, "Chánh văn phòng", Duty.HEAD),
        ("mai", "Đào Thị Mai", cast.cuanam.office, "Công chức hộ tịch", Duty.HANDLE),
        ("phuc", "Lã Văn Phúc", cast.cuanam.office, "Chánh văn phòng", Duty.HEAD),
        ("kim", "Hà Thị Kim", cast.cuanam.office, "Văn thư", Duty.ISSUE),
    ]
    for login, name, agency, title, duty in rows:
        reach = Reach.UNIT if duty is Duty.ISSUE else own
        cast.people[login] = add_person(
            login=login, name=name, agency=agency, title=title, duties=[(duty, reach)]
        )


def marital_answers(*, code: str = "00118", **more: Any) -> dict[str, Any]:
    """The form of MARITAL, for somebody who lives in the commune `code`."""
    return {
        "subject_person": {
            "name": "Trần Văn An",
            "birth_date": "1985-06-01",
            "sex": "male",
            "personal_id": "000085000012",
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
        },
        "place": {"territory": code, "detail": "Số 5, ngõ 10"},
        "status": "chua-ket-hon",
        "use": "vay-von",
        "pledge": True,
        **more,
    }


class World:
    """Makes dossiers and moves them; every move a minute after the one before."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.at = AT

    def later(self, **span: float) -> datetime:
        """The next moment; a minute on unless told otherwise."""
        self.at += timedelta(**span) if span else timedelta(minutes=1)
        return self.at

    def by(self, who: str) -> Actor:
        """Somebody of the cast, as of now."""
        return self.cast.actor(who, at=self.at)

    def filing(self, **more: Any) -> Filing:
        """A whole filing for a certificate of marital status, handed in at a counter."""
        given: dict[str, Any] = {
            "procedure_code": MARITAL,
            "channel": "counter",
            "applicant": APPLICANT,
            "answers": marital_answers(),
            **more,
        }
        return Filing(**given)

    def hand_in(self, who: str = "minh", **more: Any) -> Dossier:
        """A submitted dossier."""
        return actions.hand_in(filing=self.filing(**more), by=self.by(who), at=self.later())

    def move(self, dossier: Dossier, move: str, who: str, **values: Any) -> Dossier:
        """Make one move, a minute later."""
        return actions.make_move(
            dossier_id=dossier.pk, move=move, values=values, by=self.by(who), at=self.later()
        )

    def upload(self, who: str, *, name: str = "giay.pdf", content: bytes = PDF) -> Any:
        """A staged file of somebody."""
        return files.keep(stream=io.BytesIO(content), name=name, by=self.by(who), at=self.at)


__all__ = ["PaperIn", "PlaceIn", "World"]
