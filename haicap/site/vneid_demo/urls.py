"""Addresses of the stand-in for VNeID."""

from __future__ import annotations

from django.urls import path

from haicap.site.vneid_demo import views

app_name = "vneid"
urlpatterns = [
    path(".well-known/openid-configuration", views.discovery, name="discovery"),
    path("jwks", views.jwks, name="jwks"),
    path("authorize", views.authorize, name="authorize"),
    path("token", views.token, name="token"),
    path("userinfo", views.userinfo, name="userinfo"),
]
