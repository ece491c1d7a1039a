"""The API: dossiers walked by requests only, and what it answers to mistakes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from haicap.audit import public as audit
from haicap.audit.models import Entry, Reading
from haicap.dossiers.models import Dossier
from haicap.dossiers.tests.world import (
    APPLICANT,
    BIRTH,
    MARITAL,
    PDF,
    REVIEWED,
    World,
    filled,
    marital_answers,
)
from haicap.dossiers.views import schemas
from haicap.kernel import clock


class Caller:
    """Somebody with a token."""

    def __init__(self, world: World, who: str, *, trusted: bool = False) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {world.cast.token(who, trusted=trusted)}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1{path}",
            body,
            content_type="application/json",
            headers={**self.headers, **headers},
        )


Calls = Callable[[str], Caller]


def filing(**more: Any) -> dict[str, Any]:
    """A certificate of marital status, handed in at a counter."""
    return {
        "procedure": MARITAL,
        "channel": "counter",
        "applicant": APPLICANT,
        "answers": marital_answers(),
        **more,
    }


@pytest.fixture
def calls(world: World) -> Calls:
    """`calls("minh")` is somebody with a token."""
    known: dict[str, Caller] = {}

    def called(who: str) -> Caller:
        return known.setdefault(who, Caller(world, who))

    return called


def make(calls: Calls, who: str, code: str, move: str, **values: Any) -> Any:
    """Look what is legal, then make the move with the version seen."""
    legal = calls(who).get(f"/dossiers/{code}/moves")
    assert legal.status_code == 200, legal.content.decode()
    schemas.Moves.model_validate(legal.json())
    assert move in [item["move"] for item in legal.json()["items"]], (move, legal.json())
    answer = calls(who).post(
        f"/dossiers/{code}/moves", {"move": move, **values}, **{"If-Match": legal["ETag"]}
    )
    assert answer.status_code == 200, answer.content.decode()
    schemas.DossierBrief.model_validate(answer.json())
    return answer.json()


def test_a_client_walks_a_dossier_with_reception_elsewhere(calls: Calls, world: World) -> None:
    answer = calls("nga").post("/dossiers", filing(receive=True), **{"Idempotency-Key": "k1"})
    assert answer.status_code == 201, answer.content.decode()
    body = answer.json()
    assert body["state"] == "RECEIVED"
    assert body["competent_agency"] == "UBND phường Bồ Đề"
    code = body["code"]
    assert answer["Location"] == f"/api/v1/dossiers/{code}"
    assert answer["ETag"] == f'"{body["version"]}"'
    make(calls, "nga", code, "transfer")
    make(calls, "hoa", code, "confirm_receipt")
    make(calls, "hoa", code, "submit_approval")
    make(calls, "quan", code, "approve")
    make(calls, "van", code, "number_and_issue")
    make(calls, "nga", code, "settle_fee", how="cash", amount=3000, receipt="BL 1")
    done = make(calls, "nga", code, "return_result", how="counter")
    assert done["state"] == "RETURNED"
    assert done["national_status"] == 10
    whole = calls("nga").get(f"/dossiers/{code}")
    schemas.DossierWhole.model_validate(whole.json())
    assert whole["ETag"] == f'"{done["version"]}"'
    journal = calls("nga").get(f"/dossiers/{code}/journal")
    schemas.Journal.model_validate(journal.json())
    statuses = [e["facts"]["national"] for e in journal.json()["items"] if "to_state" in e["facts"]]
    assert [s for n, s in enumerate(statuses) if s != statuses[n - 1] or n == 0] == [1, 2, 4, 9, 10]
    receipt = calls("nga").get(f"/dossiers/{code}/receipt.pdf")
    assert receipt.status_code == 200
    assert receipt.content.startswith(b"%PDF")
    result = whole.json()["result"]["file_id"]
    file = calls("nga").get(f"/dossiers/{code}/files/{result}")
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    rows = calls("nga").get("/dossiers", box="all")
    schemas.Dossiers.model_validate(rows.json())
    assert [row["code"] for row in rows.json()["items"]] == [code]


def test_a_citizen_submits_with_uploads_and_reads_the_story(calls: Calls, world: World) -> None:
    import io

    upload = io.BytesIO(PDF)
    upload.name = "giấy chứng sinh.pdf"
    kept = calls("huong").client.post(
        "/api/v1/files", {"file": upload}, headers=calls("huong").headers
    )
    assert kept.status_code == 201, kept.content.decode()
    given = filled(BIRTH)
    body = {
        "procedure": BIRTH,
        "answers": given["answers"],
        "papers": [{"slot": "giay-chung-sinh", "file_id": kept.json()["id"]}],
    }
    answer = calls("huong").post("/dossiers", body)
    assert answer.status_code == 201, answer.content.decode()
    code = answer.json()["code"]
    assert answer.json()["legal"] == ["cancel"]
    assert answer.json()["receiving_agency"] == "Điểm phục vụ hành chính công Bồ Đề"
    whole = calls("huong").get(f"/dossiers/{code}").json()
    schemas.DossierWhole.model_validate(whole)
    assert whole["desks"] == whole["opinions"] == []
    assert [line["title"] for line in whole["timeline"]] == ["Hồ sơ đã được nộp"]
    file = whole["files"][0]
    assert (file["slot"], file["name"]) == ("giay-chung-sinh", "giấy chứng sinh.pdf")
    assert calls("lan").get(f"/dossiers/{code}").status_code == 404
    assert calls("lan").get(f"/dossiers/{code}/files/{file['id']}").status_code == 404
    entry = calls("huong").get(f"/dossiers/{code}/journal").json()["items"][0]
    assert entry["person"] is None


def test_a_repeated_request_answers_the_same_and_does_nothing(calls: Calls) -> None:
    first = calls("nga").post("/dossiers", filing(), **{"Idempotency-Key": "abc"})
    again = calls("nga").post("/dossiers", filing(), **{"Idempotency-Key": "abc"})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert Dossier.objects.count() == 1
    other = calls("nga").post("/dossiers", filing(receive=True), **{"Idempotency-Key": "abc"})
    assert other.status_code == 422
    code = first.json()["code"]
    key = {"Idempotency-Key": "move-1", "If-Match": first["ETag"]}
    one = calls("nga").post(f"/dossiers/{code}/moves", {"move": "accept"}, **key)
    two = calls("nga").post(f"/dossiers/{code}/moves", {"move": "accept"}, **key)
    assert one.status_code == two.status_code == 200
    assert one.json() == two.json()
    assert Entry.objects.filter(kind="dossiers.DossierAccepted").count() == 1


def test_who_comes_too_late_is_told_who_when_and_what_is_legal(calls: Calls) -> None:
    made = calls("nga").post("/dossiers", filing())
    code, seen = made.json()["code"], made["ETag"]
    calls("nga").post(f"/dossiers/{code}/moves", {"move": "accept"}, **{"If-Match": seen})
    for body in ({"move": "accept"}, {"move": "refuse_intake", "reason": "x", "basis": "y"}):
        late = calls("nga").post(f"/dossiers/{code}/moves", body, **{"If-Match": seen})
        assert late.status_code == 409
        assert late["Content-Type"] == "application/problem+json"
        problem = late.json()
        schemas.Problem.model_validate(problem)
        assert problem["legal"] == ["transfer", "request_withdraw", "settle_fee"]
        assert problem["winner"] == "chính ông/bà"
        assert problem["at"]
        assert problem["state"] == "RECEIVED"
    seen_by_leader = calls("quan").post(f"/dossiers/{code}/moves", {"move": "approve"}).json()
    assert seen_by_leader["winner"] == "Lý Thị Nga"
    assert seen_by_leader["legal"] == ["stop", "hand_on", "apologise"]


def test_not_allowed_not_yours_not_there(calls: Calls) -> None:
    code = calls("nga").post("/dossiers", filing()).json()["code"]
    accept = {"move": "accept"}
    assert calls("quan").post(f"/dossiers/{code}/moves", accept).status_code == 403
    assert calls("minh").post(f"/dossiers/{code}/moves", accept).status_code == 404
    assert calls("nga").post("/dossiers/H26.1-1-1/moves", accept).status_code == 404
    assert calls("ha").post("/dossiers", filing()).status_code == 403
    assert Client().get("/api/v1/dossiers").status_code == 401
    assert Client().post("/api/v1/dossiers", {}).status_code == 401
    for path in ("", "/moves", "/journal", "/receipt.pdf"):
        assert calls("minh").get(f"/dossiers/{code}{path}").status_code == 404
    assert calls("nga").get(f"/dossiers/{code}/receipt.pdf").status_code == 409


def test_only_a_trusted_device_tells_when_it_happened(calls: Calls, world: World) -> None:
    made = calls("nga").post("/dossiers", filing())
    code = made.json()["code"]
    told = (clock.now()).isoformat()
    body = {"move": "accept", "happened_at": told}
    refused = calls("nga").post(f"/dossiers/{code}/moves", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "happened_at"
    device = Caller(world, "nga", trusted=True)
    for wrong in (
        (clock.now() + timedelta(hours=1)).isoformat(),
        (clock.now() - timedelta(days=9)).isoformat(),
        "2026-13-01T00:00:00+07:00",
    ):
        body = {"move": "accept", "happened_at": wrong}
        assert device.post(f"/dossiers/{code}/moves", body).status_code == 422
    body = {"move": "accept", "happened_at": made.json()["submitted_at"]}
    assert device.post(f"/dossiers/{code}/moves", body).status_code == 200
    dossier = Dossier.objects.get(code=code)
    assert dossier.state == "RECEIVED"
    last = [one for one in audit.history_of(dossier.ref) if "to_state" in one.facts][-1]
    assert last.happened_at == dossier.received_at == dossier.submitted_at
    assert last.recorded_at > last.happened_at


def test_staff_who_read_are_written_down(calls: Calls, world: World) -> None:
    code = calls("nga").post("/dossiers", filing()).json()["code"]
    dossier = Dossier.objects.get(code=code)
    calls("nga").get(f"/dossiers/{code}")
    calls("nga").get("/dossiers", box="all")
    found = Reading.objects.filter(person=world.cast.people["nga"].staff).order_by("id")
    assert [row.purpose for row in found] == ["dossier", "list"]
    assert all(row.subjects == [dossier.ref] for row in found)
    assert all(row.parties == [dossier.applicant_id] for row in found)


def test_public_look_up_counts_wrong_tries_though_it_is_a_get(calls: Calls) -> None:
    code = calls("nga").post("/dossiers", filing()).json()["code"]
    anybody = Client()
    right = anybody.get(f"/api/v1/track/{code}", {"check": "0012"})
    assert right.status_code == 200, right.content.decode()
    schemas.Tracked.model_validate(right.json())
    for _ in range(5):
        wrong = anybody.get(f"/api/v1/track/{code}", {"check": "9999"})
        assert wrong.status_code == 404
    stranger = anybody.get("/api/v1/track/H26.1-261123-0001", {"check": "9999"})
    assert stranger.json()["detail"] == wrong.json()["detail"]
    closed = anybody.get(f"/api/v1/track/{code}", {"check": "0012"})
    assert closed.status_code == 429
    assert 3500 < int(closed["Retry-After"]) <= 3601


def test_what_is_legal_comes_with_what_it_needs(calls: Calls, world: World) -> None:
    dossier = world.at_stage("TRANSFERRED")
    world.move(dossier, "confirm_receipt", "truong")
    legal = calls("truong").get(f"/dossiers/{dossier.code}/moves").json()
    assign = next(item for item in legal["items"] if item["move"] == "assign")
    (staff_id,) = [need for need in assign["needs"] if need["name"] == "staff_id"]
    assert staff_id["required"]
    assert staff_id["type"] == "integer"
    assert {option["words"].split(",")[0] for option in staff_id["options"]} == {
        "Lê Thị Hoa",
        "Cao Hồng Sơn",
    }
    ask = next(item for item in legal["items"] if item["move"] == "ask_supplement")
    assert [need["name"] for need in ask["needs"] if need["required"]] == ["items", "reason"]
    done = calls("truong").post(f"/dossiers/{dossier.code}/moves", assign["example"])
    assert done.status_code == 200, done.content.decode()


# --- bad input: one table for submission, one for moves -------------------------------------------


def papers(**more: Any) -> dict[str, Any]:
    """A filing with one paper."""
    return filing(papers=[{"slot": "to-khai", **more}])


def asking(**more: Any) -> dict[str, Any]:
    """A request before reception."""
    return {"move": "ask_before", "items": [{"todo": "x"}], "reason": "x", **more}


NAME = "applicant.name"
BAD_FILINGS: list[tuple[str, Any, set[str]]] = [
    ("not an object", [1, 2], set()),
    ("an unknown name", filing(colour="red"), {"colour"}),
    ("no procedure", {"channel": "counter"}, {"procedure"}),
    ("a channel that is none", filing(channel="fax"), {"channel"}),
    ("a procedure of the wrong type", filing(procedure=7), {"procedure"}),
    ("a name too long", filing(applicant={**APPLICANT, "name": "N" * 400}), {NAME}),
    ("a name far too long", filing(applicant={**APPLICANT, "name": "N" * 9000}), {NAME}),
    ("a name of marks", filing(applicant={**APPLICANT, "name": "<script>alert(1)"}), {NAME}),
    ("a name with a NUL", filing(applicant={**APPLICANT, "name": "An\u0000"}), {NAME}),
    ("a name with control characters", filing(applicant={**APPLICANT, "name": "A\u0007n"}), {NAME}),
    ("a name of wrong encoding", filing(applicant={**APPLICANT, "name": "Tr\ufffdn"}), {NAME}),
    ("a name that is a number", filing(applicant={**APPLICANT, "name": 12}), {NAME}),
    (
        "a birth in the future",
        filing(applicant={**APPLICANT, "birth_date": "2085-06-01"}),
        {"applicant.birth_date"},
    ),
    (
        "a birth in the year 1",
        filing(applicant={**APPLICANT, "birth_date": "0001-01-01"}),
        {"applicant.birth_date"},
    ),
    (
        "an id of eleven digits",
        filing(applicant={**APPLICANT, "identifiers": {"personal_id": "00008500001"}}),
        {"applicant.identifiers.personal_id"},
    ),
    (
        "an id of a kind that is none",
        filing(applicant={**APPLICANT, "identifiers": {"shoe": "1"}}),
        {"applicant.identifiers"},
    ),
    ("a phone that is none", filing(applicant={**APPLICANT, "phone": "x"}), {"applicant.phone"}),
    (
        "a place that is none",
        filing(answers=marital_answers(code="99999")),
        {"answers.place"},
    ),
    (
        "an answer nobody asked for",
        filing(answers=marital_answers(hobby="chess")),
        {"answers.hobby"},
    ),
    (
        "an answer of the wrong type",
        filing(answers=marital_answers(status=["goa"])),
        {"answers.status"},
    ),
    ("a procedure that is none", filing(procedure="1.0\x00"), {"procedure"}),
    (
        "a file that does not exist",
        filing(
            papers=[{"slot": "to-khai", "file_id": "00000000-0000-4000-8000-000000000000"}]
        ),
        {"papers.to-khai"},
    ),
    ("a file id that is none", papers(file_id="1"), {"papers.0.file_id"}),
    ("300 papers", filing(papers=[{"slot": "to-khai"}] * 300), {"papers"}),
    ("a paper nobody asked for", papers(slot="'; drop table x"), {"papers.'; drop table x"}),
    ("a million originals", papers(originals=10**6), {"papers.0.originals"}),
    (
        "a place date to come",
        filing(procedure="2.000815", place={"code": "00118", "at": "2999-01-01"}),
        {"place.at"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "fields"), [row[1:] for row in BAD_FILINGS], ids=[row[0] for row in BAD_FILINGS]
)
def test_a_bad_filing_is_told_at_its_field_and_stores_nothing(
    calls: Calls, body: Any, fields: set[str]
) -> None:
    answer = calls("nga").post("/dossiers", body)
    assert answer.status_code == 422, answer.content.decode()
    problem = answer.json()
    schemas.Problem.model_validate(problem)
    named = {error["field"] for error in problem["errors"]}
    for field in fields:
        assert any(name == field or name.startswith(field + ".") for name in named), named
    assert all(error["detail"] for error in problem["errors"])
    assert not Dossier.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"null", b'{"procedure": "\\ud800"}'])
def test_what_is_no_json_is_refused(calls: Calls, raw: bytes) -> None:
    caller = calls("nga")
    answer = caller.client.post(
        "/api/v1/dossiers", raw, content_type="application/json", headers=caller.headers
    )
    assert answer.status_code in {400, 422}, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_letters_in_pieces_are_put_together(calls: Calls) -> None:
    import unicodedata

    name = unicodedata.normalize("NFD", "Trần Văn Ánh")
    made = calls("nga").post("/dossiers", filing(applicant={**APPLICANT, "name": name}))
    assert made.status_code == 201, made.content.decode()
    kept = Dossier.objects.get().declared["applicant"]["name"]
    assert kept == "Trần Văn Ánh"


BAD_MOVES: list[tuple[str, Any]] = [
    ("no move", {}),
    ("a move that is none", {"move": "dance"}),
    ("a move of the wrong type", {"move": ["accept"]}),
    ("not an object", []),
    ("an unknown value", {"move": "accept", "colour": "red"}),
    ("no reason", {"move": "refuse_intake", "basis": "x"}),
    ("an empty reason", {"move": "refuse_intake", "reason": " \u200b ", "basis": "x"}),
    ("a reason too long", {"move": "refuse_intake", "reason": "x" * 2001, "basis": "x"}),
    ("no items", asking(items=[])),
    ("items that are text", asking(items="x")),
    ("too many items", asking(items=[{"todo": "x"}] * 31)),
    ("a day that is none", asking(reply_by="30/02")),
    ("a day gone by", asking(reply_by="2020-01-01")),
    ("a day without end", asking(reply_by="9999-12-31")),
]  # fmt: skip


def test_a_bad_move_is_refused_and_moves_nothing(calls: Calls, world: World) -> None:
    dossier = world.hand_in("nga")
    for what, body in BAD_MOVES:
        answer = calls("nga").post(f"/dossiers/{dossier.code}/moves", body)
        assert answer.status_code == 422, (what, answer.content.decode())
        assert answer.json()["errors"], what
        kept = Dossier.objects.get(pk=dossier.pk)
        assert (kept.state, kept.version) == ("SUBMITTED", dossier.version), what


@pytest.mark.parametrize("if_match", ["x", '"-1"', '"99999999999999"', '"1.5"'])
def test_a_version_that_is_none_is_refused(calls: Calls, world: World, if_match: str) -> None:
    dossier = world.hand_in("nga")
    answer = calls("nga").post(
        f"/dossiers/{dossier.code}/moves", {"move": "accept"}, **{"If-Match": if_match}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        {"box": "bin"}, {"cursor": "xx"}, {"limit": 0}, {"limit": 9999}, {"state": "LOST"},
        {"commune": "99999"}, {"within": "ever"}, {"q": "x" * 900}, {"channel": "fax"},
    ],
)  # fmt: skip
def test_a_list_asked_for_wrongly_says_so(calls: Calls, query: dict[str, Any]) -> None:
    answer = calls("nga").get("/dossiers", **query)
    assert answer.status_code == 422, answer.content.decode()
    assert answer.json()["errors"]


@pytest.mark.parametrize("q", ["'; drop table dossiers_dossier; --", "<b>x</b>", "\u0000", "%%%"])
def test_a_search_for_anything_is_only_a_search(calls: Calls, q: str) -> None:
    assert calls("nga").get("/dossiers", box="all", q=q).status_code == 200


@pytest.mark.parametrize("code", ["%00", "..%2f..", "a" * 3000, "'", "%F0%9F%98%80"])
def test_a_code_that_is_none_is_not_found(calls: Calls, code: str) -> None:
    for path in ("", "/moves", "/journal", "/receipt.pdf"):
        assert calls("nga").get(f"/dossiers/{code}{path}").status_code == 404
    assert Client().get(f"/api/v1/track/{code}", {"check": "1234"}).status_code == 404


def test_the_document_describes_every_move(calls: Calls) -> None:
    from haicap.dossiers.flow import FLOW

    document = Client().get("/api/v1/openapi.json").json()
    body = document["paths"]["/api/v1/dossiers/{code}/moves"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert set(schema["discriminator"]["mapping"]) == set(FLOW.moves)
    named = json.dumps(document)
    for word in ("Idempotency-Key", "If-Match", "happened_at", "problem+json"):
        assert word in named
    for model in document["components"]["schemas"].values():
        if model.get("title") in {"DossierIn", "PaperIn", "PartyIn"}:
            assert model["description"]


def test_the_review_of_a_head_is_a_move_like_the_others(calls: Calls, world: World) -> None:
    dossier = world.hand_in("nga", **filled(REVIEWED))
    for move, who in (("accept", "nga"), ("transfer", "nga"), ("confirm_receipt", "hoa")):
        dossier = world.move(dossier, move, who)
    code = dossier.code or ""
    assert make(calls, "hoa", code, "submit_approval")["legal"] == ["rollback"]
    make(calls, "truong", code, "submit_approval")
    assert make(calls, "quan", code, "approve")["state"] == "APPROVED"


def moments(value: Any) -> list[str]:
    """Every text in an answer that reads as a moment."""
    if isinstance(value, dict):
        return [found for inner in value.values() for found in moments(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in moments(inner)]
    is_moment = isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", value)
    return [value] if is_moment else []


def test_every_moment_of_every_answer_is_in_one_form(calls: Calls, world: World) -> None:
    dossier = world.at_stage("RETURNED")
    nga = calls("nga")
    answers = [
        nga.get(f"/dossiers/{dossier.code}"),
        nga.get(f"/dossiers/{dossier.code}/journal"),
        nga.get("/dossiers", box="all"),
        nga.post("/dossiers", filing(receive=True)),
        nga.post(f"/dossiers/{dossier.code}/moves", {"move": "accept"}),  # 409 tells when, too
        nga.get(f"/track/{dossier.code}", check="0012"),
    ]
    for answer in answers:
        found = moments(answer.json())
        assert found, answer.content.decode()
        assert {text[-6:] for text in found} == {"+07:00"}, found


def test_an_unpaid_fee_is_told_as_such_and_names_nobody(calls: Calls, world: World) -> None:
    dossier = world.at_stage("ISSUED")
    answer = calls("nga").post(
        f"/dossiers/{dossier.code}/moves", {"move": "return_result", "how": "counter"}
    )
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["unpaid"], problem["winner"], problem["at"]) == (3000, "", None)
    assert "3000 đồng" in problem["detail"]
    assert "settle_fee" in problem["legal"]
