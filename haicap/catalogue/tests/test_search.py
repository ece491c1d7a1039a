"""The search: everyday questions find their procedure first, quickly, whatever is typed."""

from __future__ import annotations

import time
from datetime import date
from statistics import median

import pytest

from haicap.catalogue import search
from haicap.catalogue.listing import search_procedures
from haicap.catalogue.models import ProcedureVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
DAY = date(2026, 11, 21)

QUESTIONS = {
    # births, marriages, deaths
    "lam giay khai sinh cho con": "1.001193",
    "giay khai sjnh": "1.001193",
    "khaisinh": "1.001193",
    "giaays khai sinh": "1.001193",
    "em bé mới sinh cần làm gì": "1.001193",
    "birth certificate": "1.001193",
    "dang ki ket hon": "1.000894",
    "kết hônn": "1.000894",
    "cần gì để đăng ký kết hôn": "1.000894",
    "bố tôi mới mất làm giấy tờ gì": "1.000656",
    "thủ tục làm giấy chứng tử": "1.000656",
    "xin giay doc than": "1.004873",
    "xin xác nhận tình trạng hôn nhân": "1.004873",
    "mat giay khai sinh": "2.000635",
    "trích lục khai sinh": "2.000635",
    "đổi tên trên giấy khai sinh": "1.004859",
    "đăng ký lại khai sinh": "1.004884",
    "con nuoi": "2.001263",
    "giam ho chau": "1.004837",
    "nhan con ngoai gia thu": "1.001022",
    "ket hon voi nguoi nuoc ngoai": "2.000806",
    # certification
    "sao y chung thuc": "2.000815",
    "photo công chứng bằng đại học": "2.000815",
    "chung thuc chu ky": "2.000884",
    "công chứng giấy ủy quyền": "2.000884",
    "xác nhận sơ yếu lý lịch": "2.000884",
    "hop dong mua ban nha": "2.001035",
    "di chúc": "2.001019",
    "dịch thuật công chứng": "2.000992",
    # business
    "mo quan ca phe can giay gi": "1.001612",
    "giay phep kinh doanh": "1.001612",
    "bán hàng online có phải đăng ký kinh doanh không": "1.001612",
    "dong cua hang nghi ban": "1.001266",
    "tạm ngừng kinh doanh": "1.001570",
    "mất giấy phép kinh doanh": "2.000575",
    "chuyển địa điểm kinh doanh": "2.000720",
    # houses and land
    "sua nha xin phep": "1.013229",
    "nâng tầng nhà": "1.013229",
    "xin phep xay nha": "1.013225",
    "giấy phép xây dựng hết hạn": "1.013227",
    "làm sổ đỏ": "1.013978",
    "sang tên sổ đỏ": "1.013831",
    "mất sổ đỏ": "1.012786",
    "hàng xóm lấn chiếm đất": "1.012812",
    # help
    "nguoi gia 75 tuoi tro cap": "1.014027",
    "ông bà già không có lương hưu": "1.014027",
    "tàn tật xin trợ cấp": "1.001776",
    "giấy xác nhận khuyết tật": "1.001699",
    "tiền mai táng": "1.001731",
    "giam ngheo": "1.011607",
    "thoat ngheo": "1.011608",
    # residence and identity
    "nhap khau": "1.004222",
    "dang ky thuong tru": "1.004222",
    "tam tru": "1.004194",
    "thuê trọ phải khai báo gì": "1.004194",
    "gia han tam tru": "1.002755",
    "cắt hộ khẩu": "1.003197",
    "tách khẩu": "1.010038",
    "CT07": "1.010041",
    "mất căn cước công dân": "1.014064",
    "lam can cuoc cho con": "1.014062",
    "hộ chiếu": "1.001456",
    "lý lịch tư pháp": "3.000333",
    # others
    "the bao hiem y te": "1.001939",
    "chuyển trường cho con": "2.002481",
    "nghĩa vụ quân sự": "1.013133",
    "đăng ký xe máy": "1.013067",
    "chặt cây": "1.002693",
    "đơn tố cáo": "noi-bo-giai-quyet-to-cao-tai-cap-xa",
    "1.001193": "1.001193",
    "1001193": "1.001193",
}


