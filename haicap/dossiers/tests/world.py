"""A way to make dossiers and move them on, for tests."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import AT, Cast, add_person
from haicap.catalogue import public as catalogue
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


WAY: list[tuple[str, str, dict[str, Any]]] = [
    ("accept", "nga", {}),
    ("transfer", "nga", {}),
    ("confirm_receipt", "hoa", {}),
    ("submit_approval", "hoa", {}),
    ("approve", "quan", {}),
    ("number_and_issue", "van", {}),
    ("settle_fee", "nga", {"how": "cash", "amount": 3000, "receipt": "BL-1"}),
    ("return_result", "nga", {"how": "counter"}),
]
ASKED: dict[str, Any] = {
    "items": [{"paper": "", "fault": "Thiếu bản án ly hôn", "todo": "Nộp bản sao bản án"}],
    "reason": "Chưa đủ căn cứ để xác nhận",
}
_BENDS: dict[str, list[tuple[str, str, str, dict[str, Any]]]] = {
    "PRE_SUPP": [("SUBMITTED", "ask_before", "nga", ASKED)],
    "INTAKE_REFUSED": [
        ("SUBMITTED", "refuse_intake", "nga", {"reason": "Sai thẩm quyền", "basis": "Điều 1"})
    ],
    "CANCELLED": [("SUBMITTED", "cancel", "nga", {"reason": "Người nộp xin rút"})],
    "SUPP_REQ": [("IN_PROCESS", "ask_supplement", "hoa", ASKED)],
    "SUPP_DONE": [
        ("IN_PROCESS", "ask_supplement", "hoa", ASKED),
        ("SUPP_REQ", "receive_supplement", "nga", {"note": "Đã nộp đủ"}),
    ],
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


def birth_answers(*, code: str = "00118", **more: Any) -> dict[str, Any]:
    """The form of BIRTH."""
    parent = {"ethnicity": "Kinh", "nationality": "Việt Nam"}
    return {
        "child_name": "Trần Minh Khôi",
        "child_birth_date": "2026-11-10",
        "child_sex": "male",
        "child_ethnicity": "Kinh",
        "child_nationality": "Việt Nam",
        "birth_place": "Bệnh viện Phụ sản Hà Nội",
        "home_place": "Hà Nội",
        "mother": {
            "name": "Lê Thị Hương",
            "birth_date": "1991-05-02",
            "address": {"territory": code, "detail": "Số 5"},
            **parent,
        },
        "father_unknown": True,
        "place": {"territory": code, "detail": "Số 5, ngõ 10"},
        "relation": "me",
        "pledge": True,
        **more,
    }


def filled(code: str, *, place: str = "00118", day: date | None = None) -> dict[str, Any]:
    """Any procedure of the catalogue, filled in as its form and papers ask."""
    rules = catalogue.version_at(code, day=day or AT.date())
    form = catalogue.form_definition(rules.form_version_id)
    answers: dict[str, Any] = {}
    for field in form["fields"]:
        condition = field.get("show_if")
        hidden = condition and answers.get(condition["field"], False) not in condition["in"]
        if field.get("required") and not hidden:
            answers[field["name"]] = value_for(field, place=place)
    return {
        "procedure_code": code,
        "answers": answers,
        "papers": [
            PaperIn(slot=paper.slot, originals=1)
            for paper in rules.papers
            if paper.required and paper.kind == "paper"
        ],
        "place": PlaceIn(code=place),
    }


def value_for(field: dict[str, Any], *, place: str) -> Any:
    """A value the field takes."""
    address = {"territory": place, "detail": "Số 5, ngõ 10"}
    if field["kind"] == "person":
        whole = {
            "name": "Trần Văn An",
            "birth_date": "1985-06-01",
            "sex": "male",
            "personal_id": "000085000012",
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
            "phone": "0100000012",
            "job": "Kế toán",
            "address": address,
        }
        return {part: whole[part] for part in field["parts"]}
    if field["kind"] == "group":
        row = {part["name"]: value_for(part, place=place) for part in field["fields"]}
        return [row] * max(1, field.get("min", 1))
    if field["kind"] == "choice":
        return field["options"][0]["value"]
    day = "2027-03-01" if field.get("when") == "future" else "2026-11-10"
    return {
        "text": "Nội dung",
        "textarea": "Nội dung",
        "number": field.get("min") or 1,
        "date": day,
        "checkbox": True,
        "personal_id": "000085000012",
        "phone": "0100000012",
        "address": address,
    }[field["kind"]]


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

    def at_stage(self, stage: str) -> Dossier:
        """A dossier received at Cửa Nam for Bồ Đề (its office handles it), brought to a stage."""
        dossier = self.hand_in("nga")
        for move, who, values in WAY:
            if dossier.state == stage:
                return dossier
            if stage in _BENDS and dossier.state == _BENDS[stage][0][0]:
                for _state, bend, by, more in _BENDS[stage]:
                    dossier = self.move(dossier, bend, by, **more)
                return dossier
            dossier = self.move(dossier, move, who, **values)
        assert dossier.state == stage, (dossier.state, stage)
        return dossier

    def upload(self, who: str, *, name: str = "giay.pdf", content: bytes = PDF) -> Any:
        """A staged file of somebody."""
        return files.keep(stream=io.BytesIO(content), name=name, by=self.by(who), at=self.at)


__all__ = ["PaperIn", "PlaceIn", "World"]
