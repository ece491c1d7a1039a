"""The citizen's pages: handing in step by step, one's own dossiers, the public look-up."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from haicap.accounts.tests.cast import AT
from haicap.catalogue.models import DeadlineRule, ProcedureVersion
from haicap.dossiers import actions
from haicap.dossiers.flow import State
from haicap.dossiers.models import Dossier
from haicap.dossiers.tests.world import BIRTH, MARITAL, PDF, World, marital_answers
from haicap.files import public as files
from haicap.kernel import clock
from haicap.notify import public as notify

NOW = AT + timedelta(hours=2)  # after all that World does
COPY = "2.000815"  # certified copies: any commune decides
PAPER = "papers.giay-chung-sinh"


@pytest.fixture(autouse=True)
def the_pages(own_urls: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages, on the day of the cast."""
    settings.ROOT_URLCONF = "haicap.site.urls"
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def huong(world: World) -> Any:
    return world.cast.client("huong")


def text_of(response: Any) -> str:
    """What a reader reads."""
    html = response.content.decode()
    html = re.sub(r"<(script|style|template|datalist).*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def draft_of(client: Any, code: str = MARITAL, **more: str) -> Dossier:
    """A draft begun on its page."""
    answer = client.post(reverse("dossiers:start", args=[code]), {"for": "self", **more})
    assert answer.status_code == 302, text_of(answer)
    return Dossier.objects.get(uuid=answer.url.split("/")[3])


def url(name: str, dossier: Dossier, *more: str) -> str:
    return reverse(f"dossiers:{name}", args=[dossier.uuid, *more])


def upload(name: str = "giay.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


PERSON = {
    "subject_person.name": "Lê Thị Hương",
    "subject_person.birth_date": "02/05/1991",
    "subject_person.sex": "female",
    "subject_person.personal_id": "000191000022",
    "subject_person.ethnicity": "Kinh",
    "subject_person.nationality": "Việt Nam",
    "place.territory": "Phường Bồ Đề · 00118",
    "place.detail": "Số 5",
}


def sections(code: str = MARITAL) -> list[str]:
    from haicap.catalogue import public as catalogue

    rules = catalogue.version_at(code, day=AT.date())
    return [part["name"] for part in catalogue.form_definition(rules.form_version_id)["sections"]]


def walk(client: Any, draft: Dossier) -> None:
    """Fill in every page of a certificate of marital status; each leads to the next."""
    answer = client.post(url("draft_applicant", draft), {"contact.phone": "0100000002"})
    first, *rest = sections()
    assert answer.url == url("draft_section", draft, first), text_of(answer)
    given = {**PERSON, "status": "chua-ket-hon", "use": "vay-von", "pledge": "1", "copies": "1"}
    for part, following in zip([first, *rest], [*rest, None], strict=True):
        answer = client.post(url("draft_section", draft, part), given)
        assert answer.status_code == 302, text_of(answer)
        if following:
            assert answer.url == url("draft_section", draft, following)
    answer = client.post(url("draft_papers", draft), {})
    assert answer.url == url("draft_handing", draft)
    answer = client.post(url("draft_handing", draft), {"wants_result": "counter"})
    assert answer.url == url("draft_review", draft)


# --- before one begins ----------------------------------------------------------------------------


def test_a_stranger_is_told_what_it_takes_and_led_to_sign_in_and_back(world: World) -> None:
    page = world.cast.client().get(reverse("dossiers:start", args=[BIRTH]))
    assert "Giấy chứng sinh" in text_of(page)
    assert "/cong-dan/dang-nhap/?next=%2Fnop%2F1.001193%2F" in page.content.decode()
    assert "Bắt đầu" not in text_of(page)
    assert world.cast.client().post(reverse("dossiers:start", args=[BIRTH])).status_code == 200
    assert not Dossier.objects.exists()


def test_a_closed_procedure_says_why_and_where_else(world: World, huong: Any) -> None:
    DeadlineRule.objects.filter(procedure__code=MARITAL).delete()
    page = huong.get(reverse("dossiers:start", args=[MARITAL]))
    assert "Chưa rõ thời hạn" in text_of(page)
    assert "1022" in text_of(page)
    refused = huong.post(reverse("dossiers:start", args=[MARITAL]), {"for": "self"})
    assert refused.status_code == 409
    assert not Dossier.objects.exists()


def test_too_low_an_identity_level_says_what_to_do(world: World, huong: Any) -> None:
    ProcedureVersion.objects.filter(procedure__code=MARITAL).update(identity_level=3)
    page = text_of(huong.get(reverse("dossiers:start", args=[MARITAL])))
    assert "Nâng định danh VNeID lên mức 3" in page
    assert "bất kỳ phường, xã nào để nộp" in page


def test_an_official_is_shown_the_counter(world: World) -> None:
    page = world.cast.client("minh").get(reverse("dossiers:start", args=[MARITAL]))
    assert "/ban/tiep-nhan/?thu-tuc=1.004873" in page.content.decode()


def test_an_unknown_procedure_is_not_there(huong: Any) -> None:
    assert huong.get(reverse("dossiers:start", args=["9.999999"])).status_code == 404


# --- the way --------------------------------------------------------------------------------------


def test_the_whole_way_ends_with_a_code_and_is_walked_once(world: World, huong: Any) -> None:
    draft = draft_of(huong)
    walk(huong, draft)
    review = text_of(huong.get(url("draft_review", draft)))
    assert "Lê Thị Hương, sinh 02/05/1991" in review
    assert "UBND phường Bồ Đề" in review
    assert "Điểm phục vụ hành chính công Bồ Đề" in review
    assert "kết quả hẹn trả thứ Sáu, 27/11/2026, trước 17 giờ" in review
    assert "Vì sao là ngày ấy" in review
    version = Dossier.objects.get(pk=draft.pk).version
    first = huong.post(url("draft_review", draft), {"version": version})
    dossier = Dossier.objects.get(pk=draft.pk)
    assert (dossier.state, dossier.channel) == (State.SUBMITTED, "online")
    assert first.url == reverse("dossiers:done", args=[dossier.code])
    again = huong.post(url("draft_review", draft), {"version": version})
    assert again.url == first.url
    assert Dossier.objects.count() == 1
    done = text_of(huong.get(first.url))
    assert str(dossier.code) in done
    assert "8 giờ làm việc" in done


def test_a_draft_that_lacks_something_cannot_be_handed_in_and_says_what(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    refused = huong.post(url("draft_review", draft), {})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert "Cần ghi “Họ, chữ đệm, tên”." in html
    assert f"{url('draft_section', draft, 'child')}?from=review#child_name" in html
    assert f"{url('draft_papers', draft)}?from=review#papers.giay-chung-sinh" in html
    assert "Nộp hồ sơ" not in text_of(refused).split("Kiểm tra trước khi nộp")[1]
    assert Dossier.objects.get(pk=draft.pk).state == State.DRAFT


def test_what_is_wrong_is_told_at_its_field_and_all_typed_is_still_there(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    page = url("draft_section", draft, "child")
    refused = huong.post(page, {"child_name": "An 3", "child_birth_date": "31/2/2026"})
    html = refused.content.decode()
    assert refused.status_code == 422
    assert 'href="#child_birth_date"' in html
    assert 'value="An 3"' in html
    assert 'value="31/2/2026"' in html
    assert Dossier.objects.get(pk=draft.pk).answers["child_birth_date"] == "31/2/2026"
    assert 'value="31/2/2026"' in huong.get(page).content.decode()


def test_a_page_mended_from_the_review_leads_back_to_it(huong: Any) -> None:
    draft = draft_of(huong)
    walk(huong, draft)
    page = url("draft_applicant", draft) + "?from=review"
    assert huong.post(page, {"contact.phone": "0100000003"}).url == url("draft_review", draft)


def test_leaving_and_coming_back_goes_on_where_something_is_missing(huong: Any) -> None:
    draft = draft_of(huong)
    assert huong.get(url("draft", draft)).url == url("draft_applicant", draft)
    left = huong.post(url("draft_applicant", draft), {"contact.phone": "12", "later": "1"})
    assert left.url == reverse("dossiers:mine")
    assert "Làm tiếp" in text_of(huong.get(left.url))
    assert huong.get(url("draft", draft)).url == url("draft_applicant", draft)
    huong.post(url("draft_applicant", draft), {"contact.phone": "0100000002"})
    assert huong.get(url("draft", draft)).url == url("draft_section", draft, sections()[0])
    walk(huong, draft)
    assert huong.get(url("draft", draft)).url == url("draft_review", draft)


def test_a_draft_saves_itself_as_typed(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    saved = huong.post(
        url("draft_section", draft, "child"),
        {"child_name": "An", "version": draft.version},
        headers={"X-Autosave": "1"},
    )
    assert saved.status_code == 200
    kept = Dossier.objects.get(pk=draft.pk)
    assert kept.answers["child_name"] == "An"
    assert saved.json() == {"version": kept.version}


def test_two_windows_do_not_overwrite_each_other_unseen(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    page = url("draft_section", draft, "child")
    huong.post(page, {"child_name": "Bình", "version": draft.version})
    stale = huong.post(page, {"child_name": "An", "version": draft.version})
    assert stale.status_code == 409
    assert "đã được lưu ở nơi khác" in text_of(stale)
    assert 'value="An"' in stale.content.decode()
    assert Dossier.objects.get(pk=draft.pk).answers["child_name"] == "Bình"
    version = Dossier.objects.get(pk=draft.pk).version
    assert f'name="version" value="{version}"' in stale.content.decode()
    unseen = huong.post(
        page, {"child_name": "x", "version": draft.version}, headers={"X-Autosave": "1"}
    )
    assert unseen.status_code == 409


def test_a_part_that_is_asked_for_no_more_keeps_the_others(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    huong.post(url("draft_section", draft, "child"), {"child_name": "An"})
    huong.post(url("draft_section", draft, "parents"), {"father_unknown": "1"})
    kept = Dossier.objects.get(pk=draft.pk).answers
    assert kept["child_name"] == "An"
    assert kept["father_unknown"] is True


def test_a_person_can_be_filled_in_with_who_is_signed_in(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    page = url("draft_section", draft, "parents")
    assert huong.post(page, {"_me": "mother"}).url.endswith("#mother")
    mother = Dossier.objects.get(pk=draft.pk).answers["mother"]
    assert mother["name"] == "Lê Thị Hương"
    assert mother["personal_id"] == "000191000022"
    assert huong.post(page, {"_me": "place"}).status_code == 302
    assert huong.post(page, {"_me": "<b>"}).status_code == 302


def test_what_one_wrote_of_oneself_before_is_not_asked_again(world: World, huong: Any) -> None:
    first = draft_of(huong)
    walk(huong, first)
    huong.post(url("draft_review", first), {})
    page = url("draft_section", second := draft_of(huong, BIRTH), "parents")
    huong.post(page, {"_me": "mother"})
    mother = Dossier.objects.get(pk=second.pk).answers["mother"]
    assert (mother["ethnicity"], mother["nationality"]) == ("Kinh", "Việt Nam")
    Dossier.objects.filter(pk=first.pk).update(state=State.DRAFT)
    huong.post(page, {"_me": "mother", "mother.ethnicity": ""})
    assert "ethnicity" not in Dossier.objects.get(pk=second.pk).answers["mother"]


def test_who_acts_in_ones_place_is_asked_calmly_checked_and_named(world: World, huong: Any) -> None:
    draft = draft_of(huong)
    walk(huong, draft)
    assert Dossier.objects.get(pk=draft.pk).declared["representative"] == {}
    page = url("draft_handing", draft)
    assert '<details class="facts-open"><summary>Ủy quyền' in huong.get(page).content.decode()
    typed = {
        "wants_result": "counter",
        "representative.name": "Nguyễn Thị Lan 2",
        "representative.personal_id": "000155000011",
    }
    refused = huong.post(page, typed)
    assert refused.status_code == 422
    assert 'href="#representative.name"' in refused.content.decode()
    assert 'value="Nguyễn Thị Lan 2"' in refused.content.decode()
    assert '<details class="facts-open" open>' in refused.content.decode()
    assert huong.post(page, {**typed, "representative.name": "Nguyễn Thị Lan"}).status_code == 302
    assert "Người được ủy quyền Nguyễn Thị Lan" in text_of(huong.get(url("draft_review", draft)))
    huong.post(url("draft_review", draft), {})
    dossier = Dossier.objects.get(pk=draft.pk)
    assert dossier.representative_id == world.cast.lan.party
    for who in (huong, world.cast.client("lan")):
        shown = text_of(who.get(reverse("dossiers:mine_one", args=[dossier.code])))
        assert "Người được ủy quyền Nguyễn Thị Lan" in shown


def test_what_one_was_told_is_new_until_one_opens_it(world: World, huong: Any) -> None:
    dossier = world.move(of_huong(world), "accept", "minh")
    told = {"code": dossier.code, "procedure": "x", "agency": "y", "at": AT}
    notify.tell(
        party_id=world.cast.huong.party, template="submitted", values=told,
        ref=dossier.ref, key="1", at=AT,
    )  # fmt: skip
    page = reverse("dossiers:mine_one", args=[dossier.code])
    assert "1 tin mới" in text_of(huong.get(page))
    assert "1 tin mới" in text_of(huong.get(page))  # looking writes nothing
    assert "Có tin mới" in text_of(huong.get(reverse("dossiers:mine")))
    read = huong.post(reverse("dossiers:read_messages", args=[dossier.code]))
    assert read.url == f"{page}#tin"
    assert "tin mới" not in text_of(huong.get(page))
    assert "tin mới" not in text_of(huong.get(reverse("dossiers:mine")))


def test_the_review_names_the_commune_that_was_typed(huong: Any) -> None:
    draft = draft_of(huong)
    walk(huong, draft)
    kept = Dossier.objects.get(pk=draft.pk).declared
    as_typed = {"phone": "0100000002", "address": {"territory": "bo de", "detail": "Số 8"}}
    Dossier.objects.filter(pk=draft.pk).update(declared={**kept, "contact": as_typed})
    assert "Số 8, Phường Bồ Đề" in text_of(huong.get(url("draft_review", draft)))


def test_rows_are_added_and_removed_without_a_script(huong: Any) -> None:
    draft = draft_of(huong, "1.004194")
    page = url("draft_section", draft, "old")
    name = "together.0.name"
    added = huong.post(page, {name: "Trần Văn A", "_row": "add:together"})
    assert added.url.endswith("#together")
    html = huong.get(page).content.decode()
    assert 'name="together.1.name"' in html
    huong.post(page, {name: "Trần Văn A", "_row": "remove:together:0"})
    assert "Trần Văn A" not in huong.get(page).content.decode()


def test_an_uncertain_place_is_asked_about_and_never_guessed(huong: Any) -> None:
    draft = draft_of(huong)
    first = sections()[0]
    page = url("draft_section", draft, first)
    wrong = huong.post(page, {**PERSON, "place.territory": "Cửa"})
    assert wrong.status_code == 422
    assert 'name="place.chosen" value="00082"' in wrong.content.decode()
    assert 'value="Cửa"' in wrong.content.decode()
    huong.post(page, {**PERSON, "place.territory": "Cửa", "place.chosen": "00082"})
    assert Dossier.objects.get(pk=draft.pk).answers["place"]["territory"] == "00082"


def test_helping_another_person_is_recorded_as_such(world: World, huong: Any) -> None:
    draft = draft_of(huong, **{"for": "person"})
    first = huong.post(url("draft_applicant", draft), {"contact.phone": "0100000002"})
    assert first.url == url("draft_owner", draft)
    page = {
        "for": "person",
        "owner.name": "Nguyễn Thị Lan",
        "owner.personal_id": "000155000011",
        "owner.birth_date": "8/3/1955",
    }
    refused = huong.post(url("draft_owner", draft), page)
    assert refused.status_code == 422
    assert 'href="#relation"' in refused.content.decode()
    assert huong.post(url("draft_owner", draft), {**page, "relation": "con gái"}).status_code == 302
    walk_from_owner(huong, draft)
    huong.post(url("draft_review", draft), {})
    dossier = Dossier.objects.get(pk=draft.pk)
    assert dossier.state == State.SUBMITTED
    assert dossier.owner_id == world.cast.lan.party
    assert dossier.applicant_id == world.cast.huong.party
    assert dossier.relation == "con gái"
    assert dossier.helped_by == {
        "kind": "citizen",
        "id": world.cast.huong.party,
        "words": "con gái",
    }
    lan = world.cast.client("lan")
    assert str(dossier.code) in text_of(lan.get(reverse("dossiers:mine")))


def walk_from_owner(client: Any, draft: Dossier) -> None:
    given = {**PERSON, "status": "chua-ket-hon", "use": "vay-von", "pledge": "1"}
    for part in sections():
        client.post(url("draft_section", draft, part), given)


def test_one_may_change_ones_mind_about_whose_it_is(huong: Any) -> None:
    draft = draft_of(huong, **{"for": "organisation"})
    huong.post(
        url("draft_owner", draft),
        {"for": "organisation", "owner.name": "Công ty Hoa Sen", "relation": "giám đốc"},
    )
    assert Dossier.objects.get(pk=draft.pk).declared["owner"]["kind"] == "organisation"
    huong.post(url("draft_owner", draft), {"for": "self", "relation": "giám đốc"})
    kept = Dossier.objects.get(pk=draft.pk).declared
    assert (kept["owner"], kept["relation"]) == ({}, "")


def test_where_any_commune_may_decide_one_is_chosen(huong: Any) -> None:
    draft = draft_of(huong, COPY)
    first = huong.post(url("draft_applicant", draft), {"contact.phone": "0100000002"})
    assert first.url == url("draft_place", draft)
    for typed in ("", "Không Có", "99999"):
        refused = huong.post(first.url, {"place.territory": typed})
        assert refused.status_code == 422
        assert 'href="#place.territory"' in refused.content.decode()
    assert huong.post(first.url, {"place.territory": "bo de"}).status_code == 302
    assert Dossier.objects.get(pk=draft.pk).declared["place"]["code"] == "00118"


def test_a_draft_is_thrown_away_after_asking(huong: Any) -> None:
    draft = draft_of(huong)
    assert "không lấy lại được" in text_of(huong.get(url("draft_discard", draft)))
    assert huong.post(url("draft_discard", draft)).url == reverse("dossiers:mine")
    assert not Dossier.objects.exists()
    assert huong.get(url("draft", draft)).status_code == 404


# --- papers ---------------------------------------------------------------------------------------


def test_a_bad_file_has_its_sentence_and_the_good_one_beside_it_is_kept(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    answer = huong.post(
        url("draft_papers", draft), {PAPER: [upload("phim.pdf", b"MZ" * 99), upload("tot.pdf")]}
    )
    assert answer.status_code == 422
    assert "phim.pdf" in text_of(answer)
    assert [use.name for use in files.uses_of([draft.ref])[draft.ref]] == ["tot.pdf"]
    assert huong.post(url("draft_papers", draft), {}).url == url("draft_handing", draft)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rong.pdf", b""),
        ("phim.exe", b"MZ" * 50),
        ("anh.jpg", PDF),
        ("lon.pdf", b"%PDF-1.4" + b"0" * (21 * 1024 * 1024)),
        ("../../etc/passwd", b"root"),
        ("<b>.pdf", b"x"),
    ],
)
def test_files_that_cannot_be_taken_are_told_at_their_paper(
    huong: Any, name: str, content: bytes
) -> None:
    draft = draft_of(huong, BIRTH)
    answer = huong.post(
        url("draft_papers", draft),
        {PAPER: upload(name, content), "slot": "giay-chung-sinh"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert "<b>.pdf" not in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert files.uses_of([draft.ref])[draft.ref] == []


def test_a_file_is_uploaded_seen_and_taken_away(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    fragment = huong.post(
        url("draft_papers", draft),
        {PAPER: upload(), "slot": "giay-chung-sinh"},
        headers={"HX-Request": "true"},
    )
    assert "giay.pdf" in text_of(fragment)
    use = files.uses_of([draft.ref])[draft.ref][0]
    shown = huong.get(url("draft_file", draft, str(use.id)))
    assert b"".join(shown.streaming_content) == PDF
    removed = huong.post(url("draft_remove", draft, str(use.id)), headers={"HX-Request": "true"})
    assert "giay.pdf" not in text_of(removed)
    assert huong.get(url("draft_file", draft, str(use.id))).status_code == 404


def test_without_the_script_the_button_beside_the_paper_uploads(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    answer = huong.post(url("draft_papers", draft), {PAPER: upload(), "slot": "giay-chung-sinh"})
    assert answer.url.endswith("#upload-giay-chung-sinh")


def test_data_may_stand_in_for_a_paper_where_the_procedure_allows_it(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    refused = huong.post(url("draft_papers", draft), {"replaced.bien-ban-bo-roi": "1"})
    assert refused.status_code == 422
    assert "Còn thiếu giấy tờ bắt buộc" in text_of(refused)
    assert huong.post(url("draft_papers", draft), {"replaced.giay-chung-sinh": "1"}).url == url(
        "draft_handing", draft
    )
    assert Dossier.objects.get(pk=draft.pk).declared["papers"] == {"giay-chung-sinh": "replaced"}


def test_a_dossier_takes_a_hundred_files(huong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haicap.dossiers.views.citizen.uploads.MOST_PAPERS", 2)
    draft = draft_of(huong, BIRTH)
    sent = [upload("1.pdf"), upload("2.pdf"), upload("3.pdf")]
    answer = huong.post(url("draft_papers", draft), {PAPER: sent})
    assert answer.status_code == 422
    assert "tối đa 2 tệp" in text_of(answer)
    assert len(files.uses_of([draft.ref])[draft.ref]) == 2


# --- bad input ------------------------------------------------------------------------------------

BAD = {
    "too long": "x" * 3000,
    "much too long": "x" * 60_000,
    "html": "<script>alert(1)</script>",
    "sql": "'; drop table dossiers_dossier; --",
    "control characters": "An\x00\x07\x1b[31m",
    "decomposed": "Nguye\u0302\u0303n Va\u0306n",
    "bidirectional": "An\u202egnas",
    "emoji": "😀😀",
    "spaces": "   \t \n ",
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_text_is_refused_or_shown_harmlessly(huong: Any, kind: str) -> None:
    draft = draft_of(huong, BIRTH)
    page = url("draft_section", draft, "child")
    answer = huong.post(page, {"child_name": BAD[kind], "birth_place": "Hà Nội"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "<script>alert" not in html
    assert 'value="Hà Nội"' in html
    owner = huong.post(url("draft_owner", draft), {"for": "person", "owner.name": BAD[kind]})
    assert owner.status_code == 422
    assert "<script>alert" not in owner.content.decode()
    phone = huong.post(url("draft_applicant", draft), {"contact.phone": BAD[kind]})
    assert phone.status_code in (302, 422)
    assert Dossier.objects.filter(pk=draft.pk, state=State.DRAFT).exists()


@pytest.mark.parametrize("day", ["1/1/0001", "31/02/2020", "25/11/2062", "hôm qua", "2026"])
def test_days_that_cannot_be_are_told_at_their_field(huong: Any, day: str) -> None:
    draft = draft_of(huong, BIRTH)
    answer = huong.post(url("draft_section", draft, "child"), {"child_birth_date": day})
    assert 'id="child_birth_date-error"' in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "٣"])
def test_a_made_up_version_breaks_nothing(huong: Any, version: str) -> None:
    draft = draft_of(huong)
    answer = huong.post(url("draft_handing", draft), {"version": version, "wants_result": "post"})
    assert answer.status_code in (302, 409)


@pytest.mark.parametrize("way", ["", "pigeon", "x" * 5000])
def test_an_unknown_way_to_get_the_result_changes_nothing(huong: Any, way: str) -> None:
    draft = draft_of(huong)
    huong.post(url("draft_handing", draft), {"wants_result": way})
    assert Dossier.objects.get(pk=draft.pk).wants_result == "electronic"


def test_a_part_the_form_has_not_is_not_there(huong: Any) -> None:
    assert huong.get(url("draft_section", draft_of(huong), "nope")).status_code == 404


# --- whose it is ----------------------------------------------------------------------------------


def test_nobody_else_sees_a_draft(world: World, huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    use = files.keep(
        stream=upload(),  # type: ignore[arg-type]
        name="a.pdf",
        ref=draft.ref,
        slot="giay-chung-sinh",
        by=world.by("huong"),
        at=AT,
    )
    pages = [
        *(url(f"draft_{name}", draft) for name in ("applicant", "owner", "papers", "review")),
        url("draft", draft),
        url("draft_section", draft, "child"),
        url("draft_discard", draft),
        url("draft_file", draft, str(use.id)),
        url("draft_remove", draft, str(use.id)),
    ]
    for page in pages:
        for method in ("get", "post"):
            assert getattr(world.cast.client("lan"), method)(page).status_code == 404, page
            assert getattr(world.cast.client("minh"), method)(page).status_code == 403, page
            assert getattr(world.cast.client(), method)(page).status_code == 302, page
    assert files.uses_of([draft.ref])[draft.ref]


def of_huong(world: World, **more: Any) -> Dossier:
    """A dossier handed in online by Hương."""
    return actions.hand_in(
        filing=world.filing(channel="online", answers=marital_answers(), **more),
        by=world.by("huong"),
        at=world.later(),
    )


def brought_to(world: World, dossier: Dossier, stage: str) -> Dossier:
    way: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "minh", {}),
        ("transfer", "minh", {}),
        ("confirm_receipt", "hoa", {}),
        ("submit_approval", "hoa", {}),
        ("approve", "quan", {}),
        ("number_and_issue", "van", {}),
    ]
    for move, who, values in way:
        if dossier.state == stage:
            break
        if move == "submit_approval":
            values = {"file_id": world.upload(who).id}
        dossier = world.move(dossier, move, who, **values)
    assert dossier.state == stage
    return dossier


def test_nobody_else_sees_a_dossier(world: World) -> None:
    dossier = of_huong(world)
    for name in ("mine_one", "done", "mine_receipt", "mine_answer", "cancel"):
        page = reverse(f"dossiers:{name}", args=[dossier.code])
        assert world.cast.client("lan").get(page).status_code == 404, name
        assert world.cast.client("minh").get(page).status_code == 403, name
        assert world.cast.client().get(page).status_code == 302, name
    assert world.cast.client("lan").get(reverse("dossiers:mine")).status_code == 200


# --- my dossiers ----------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(huong: Any) -> None:
    assert "Ông bà chưa có hồ sơ nào" in text_of(huong.get(reverse("dossiers:mine")))


def test_what_is_asked_of_me_comes_first(world: World, huong: Any) -> None:
    waiting, asked = of_huong(world), of_huong(world)
    draft_of(huong)
    world.move(asked, "ask_before", "minh", items=[{"todo": "Nộp lại"}], reason="Mờ")
    page = text_of(huong.get(reverse("dossiers:mine")))
    order = [page.index(words) for words in (asked.code or "", waiting.code or "", "Làm tiếp")]
    assert order == sorted(order)
    assert "Cơ quan đang chờ ông bà" in page


def test_finished_dossiers_are_paged(world: World, huong: Any) -> None:
    for _n in range(12):
        world.move(of_huong(world), "cancel", "huong")
    page = huong.get(reverse("dossiers:mine"))
    found = re.search(r'href="(\?cursor=[^"]+)"', page.content.decode())
    assert found is not None
    second = huong.get(reverse("dossiers:mine") + found[1].replace("&amp;", "&"))
    assert len(set(re.findall(r"H26[.\w-]+-\d{4}", text_of(second)))) == 2
    assert huong.get(reverse("dossiers:mine") + "?cursor=xx").status_code == 422


def test_the_promised_time_is_told_with_its_reason(world: World, huong: Any) -> None:
    dossier = brought_to(world, of_huong(world), State.IN_PROCESS)
    page = text_of(huong.get(reverse("dossiers:mine_one", args=[dossier.code])))
    assert "Vì sao là ngày ấy" in page
    assert "Hồ sơ được tiếp nhận, hẹn trả kết quả" in page
    assert "Lê Thị Hoa" not in page  # a citizen's story names agencies, not officials
    receipt = huong.get(reverse("dossiers:mine_receipt", args=[dossier.code]))
    assert receipt["Content-Type"] == "application/pdf"


def test_before_reception_there_is_no_receipt(world: World, huong: Any) -> None:
    dossier = of_huong(world)
    receipt = huong.get(reverse("dossiers:mine_receipt", args=[dossier.code]))
    assert receipt.status_code == 409
    page = text_of(huong.get(reverse("dossiers:mine_one", args=[dossier.code])))
    assert "Giấy tiếp nhận và hẹn trả" not in page


def test_cancelling_asks_first_and_is_refused_in_place_once_received(
    world: World, huong: Any
) -> None:
    dossier = of_huong(world)
    page = reverse("dossiers:cancel", args=[dossier.code])
    assert "Hủy hồ sơ" in text_of(huong.get(page))
    seen = dossier.version
    world.move(dossier, "accept", "minh")
    refused = huong.post(page, {"version": seen})
    assert refused.status_code == 409
    assert "Đã tiếp nhận" in text_of(refused)
    assert "Hồ sơ đã đi tới đâu" in text_of(refused)
    other = of_huong(world)
    gone = huong.post(reverse("dossiers:cancel", args=[other.code]), {"reason": "Nhầm"})
    assert gone.status_code == 302
    assert Dossier.objects.get(pk=other.pk).state == State.CANCELLED


def ask(world: World, dossier: Dossier, move: str, who: str) -> Dossier:
    items = [{"paper": "giay-to-cu-tru", "fault": "Mờ", "todo": "Chụp lại giấy tờ cư trú"}]
    return world.move(dossier, move, who, items=items, reason="Không đọc được")


@pytest.mark.parametrize("stage", ["before", "during"])
def test_what_was_asked_for_is_answered_with_papers_words_and_form(
    world: World, huong: Any, stage: str
) -> None:
    dossier = of_huong(world)
    if stage == "before":
        ask(world, dossier, "ask_before", "minh")
    else:
        ask(world, brought_to(world, dossier, State.IN_PROCESS), "ask_supplement", "hoa")
    page = reverse("dossiers:mine_answer", args=[dossier.code])
    assert "Chụp lại giấy tờ cư trú" in text_of(huong.get(page))
    paper = "papers.giay-to-cu-tru"
    bad = huong.post(page, {paper: upload("x.pdf", b"MZ" * 50), "note": "lời tôi"})
    assert bad.status_code == 422
    assert "lời tôi" in bad.content.decode()
    sent = {paper: upload("ro.pdf"), "slot": "giay-to-cu-tru"}
    assert "ro.pdf" in text_of(huong.post(page, sent, headers={"HX-Request": "true"}))
    wrong = huong.post(page, {"edit": "1", "answers.use": "x", "note": "lời tôi"})
    assert wrong.status_code == 422
    assert 'href="#answers.pledge"' in wrong.content.decode()
    assert "ro.pdf" in text_of(wrong)
    done = huong.post(page, {"note": "Đã chụp lại"})
    assert done.status_code == 302
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert dossier.state == (State.SUBMITTED if stage == "before" else State.SUPP_DONE)
    assert dossier.requests.get().answer == "Đã chụp lại"
    assert [(u.name, u.slot) for u in files.uses_of([dossier.ref])[dossier.ref]][-1] == (
        "ro.pdf",
        "giay-to-cu-tru",
    )
    again = huong.post(page, {"note": "lần nữa"})
    assert again.status_code == 409
    assert "Hồ sơ đã đi tới đâu" in text_of(again)


def test_the_form_can_be_corrected_with_the_answer(world: World, huong: Any) -> None:
    dossier = ask(world, of_huong(world), "ask_before", "minh")
    page = reverse("dossiers:mine_answer", args=[dossier.code])
    html = huong.get(page).content.decode()
    assert 'name="answers.subject_person.name"' in html
    answers = {f"answers.{name}": value for name, value in PERSON.items()}
    answers |= {"answers.status": "chua-ket-hon", "answers.use": "vay-von", "answers.pledge": "1"}
    answers["answers.subject_person.name"] = "Lê Thị Thu Hương"
    assert huong.post(page, {**answers, "edit": "1"}).status_code == 302
    kept = Dossier.objects.get(pk=dossier.pk)
    assert kept.answers["subject_person"]["name"] == "Lê Thị Thu Hương"


def test_uploads_waiting_for_one_dossier_do_not_go_with_another(world: World, huong: Any) -> None:
    one, two = (ask(world, of_huong(world), "ask_before", "minh") for _n in range(2))
    sent = {"papers.giay-to-cu-tru": upload("cho-mot.pdf"), "slot": "giay-to-cu-tru"}
    huong.post(reverse("dossiers:mine_answer", args=[one.code]), sent)
    other = reverse("dossiers:mine_answer", args=[two.code])
    assert "cho-mot.pdf" not in text_of(huong.get(other))
    huong.post(other, {"note": "không có tệp"})
    assert files.uses_of([two.ref])[two.ref] == []
    use = next(u for u in files.uses_of([files.staged_ref(world.by("huong"))]).popitem()[1])
    wrong = reverse("dossiers:answer_file", args=[two.code, use.id])
    right = reverse("dossiers:answer_file", args=[one.code, use.id])
    assert huong.get(wrong).status_code == 404
    assert huong.get(right).status_code == 200
    assert world.cast.client("lan").get(right).status_code == 404
    removed = reverse("dossiers:answer_remove", args=[one.code, use.id])
    assert huong.post(removed).status_code == 302
    assert huong.get(right).status_code == 404


def test_the_electronic_result_is_taken_by_its_citizen(world: World, huong: Any) -> None:
    dossier = brought_to(world, of_huong(world), State.APPROVED)
    file = reverse("dossiers:mine_file", args=[dossier.code, dossier.result_use])
    assert huong.get(file).status_code == 404  # a draft until it is issued
    dossier = world.move(dossier, "number_and_issue", "van")
    page = reverse("dossiers:mine_one", args=[dossier.code])
    if dossier.money == "due":
        assert "Phí, lệ phí cần nộp" in text_of(huong.get(page))
        early = huong.post(reverse("dossiers:take", args=[dossier.code]))
        assert early.status_code == 409
        assert huong.get(file).status_code == 404
        world.move(
            dossier, "settle_fee", "minh", how="cash", amount=dossier.fee_total, receipt="BL-1"
        )
    assert "Nhận kết quả" in text_of(huong.get(page))
    assert huong.post(reverse("dossiers:take", args=[dossier.code])).status_code == 302
    assert Dossier.objects.get(pk=dossier.pk).state == State.RETURNED
    assert huong.get(file).status_code == 200
    assert "chưa ký số" in text_of(huong.get(page))


# --- the public look-up ---------------------------------------------------------------------------


def look_up(client: Any, code: str, check: str) -> Any:
    return client.post(reverse("dossiers:track"), {"code": code, "check": check})


def test_who_knows_the_code_and_four_digits_is_told_a_little(world: World) -> None:
    dossier = brought_to(world, of_huong(world), State.IN_PROCESS)
    stranger = world.cast.client()
    asked = stranger.get(reverse("dossiers:track"), {"code": dossier.code or ""})
    assert f'value="{dossier.code}"' in asked.content.decode()
    for check in ("0022", "0012"):  # of the personal number, of the phone
        page = text_of(look_up(stranger, f" {(dossier.code or '').lower()} ", check))
        assert "Hẹn trả kết quả" in page
        assert "UBND phường Bồ Đề" in page
        for private in ("Hương", "00000012", "000191000022", "Số 5"):
            assert private not in page


def test_a_stranger_learns_nothing_and_guessing_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = of_huong(world).code or ""
    stranger = world.cast.client()
    known, unknown = look_up(stranger, code, "1111"), look_up(stranger, "H26.9-1", "1111")
    assert known.status_code == unknown.status_code == 404
    assert text_of(known).replace(code, "") == text_of(unknown).replace("H26.9-1", "")
    for _n in range(4):
        look_up(stranger, code, "1111")
    closed = look_up(stranger, code, "0022")
    assert closed.status_code == 429
    assert 3500 < int(closed["Retry-After"]) <= 3601
    assert "tạm khóa" in text_of(closed)
    later: Callable[[], datetime] = lambda: NOW + timedelta(minutes=61)  # noqa: E731
    monkeypatch.setattr(clock, "now", later)
    assert look_up(stranger, code, "0022").status_code == 200


@pytest.mark.parametrize("check", ["", "12", "12345", "abcd", "１２３４５", "' or 1=1"])
def test_a_look_up_without_four_digits_is_told_so_and_costs_no_try(
    world: World, check: str
) -> None:
    code = of_huong(world).code or ""
    stranger = world.cast.client()
    for _n in range(6):
        answer = look_up(stranger, code, check)
        assert answer.status_code == 422
        assert 'href="#check"' in answer.content.decode()
    assert look_up(stranger, code, "0022").status_code == 200


def test_a_draft_cannot_be_looked_up(world: World, huong: Any) -> None:
    draft = draft_of(huong)
    assert look_up(world.cast.client(), str(draft.uuid), "0022").status_code == 404


# --- English --------------------------------------------------------------------------------------

# Words of ours that would show that a text was left in Vietnamese.
OURS = re.compile(
    r"\b(hồ sơ|giấy tờ|ông bà|kết quả|tiếp nhận|nộp|phường, xã|tra cứu|bổ sung|hẹn)\b",
    re.IGNORECASE,
)


def test_the_pages_speak_english_too(world: World, huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    asked = ask(world, of_huong(world), "ask_before", "minh")
    pages = [
        reverse("dossiers:start", args=[COPY]),
        *(url(f"draft_{name}", draft) for name in ("applicant", "owner", "handing", "discard")),
        *(url("draft_section", draft, part) for part in sections(BIRTH)),
        url("draft_papers", draft),
        reverse("dossiers:mine"),
        reverse("dossiers:cancel", args=[asked.code]),
        reverse("dossiers:track"),
    ]
    left = {}
    for page in pages:
        answer = huong.get(page, {"lang": "en"})
        assert answer.status_code == 200, page
        found = set(OURS.findall(text_of(answer)))
        if found:
            left[page] = found
    assert left == {}


def test_refusals_speak_english_too(huong: Any) -> None:
    draft = draft_of(huong, BIRTH)
    answer = huong.post(url("draft_section", draft, "child") + "?lang=en", {})
    assert "Please fill in “Full name”" in text_of(answer) or "Full name" in text_of(answer)
    assert not OURS.search(text_of(answer))
    page = url("draft_applicant", draft) + "?lang=en"
    phone = text_of(huong.post(page, {"contact.phone": "12"}))
    assert "Phone number: A phone number has" in phone or "This phone number is not right" in phone
    wrong = huong.post(reverse("dossiers:track") + "?lang=en", {"code": "H26-1", "check": "1234"})
    assert "No application was found" in text_of(wrong)
