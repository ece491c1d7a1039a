"""The access table: one row for every page of the installation and for every call of the API.

tests/test_access_table.py holds it against the addresses and their views; tests/test_safety.py and
tests/test_bad_inputs.py go through its pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from haicap.accounts.models import ApiToken, Delegation, Staff, WebSession
from haicap.dossiers.models import SlipLayout
from haicap.kernel.actor import Duty
from tests.world import BIRTH, BODE, EVER, House

Given = Callable[[House], dict[str, Any]]
STRANGER = "huong"  # a citizen; Lan is the one whose dossiers they are
NO_DUTY = "operate@city"  # reads no citizen's dossier
AT_A_DESK = (
    Duty.RECEIVE, Duty.COORDINATE, Duty.HANDLE, Duty.HEAD, Duty.DECIDE, Duty.ISSUE, Duty.OBSERVE,
)  # fmt: skip
REGISTER = (Duty.RECEIVE, Duty.COORDINATE, Duty.OBSERVE)
CITY = (Duty.OBSERVE, Duty.DECIDE, Duty.COORDINATE)
LEADING = (Duty.DECIDE, Duty.HEAD, Duty.COORDINATE, Duty.OBSERVE)


@dataclass(frozen=True)
class Row:
    """An address: whose it is, and what the five get: nobody, a strange citizen, the same duty
    elsewhere, another duty, the right one. "in" leads staff to sign in, "ci" citizens.
    """

    name: str
    realm: str
    answers: str
    duties: tuple[Duty, ...] = ()
    right: str = "receive@bode"
    elsewhere: str = "receive@cuanam"
    args: Given = lambda house: {}
    post: Given | None = None  # the address takes only POST, or is asked by it here
    path: str = ""  # of the API
    callers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        callers = ("", STRANGER, self.elsewhere, NO_DUTY, self.right)
        object.__setattr__(self, "callers", callers)


def public(name: str, answers: str = "200 200 200 200 200", **more: Any) -> Row:
    return Row(name, "public", answers, **more)


def own(name: str, answers: str = "ci 200 200 200 200", **more: Any) -> Row:
    """Anybody's own account."""
    return Row(name, "signed_in", answers, **more)


def citizen(name: str, answers: str = "ci 404 403 403 200", **more: Any) -> Row:
    return Row(name, "citizen", answers, right="lan", **more)


def staff(name: str, duties: tuple[Duty, ...], answers: str, **more: Any) -> Row:
    return Row(name, "staff", answers, duties, **more)


def admin(name: str, answers: str = "in 403 404 403 200", **more: Any) -> Row:
    """The unit administrator's page about somebody or something of the unit."""
    given = {"right": "accounts@bode", "elsewhere": "accounts@cuanam", **more}
    return Row(name, "staff", answers, (Duty.ACCOUNTS,), **given)


def finance(name: str, answers: str = "in 403 403 403 200", **more: Any) -> Row:
    """A page of who looks after the whole city's money; no commune has one of its own here."""
    return Row(name, "staff", answers, (Duty.FINANCE,), right="finance@city", **more)


def call(path: str, answers: str = "401 404 404 404 200", **more: Any) -> Row:
    """A call of the API with a token."""
    return Row(path, "api", answers, path=path, **more)


def open_call(path: str, answers: str = "200 200 200 200 200", **more: Any) -> Row:
    """A call of the API without one."""
    return Row(path, "api-public", answers, path=path, **more)


# --- what the addresses are about -----------------------------------------------------------------


def person(house: House) -> dict[str, Any]:
    return {"staff_id": house.cast.people["handle.vp@bode"].staff}


def ended_person(house: House) -> dict[str, Any]:
    Staff.objects.filter(pk=person(house)["staff_id"]).update(is_active=False)
    return person(house)


def with_a_phone(house: House) -> dict[str, Any]:
    Staff.objects.filter(pk=person(house)["staff_id"]).update(totp_confirmed_at=house.watch.time)
    return person(house)


