"""What holds on every page: nothing inline, strict headers, no forged forms, no writing by GET, no
citizen's name without a row in the reading log, and as many statements for fifty rows as for five.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from haicap.accounts import session
from haicap.accounts.load import OnlyInDemo, token_for_cast
from haicap.accounts.models import Staff
from haicap.audit.models import Reading
from haicap.parties.models import Party
from tests.table import PAGES, Row, ask
from tests.world import BODE, House, django_db_setup, furnished, house

__all__ = ["django_db_setup", "furnished", "house"]

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "Mot-cau-dai-va-de-nho-7"
BY_GET = [row for row in PAGES if row.post is None]
# Called by servers, no form of a browser: the provider's own, and the signed delivery reports.
NO_FORMS = {"vneid:token", "vneid:userinfo", "notify:report"}


# --- what a page may hold -------------------------------------------------------------------------


class Inline(HTMLParser):
    """Collects what a strict policy would block, and what is loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(f"<{tag} {name}>")
            if name in {"src", "href", "action", "formaction"} and re.match(
                r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE
            ):
                self.found.append(f"<{tag} {name}={value}>")
        if tag in {"script", "img", "iframe", "link", "source", "object", "embed"}:
            address = given.get("src") or given.get("href") or given.get("data") or ""
            if "//" in address:
                self.found.append(f"<{tag} {address}>")
        if tag == "a" and given.get("target") == "_blank" and "noopener" not in str(given["rel"]):
            self.found.append("<a target=_blank> without rel=noopener")


def faults_of(response: Any) -> Iterator[str]:
    """What is wrong with an HTML answer."""
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    if "unsafe" in policy or "default-src 'none'" not in policy or "*" in policy:
        yield f"policy: {policy}"
    if "script-src 'self'" not in policy or "style-src 'self'" not in policy:
        yield f"policy: {policy}"
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    for name, value in expected.items():
        if headers.get(name) != value:
            yield f"{name}: {headers.get(name)}"
    if headers.get("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
        yield "X-Frame-Options"
    if "charset=utf-8" not in headers["Content-Type"]:
        yield headers["Content-Type"]
    if not headers.get("X-Request-Id"):
        yield "X-Request-Id"
    for cookie in response.cookies.values():
        if not cookie["httponly"] or cookie["samesite"] not in {"Lax", "Strict"}:
            yield f"cookie {cookie.key}"
    reader = Inline()
    reader.feed(response.content.decode())
    yield from reader.found


@pytest.mark.django_db
@pytest.mark.parametrize("row", BY_GET, ids=lambda row: row.name)
def test_every_page_is_strict_and_reading_it_writes_nothing(furnished: House, row: Row) -> None:
    with CaptureQueriesContext(
        connection,
    ) as run:
        response = ask(furnished, row, row.right)
    # The session was opened by the test; besides it a reading leaves its row in the log alone, and
    # on the desk that somebody has opened it: the step before can no longer be taken back.
    written = [
        query["sql"]
        for query in run.captured_queries
        if re.match(r"\s*(insert|update|delete|truncate|merge)\b", query["sql"], re.IGNORECASE)
    ]
    allowed = ("audit_reading", "accounts_websession", 'UPDATE "dossiers_task" SET "opened_at"')
    assert [sql for sql in written if not any(table in sql for table in allowed)] == []
    if response.get("Content-Type", "").startswith("text/html") and response.content:
        assert list(faults_of(response)) == []
        if row.realm != "public":
            assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("status", [403, 404, 405, 422])
def test_pages_of_errors_are_as_strict(furnished: House, status: int) -> None:
    browser = furnished.browser("receive@bode")
    response = {
        403: lambda: browser.get(reverse("catalogue:gaps")),
        404: lambda: browser.get(reverse("dossiers:one", args=["H26.1"])),
        405: lambda: browser.post(reverse("dossiers:desk")),
        422: lambda: browser.post(reverse("accounts:password"), {}),
    }[status]()
    assert response.status_code == status
    if response.content:
        assert list(faults_of(response)) == []


# --- forged requests ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_a_form_from_elsewhere_is_refused_on_every_page(furnished: House, row: Row) -> None:
    if row.name in NO_FORMS:
        return
    browser = furnished.browser(row.right, enforce_csrf_checks=True)
    response = browser.post(reverse(row.name, kwargs=row.args(furnished)), {})
    assert response.status_code == 403
    assert "không còn an toàn" in response.content.decode()


@pytest.mark.django_db
def test_every_form_carries_its_token(furnished: House) -> None:
    """A form that posts without one could never be sent."""
    bare = []
    for row in BY_GET:
        response = ask(furnished, row, row.right)
        html = response.get("Content-Type", "").startswith("text/html")
        if not html or row.name == "site:components":  # specimens, never sent
            continue
        forms = re.findall(r"<form\b.*?</form>", response.content.decode(), re.DOTALL)
        bare += [
            f"{row.name}: {form[:200]}"
            for form in forms
            if re.match(r"<form[^>]*method=\"?post", form, re.IGNORECASE)
            and "csrfmiddlewaretoken" not in form
        ]
    assert bare == []


# --- sessions and cookies -------------------------------------------------------------------------


@pytest.mark.django_db
def test_signing_in_gives_a_fresh_session_in_a_closed_cookie(
    furnished: House, settings: Settings
) -> None:
    person = furnished.cast.people["decide@bode"]
    Staff.objects.filter(pk=person.staff).update(password=make_password(PASSWORD))
    browser = Client()
    browser.cookies[session.COOKIE] = "planted-by-somebody-else"
    asked = {"login": person.login, "password": PASSWORD}
    first = browser.post(reverse("accounts:sign_in"), asked)
    cookie = first.cookies[session.COOKIE]
    assert cookie.value != "planted-by-somebody-else"
    assert len(cookie.value) >= 32
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"]
    old = cookie.value
    again = browser.post(reverse("accounts:sign_in"), asked)
    assert again.cookies[session.COOKIE].value != old
    late = Client()
    late.cookies[session.COOKIE] = old
    assert late.get(reverse("accounts:me")).status_code == 302
    settings.SESSION_COOKIE_SECURE = True
    assert Client().post(reverse("accounts:sign_in"), asked).cookies[session.COOKIE]["secure"]


def test_over_https_nothing_goes_in_the_clear() -> None:
    told = in_production(
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.DEBUG)",
        HAICAP_BASE_URL="https://hai-cap.example.vn",
    )
    assert told.stdout.split() == ["True", "True", "True", "False"]


