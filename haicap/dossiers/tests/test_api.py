"""The API: a dossier walked by requests only, and what it answers to mistakes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from haicap.dossiers.tests.world import APPLICANT, MARITAL, World, marital_answers
from haicap.dossiers.views import schemas


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


def filing(**more: Any) -> dict[str, Any]:
    return {
        "procedure": MARITAL,
        "channel": "counter",
        "applicant": APPLICANT,
        "answers": marital_answers(),
        **more,
    }


@pytest.fixture
def calls(world: World) -> Any:
    """`calls("minh")` is somebody with a token."""
    known: dict[str, Caller] = {}

    def called(who: str) -> Caller:
        return known.setdefault(who, Caller(world, who))

    return called


def make(calls: Any, who: str, code: str, move: str, **values: Any) -> Any:
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


def test_a_client_walks_a_dossier_with_reception_elsewhere(calls: Any, world: World) -> None:
    answer = calls("nga").post("/dossiers", filing(receive=True), **{"Idempotency-Key": "k1"})
    assert answer.status_code == 201, answer.content.decode()
    body = answer.json()
    assert body["state"] == "RECEIVED"
    assert body["competent_agency"] == "UBND phường Bồ Đề"
    code = body["code"]
    assert answer["Location"] == f"/api/v1/dossiers/{code}"
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
    journal = calls("nga").get(f"/dossiers/{code}/journal")
    schemas.Journal.model_validate(journal.json())
    receipt = calls("nga").get(f"/dossiers/{code}/receipt.pdf")
    assert receipt.status_code == 200
    assert receipt.content.startswith(b"%PDF")
    rows = calls("nga").get("/dossiers", box="all")
    schemas.Dossiers.model_validate(rows.json())
    assert [row["code"] for row in rows.json()["items"]] == [code]
    tracked = Client().get(f"/api/v1/track/{code}", {"check": "0012"})
    assert tracked.status_code == 200, tracked.content.decode()
    schemas.Tracked.model_validate(tracked.json())