def codes(q: str, **more: object) -> list[str]:
    found = search_procedures(q, day=DAY, limit=8, **more)  # type: ignore[arg-type]
    return [item.code for item in found.items]


@pytest.mark.parametrize(("question", "code"), QUESTIONS.items())
def test_an_everyday_question_finds_its_procedure_first(question: str, code: str) -> None:
    assert codes(question)[:1] == [code]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("kha", "1.001193"), ("khai si", "1.001193"), ("ket h", "1.000894"), ("tam t", "1.004194")],
)
def test_an_unfinished_word_suggests_while_typing(typed: str, code: str) -> None:
    assert code in codes(typed, typing=True)


@pytest.mark.parametrize(
    "typed",
    [
        "'; drop table x; --",
        "a & b | !c",
        "((((",
        "\\",
        "%_%",
        "\x00\u202e",
        "👶" * 50,
        "x" * 5000,
        "khai " * 500,
        ":* <-> 'sinh'",
    ],
)
def test_odd_characters_do_no_harm(typed: str) -> None:
    codes(typed)
    codes(typed, typing=True)


def test_nonsense_finds_nothing() -> None:
    assert codes("qwzxv prtbl") == []


def test_a_search_takes_less_than_fifty_milliseconds() -> None:
    codes("khai sinh")
    times = []
    for question in QUESTIONS:
        before = time.perf_counter()
        codes(question)
        times.append(time.perf_counter() - before)
    # 14 to 25 ms on a quiet machine; a fifth of the questions shows it when tests run beside.
    assert median(sorted(times)[: len(times) // 5]) < 0.05


def test_filters_and_pages_show_every_procedure_once() -> None:
    def all_codes(**more: object) -> list[str]:
        found, offset = [], 0
        while True:
            page = search_procedures("", day=DAY, limit=400, offset=offset, **more)  # type: ignore[arg-type]
            found += [item.code for item in page.items]
            if page.next is None:
                return found
            offset = page.next

    whole, commune, city = all_codes(), all_codes(level="commune"), all_codes(level="city")
    assert (len(whole), len(commune), len(city)) == (1494, 456, 1038)
    assert sorted(commune + city) == sorted(set(whole))
    trade = all_codes(field="chung-thuc")
    assert {"2.000815", "2.000884"} <= set(trade)
    assert len(trade) < 30


def test_words_may_be_asked_within_a_trade() -> None:
    assert codes("bản sao", field="chung-thuc")[0] in {"2.000815", "2.000908", "2.000942"}
    assert codes("khai sinh", level="city") == [] or "1.001193" not in codes(
        "khai sinh", level="city"
    )


def test_before_the_two_tiers_nothing_was_in_force() -> None:
    assert search_procedures("khai sinh", day=date(2025, 6, 30)).items == ()


def test_the_vocabulary_follows_a_new_version() -> None:
    version = ProcedureVersion.objects.get(procedure__code="2.000815", period__upper_inf=True)
    version.search_words = ["xyzzyx quen thuộc"]
    search.refresh([version])
    search._vocabulary.cache_clear()
    assert codes("xyzzyx")[:1] == ["2.000815"]
    search._vocabulary.cache_clear()


@pytest.mark.parametrize(
    ("a", "b", "close"),
    [
        ("sinh", "sjnh", True),
        ("sinh", "snh", True),
        ("sinh", "sinhh", True),
        ("sinh", "sihn", True),
        ("sinh", "sinh", False),
        ("sinh", "sang", False),
        ("a", "b", False),
    ],
)
def test_one_slip_is_one_letter(a: str, b: str, close: bool) -> None:
    assert search._one_slip(a, b) is close
    assert search._one_slip(b, a) is close