# --- who read what --------------------------------------------------------------------------------


# What of Lan no page of the staff shows without a row in the reading log.
OF_LAN = re.compile(r"Nguyễn Thị Lan|000155000011|0155\s*0000\s*11|\+?84100000001\b|0100000001")
SHOWING = {
    "dossiers:desk", "dossiers:one", "dossiers:receipt", "dossiers:file", "dossiers:pile",
    "dossiers:slip", "dossiers:control_slip", "dossiers:register", "dossiers:register_pdf",
    "dossiers:register_csv", "dossiers:fee", "dossiers:post",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", [row for row in BY_GET if row.realm in {"staff", "signed_in"}], ids=lambda row: row.name
)
def test_no_page_of_the_staff_shows_a_citizen_without_a_trace(furnished: House, row: Row) -> None:
    if row.right == "lan":
        return
    before = set(Reading.objects.values_list("id", flat=True))
    response = ask(furnished, row, row.right)
    body = response.getvalue().decode(errors="replace")
    rows = Reading.objects.exclude(id__in=before)
    shown = [one for one in rows if furnished.cast.lan.party in one.parties]
    assert bool(shown) == (row.name in SHOWING), row.name
    if OF_LAN.search(body):
        assert shown, row.name
    for one in shown:
        assert one.person == furnished.cast.people[row.right].staff
        assert one.page == reverse(row.name, kwargs=row.args(furnished))
        assert one.purpose
        assert one.subjects


@pytest.mark.django_db
def test_a_refused_move_shows_the_dossier_and_leaves_its_trace_too(furnished: House) -> None:
    browser = furnished.browser("decide@bode")
    address = reverse("dossiers:move", args=[furnished.kept["received"], "accept"])
    before = Reading.objects.count()
    refused = browser.post(address, {})
    assert refused.status_code in {403, 409, 422}
    assert OF_LAN.search(refused.content.decode())
    assert Reading.objects.count() > before


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["", "/journal", "/moves", "/receipt.pdf", "/files/{paper}"])
def test_the_api_leaves_the_same_traces(furnished: House, part: str) -> None:
    kept, bearer = furnished.kept, furnished.bearer("receive@bode")
    before = Reading.objects.count()
    address = f"/api/v1/dossiers/{kept['received']}{part.format(**kept)}"
    assert Client().get(address, headers=bearer).status_code == 200
    (row,) = Reading.objects.order_by("id")[before:]
    assert row.source == "api"
    assert furnished.cast.lan.party in row.parties


@pytest.mark.django_db
def test_a_list_is_one_row_with_its_ids_and_the_citizen_reads_of_it(furnished: House) -> None:
    before = Reading.objects.count()
    bearer = furnished.bearer("decide@bode")
    listed = Client().get("/api/v1/dossiers", {"box": "all"}, headers=bearer).json()["items"]
    (row,) = Reading.objects.order_by("id")[before:]
    assert sorted(row.subjects) == sorted(f"dossiers.Dossier:{item['id']}" for item in listed)
    read = furnished.browser("lan").get(reverse("accounts:who_read")).content.decode()
    assert "Bồ Đề" in read


