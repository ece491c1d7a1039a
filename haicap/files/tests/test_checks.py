"""What is taken and what is refused, as two tables."""

from __future__ import annotations

import io
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.files.checks import Checked, check, clean_name
from haicap.files.refused import BadFile
from haicap.files.tests import specimens as s


def look(content: bytes, name: str) -> Checked:
    return check(io.BytesIO(content), name=name, size=len(content))


@pytest.mark.parametrize(
    ("name", "content", "media_type", "pages"),
    [
        ("don.pdf", s.pdf(3), "application/pdf", 3),
        ("don.PDF", s.plain_pdf(), "application/pdf", 1),
        ("hai.pdf", s.plain_pdf(s.object_stream(b"/Type/Page")), "application/pdf", 2),
        ("anh.jpg", s.jpeg(), "image/jpeg", 1),
        ("phim.jpeg", s.jpeg() + bytes(200_000), "image/jpeg", 1),
        ("anh.png", s.png(), "image/png", 1),
        ("anh.heic", s.heic(), "image/heic", 1),
        ("anh.webp", s.webp(), "image/webp", 1),
        ("quet.tif", s.tiff(3), "image/tiff", 3),
        ("don.docx", s.docx(), None, None),
        ("bang.xlsx", s.xlsx(), None, None),
        ("don.odt", s.odt(), None, None),
        ("hoa-don.xml", '<?xml version="1.0"?><HDon><Ten>Bồ Đề</Ten></HDon>'.encode(),
         "application/xml", None),
        ("utf16.xml", '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"),
         "application/xml", None),
    ],
)  # fmt: skip
def test_these_are_taken(
    name: str, content: bytes, media_type: str | None, pages: int | None
) -> None:
    found = look(content, name)
    assert found.name == name
    assert media_type is None or found.media_type == media_type
    assert found.pages == pages
    assert not found.active


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("rong.pdf", b"", "rỗng"),
        ("chuong-trinh.pdf", s.EXE, "không phải là PDF"),
        ("chuong-trinh.exe", s.EXE, "Chưa nhận được loại tệp"),
        ("don.pdf.exe", s.pdf(), "Chưa nhận được loại tệp"),
        ("anh.jpg", s.png(), "nội dung là PNG"),
        ("don.pdf", s.docx(), "nội dung là DOCX"),
        ("trang.html", b"<html><script>alert(1)</script>", "Chưa nhận được loại tệp"),
        ("anh.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Chưa nhận được loại tệp"),
        ("nen.zip", s.zipped({"a.txt": b"a"}), "Chưa nhận được loại tệp"),
        ("nen.docx", s.zipped({"a.txt": b"a"}), "không phải là DOCX"),
        ("cu.doc", s.OLD_OFFICE, "Office bản cũ hoặc có mật khẩu"),
        ("khoa.docx", s.OLD_OFFICE, "Office bản cũ hoặc có mật khẩu"),
        ("khoa.docx", s.locked_zip(s.docx()), "mật khẩu"),
        ("khoa.pdf", s.pdf(password="1234"), "mật khẩu"),
        ("khoa.pdf", s.plain_pdf(b"/#45ncrypt 8 0 R"), "mật khẩu"),
        ("cut.pdf", s.pdf()[:200], "bị hỏng"),
        ("mo.pdf", s.plain_pdf(b"4 0 obj << /S /Launch /F (a.exe) >> endobj"), "chương trình"),
        ("mo.pdf", s.plain_pdf(s.object_stream(b"<< /S /L#61unch >>")), "chương trình"),
        ("bom.png", s.png(60_000, 60_000), "60000 × 60000"),
        ("bom.jpg", s.jpeg(60_000, 60_000), "60000 × 60000"),
        ("bom.webp", s.webp(16_000, 16_000), "điểm ảnh"),
        ("bom.heic", s.heic(60_000, 60_000), "điểm ảnh"),
        ("bom.tif", s.tiff(width=2**31), "điểm ảnh"),
        ("khong.png", s.png(0, 5), "bị hỏng"),
        ("cut.png", s.png()[:-12], "bị hỏng"),
        ("cut.jpg", s.jpeg(whole=False), "bị hỏng"),
        ("vong.tif", s.tiff(2, endless=True), "bị hỏng"),
        ("bom.docx", s.docx(word__a=bytes(10 * 1024 * 1024)), "phình"),
        ("nhieu.docx", s.docx(**{f"word__{n}": b"" for n in range(3100)}), "phình"),
        ("macro.docx", s.docx(**{"word__vbaProject.bin": b"x"}), "macro"),
        ("long.docx", s.docx(**{"word__a.zip": s.zipped({"b": b"c"})}), "tệp nén"),
        ("long.docx", s.docx(**{"word__a.bin": s.EXE}), "chương trình bên trong"),
        ("hong.docx", s.docx()[:-10], "bị hỏng"),
        ("hong.docx", s.docx().replace(b"PK\x01\x02", b"PK\x01\x09"), "bị hỏng"),
        ("cuoi.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "không phải là XML"),
        ("cuoi.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', "DOCTYPE"),
        ("sau.xml", b"<a>" * 201 + b"</a>" * 201, "phình"),
        ("rong.xml", b"<a>" + b"<b/>" * 500_001 + b"</a>", "phình"),
        ("do.xml", b"<?xml version='1.0'?><a><b></a>", "bị hỏng"),
        ("web.xml", b"<a><html xmlns='http://x'/></a>", "không phải là XML"),
        ("web.xml", b"<a>" + b" " * 9000 + b"<x:svg xmlns:x='y'/></a>", "trang web"),
    ],
)  # fmt: skip
def test_these_are_refused_with_a_sentence_that_names_the_file(
    name: str, content: bytes, says: str
) -> None:
    started = time.process_time()
    with pytest.raises(BadFile) as refused:
        look(content, name)
    assert says in str(refused.value)
    assert name.rpartition(".")[0] in str(refused.value)
    assert refused.value.status == 422
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("limit", "name", "content"),
    [
        ("haicap.files.pdf.INFLATED", "bom.pdf", s.plain_pdf(s.object_stream(bytes(300_000)))),
        ("haicap.files.pdf.STREAMS", "bom.pdf", s.plain_pdf(s.object_stream(b"x") * 60)),
        ("haicap.files.office.UNPACKED", "bom.docx", s.docx(word__a=b"0123456789" * 30_000)),
        ("haicap.files.office.DIRECTORY", "bom.docx", s.docx(**{"word__" + "a" * 60_000: b""})),
    ],
)
def test_what_swells_is_stopped_at_its_limit(
    limit: str, name: str, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit, 50 if "STREAMS" in limit else 50_000)
    with pytest.raises(BadFile, match="phình"):
        look(content, name)


