"""What surrounds every page: headers, language, refusals, the sentence carried over a redirect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from haicap.site import middleware, notice


def test_a_page_may_load_from_its_own_host_only(web: Client) -> None:
    policy = web.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    sources = policy.replace(middleware._form_targets(), "")
    assert "http" not in sources


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Content-Language", "vi"),
    ],
)
def test_the_secure_headers_are_there(web: Client, header: str, value: str) -> None:
    assert web.get("/").headers[header] == value


def test_a_signed_in_persons_page_stays_in_no_cache(web: Client) -> None:
    assert web.get("/ban-viec/").headers["Cache-Control"] == "no-store"
    assert web.get("/").headers["Cache-Control"] == "private, no-cache"


def test_a_pdf_may_be_shown_beside_the_form_by_us_alone() -> None:
    policy = middleware.content_policy("application/pdf", framed_by_us=True)
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in middleware.content_policy("image/svg+xml", framed_by_us=False)


def test_every_answer_names_its_request(web: Client) -> None:
    first, second = web.get("/").headers["X-Request-Id"], web.get("/").headers["X-Request-Id"]
    assert len(first) == 32
    assert first != second


def test_head_tells_the_headers_of_get_without_the_body(web: Client) -> None:
    got, head = web.get("/"), web.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(got.content)
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_only_our_own_names_are_answered_to(web: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["motcua.example.vn"]
    assert web.get("/", headers={"host": "motcua.example.vn"}).status_code == 200
    assert web.get("/", headers={"host": "evil.example"}).status_code == 400
    assert web.get("/healthz", headers={"host": "10.0.0.7"}).status_code != 400


@pytest.mark.parametrize(
    ("address", "cookie", "lang"),
    [("/", "", "vi"), ("/?lang=en", "", "en"), ("/", "en", "en"), ("/?lang=vi", "en", "vi")],
)
@pytest.mark.parametrize("nonsense", ["", "xx"])
def test_the_language_is_asked_kept_or_vietnamese(
    web: Client, address: str, cookie: str, lang: str, nonsense: str
) -> None:
    web.cookies[middleware.LANGUAGE_COOKIE] = cookie or nonsense
    answer = web.get(address)
    assert f'<html lang="{lang}"' in answer.content.decode()
    assert middleware.LANGUAGE_COOKIE not in answer.cookies


def test_a_refusal_is_a_page_with_its_sentence(web: Client) -> None:
    answer = web.get("/tu-choi/", headers={"referer": "http://testserver/ban-viec/"})
    assert answer.status_code == 409
    assert "Người khác vừa tiếp nhận hồ sơ này lúc 10:05." in answer.content.decode()
    assert 'href="http://testserver/ban-viec/"' in answer.content.decode()


def test_a_refusal_leads_back_to_our_own_pages_only(web: Client) -> None:
    answer = web.get("/tu-choi/", headers={"referer": "https://example.org/"})
    assert "example.org" not in answer.content.decode()


def test_asked_by_htmx_a_refusal_is_a_toast_and_the_page_stays(web: Client) -> None:
    answer = web.get("/tu-choi/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert "<html" not in answer.content.decode()
    assert "lúc 10:05" in answer.content.decode()


@pytest.mark.parametrize(
    ("what", "status", "member", "value"),
    [
        ("move", 409, "legal", ["transfer"]),
        ("many", 429, "retry_after", 60),
        ("bad", 422, "errors", [{"field": "phone", "detail": "Số điện thoại cần 10 chữ số."}]),
    ],
)
def test_the_api_hears_a_problem(
    web: Client, what: str, status: int, member: str, value: Any
) -> None:
    answer = web.get(f"/api/v1/{what}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert body["status"] == status
    assert body[member] == value
    if status == 429:
        assert answer.headers["Retry-After"] == "60"


@pytest.mark.parametrize(("address", "status"), [("/khong-co/", 404), ("/hong/", 500)])
def test_an_error_is_told_calmly_and_without_codes_of_the_machine(
    web: Client, address: str, status: int
) -> None:
    answer = web.get(address)
    text = answer.content.decode()
    assert answer.status_code == status
    assert "1022" in text
    assert "Traceback" not in text
    assert "ZeroDivision" not in text


def test_a_form_from_elsewhere_is_refused_kindly(own_urls: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/nhan/", {"note": "x"})
    assert answer.status_code == 403
    assert "Xin tải lại trang" in answer.content.decode()


def test_a_sentence_is_carried_over_a_redirect_and_shown_once(web: Client) -> None:
    sent = web.post("/nhan/")
    assert notice.HEADER not in sent.headers
    assert "Đã tiếp nhận hồ sơ." in web.get("/ban-viec/").content.decode()
    assert "Đã tiếp nhận hồ sơ." not in web.get("/ban-viec/").content.decode()


def test_a_sentence_somebody_else_wrote_is_not_shown(web: Client) -> None:
    web.cookies[notice.COOKIE] = "IlNlbmQgbW9uZXki:1abcde:forged"
    assert "Send money" not in web.get("/").content.decode()


def test_for_htmx_the_sentence_goes_with_the_answer(web: Client) -> None:
    answer = web.post("/nhan/", headers={"HX-Request": "true"})
    assert json.loads(answer.headers["HX-Trigger"]) == {"toast": {"message": "Đã tiếp nhận hồ sơ."}}
    assert notice.COOKIE not in answer.cookies


def test_the_issuer_of_citizens_sign_in_is_the_only_other_target_of_forms(
    settings: Settings,
) -> None:
    settings.OIDC_ISSUER = "https://id.example.vn/realms/x"
    assert middleware._form_targets() == "'self' https://id.example.vn"
    settings.OIDC_ISSUER = ""
    assert middleware._form_targets() == "'self'"


def test_a_view_may_set_its_own_headers(web: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: Any) -> HttpResponse:
        response = HttpResponse(b"%PDF", content_type="application/pdf")
        response["X-Frame-Options"] = "SAMEORIGIN"
        response["Cache-Control"] = "private, max-age=60"
        return response

    passed = middleware.Headers(answer)(web.get("/").wsgi_request)
    assert "frame-ancestors 'self'" in passed.headers["Content-Security-Policy"]
    assert passed.headers["Cache-Control"] == "private, max-age=60"