def post_of_unit(house: House) -> dict[str, Any]:
    return {"post_id": house.cast.people["handle.vp@bode"].post}


def delegation(house: House) -> dict[str, Any]:
    lent = Delegation.objects.create(
        from_post_id=house.cast.people["decide@bode"].post,
        to_post_id=house.cast.people["head.vp@bode"].post,
        duty=Duty.DECIDE,
        period=EVER,
        basis="Quyết định 12/QĐ-UBND",
        created_at=house.watch.time,
    )
    return {"delegation_id": lent.pk}


def session_of_lan(house: House) -> dict[str, Any]:
    house.browser("lan")
    return {"session": WebSession.objects.latest("id").pk}


def token_of_lan(house: House) -> dict[str, Any]:
    house.token("lan")
    return {"token": ApiToken.objects.latest("id").pk}


def own_layout(house: House) -> dict[str, Any]:
    """A layout of form 01 put by the office."""
    day = EVER.lower + timedelta(days=SlipLayout.objects.count())
    row = SlipLayout.objects.create(
        form="01", source="x", sha256="0" * 64, basis="QĐ 1", valid_from=day,
        put_at=house.watch.time,
    )  # fmt: skip
    return {"layout_id": row.pk}


def kept(**names: str) -> Given:
    """Arguments from what stands in the furnished house."""
    return lambda house: {name: house.kept[key] for name, key in names.items()}


def nothing(house: House) -> dict[str, Any]:
    return {}


code = kept(code="received")
draft = kept(draft="draft")