@pytest.mark.parametrize(
    "body",
    [
        b"/Type /ObjStm " * 300_000,
        b"<< /Type /ObjStm >> stream\nx" * 150_000,
        b"/Type /Page " * 300_000,
        (b"/Type" + b" " * 3000) * 1500,
        (b"/Encrypt " + b"1" * 3000) * 1500,
        b"startxref" + b" " * 4_000_000,
        b"/E/J/#4a" * 500_000,
    ],
)
def test_a_pdf_made_to_keep_us_busy_does_not(body: bytes) -> None:
    started = time.process_time()
    with suppress(BadFile):
        look(s.plain_pdf(body), "ban.pdf")
    assert time.process_time() - started < 2


def test_entries_that_share_their_bytes_are_a_bomb() -> None:
    content = bytearray(s.docx(word__a=b"x" * 50, word__b=b"y" * 50))
    first = content.find(b"PK\x01\x02")
    second = content.find(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    with pytest.raises(BadFile, match="phình"):
        look(bytes(content), "bom.docx")


def test_an_entry_that_unpacks_to_more_than_it_says_is_refused() -> None:
    content = s.docx(word__a=b"x" * 100_000)
    lying = content.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != content
    with pytest.raises(BadFile):
        look(lying, "noi-doi.docx")


@pytest.mark.parametrize(
    "content",
    [
        s.pdf(script="app.alert('xin chào')"),
        s.plain_pdf(b"4 0 obj << /S /J#61vaScript /JS (x) >> endobj"),
        s.plain_pdf(s.object_stream(b"<< /S /JavaScript /JS (app.alert(1)) >>")),
        s.plain_pdf(b"9 0 obj << /Type /ObjStm /Filter /LZWDecode >> stream\nxyz\nendstream"),
    ],
)
def test_a_pdf_with_script_or_unreadable_parts_is_taken_and_flagged(content: bytes) -> None:
    assert look(content, "mau.pdf").active


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Đơn đề nghị.pdf", "Đơn đề nghị.pdf"),
        (unicodedata.normalize("NFD", "Giấy chứng sinh.pdf"), "Giấy chứng sinh.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Lan\\ảnh.jpg", "ảnh.jpg"),
        ("a\u202egpj.pdf", "agpj.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "ab Set-Cookie_ x.pdf"),
        ('<b>"x"|?*.pdf', "_b__x____.pdf"),
        (".htaccess", "htaccess"),
        ("", "tệp"),
        ("…/", "tệp"),
    ],
)
def test_names_are_cleaned_and_stay_vietnamese(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=400))
def test_no_name_is_longer_than_kept_or_leaves_its_folder(raw: str) -> None:
    name = clean_name(raw)
    assert 0 < len(name) <= 150
    assert not set(name) & set('/\\\0\r\n"')
    assert clean_name(name) == name


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name("ă" * 500 + ".pdf").endswith("ă.pdf")


def test_a_name_without_an_ending_is_given_the_right_one() -> None:
    assert look(s.jpeg(), "image").name == "image.jpg"


MUTANTS: list[Callable[[], bytes]] = [
    s.pdf, s.png, s.jpeg, s.webp, s.heic, s.tiff, s.docx, s.odt,
]  # fmt: skip


@given(
    st.sampled_from(MUTANTS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=20),
    st.floats(0, 1),
)
def test_damaged_files_are_taken_or_refused_but_never_crash_us(
    make: Callable[[], bytes], damage: list[tuple[float, int]], cut: float
) -> None:
    content = bytearray(make())
    for place, value in damage:
        content[int(place * (len(content) - 1))] = value
    whole = bytes(content[: int(cut * len(content)) + 1])
    for name in ("a.pdf", "a.png", "a.jpg", "a.webp", "a.heic", "a.tif", "a.docx", "a.odt"):
        try:
            look(whole, name)
        except BadFile:
            continue
