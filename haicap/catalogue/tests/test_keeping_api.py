"""Two controllers through the API: a file out, changed, in again, published by the other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import Cast, add_person, make_cast
from haicap.kernel.actor import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BIRTH = "/api/v1/procedures/1.001193"


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    for login, agency, duty in (
        ("tich", cast.bode.office, Duty.HANDLE),
        ("soat2", cast.centre, Duty.CATALOGUE),
    ):
        reach = Reach.ALL if duty is Duty.CATALOGUE else Reach.OWN
        cast.people[login] = add_person(
            login=login, name=login, agency=agency, title="x", duties=[(duty, reach)]
        )
    return cast


def asked(cast: Cast, who: str, method: str, path: str, body: Any = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
    return Client().generic(
        method,
        path,
        raw,
        "application/json",
        headers={"Authorization": f"Bearer {cast.token(who)}"},
    )


def test_a_file_goes_round_through_the_api(cast: Cast) -> None:
    raw = asked(cast, "soat", "GET", f"{BIRTH}/file").content
    told = asked(cast, "soat", "PUT", f"{BIRTH}/file", raw).json()
    assert (told["state"], told["difference"]) == ("open", [])
    assert asked(cast, "soat", "GET", f"{BIRTH}/file?version=draft").content == raw
    changed = raw.replace("Biên bản về việc trẻ bị bỏ rơi".encode(), "Biên bản".encode())
    answer = asked(cast, "soat", "PUT", f"{BIRTH}/file?revision=1", changed)
    assert answer.status_code == 409
    told = asked(cast, "soat", "PUT", f"{BIRTH}/file", changed).json()
    assert told["difference"] == [{"part": "papers", "added": 0, "removed": 0, "changed": 1}]
    assert not [one for one in told["findings"] if one["blocks"]]
    moves = f"{BIRTH}/draft/moves"
    assert asked(cast, "soat", "POST", moves, {"move": "submit"}).json()["state"] == "ready"
    assert asked(cast, "soat", "POST", moves, {"move": "publish"}).status_code == 403
    answer = asked(cast, "soat2", "POST", moves, {"move": "publish"})
    assert answer.json()["version"] == 2
    assert asked(cast, "soat2", "GET", f"{BIRTH}/file").content == changed
    assert asked(cast, "soat2", "GET", f"{BIRTH}/file?version=1").content == raw
    parts = asked(cast, "soat", "GET", f"{BIRTH}/difference?before=1&after=2").json()["parts"]
    assert parts[0]["entries"][0]["changes"][0]["after"] == "Biên bản"
    assert asked(cast, "soat", "GET", f"{BIRTH}/draft").status_code == 404
    lines = asked(cast, "soat", "GET", f"{BIRTH}/versions").json()["items"]
    assert [line["published_by"] for line in lines] == ["soat2", ""]


def test_errors_block_the_way_and_are_told(cast: Cast) -> None:
    raw = json.loads(asked(cast, "soat", "GET", f"{BIRTH}/file").content)
    raw["deadline"] = None
    raw["authority_agency_code"] = "Z99.1"
    told = asked(cast, "soat", "PUT", f"{BIRTH}/file", raw).json()
    sentences = {one["sentence"]: one["blocks"] for one in told["findings"]}
    assert sentences["Chưa có thời hạn giải quyết: không thể nhận hồ sơ."] is True
    assert any("Z99.1" in words and not blocks for words, blocks in sentences.items())
    answer = asked(cast, "soat", "POST", f"{BIRTH}/draft/moves", {"move": "submit"})
    assert answer.status_code == 422
    assert answer.json()["findings"]
    answer = asked(cast, "soat", "PUT", "/api/v1/procedures/1.000656/file", raw)
    assert answer.json()["errors"][0]["field"] == "code"
