"""Orders to the public post: asked for at the counter, placed and followed by the worker.

The post's silence stops nobody: an order is a row first; what is owed to the post is done later,
once, after asking what it already has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.dossiers import access, post, typed
from haicap.dossiers.access import NotYourMove, NotYours
from haicap.dossiers.actions import moving, reception
from haicap.dossiers.events import PostCancelAsked, PostMoved, PostOrdered
from haicap.dossiers.flow import State
from haicap.dossiers.models import (
    POST_OPEN,
    Dossier,
    Handing,
    Money,
    PostKind,
    PostOrder,
    PostStatus,
)
from haicap.kernel import identifiers
from haicap.kernel.actor import Actor, Duty, system
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal
from haicap.units import public as units

COLLECTED_IN: Final = (State.SUBMITTED, State.PRE_SUPP, State.SUPP_REQ)
LOOK_AGAIN: Final = timedelta(minutes=4)
MOST_AT_ONCE: Final = 200

log = logging.getLogger(__name__)


class NoPost(Refusal):
    """This installation has no contract with a carrier."""


class NotForThePost(Refusal):
    """Nothing of this dossier can go by post now."""


class PostTrouble(Exception):
    """The post did not answer: the order waits and is tried again."""


@transaction.atomic
def order_post(
    *,
    dossier_id: int,
    kind: str,
    name: str,
    tel: str,
    address: str,
    district: str = "",
    province: str = "",
    contents: str = "",
    by: Actor,
    at: datetime,
) -> PostOrder:
    """The counter has the post bring the result (return) or fetch papers at home (collect).

    `name` to `province`: the citizen's side. NoPost, NotYourMove, NotForThePost, Invalid.
    """
    dossier = moving.locked(dossier_id)
    by = _require_counter(by, dossier)
    if post.the_post() is None:
        raise NoPost(_("Nơi này chưa nối với bưu điện. Ghi số bưu gửi khi trả kết quả."))
    _require_fit(dossier, kind)
    citizen = _side(name=name, tel=tel, address=address, district=district, province=province)
    counter = _counter_side(dossier, at=at)
    sent_home = kind == PostKind.RETURN
    order = PostOrder.objects.create(
        dossier=dossier,
        kind=kind,
        number=_number(dossier),
        sender=counter if sent_home else citizen,
        receiver=citizen if sent_home else counter,
        contents=typed.text(contents, field="contents", limit=300)
        or (_("Kết quả hồ sơ") if sent_home else _("Giấy tờ nộp kèm hồ sơ")),
        made_at=at,
        made_by=by.person,
    )
    audit.record(PostOrdered(order=order.pk, kind=kind), subject=dossier.ref, by=by, at=at)
    return order


def _require_counter(by: Actor, dossier: Dossier) -> Actor:
    if not access.sees(by, dossier):
        raise NotYours(_("Không tìm thấy hồ sơ này."))
    grant = by.grant_for(
        Duty.RECEIVE, agency=dossier.receiving_agency_id, procedure=dossier.procedure.code
    )
    if not by.is_staff or grant is None or dossier.receiving_agency_id is None:
        raise NotYourMove(_("Chỉ nơi tiếp nhận hồ sơ mới gọi bưu điện được."))
    return by.acting(grant)


def may_order(by: Actor, dossier: Dossier) -> bool:
    """Whether calling the post is this person's to do."""
    try:
        _require_counter(by, dossier)
    except Refusal:
        return False
    return True


def fitting(dossier: Dossier) -> str:
    """The kind of order that makes sense now; empty for none."""
    if dossier.state == State.ISSUED:
        return PostKind.RETURN
    return PostKind.COLLECT if dossier.state in COLLECTED_IN else ""


def _require_fit(dossier: Dossier, kind: str) -> None:
    if kind not in PostKind.values:
        raise Invalid({"kind": _("Chọn mang kết quả tới nhà hoặc lấy giấy tờ tại nhà.")})
    if fitting(dossier) != kind:
        raise NotForThePost(
            _("Chưa có kết quả để gửi bưu điện.")
            if kind == PostKind.RETURN
            else _("Lúc này hồ sơ không chờ giấy tờ nào của người dân.")
        )
    if kind == PostKind.RETURN and dossier.money in Money.owing():
        raise NotForThePost(_("Hồ sơ còn phí, lệ phí chưa thu; thu xong rồi mới gửi kết quả."))
    if PostOrder.objects.filter(dossier=dossier, kind=kind, status__in=POST_OPEN).exists():
        raise NotForThePost(_("Đã có một yêu cầu bưu điện đang thực hiện cho việc này."))


