"""Addresses of the dossier pages: the citizen's and the staff's."""

from __future__ import annotations

from django.urls import path

from haicap.dossiers.views import board, counter, desk

app_name = "dossiers"

citizen_urls = []

staff_urls = [
    path("ban/", desk.desk, name="desk"),
    path("ban/tiep-nhan/", counter.walk_in, name="walk_in"),
    path("ban/trinh-ky/", desk.pile, name="pile"),
    path("ban/<str:code>/", desk.one, name="one"),
    path("ban/<str:code>/giay-tiep-nhan.pdf", desk.receipt, name="receipt"),
    path("ban/<str:code>/tep/<uuid:file_id>/", desk.file, name="file"),
    path("ban/<str:code>/<slug:name>/", desk.move, name="move"),
    path("thanh-pho/", board.city, name="board"),
    path("thanh-pho/<slug:code>/", board.commune, name="board_commune"),
]

urlpatterns = [*citizen_urls, *staff_urls]