PAGES = [
    public("site:home"),
    public("site:language", "302 302 302 302 302", post=nothing),
    public("site:healthz"),
    public("site:readyz"),
    public("site:components"),
    public("accounts:sign_in"),
    public("accounts:sign_in_code", "422 422 422 422 422", post=nothing),
    public("accounts:sign_out", "302 302 302 302 302", post=nothing),
    public("accounts:citizen_sign_in"),
    public("accounts:callback", "ci ci ci ci ci"),  # without what VNeID sends along
    own("accounts:me"),
    own("accounts:security"),
    own("accounts:sessions", "ci 404 404 404 302", right="lan", post=session_of_lan),
    own("accounts:give_token", post=lambda house: {"label": "máy tính"}),
    own("accounts:revoke_token", "ci 404 404 404 302", right="lan", post=token_of_lan),
    citizen("accounts:who_read", "ci 200 403 403 200"),
    staff("accounts:password", (), "in 403 200 200 200"),
    staff("accounts:second_factor", (), "in 403 200 200 200"),
    staff("accounts:remove_second_factor", (), "in 403 302 302 302", post=nothing),
    staff("accounts:choose_post", (), "in 403 200 200 200"),
    admin("accounts:unit_staff", "in 403 200 403 200"),
    admin("accounts:add", "in 403 200 403 200"),
    admin("accounts:add_many", "in 403 200 403 200"),
    admin("accounts:person", args=person),
    admin("accounts:end_person", "in 403 404 403 302", args=person, post=nothing),
    admin("accounts:reopen_person", args=ended_person, post=nothing),
    admin("accounts:reset_password", args=person, post=nothing),
    admin(
        "accounts:reset_second_factor", "in 403 404 403 302", args=with_a_phone, post=nothing,
    ),
    admin("accounts:posts", "in 403 200 403 200"),
    admin("accounts:new_post", "in 403 200 403 200"),
    admin("accounts:post", args=post_of_unit),
    admin("accounts:place", "in 403 404 403 422", args=post_of_unit, post=nothing),
    admin("accounts:give", "in 403 404 403 422", args=post_of_unit, post=nothing),
    admin("accounts:end", "in 403 404 403 302", args=post_of_unit, post=lambda h: {"what": "post"}),
    admin("accounts:delegations", "in 403 200 403 200"),
    admin("accounts:end_delegation", "in 403 404 403 302", args=delegation, post=nothing),
    staff(
        "branches", (Duty.CATALOGUE, Duty.COORDINATE, Duty.OBSERVE), "in 403 403 403 200",
        right="coordinate@branch",
    ),
    citizen("notify:choices", "ci 200 403 403 200"),
    citizen("notify:inbox", "ci 200 403 403 200"),
    staff("notify:staff_choices", (), "in 403 200 200 200"),
    staff("notify:staff_inbox", (), "in 403 200 200 200"),
    staff("notify:outbox", (Duty.OPERATE,), "in 403 403 200 200", right="operate@city"),
    staff(
        "notify:again", (Duty.OPERATE,), "in 403 403 302 302", right="operate@city", post=nothing,
    ),
    staff(
        "notify:way", (Duty.OPERATE,), "in 403 403 302 302", right="operate@city", post=nothing,
        args=lambda house: {"channel": "sms"},
    ),
    staff("notify:wordings", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city"),
    staff("notify:quiet", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city"),
    staff(
        "notify:wording", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city",
        args=lambda house: {"template": "accepted", "language": "en"},
    ),
    public(
        "notify:report", "401 401 401 401 401", post=nothing,
        args=lambda house: {"channel": "sms"},
    ),
    public("units:places"),
    public("units:place", args=lambda house: {"code": BODE}),
    public("catalogue:search"),
    public("catalogue:suggest"),
    public("catalogue:procedure", args=lambda house: {"code": BIRTH}),
    *[
        staff(
            f"catalogue:{name}", (Duty.CATALOGUE,), "in 403 403 403 200",
            right="catalogue@city", args=args,
        )
        for name, args in (
            ("kept", lambda house: {}),
            ("bring", lambda house: {}),
            ("kept_one", lambda house: {"code": BIRTH}),
            ("compare", lambda house: {"code": BIRTH}),
            ("file", lambda house: {"code": BIRTH}),
            ("draft", lambda house: {"code": BIRTH}),
            ("draft_part", lambda house: {"code": BIRTH, "name": "form"}),
        )
    ],
    staff("catalogue:gaps", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city"),
    staff(
        "catalogue:gap", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city",
        args=lambda house: {"code": BIRTH},
    ),
    staff(
        "dossiers:repin", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city",
        args=lambda house: {"code": BIRTH},
    ),
    public("dossiers:track"),
    public("dossiers:start", args=lambda house: {"code": BIRTH}),
    citizen("dossiers:mine", "ci 200 403 403 200"),
    citizen("dossiers:draft", "ci 404 403 403 302", args=draft),
    citizen("dossiers:draft_applicant", args=draft),
    citizen("dossiers:draft_owner", args=draft),
    citizen("dossiers:draft_place", args=draft),
    citizen("dossiers:draft_section", args=lambda h: {**draft(h), "section": "child"}),
    citizen("dossiers:draft_papers", args=draft),
    citizen("dossiers:draft_file", args=kept(draft="draft", file_id="draft_file")),
    citizen(
        "dossiers:draft_remove", "ci 404 403 403 302", post=nothing,
        args=kept(draft="draft", file_id="draft_file"),
    ),
    citizen("dossiers:draft_handing", args=draft),
    citizen("dossiers:draft_review", args=draft),
    citizen("dossiers:draft_discard", "ci 404 403 403 302", args=draft, post=nothing),
    citizen("dossiers:mine_one", args=code),
    citizen("dossiers:done", args=code),
    citizen("dossiers:mine_receipt", args=code),
    citizen("dossiers:mine_slip", args=lambda house: {**code(house), "slip": "receipt"}),
    citizen("dossiers:mine_file", args=kept(code="received", file_id="paper")),
    citizen("dossiers:mine_answer", args=kept(code="asked")),
    citizen("dossiers:answer_file", args=kept(code="asked", file_id="waiting")),
    citizen(
        "dossiers:answer_remove", "ci 404 403 403 302", post=nothing,
        args=kept(code="asked", file_id="waiting"),
    ),
    citizen("dossiers:cancel", "ci 404 403 403 302", args=kept(code="asked"), post=nothing),
    citizen(
        "dossiers:withdraw", "ci 404 403 403 302", args=kept(code="received"),
        post=lambda house: {"reason": "Không cần nữa"},
    ),
    citizen("dossiers:rate", args=code),
    citizen("dossiers:take", "ci 404 403 403 302", args=kept(code="issued"), post=nothing),
    citizen("dossiers:read_messages", "ci 404 403 403 302", args=code, post=nothing),
    staff("dossiers:desk", (), "in 403 200 302 200"),
    staff("dossiers:walk_in", (Duty.RECEIVE,), "in 403 200 403 200"),
    staff(
        "dossiers:pile", (Duty.DECIDE,), "in 403 200 403 200",
        right="decide@bode", elsewhere="decide@cuanam",
    ),
    staff("dossiers:one", AT_A_DESK, "in 403 404 403 200", args=code),
    staff("dossiers:receipt", AT_A_DESK, "in 403 404 403 200", args=code),
    staff(
        "dossiers:slip", AT_A_DESK, "in 403 404 403 200",
        args=lambda house: {**code(house), "slip": "receipt"},
    ),
    staff("dossiers:control_slip", AT_A_DESK, "in 403 404 403 200", args=code),
    staff("dossiers:register", REGISTER, "in 403 200 403 200"),
    staff("dossiers:register_pdf", REGISTER, "in 403 200 403 200"),
    staff("dossiers:register_csv", REGISTER, "in 403 200 403 200"),
    staff("dossiers:register_print", REGISTER, "in 403 302 403 302", post=nothing),
    staff(
        "dossiers:register_part", REGISTER, "in 403 404 403 200",
        args=kept(print_id="print", file_id="printed"),
    ),
    staff(
        "dossiers:layouts", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city",
    ),
    staff(
        "dossiers:layout_shown", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city",
        args=lambda house: {"form": "01"},
    ),
    staff(
        "dossiers:layout_source", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city",
        args=lambda house: {"form": "01"},
    ),
    staff(
        "dossiers:layout_withdraw", (Duty.CATALOGUE,), "in 403 403 403 302",
        right="catalogue@city", args=own_layout, post=nothing,
    ),
    staff(
        "dossiers:file", AT_A_DESK, "in 403 404 403 200",
        args=kept(code="received", file_id="paper"),
    ),
    staff(
        "dossiers:move", AT_A_DESK, "in 403 404 403 302", post=nothing,
        args=lambda house: {**code(house), "name": "transfer"},
    ),
    staff("dossiers:post", (Duty.RECEIVE,), "in 403 404 403 200", args=code),
    staff(
        "dossiers:post_cancel", (Duty.RECEIVE,), "in 403 404 403 404", post=nothing,
        args=lambda house: {**code(house), "order_id": 1},
    ),
    staff(
        "dossiers:forgotten", LEADING, "in 403 200 403 200",
        right="observe@city", elsewhere="decide@cuanam",
    ),
    staff(
        "dossiers:ratings", LEADING, "in 403 200 403 200",
        right="observe@city", elsewhere="decide@cuanam",
    ),
    staff(
        "dossiers:ratings_behind", LEADING, "in 403 200 403 200",
        right="observe@city", elsewhere="decide@cuanam",
        args=lambda house: {"group": "procedure", "key": BIRTH},
    ),
    staff(
        "dossiers:board", CITY, "in 403 200 403 200",
        right="observe@city", elsewhere="decide@cuanam",
    ),
    staff(
        "dossiers:board_commune", CITY, "in 403 200 403 200",
        right="observe@city", elsewhere="decide@cuanam", args=lambda house: {"code": BODE},
    ),
    citizen("dossiers:mine_fee", args=code),
    citizen("dossiers:mine_fee_online", "ci 404 403 403 404", args=code, post=nothing),
    staff("dossiers:fee", AT_A_DESK, "in 403 404 403 200", args=code),
    citizen(
        "dossiers:mine_fee_receipt", "ci 404 403 403 404",
        args=lambda house: {**code(house), "movement": 1},
    ),
    staff(
        "dossiers:fee_receipt", AT_A_DESK, "in 403 404 403 404",
        args=lambda house: {**code(house), "movement": 1},
    ),
    staff(
        "dossiers:fee_waive", (Duty.RECEIVE,), "in 403 404 403 404", args=code, post=nothing,
    ),
    finance("payments:day"),
    finance("payments:day_csv"),
    finance("payments:count", "in 403 403 403 422", post=nothing),
    finance("payments:close", "in 403 403 403 404", post=nothing),
    finance("payments:statement"),
    finance("payments:accounts"),
    finance("payments:differences"),
    finance("payments:act", "in 403 403 403 422", args=lambda h: {"what": "chuyen"}, post=nothing),
    public("payments:rehearsal", args=kept(number="rehearsed")),
    public("vneid:discovery"),
    public("vneid:jwks"),
    public("vneid:authorize", "400 400 400 400 400"),
    public("vneid:token", "400 400 400 400 400", post=nothing),
    public("vneid:userinfo", "401 401 401 401 401"),
]  # fmt: skip

CALLS = [
    open_call(
        "POST /payments/notices/{provider}", "403 403 403 403 403",
        args=lambda house: {"provider": "rehearsal"}, post=nothing,
    ),
    call("GET /payments/days/{day}", "401 403 403 403 200", right="finance@city",
         args=lambda house: {"day": "2026-11-23"}),
    call("GET /payments/{code}", "401 404 404 404 404", args=code),
    call("POST /payments/{code}/waive", "401 404 404 404 404", args=code,
         post=lambda house: {"reason": "Hộ nghèo"}),
    call("POST /payments/{code}/refund", "401 404 404 404 404", args=code,
         post=lambda house: {"way": "cash", "reason": "Thu thừa"}),
    call("POST /payments/{code}/attribute", "401 404 404 404 404", args=code,
         post=lambda house: {"movement": 1, "to_code": "x", "reason": "Nhầm"}),
    open_call("GET /units"),
    open_call("GET /units/{code}", args=lambda house: {"code": BODE}),
    open_call("GET /units/{code}/successors", args=lambda house: {"code": BODE}),
    open_call("GET /agencies"),
    open_call("GET /procedures"),
    open_call("GET /procedures/{code}", args=lambda house: {"code": BIRTH}),
    *[
        call(f"{method} /procedures/{{code}}{rest}", "401 403 403 403 200",
             args=lambda house: {"code": BIRTH}, right="catalogue@city", post=post)
        for method, rest, post in (
            ("GET", "/versions", None), ("GET", "/file", None), ("GET", "/draft", None),
            ("GET", "/difference", None), ("POST", "/draft", nothing),
            ("POST", "/draft/moves", lambda house: {"move": "update"}),
        )
    ],
    call("PUT /procedures/{code}/file", "401 403 403 403 422", args=lambda house: {"code": BIRTH},
         right="catalogue@city", post=nothing),
    call("GET /procedures/{code}/repinnings/preview", "401 403 403 403 200",
         args=lambda house: {"code": BIRTH}, right="catalogue@city"),
    call("POST /procedures/{code}/repinnings", "401 403 403 403 409",
         args=lambda house: {"code": BIRTH}, right="catalogue@city",
         post=lambda house: {"to": 1, "reason": "Luật mới"}),
    call("POST /procedures/{code}/repinnings/{batch_id}/undo", "401 403 403 403 404",
         args=lambda house: {"code": BIRTH, "batch_id": 1}, right="catalogue@city", post=nothing),
    open_call("GET /track/{code}", "404 404 404 404 404", args=code),  # with a wrong check
    open_call("GET /deadlines/preview"),
    call("POST /files", "401 422 422 422 422", post=nothing),
    call("GET /dossiers", "401 200 200 200 200"),
    call(
        "POST /dossiers", "401 422 422 403 422",
        post=lambda house: {"procedure": BIRTH, "channel": "counter", "applicant": {"name": "A"}},
    ),
    call("GET /dossiers/{code}", args=code),
    call("GET /dossiers/{code}/journal", args=code),
    call("GET /dossiers/{code}/receipt.pdf", args=code),
    call("GET /dossiers/{code}/slips", args=code),
    call("GET /dossiers/{code}/control-slip.pdf", args=code),
    call("GET /dossiers/{code}/slips/{slip}.pdf", args=lambda h: {**code(h), "slip": "receipt"}),
    call("GET /dossiers/{code}/files/{file_id}", args=kept(code="received", file_id="paper")),
    call("GET /dossiers/{code}/rating", "401 404 404 404 404", args=code),
    call("POST /dossiers/{code}/rating", "401 404 404 404 403", args=code,
         post=lambda house: {"overall": 3}),
    call("GET /dossiers/{code}/messages", args=code),
    call("GET /messages", "401 200 200 200 200"),
    call("GET /messages/outbox", "401 403 403 200 200", right="operate@city"),
    call(
        "POST /messages/{message_id}/again", "401 403 403 200 200", right="operate@city",
        post=nothing, args=lambda house: {"message_id": 1},
    ),
    call("GET /dossiers/{code}/post-orders", args=code),
    call(
        "POST /dossiers/{code}/post-orders", "401 404 404 404 409", args=code,
        post=lambda house: {
            "kind": "return", "name": "Lan", "tel": "0912345678", "address": "1 Ngọc Lâm"
        },
    ),
    call(
        "POST /dossiers/{code}/post-orders/{order_id}/cancel", "401 404 404 404 404", post=nothing,
        args=lambda house: {**code(house), "order_id": 1},
    ),
    call("GET /dossiers/{code}/moves", args=code),
    call("POST /dossiers/{code}/moves", args=code, post=lambda house: {"move": "transfer"}),
]  # fmt: skip
QUERIES = {
    "GET /procedures/{code}/repinnings/preview": {"to": "1"},
    "GET /track/{code}": {"check": "9999"},
    "GET /deadlines/preview": {"received_at": "2026-11-23T09:00:00", "time_unit": "SAME_DAY"},
}


# --- asking --------------------------------------------------------------------------------------


def told(response: Any) -> str:
    """The answer as the table writes it."""
    if response.status_code == 302:
        address = response["Location"].partition("?")[0]
        for word, name in (("in", "accounts:sign_in"), ("ci", "accounts:citizen_sign_in")):
            if address == reverse(name):
                return word
    return str(response.status_code)


def ask(house: House, row: Row, who: str, *, method: str = "") -> Any:
    """The answer of the page to somebody; by GET or POST as the row says, or as told here."""
    address = reverse(row.name, kwargs=row.args(house))
    browser = house.browser(who)
    if method == "GET" or (row.post is None and not method):
        return browser.get(address)
    return browser.post(address, row.post(house) if row.post else {})


def ask_api(house: House, row: Row, headers: dict[str, str]) -> Any:
    """The answer of the API to a call with these headers."""
    method, _blank, path = row.path.partition(" ")
    address = "/api/v1" + path.format(**row.args(house))
    if method == "GET":
        return Client().get(address, QUERIES.get(row.path), headers=headers)
    assert row.post is not None
    if row.path == "POST /files":
        return Client().post(address, row.post(house), headers=headers)
    ask_by = Client().put if method == "PUT" else Client().post
    return ask_by(address, row.post(house), content_type="application/json", headers=headers)