def _side(**given: str) -> dict[str, str]:
    """The citizen's side of the parcel. Invalid by field."""
    side: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field, value in given.items():
        try:
            side[field] = typed.text(
                value, field=field, required=field in {"name", "tel", "address"}, limit=typed.LINE,
                multiline=False,
            )  # fmt: skip
        except Invalid as e:
            wrong |= e.fields
    if side.get("tel"):
        try:
            side["tel"] = identifiers.phone(side["tel"], demo=settings.DEMO).number
        except identifiers.BadIdentifier as e:
            wrong["tel"] = str(e)
    if wrong:
        raise Invalid(wrong)
    return {**side, "email": ""}


def _counter_side(dossier: Dossier, *, at: datetime) -> dict[str, str]:
    agency = units.agency(dossier.receiving_agency_id, day=day_of(at))
    return {
        "name": agency.name,
        "tel": agency.phone,
        "address": agency.address,
        "district": "",
        "province": "Hà Nội",
        "email": "",
    }


def _number(dossier: Dossier) -> str:
    """orderNumber: the dossier's code, numbered from the second order on."""
    before = PostOrder.objects.filter(dossier=dossier).count()
    return f"{dossier.code}-{before + 1}" if before else str(dossier.code)


@transaction.atomic
def call_off_post(*, order_id: int, by: Actor, at: datetime) -> PostOrder:
    """The counter calls an order off. The post has the last word: until it says so it goes on."""
    order = _locked(order_id)
    by = _require_counter(by, order.dossier)
    if order.status not in POST_OPEN:
        raise NotForThePost(_("Yêu cầu bưu điện này đã kết thúc."))
    if order.cancel_asked_at is None:
        order.cancel_asked_at = at
        order.save(update_fields=["cancel_asked_at"])
        audit.record(PostCancelAsked(order=order.pk), subject=order.dossier.ref, by=by, at=at)
    return order


def _locked(order_id: int) -> PostOrder:
    found = PostOrder.objects.filter(pk=order_id).first()
    if found is None:
        raise NotYours(_("Không tìm thấy yêu cầu bưu điện này."))
    dossier = moving.locked(found.dossier_id)  # the dossier first, as every verb does
    order = PostOrder.objects.select_for_update().get(pk=order_id)
    order.dossier = dossier
    return order


def place(*, order_id: int, at: datetime) -> None:
    """Register an order with the post. No transaction open; safe to repeat. PostTrouble: later."""
    order = PostOrder.objects.get(pk=order_id)
    carrier = post.the_post()
    if carrier is None:
        raise PostTrouble("no carrier is installed")
    if order.status != PostStatus.UNUSED or order.tracking or order.cancel_asked_at:
        return
    asked_before = order.asked_at is not None
    PostOrder.objects.filter(pk=order_id).update(asked_at=at)
    parcel = post.Parcel(
        customer=post.customer(), number=order.number, cod=0, sender=order.sender,
        receiver=order.receiver, contents=order.contents,
    )  # fmt: skip
    try:
        known = carrier.track(order.number, seconds=post.SECONDS) if asked_before else None
        tracking = known.tracking if known else carrier.order(parcel, seconds=post.SECONDS)
    except post.PostRefused as refused:
        take_in(order_id=order_id, steps=[_refused(order, str(refused), at=at)], at=at)
        return
    except OSError as trouble:
        PostOrder.objects.filter(pk=order_id).update(error=str(trouble)[:300])
        raise PostTrouble(str(trouble)) from trouble
    PostOrder.objects.filter(pk=order_id).update(tracking=tracking[:60], error="")
    step = post.Step(event=f"{order.number}/taken", status=PostStatus.REGISTERED, at=at)
    take_in(order_id=order_id, steps=[step], at=at)


def _refused(order: PostOrder, why: str, *, at: datetime) -> post.Step:
    PostOrder.objects.filter(pk=order.pk).update(error=why[:300])
    return post.Step(event=f"{order.number}/refused", status=PostStatus.CANCELLED, at=at, note=why)


