"""A client written from the OpenAPI document alone (tests/client.py) walks dossiers received in a
commune other than the deciding one, and meets every refusal the document promises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from haicap.catalogue.models import ProcedureVersion
from tests.client import Answer, Caller, Document, Send, dossier, walk
from tests.world import BODE, CUANAM, MORNING, PDF, House, django_db_setup, house

__all__ = ["django_db_setup", "house"]

Call = Callable[[str], Caller]
MARITAL = "1.004873"
COUNTER = "receive@cuanam"  # Cửa Nam receives, Bồ Đề decides
# Ten procedures: three divisions and the police, with and without review, counted in days, working
# days and on the same day; by the place of the person, of the land, and as chosen.
TEN = (
    "1.001193", "1.004884", "2.000635", "2.000815", "1.001612", "2.000720", "1.001653", "1.014027",
    "1.013225", "1.004194",
)  # fmt: skip
DIVISION = {"1.001612": "kt", "2.000720": "kt", "1.001653": "vhxh", "1.014027": "vhxh"} | {
    "1.013225": "kt", "1.004194": "ca",
}  # fmt: skip


def send_to(browser: Client) -> Send:
    """Requests that go to the application in this process."""

    def send(
        method: str, address: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        more = {name: value for name, value in headers.items() if name != "Content-Type"}
        response = browser.generic(
            method, address, body, headers.get("Content-Type", ""), headers=more
        )
        return response.status_code, response.headers, response.getvalue()

    return send


@pytest.fixture(scope="module")
def document(house: House) -> Document:
    return Document.fetched(send_to(Client()))


@pytest.fixture
def call(db: None, house: House, document: Document) -> Call:
    """`call(COUNTER)` is somebody with a token; `call("")` is nobody."""
    known: dict[str, Caller] = {}

    def called(who: str) -> Caller:
        if who not in known:
            token = house.token(who) if who else ""
            known[who] = Caller(send_to(Client()), document, token)
        return known[who]

    return called


def hand_in(call: Call, code: str = MARITAL, *, who: str = COUNTER, **more: Any) -> dict[str, Any]:
    """A dossier of the procedure about somebody in Bồ Đề, handed in."""
    procedure = call("").call("GET /procedures/{code}", code=code).good()
    body = {**dossier(procedure, commune=BODE), **more}
    brief: dict[str, Any] = call(who).call("POST /dossiers", body).good(201)
    return brief


def move(call: Call, who: str, code: str, name: str, **more: Any) -> Answer:
    """Try a move, whatever is legal."""
    headers = {header: more.pop(header) for header in ("If-Match", "Idempotency-Key") & more.keys()}
    body = {"move": name, **more}
    return call(who).call("POST /dossiers/{code}/moves", body, headers=headers, code=code)


def staff_of(code: str) -> list[str]:
    """Whom the route of a procedure leads to, in its order."""
    division = DIVISION.get(code, "vp")
    return [COUNTER, f"handle.{division}@bode", f"head.{division}@bode"] + [
        f"{duty}@bode" for duty in ("decide", "issue")
    ]


def walked(call: Call, code: str, *, ordinal: int = 1) -> None:
    """From POST /dossiers to the returned result, and what is told of it afterwards. It is the
    `ordinal`-th in the book of the counter.
    """
    handed_in = hand_in(call, code)
    assert handed_in["national_status"] == 1
    number = handed_in["code"]
    people = staff_of(code)
    steps = walk(number, {who: call(who) for who in people})
    assert [steps[0].move, steps[-1].move] == ["accept", "return_result"]
    last = steps[-1].brief
    assert last["state"] == "RETURNED"
    assert last["receiving_agency"] != last["competent_agency"]
    statuses = [handed_in["national_status"], *(step.brief["national_status"] for step in steps)]
    assert list(dict.fromkeys(statuses)) == [1, 2, 4, 9, 10]
    received = steps[0].brief
    assert received["due_at"] > received["received_at"]
    assert (received["volume"], received["ordinal"]) == (1, ordinal)
    journal = call(COUNTER).call("GET /dossiers/{code}/journal", code=number).good()["items"]
    moves = [entry["facts"]["move"] for entry in journal if "to_state" in entry["facts"]]
    assert moves == ["submit", *(step.move for step in steps)]
    assert [entry["happened_at"] for entry in journal] == sorted(
        entry["happened_at"] for entry in journal
    )
    whole = call(COUNTER).call("GET /dossiers/{code}", code=number).good()
    assert whole["result"]["number"]
    assert [one["move"] for one in whole["moves"]] == ["archive"]


@pytest.mark.parametrize("code", TEN)
def test_a_dossier_goes_from_submission_to_the_returned_result(call: Call, code: str) -> None:
    walked(call, code)


@pytest.mark.long
def test_every_complete_procedure_can_be_walked(call: Call) -> None:
    complete = ProcedureVersion.objects.filter(is_complete=True, period__contains=MORNING.date())
    codes = set(complete.values_list("procedure__code", flat=True))
    assert len(codes) >= 30
    for ordinal, code in enumerate(sorted(codes), start=1):
        procedure = call("").call("GET /procedures/{code}", code=code).good()
        place = procedure["route"][1]["place"]
        DIVISION[code] = place.removeprefix("division:")
        walked(call, code, ordinal=ordinal)


def test_a_citizen_submits_with_files_answers_twice_and_takes_the_result(call: Call) -> None:
    lan = call("lan")
    birth = call("").call("GET /procedures/{code}", code="1.001193").good()
    slots = [paper["slot"] for paper in birth["papers"] if paper["required"]]
    assert slots
    files = {
        slot: lan.call("POST /files", {"slot": slot}, upload=(f"{slot}.pdf", PDF)).good(201)["id"]
        for slot in slots
    }
    body = dossier(birth, commune=BODE, files=files)
    del body["applicant"]  # a citizen is the applicant
    body |= {"channel": "online", "wants_result": "electronic"}
    brief = lan.call("POST /dossiers", body, headers={"Idempotency-Key": "một"}).good(201)
    assert brief["state"] == "SUBMITTED"
    code = brief["code"]
    counter = "receive@bode"  # online goes to the service point of the place
    asked = {
        "items": [{"paper": slots[0], "fault": "Mờ", "todo": "Chụp lại"}],
        "reason": "Không đọc được",
    }
    assert move(call, counter, code, "ask_before", **asked).good()["national_status"] == 5
    assert move(call, "lan", code, "complete", note="Đã chụp lại").good()["state"] == "SUBMITTED"
    assert move(call, counter, code, "accept").good()["state"] == "RECEIVED"
    move(call, counter, code, "transfer").good()
    handle = "handle.vp@bode"
    move(call, handle, code, "confirm_receipt").good()
    paused = move(call, handle, code, "ask_supplement", **asked).good()
    assert (paused["paused"], paused["national_status"]) == (True, 5)
    answered = move(call, "lan", code, "receive_supplement", note="Đây ạ").good()
    assert not answered["paused"]
    move(call, handle, code, "check_supplement").good()
    move(call, handle, code, "submit_approval").good()
    move(call, "decide@bode", code, "approve").good()
    assert lan.call("GET /dossiers/{code}", code=code).good()["result"] is None
    issued = move(call, "issue@bode", code, "number_and_issue").good()
    if issued["money"] == "due":
        fee = {"how": "card", "amount": issued["fee_total"], "receipt": "BL-1"}
        move(call, counter, code, "settle_fee", **fee).good()
    done = move(call, "lan", code, "return_result", how="electronic").good()
    assert done["national_status"] == 10
    result = lan.call("GET /dossiers/{code}", code=code).good()["result"]["file_id"]
    answer = lan.call("GET /dossiers/{code}/files/{file_id}", code=code, file_id=result)
    assert answer.body.startswith(b"%PDF")
    told = lan.call("GET /dossiers/{code}/journal", code=code).good()["items"]
    assert {entry["person"] for entry in told} == {None}  # agencies, not names


def test_the_receipt_is_a_pdf_once_received(call: Call) -> None:
    code = hand_in(call)["code"]
    early = call(COUNTER).call("GET /dossiers/{code}/receipt.pdf", code=code)
    assert early.status == 409
    move(call, COUNTER, code, "accept").good()
    receipt = call(COUNTER).call("GET /dossiers/{code}/receipt.pdf", code=code)
    assert receipt.status == 200
    assert receipt.body.startswith(b"%PDF-")
    assert receipt.body.rstrip().endswith(b"%%EOF")


def test_a_repeated_call_answers_the_same_and_does_nothing(call: Call) -> None:
    procedure = call("").call("GET /procedures/{code}", code=MARITAL).good()
    body = dossier(procedure, commune=BODE)
    key = {"Idempotency-Key": "lần 1"}
    first = call(COUNTER).call("POST /dossiers", body, headers=key)
    again = call(COUNTER).call("POST /dossiers", body, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["Location"].endswith(first.json["code"])
    boxed = call(COUNTER).pages("GET /dossiers", query={"box": "all"})
    assert [row["code"] for row in boxed] == [first.json["code"]]
    other = call(COUNTER).call("POST /dossiers", {**body, "helper": "Bà Tư"}, headers=key)
    assert other.status == 422
    code = first.json["code"]
    keyed: dict[str, Any] = {"If-Match": first.headers["ETag"], "Idempotency-Key": "lần 2"}
    moved = move(call, COUNTER, code, "accept", **keyed)
    repeated = move(call, COUNTER, code, "accept", **keyed)
    assert moved.good() == repeated.good()
    assert moved.headers["ETag"] == repeated.headers["ETag"] != first.headers["ETag"]


def test_whoever_comes_second_is_told_who_won_when_and_what_is_legal(
    call: Call, house: House
) -> None:
    code = hand_in(call)["code"]
    move(call, COUNTER, code, "accept").good()
    move(call, COUNTER, code, "transfer").good()
    seen = call("handle.vp@bode").call("GET /dossiers/{code}", code=code).headers["ETag"]
    before = house.watch.time
    won = move(call, "handle.vp@bode", code, "confirm_receipt", **{"If-Match": seen})
    lost = move(call, "head.vp@bode", code, "confirm_receipt", **{"If-Match": seen})
    assert (won.status, lost.status) == (200, 409)
    told = lost.json
    assert told["winner"] in told["detail"]
    assert told["winner"].startswith("Phạm Thị")
    assert before <= datetime.fromisoformat(told["at"]) <= house.watch.time
    assert "assign" in told["legal"]
    assert "confirm_receipt" not in told["legal"]
    legal = call("head.vp@bode").call("GET /dossiers/{code}/moves", code=code).good()
    assert [item["move"] for item in legal["items"]] == told["legal"]
    old = move(call, "handle.vp@bode", code, "submit_approval", **{"If-Match": seen})
    assert old.status == 409  # legal, but something else was seen


def test_refusals_say_whether_it_is_the_caller_the_dossier_or_the_moment(call: Call) -> None:
    code = hand_in(call)["code"]
    assert move(call, "decide@bode", code, "accept").status == 403  # sees it, may not
    assert move(call, COUNTER, code, "transfer").status == 409  # may, but not now
    for stranger in ("receive@bode", "handle.vp@cuanam", "decide@cuanam", "lan", "operate@city"):
        assert move(call, stranger, code, "accept").status == 404
        assert call(stranger).call("GET /dossiers/{code}", code=code).status == 404
    unknown = call(COUNTER).call("GET /dossiers/{code}", code="H26.1.1-261123-9999")
    hidden = call("lan").call("GET /dossiers/{code}", code=code)
    assert unknown.json == hidden.json
    nobody = call("").call("GET /dossiers")
    assert nobody.status == 401
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")


def test_input_is_refused_at_its_field(call: Call) -> None:
    procedure = call("").call("GET /procedures/{code}", code=MARITAL).good()
    body = dossier(procedure, commune=BODE)
    body["applicant"] = {**body["applicant"], "birth_date": "2085-06-01"}
    body["answers"] = {**body["answers"], "status": "khong-co"}
    refused = call(COUNTER).call("POST /dossiers", body)
    assert refused.status == 422
    assert set(refused.fields) == {"applicant.birth_date", "answers.status"}
    code = hand_in(call)["code"]
    missing = move(call, COUNTER, code, "refuse_intake", reason="")
    assert missing.status == 422
    assert set(missing.fields) >= {"basis"}


def test_happened_at_is_for_trusted_devices(call: Call, house: House, document: Document) -> None:
    code = hand_in(call)["code"]
    earlier = house.watch.time.isoformat()
    house.watch.forward(hours=1)
    refused = move(call, COUNTER, code, "accept", happened_at=earlier)
    assert set(refused.fields) == {"happened_at"}
    device = Caller(send_to(Client()), document, house.token(COUNTER, trusted=True))
    body = {"move": "accept", "happened_at": earlier}
    taken = device.call("POST /dossiers/{code}/moves", body, code=code).good()
    assert datetime.fromisoformat(taken["received_at"]) == datetime.fromisoformat(earlier)


def test_nobody_learns_by_guessing_the_check(call: Call) -> None:
    code = hand_in(call)["code"]
    nobody = call("")
    right = nobody.call("GET /track/{code}", code=code, query={"check": "0012"}).good()
    assert right["state"] == "SUBMITTED"
    assert "Trần" not in str(right)
    wrong = [nobody.call("GET /track/{code}", code=code, query={"check": "9999"}) for _ in "12345"]
    assert [answer.status for answer in wrong] == [404] * 5
    unknown = nobody.call("GET /track/{code}", code="H26.1.1-1", query={"check": "9999"})
    assert unknown.json == wrong[0].json
    closed = nobody.call("GET /track/{code}", code=code, query={"check": "0012"})
    assert closed.status == 429
    assert 3500 < int(closed.headers["Retry-After"]) <= 3600


def test_units_are_what_they_were_on_the_day(call: Call) -> None:
    nobody = call("")

    def named(at: str) -> str:
        unit = nobody.call("GET /units/{code}", code="00004", query={"at": at}).good()
        return str(unit["full_name"])

    assert named("2025-06-30") == "Phường Trúc Bạch"
    assert named("2025-07-01") == "Phường Ba Đình"
    old = nobody.call(
        "GET /units/{code}/successors", code="00004", query={"at": "2025-06-30"}
    ).good()
    assert [item["unit"]["full_name"] for item in old["items"]] == ["Phường Ba Đình"]
    assert len(nobody.pages("GET /units", query={"limit": 40})) == 126
    old_ones = nobody.pages("GET /units", query={"at": "2025-06-30", "limit": 600})
    assert len(old_ones) == 526
    assert nobody.call("GET /units/{code}", code="99999").status == 404


def test_agencies_and_procedures_are_found_by_words(call: Call) -> None:
    nobody = call("")
    found = nobody.call("GET /agencies", query={"q": "cua nam", "kind": "commune_committee"}).good()
    assert [agency["units"] for agency in found["items"]] == [[CUANAM]]
    for words in ("giấy khai sinh", "giay khai sinh", "khai sinhh"):
        procedures = nobody.call("GET /procedures", query={"q": words, "limit": 5}).good()
        assert "1.001193" in [item["code"] for item in procedures["items"]], words
    every = nobody.pages("GET /procedures", query={"limit": 200})
    assert len({item["code"] for item in every}) == len(every) == 1494
    closed = next(item for item in every if not item["open_for_submission"])
    whole = nobody.call("GET /procedures/{code}", code=closed["code"]).good()
    assert whole["closed_reason"]


@pytest.mark.parametrize(
    ("received_at", "amount", "time_unit", "policy", "due_at"),
    [
        ("2025-08-29T14:59:00+07:00", 1, "SAME_DAY", "END_OF_DAY", "2025-08-29T17:00"),
        ("2025-08-29T15:00:00+07:00", 1, "SAME_DAY", "END_OF_DAY", "2025-09-03T17:00"),
        ("2025-04-24T10:00:00", 3, "WORKING_DAY", "END_OF_DAY", "2025-04-28T17:00"),
        ("2025-04-24T03:00:00Z", 3, "WORKING_DAY", "CLOCK_HOURS", "2025-04-28T10:00"),
        # exactly at the end of the morning, and of the day: the next opening
        ("2025-04-24T12:00:00", 4, "HOUR", "END_OF_DAY", "2025-04-24T17:00"),
        ("2025-04-24T17:00:00", 30, "MINUTE", "END_OF_DAY", "2025-04-25T08:30"),
        ("2025-04-24T10:00:00", 1, "IMMEDIATE", "END_OF_DAY", "2025-04-24T12:00"),
        # a day off at the end rolls on; the 31st of a short month is its last day
        ("2025-08-29T10:00:00", 2, "DAY", "END_OF_DAY", "2025-09-03T17:00"),
        ("2026-01-31T10:00:00", 1, "MONTH", "END_OF_DAY", "2026-03-02T17:00"),
    ],
)
def test_time_limits_are_counted_as_the_law_chapter_says(
    call: Call, received_at: str, amount: int, time_unit: str, policy: str, due_at: str
) -> None:
    limit = {
        "received_at": received_at, "amount": amount, "time_unit": time_unit, "policy": policy,
    }  # fmt: skip
    told = call(COUNTER).call("GET /deadlines/preview", query=limit).good()
    assert told["due_at"].startswith(due_at)
    assert told["due_at"].endswith("+07:00")
    assert told["explanation"]


def test_a_year_without_a_calendar_is_refused_not_guessed(call: Call) -> None:
    limit = {"received_at": "2099-01-04T10:00:00", "amount": 1, "time_unit": "WORKING_DAY"}
    refused = call(COUNTER).call("GET /deadlines/preview", query=limit)
    assert refused.status == 422
    assert set(refused.fields) == {"received_at"}
