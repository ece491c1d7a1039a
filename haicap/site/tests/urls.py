"""Addresses for the tests of the house's own pages: its real ones, and a few that behave badly."""

from __future__ import annotations

import json
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import include, path

from haicap.accounts import public as accounts
from haicap.kernel.actor import Actor, ActorKind, Duty, Grant
from haicap.kernel.errors import Invalid, Refusal, TooMany
from haicap.kernel.flow import MoveRefused
from haicap.site import specimens, views

MINH = Actor(
    kind=ActorKind.STAFF,
    name="Nguyễn Thị Minh",
    post_title="Công chức một cửa",
    agency_name="Điểm tiếp nhận Bồ Đề",
    grants=(Grant(Duty.RECEIVE),),
)
DESK = """{% extends "site/staff.html" %}
{% from "site/components/task_card.html" import task_card %}
{% from "site/components/filter_bar.html" import filter_bar %}
{% from "site/components/button.html" import button %}
{% from "site/components/table.html" import table %}
{% block title %}Bàn việc{% endblock %}
{% block tools %}{{ filter_bar("", [], "") }}{% endblock %}
{% block list %}
{% for task in tasks %}{{ task_card(task, target="#work") }}{% endfor %}
{% endblock %}
{% block work %}<p>{{ request.GET.get("viec", "") }}</p><h2>Đăng ký khai sinh</h2>
<form method="post" action="/nhan/" novalidate data-autosave="/luu/">{{ csrf_input }}
<input type="hidden" name="version" value="1">
<label for="note">Ghi chú</label><input id="note" name="note"><label for="born">Ngày sinh</label>
<input id="born" name="born" data-date><p data-autosave-status aria-live="polite"></p>
<p class="actions">{{ button("Tiếp nhận", key="t") }}
{{ button("Hủy hồ sơ", "danger", name="cancel", value="1",
          attrs={"data-confirm": "Hủy hồ sơ này?"}) }}
<button class="button button-quiet" type="button" hx-post="/tu-choi/">Chuyển</button></p></form>
<label for="card">Thẻ</label>
<input id="card" name="card" data-qr-target hx-get="/the/" hx-trigger="scanned" hx-target="#read">
<p id="read"></p>
{{ table([{"label": "Mã", "sort": True}, {"label": "Số", "sort": True, "kind": "number"}],
   [["b", 10], ["a", 9]], "Bảng", caption_seen=True) }}
{% endblock %}"""
UPLOAD = """{% extends "site/citizen.html" %}
{% from "site/components/upload.html" import upload %}
{% block title %}Giấy tờ{% endblock %}
{% block content %}<h1>Giấy tờ</h1>
<form method="post" enctype="multipart/form-data">{{ csrf_input }}
{{ upload("papers", "Giấy chứng sinh", "gcs", "/tai-len/", [], required=True) }}</form>
{% endblock %}"""
UPLOADED = """{% from "site/components/upload.html" import upload %}
{{ upload("papers", "Giấy chứng sinh", slot, "/tai-len/", files, required=True) }}"""


def _page(source: str, request: HttpRequest, **values: object) -> HttpResponse:
    return HttpResponse(engines["jinja2"].from_string(source).render(values, request))


@accounts.public_page
def desk(request: HttpRequest) -> HttpResponse:
    request.actor = MINH  # type: ignore[attr-defined]
    sheet = specimens.sheet()
    tasks = [{**task, "url": f"?viec={task['code']}"} for task in sheet["tasks"]]
    return _page(DESK, request, tasks=tasks)


@accounts.public_page
def accepted(request: HttpRequest) -> HttpResponse:
    word = "Đã hủy hồ sơ." if "cancel" in request.POST else "Đã tiếp nhận hồ sơ."
    response = HttpResponseRedirect("/ban-viec/")
    response["Haicap-Notice"] = quote(word)
    return response


@accounts.public_page
def saved(request: HttpRequest) -> HttpResponse:
    version = int(request.POST["version"]) + 1
    return HttpResponse(json.dumps({"version": version}), content_type="application/json")


@accounts.public_page
def refused(request: HttpRequest) -> HttpResponse:
    raise Refusal("Người khác vừa tiếp nhận hồ sơ này lúc 10:05.")


@accounts.public_page
def card(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<b>{len(request.GET['card'].split('|'))}</b>")


@accounts.public_page
def upload_page(request: HttpRequest) -> HttpResponse:
    return _page(UPLOAD, request)


@accounts.public_page
def uploaded(request: HttpRequest) -> HttpResponse:
    files = [
        {"name": file.name, "size": file.size, "remove_url": "/tai-len/"}
        for file in request.FILES.getlist("papers")
    ]
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"/giay-to/?n={len(files)}&slot={request.POST['slot']}")
    return _page(UPLOADED, request, files=files, slot=request.POST["slot"])


@accounts.public_page
def api(request: HttpRequest, what: str) -> HttpResponse:
    if what == "move":
        raise MoveRefused("Hồ sơ đã chuyển.", move="accept", state="RECEIVED", legal=("transfer",))
    if what == "many":
        raise TooMany("Xin chờ.", retry_after=60)
    raise Invalid({"phone": "Số điện thoại cần 10 chữ số."})


@accounts.public_page
def suggested(request: HttpRequest) -> HttpResponse:
    names = [name for name in ("Đăng ký khai sinh", "Đăng ký lại khai sinh") if request.GET["q"]]
    items = "".join(
        f'<li><a href="/?q={number}">{name}</a></li>' for number, name in enumerate(names)
    )
    return HttpResponse(f"<ul>{items}</ul>")


@accounts.public_page
def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


site_urls = [
    path("", views.home, name="home"),
    path("ngon-ngu/", views.language, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("_components/", views.components, name="components"),
]
catalogue_urls = [
    path("thu-tuc/", views.home, name="search"),
    path("thu-tuc/goi-y/", suggested, name="suggest"),
]
urlpatterns = [
    path("", include((catalogue_urls, "catalogue"))),
    path("", include((site_urls, "site"))),
    path("ban-viec/", desk),
    path("nhan/", accepted),
    path("luu/", saved),
    path("tu-choi/", refused),
    path("the/", card),
    path("giay-to/", upload_page),
    path("tai-len/", uploaded),
    path("hong/", broken),
    path("api/v1/<str:what>", api),
]
handler400 = "haicap.site.views.bad_request"
handler403 = "haicap.site.views.forbidden"
handler404 = "haicap.site.views.not_found"
handler500 = "haicap.site.views.server_error"