@pytest.mark.django_db
def test_ones_own_reading_is_no_reading(furnished: House) -> None:
    before = Reading.objects.count()
    for row in BY_GET:
        if row.right == "lan":
            ask(furnished, row, "lan").getvalue()
    assert Reading.objects.count() == before


# --- what stays out of production and of the repository -------------------------------------------


def in_production(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines with the settings of a production."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("HAICAP_")
    } | {"HAICAP_MODE": "production", "HAICAP_SECRET_KEY": "x" * 50, **environment}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**clean, "DJANGO_SETTINGS_MODULE": "haicap.site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_production_has_nothing_of_the_demo() -> None:
    told = in_production(
        "import django; django.setup();"
        "from django.conf import settings as s; from django.urls import get_resolver as r;"
        "print(s.DEMO, s.DEBUG, s.REQUIRE_SECOND_FACTOR, repr(s.OIDC_ISSUER), repr(s.SMS_GATEWAY));"
        "print([str(p.pattern) for p in r().url_patterns"
        " if str(p.pattern).startswith(('vneid', '_comp'))]);"
        "print(s.PASSWORD_HASHERS)"
    )
    assert told.stderr == ""
    first, second, third = told.stdout.splitlines()
    assert first == "False False True '' ''"
    assert second == "[]"
    assert third == "['haicap.accounts.passwords.Argon2id']"


def test_a_production_needs_a_secret_of_its_own() -> None:
    told = in_production("from django.conf import settings as s; s.DEBUG", HAICAP_SECRET_KEY="")
    assert told.returncode != 0
    assert "HAICAP_SECRET_KEY must be set" in told.stderr


@pytest.mark.django_db
def test_the_demos_people_mean_nothing_in_production(furnished: House, settings: Settings) -> None:
    Staff.objects.update(is_demo=True)
    browser, bearer = furnished.browser("receive@bode"), furnished.bearer("receive@bode")
    settings.DEMO = False
    assert browser.get(reverse("dossiers:desk")).status_code == 302
    assert Client().get("/api/v1/dossiers", headers=bearer).status_code == 401
    Staff.objects.update(is_demo=False)
    before = Party.objects.count()
    body = {
        "procedure": "1.004873",
        "channel": "counter",
        "applicant": {
            "name": "Trần Văn An",
            "identifiers": {"personal_id": "000085000012"},
            "phone": "0100000012",
        },
    }
    refused = Client().post(
        "/api/v1/dossiers", body, content_type="application/json", headers=bearer
    )
    assert refused.status_code == 422
    fields = {error["field"] for error in refused.json()["errors"]}
    assert {"applicant.identifiers.personal_id", "applicant.phone"} <= fields
    assert Party.objects.count() == before
    with pytest.raises(OnlyInDemo):
        token_for_cast("receive@bode", at=furnished.watch.time)
    assert Client().get("/vneid-demo/jwks").status_code == 404
    assert Client().get(reverse("site:components")).status_code == 404


SECRETS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}"
    rb"|xox[baprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\."
    rb"|(?i:secret_key|password|api_key)\s*=\s*[\"'][A-Za-z0-9+/_=-]{24,}[\"']"
)


def test_no_secret_lies_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout
    if not listed:
        pytest.skip("no repository here")
    found = [
        name
        for name in listed.decode().split("\0")
        if name and (ROOT / name).is_file() and SECRETS.search((ROOT / name).read_bytes())
    ]
    assert found == []
    assert b"var/secret" not in listed


# --- as many statements for fifty rows as for five ------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db
def test_lists_cost_the_same_however_long_they_are(furnished: House) -> None:
    asked: list[tuple[str, str, dict[str, str]]] = [
        ("receive@bode", reverse("dossiers:desk"), {"box": "all"}),
        ("decide@bode", reverse("dossiers:pile"), {}),
        ("observe@city", reverse("dossiers:board"), {}),
        ("observe@city", reverse("dossiers:board_commune", args=[BODE]), {}),
        ("receive@bode", reverse("dossiers:one", args=[furnished.kept["received"]]), {}),
        ("lan", reverse("dossiers:mine"), {}),
        ("receive@bode", "/api/v1/dossiers", {"box": "all", "limit": "200"}),
        ("lan", reverse("accounts:who_read"), {}),
    ]

    def statements() -> dict[str, int]:
        found = {}
        for who, address, query in asked:
            browser = furnished.browser(who)
            headers = furnished.bearer(who) if address.startswith("/api/") else {}
            browser.get(address, query, headers=headers)
            with CaptureQueriesContext(connection) as run:
                browser.get(address, query, headers=headers)
            found[f"{address} {who}"] = len(run)
        return found

    few = statements()
    for _more in range(45):
        furnished.quickly()
    assert statements() == few
    assert max(few.values()) <= 40