def cancel_with_post(*, order_id: int, at: datetime) -> None:
    """Tell the post that an order is called off. No transaction open; PostTrouble: later."""
    order = PostOrder.objects.get(pk=order_id)
    carrier = post.the_post()
    if carrier is None:
        raise PostTrouble("no carrier is installed")
    if order.status not in POST_OPEN:
        return
    try:
        known = carrier.track(order.number, seconds=post.SECONDS)
        if known is not None:
            carrier.cancel(order.number, seconds=post.SECONDS)
    except post.PostRefused as refused:
        PostOrder.objects.filter(pk=order_id).update(error=str(refused)[:300], cancel_asked_at=None)
        return
    except OSError as trouble:
        PostOrder.objects.filter(pk=order_id).update(error=str(trouble)[:300])
        raise PostTrouble(str(trouble)) from trouble
    step = post.Step(event=f"{order.number}/called-off", status=PostStatus.CANCELLED, at=at)
    take_in(order_id=order_id, steps=[step], at=at)


def follow_posts(*, at: datetime) -> int:
    """Ask the post about every open order; returns how many moved. No transaction open."""
    carrier = post.the_post()
    if carrier is None:
        return 0
    due = PostOrder.objects.filter(status__in=POST_OPEN).exclude(tracking="")
    fresh = due.filter(looked_at__gt=at - LOOK_AGAIN).values("pk")
    moved = 0
    for order in due.exclude(pk__in=fresh).order_by("looked_at", "id")[:MOST_AT_ONCE]:
        try:
            known = carrier.track(order.number, seconds=post.SECONDS)
        except (OSError, post.PostRefused) as trouble:
            log.warning("the post does not answer for order %s: %s", order.pk, trouble)
            PostOrder.objects.filter(pk=order.pk).update(error=str(trouble)[:300])
            return moved  # it is down; the others wait for the next round
        PostOrder.objects.filter(pk=order.pk).update(looked_at=at, error="")
        if known is not None:
            moved += take_in(order_id=order.pk, steps=known.steps, at=at)
    return moved


@transaction.atomic
def take_in(*, order_id: int, steps: Iterable[post.Step], at: datetime) -> bool:
    """Keep what the post told, each thing once; the furthest state counts, in whatever order it is
    told. Delivered with the result: it is returned. Whether the order moved.
    """
    order = _locked(order_id)
    fresh = [step for step in steps if step.status in PostStatus.values and _keep(order, step)]
    if order.status not in POST_OPEN or not fresh:
        return False
    last = max(fresh, key=lambda step: (_RANK[step.status], step.at))
    if _RANK[last.status] <= _RANK[order.status]:
        return False
    was, order.status = order.status, last.status
    changed = ["status"]
    if last.status not in POST_OPEN:
        order.ended_at, order.taken_by = last.at, last.taken_by[:200]
        changed += ["ended_at", "taken_by"]
    order.save(update_fields=changed)
    audit.record(
        PostMoved(order=order.pk, kind=order.kind, status=order.status, was=was),
        subject=order.dossier.ref,
        by=system("post"),
        at=at,
    )
    return True


# Delivered outranks called off: it is in the citizen's hands.
_RANK: Final[Mapping[int, int]] = {
    PostStatus.UNUSED: 0,
    PostStatus.REGISTERED: 1,
    PostStatus.COLLECTING: 2,
    PostStatus.CANCELLED: 3,
    PostStatus.DELIVERED: 4,
}


def _keep(order: PostOrder, step: post.Step) -> bool:
    """Whether it is new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into dossiers_postevent (order_id, event, status, happened_at, note)"
            " values (%s, %s, %s, %s, %s) on conflict (order_id, event) do nothing",
            [order.pk, step.event[:200], step.status, step.at, step.note[:500]],
        )
        return bool(cursor.rowcount)


def return_delivered(*, order_id: int, at: datetime) -> None:
    """After the post delivered a result: it is returned, with the post's word as evidence.

    What does not allow it (returned already, a correction under way) is left to the counter.
    """
    order = PostOrder.objects.select_related("dossier").get(pk=order_id)
    if order.status != PostStatus.DELIVERED or order.kind != PostKind.RETURN:
        return
    if order.dossier.state != State.ISSUED:
        return
    try:
        reception.return_result(
            dossier_id=order.dossier_id,
            how=Handing.POST,
            tracking=order.tracking or order.number,
            note=_("Bưu điện báo đã giao. Người nhận: %(name)s.") % {"name": order.taken_by},
            by=system("post"),
            at=at,
        )
    except Refusal as refusal:
        PostOrder.objects.filter(pk=order_id).update(error=str(refusal)[:300])
