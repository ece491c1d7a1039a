"""Addresses of finance, and of the bank to rehearse with."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from haicap.payments.views import bank, daily, differences

app_name = "payments"

urlpatterns = [
    path("thu-phi/", daily.day, name="day"),
    path("thu-phi/ngay.csv", daily.export, name="day_csv"),
    path("thu-phi/kiem-dem/", daily.count, name="count"),
    path("thu-phi/khoa-so/", daily.close, name="close"),
    path("thu-phi/sao-ke/", daily.statement, name="statement"),
    path("thu-phi/tai-khoan/", daily.accounts_page, name="accounts"),
    path("thu-phi/can-xem/", differences.page, name="differences"),
    path("thu-phi/can-xem/<slug:what>/", differences.act, name="act"),
    *(
        [path("cong-thanh-toan-demo/<slug:number>/", bank.page, name="rehearsal")]
        if settings.DEMO
        else []
    ),
]
