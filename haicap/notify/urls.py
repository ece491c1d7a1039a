"""Addresses of messages: people's own pages, the operators', the controllers', the providers'."""

from __future__ import annotations

from django.urls import path

from haicap.notify.views import citizen, controller, operator, provider, staff

app_name = "notify"
_words = "kiem-soat/tin-bao"
urlpatterns = [
    path("tai-khoan/bao-tin/", citizen.choices, name="choices"),
    path("tai-khoan/tin/", citizen.inbox, name="inbox"),
    path("can-bo/bao-tin/", staff.choices, name="staff_choices"),
    path("can-bo/tin/", staff.inbox, name="staff_inbox"),
    path("van-hanh/tin-bao/", operator.outbox, name="outbox"),
    path("van-hanh/tin-bao/gui-lai/", operator.again, name="again"),
    path("van-hanh/tin-bao/kenh/<slug:channel>/", operator.way, name="way"),
    path(f"{_words}/", controller.wordings, name="wordings"),
    path(f"{_words}/gio-yen-tinh/", controller.quiet, name="quiet"),
    path(f"{_words}/<slug:template>/<slug:language>/", controller.wording, name="wording"),
    path("bao-cao-tin/<slug:channel>/", provider.report, name="report"),
]
