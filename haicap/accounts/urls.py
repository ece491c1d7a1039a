"""Addresses of the account pages."""

from __future__ import annotations

from django.urls import path

from haicap.accounts.views import citizen, public, staff, unit

app_name = "accounts"
_unit = "don-vi/tai-khoan"
urlpatterns = [
    path("dang-nhap/", public.sign_in, name="sign_in"),
    path("dang-nhap/ma/", public.sign_in_code, name="sign_in_code"),
    path("dang-xuat/", public.sign_out, name="sign_out"),
    path("cong-dan/dang-nhap/", public.citizen_sign_in, name="citizen_sign_in"),
    path("cong-dan/dang-nhap/xong/", public.callback, name="callback"),
    path("tai-khoan/", citizen.me, name="me"),
    path("tai-khoan/bao-mat/", citizen.security, name="security"),
    path("tai-khoan/phien/", citizen.end_sessions, name="sessions"),
    path("tai-khoan/ma-truy-cap/", citizen.give_token, name="give_token"),
    path("tai-khoan/ma-truy-cap/thu-hoi/", citizen.revoke_token, name="revoke_token"),
    path("tai-khoan/ai-da-xem/", citizen.who_read, name="who_read"),
    path("tai-khoan/mat-khau/", staff.password, name="password"),
    path("tai-khoan/hai-lop/", staff.second, name="second_factor"),
    path("tai-khoan/hai-lop/tat/", staff.remove_second, name="remove_second_factor"),
    path("vi-tri/", staff.choose_post, name="choose_post"),
    path(f"{_unit}/", unit.people, name="unit_staff"),
    path(f"{_unit}/them/", unit.add, name="add"),
    path(f"{_unit}/them-nhieu/", unit.add_many, name="add_many"),
    path(f"{_unit}/<int:staff_id>/", unit.person, name="person"),
    path(f"{_unit}/<int:staff_id>/ket-thuc/", unit.end_person, name="end_person"),
    path(f"{_unit}/<int:staff_id>/mo-lai/", unit.reopen_person, name="reopen_person"),
    path(f"{_unit}/<int:staff_id>/mat-khau/", unit.reset_password, name="reset_password"),
    path(f"{_unit}/<int:staff_id>/hai-lop/", unit.reset_second_factor, name="reset_second_factor"),
    path(f"{_unit}/vi-tri/", unit.posts, name="posts"),
    path(f"{_unit}/vi-tri/moi/", unit.new_post, name="new_post"),
    path(f"{_unit}/vi-tri/<int:post_id>/", unit.post, name="post"),
    path(f"{_unit}/vi-tri/<int:post_id>/nguoi-giu/", unit.place, name="place"),
    path(f"{_unit}/vi-tri/<int:post_id>/nhiem-vu/", unit.give, name="give"),
    path(f"{_unit}/vi-tri/<int:post_id>/ket-thuc/", unit.end, name="end"),
    path(f"{_unit}/uy-quyen/", unit.delegations, name="delegations"),
    path(
        f"{_unit}/uy-quyen/<int:delegation_id>/ket-thuc/",
        unit.end_delegation,
        name="end_delegation",
    ),
]
