"""Addresses of the dossier pages: the citizen's and the staff's."""

from __future__ import annotations

from django.urls import path

from haicap.dossiers.views import (
    board,
    counter,
    desk,
    forgotten,
    layouts,
    money,
    pile,
    posting,
    ratings,
    register,
    repinning,
    track,
)
from haicap.dossiers.views.citizen import answering, draft, own, papers, rating, start

app_name = "dossiers"

_draft = "ho-so/nhap/<uuid:draft>"
_one = "ho-so/<str:code>"

citizen_urls = [
    path("tra-cuu/", track.track, name="track"),
    path("nop/<str:code>/", start.start, name="start"),
    path("ho-so/", own.mine, name="mine"),
    path(f"{_draft}/", draft.resume, name="draft"),
    path(f"{_draft}/nguoi-nop/", draft.applicant, name="draft_applicant"),
    path(f"{_draft}/chu-ho-so/", draft.owner, name="draft_owner"),
    path(f"{_draft}/noi-giai-quyet/", draft.place, name="draft_place"),
    path(f"{_draft}/to-khai/<slug:section>/", draft.section, name="draft_section"),
    path(f"{_draft}/giay-to/", papers.papers, name="draft_papers"),
    path(f"{_draft}/giay-to/<uuid:file_id>/", papers.file, name="draft_file"),
    path(f"{_draft}/giay-to/<uuid:file_id>/bo/", papers.remove, name="draft_remove"),
    path(f"{_draft}/nhan-ket-qua/", draft.handing, name="draft_handing"),
    path(f"{_draft}/kiem-tra/", draft.review, name="draft_review"),
    path(f"{_draft}/xoa/", draft.discard, name="draft_discard"),
    path(f"{_one}/", own.one, name="mine_one"),
    path(f"{_one}/da-nop/", own.done, name="done"),
    path(f"{_one}/giay-tiep-nhan.pdf", own.receipt, name="mine_receipt"),
    path(f"{_one}/giay/<slug:slip>.pdf", own.slip, name="mine_slip"),
    path(f"{_one}/tep/<uuid:file_id>/", own.file, name="mine_file"),
    path(f"{_one}/bo-sung/", answering.answer, name="mine_answer"),
    path(f"{_one}/bo-sung/<uuid:file_id>/", answering.file, name="answer_file"),
    path(f"{_one}/bo-sung/<uuid:file_id>/bo/", answering.remove, name="answer_remove"),
    path(f"{_one}/nop-phi/", money.mine, name="mine_fee"),
    path(f"{_one}/nop-phi/cong/", money.online, name="mine_fee_online"),
    path(f"{_one}/bien-lai/<int:movement>/", money.mine_receipt, name="mine_fee_receipt"),
    path(f"{_one}/huy/", own.cancel, name="cancel"),
    path(f"{_one}/rut/", own.withdraw, name="withdraw"),
    path(f"{_one}/nhan-ket-qua/", own.take, name="take"),
    path(f"{_one}/danh-gia/", rating.rate, name="rate"),
    path(f"{_one}/da-doc/", own.read, name="read_messages"),
]

staff_urls = [
    path("ban/", desk.desk, name="desk"),
    path("ban/tiep-nhan/", counter.walk_in, name="walk_in"),
    path("ban/trinh-ky/", pile.pile, name="pile"),
    path("ban/khong-bo-sot/", forgotten.page, name="forgotten"),
    path("ban/so-theo-doi/", register.page, name="register"),
    path("ban/so-theo-doi/so.pdf", register.pdf, name="register_pdf"),
    path("ban/so-theo-doi/so.csv", register.table, name="register_csv"),
    path("ban/so-theo-doi/in/", register.print_parts, name="register_print"),
    path("ban/so-theo-doi/<int:print_id>/<uuid:file_id>/", register.part, name="register_part"),
    path("ban/<str:code>/", desk.one, name="one"),
    path("ban/<str:code>/giay-tiep-nhan.pdf", desk.receipt, name="receipt"),
    path("ban/<str:code>/phieu-kiem-soat.pdf", desk.control_slip, name="control_slip"),
    path("ban/<str:code>/giay/<slug:slip>.pdf", desk.slip, name="slip"),
    path("ban/<str:code>/tep/<uuid:file_id>/", desk.file, name="file"),
    path("ban/<str:code>/buu-chinh/", posting.page, name="post"),
    path("ban/<str:code>/buu-chinh/<int:order_id>/huy/", posting.call_off, name="post_cancel"),
    path("ban/<str:code>/phi/", money.fee, name="fee"),
    path("ban/<str:code>/bien-lai/<int:movement>/", money.receipt, name="fee_receipt"),
    path("ban/<str:code>/phi/mien/", money.waive, name="fee_waive"),
    path("ban/<str:code>/<slug:name>/", desk.move, name="move"),
    path("danh-gia/", ratings.figures, name="ratings"),
    path("danh-gia/<slug:group>/<str:key>/", ratings.behind, name="ratings_behind"),
    path("kiem-soat/mau-giay/", layouts.page, name="layouts"),
    path("kiem-soat/mau-giay/<int:layout_id>/bo/", layouts.withdraw, name="layout_withdraw"),
    path("kiem-soat/mau-giay/<slug:form>/mau.pdf", layouts.shown, name="layout_shown"),
    path("kiem-soat/mau-giay/<slug:form>/mau.typ", layouts.source, name="layout_source"),
    path("kiem-soat/chuyen-phien-ban/<str:code>/", repinning.page, name="repin"),
    path("thanh-pho/", board.city, name="board"),
    path("thanh-pho/<slug:code>/", board.commune, name="board_commune"),
]

urlpatterns = [*citizen_urls, *staff_urls]
