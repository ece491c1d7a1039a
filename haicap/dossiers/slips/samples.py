"""Each form filled in with a made-up case: for the preview of a layout and for looking at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from haicap.dossiers.slips import data as d
from haicap.dossiers.slips.kinds import Form
from haicap.kernel.clock import VIETNAM


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


CODE: Final = "H26.118.05-261125-0042"
URL: Final = f"https://dichvucong.example/tra-cuu/?code={CODE}"
_CENTRE: Final = "Trung tâm Phục vụ hành chính công"
_BRANCH: Final = "Chi nhánh số 5"
_POINT: Final = "Điểm phục vụ hành chính công phường Bồ Đề"
_COMMITTEE: Final = "Ủy ban nhân dân phường Bồ Đề"
_OFFICE: Final = "Văn phòng HĐND và UBND phường Bồ Đề"
_LAN: Final = d.Person(
    "Nguyễn Thị Lan",
    address="Số 12, ngõ 45, phố Nguyễn Văn Cừ, Phường Bồ Đề, thành phố Hà Nội",
    id_number="000190000011",
    phone="0100 000 011",
    email="lan@example.vn",
)
_OF_COMMITTEE: Final = d.Signer("Chủ tịch", "Phạm Quân", "TM. Ủy ban nhân dân")
_NAME: Final = "Đăng ký khai sinh"


def _head(at: datetime, number: str = "") -> d.Head:
    return d.Head(
        superior=_CENTRE, agency=_BRANCH, place="Hà Nội", made_at=at, code=CODE, track_url=URL,
        number=number,
    )  # fmt: skip


def _own_head(at: datetime, number: str) -> d.Head:
    return d.Head(
        superior="", agency=_COMMITTEE, place="Bồ Đề", made_at=at, code=CODE, track_url=URL,
        number=number,
    )  # fmt: skip


def _receipt() -> d.Receipt:
    return d.Receipt(
        head=_head(_at(25, 9, 5), "1043/TNHS"),
        reception=_POINT,
        applicant=_LAN,
        owner=d.Person("Trần Gia Huy", address=_LAN.address),
        request="Đăng ký khai sinh cho cháu Trần Gia Huy",
        procedure=_NAME,
        procedure_code="1.001193",
        papers=(
            d.PaperLine("Tờ khai đăng ký khai sinh theo mẫu", electronic=1),
            d.PaperLine("Giấy chứng sinh hoặc giấy tờ thay thế giấy chứng sinh", originals=1),
            d.PaperLine("Giấy chứng nhận kết hôn của cha mẹ", certified=1, photocopies=1),
        ),
        time_words="01 ngày làm việc",
        received_at=_at(25, 9, 5),
        due_at=_at(26, 17),
        result_way=f"Nhận tại quầy: {_POINT}",
        volume=1,
        ordinal=1043,
        fee_words="Không thu phí, lệ phí",
        copies=(d.OFFICE_COPY, d.CITIZEN_COPY),
        receiver="Lê Minh Tuấn",
        lookup_phone="1022",
    )


def _request() -> d.SupplementRequest:
    return d.SupplementRequest(
        head=_head(_at(25, 10, 20), "7/HDHS"),
        applicant=_LAN,
        request=_NAME,
        items=(
            d.Asked("Giấy chứng sinh", "Ảnh chụp mờ, không đọc được số", "Chụp lại hoặc mang bản"
                    " chính đến đối chiếu"),
            d.Asked("Giấy ủy quyền", "Chưa có", "Nộp văn bản ủy quyền của cha hoặc mẹ"),
        ),
        reason="Chưa đủ căn cứ xác định nơi sinh và quan hệ cha mẹ, con",
        basis="Điều 16 Luật Hộ tịch; Điều 15 Nghị định số 123/2015/NĐ-CP",
        stage="Trong khi giải quyết hồ sơ (thẩm định)",
        reply_by=_at(30, 17),
        time_words="Thời hạn giải quyết tạm dừng từ khi gửi phiếu này đến khi nhận đủ giấy tờ.",
        contact="bà Lê Thị Hoa, công chức hộ tịch",
        contact_phone="024 0000 0118",
        officer="Lê Thị Hoa",
    )  # fmt: skip


def _refusal() -> d.IntakeRefusal:
    return d.IntakeRefusal(
        head=_head(_at(25, 10, 20), "3/TCHS"),
        reception=_POINT,
        applicant=_LAN,
        request=_NAME,
        reason="Cha và mẹ của trẻ đều thường trú tại tỉnh khác, trẻ sinh tại tỉnh khác và đang sống"
        " cùng cha mẹ; việc đăng ký khai sinh thuộc Ủy ban nhân dân cấp xã nơi cư trú của cha hoặc"
        " mẹ.",
        basis="Điều 13 Luật Hộ tịch",
        where="Ủy ban nhân dân xã nơi cha hoặc mẹ cư trú, hoặc nộp trực tuyến qua Cổng Dịch vụ công"
        " quốc gia",
        officer="Lê Minh Tuấn",
    )


def _apology() -> d.Apology:
    return d.Apology(
        head=_own_head(_at(26, 10), "2/XLHS"),
        applicant=_LAN,
        procedure=_NAME,
        received_at=_at(25, 9, 5),
        due_at=_at(26, 17),
        new_due_at=_at(30, 17),
        cause="cơ quan phối hợp trả lời chậm",
        reason="Ngày 25 tháng 11 năm 2026, phường đã gửi văn bản xác minh nơi sinh đến bệnh viện;"
        " đến nay chưa nhận được trả lời.",
        signer=_OF_COMMITTEE,
        contact_phone="024 0000 0118",
    )


def _stop() -> d.StopNotice:
    return d.StopNotice(
        head=_own_head(_at(26, 15), "1/TB-DHS"),
        owner=_LAN,
        procedure=_NAME,
        procedure_code="1.001193",
        received_at=_at(25, 9, 5),
        ground="Ngày 26 tháng 11 năm 2026, bà Nguyễn Thị Lan đề nghị rút hồ sơ.",
        stage="Thẩm định hồ sơ, chưa có kết quả",
        decision="đồng ý cho rút và dừng giải quyết hồ sơ",
        reason="Gia đình chuyển sang đăng ký tại nơi cư trú của người mẹ",
        basis="Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của Chính phủ",
        fees="không có",
        originals="trả lại đầy đủ tại Điểm phục vụ hành chính công phường Bồ Đề",
        signer=_OF_COMMITTEE,
        contact_phone="024 0000 0118",
    )


def _control() -> d.ControlSlip:
    return d.ControlSlip(
        head=_head(_at(26, 16)),
        applicant=_LAN,
        procedure=_NAME,
        lead=_COMMITTEE,
        coordinating=("Công an phường Bồ Đề",),
        received_at=_at(25, 9, 5),
        due_at=_at(26, 17),
        rows=(
            d.HandOver(
                giver="Người nộp hồ sơ", receiver=_POINT, given_at=_at(25, 9),
                taken_at=_at(25, 9, 5), giver_name="Nguyễn Thị Lan",
                receiver_name="Lê Minh Tuấn",
            ),
            d.HandOver(
                giver=_POINT, receiver=_OFFICE, given_at=_at(25, 9, 30), taken_at=_at(25, 10),
                giver_name="Lê Minh Tuấn", receiver_name="Lê Thị Hoa", verdict="Trước hạn",
            ),
            d.HandOver(
                giver=_OFFICE, receiver=_COMMITTEE, given_at=_at(26, 9), taken_at=_at(26, 9, 40),
                giver_name="Lê Thị Hoa", receiver_name="Phạm Quân", verdict="Đúng hạn",
                note="Trình dự thảo kết quả",
            ),
            d.HandOver(
                giver=_COMMITTEE, receiver=_POINT, given_at=_at(26, 16), taken_at=None,
                giver_name="Phạm Quân", verdict="Quá hạn", note="Đã ký, phát hành",
            ),
        ),
        changes=("Tạm dừng chờ bổ sung từ 25/11/2026 đến 26/11/2026.",),
        whole="Đúng hạn",
    )  # fmt: skip


def _register() -> d.Register:
    rows = tuple(
        d.RegisterRow(
            number=1040 + n, code=f"H26.118.05-261125-{39 + n:04d}",
            procedure=_NAME if n % 2 else "Cấp giấy xác nhận tình trạng hôn nhân", sets=1,
            person=_LAN.name if n % 3 else "Công ty cổ phần Đầu tư và Thương mại Sông Hồng",
            reach=f"{_LAN.address}; {_LAN.phone}", agency=_COMMITTEE, received_at=_at(25, 8, n),
            due_at=_at(26, 17), returned_at=_at(26, 9, n) if n % 4 else None,
            way="Nhận tại quầy" if n % 2 else "Bản điện tử", taken_by=_LAN.name if n % 4 else "",
            note="" if n % 5 else "Bổ sung một lần",
        )
        for n in range(1, 13)
    )  # fmt: skip
    head = d.Head(superior=_CENTRE, agency=_BRANCH, place="Hà Nội", made_at=_at(30, 8))
    return d.Register(
        head=head, unit=_POINT, since=date(2026, 11, 1), until=date(2026, 11, 30), rows=rows,
        total=len(rows),
    )  # fmt: skip


def sample(form: Form) -> d.Paper:
    """The form filled in; the same each time."""
    makers: Mapping[Form, Callable[[], d.Paper]] = {
        Form.RECEIPT: _receipt,
        Form.REQUEST: _request,
        Form.REFUSAL: _refusal,
        Form.APOLOGY: _apology,
        Form.STOP: _stop,
        Form.CONTROL: _control,
        Form.REGISTER: _register,
    }
    return makers[form]()
