"""The JSON face of dossiers: the same verbs and rights as on the screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Header, Query, Router
from pydantic.fields import FieldInfo

from haicap.audit import public as audit
from haicap.dossiers import access, actions, paperwork, queries
from haicap.dossiers.actions import money
from haicap.dossiers.filing import Filing, PaperIn, PlaceIn, at_counter
from haicap.dossiers.flow import MOVE_WORDS, State, national_of
from haicap.dossiers.models import Dossier
from haicap.dossiers.queries import Filters
from haicap.dossiers.views import schemas as s
from haicap.files import public as files
from haicap.kernel import clock, vietnamese
from haicap.kernel.actor import Actor
from haicap.kernel.answers import json_bytes, moment
from haicap.kernel.errors import Invalid, Missing
from haicap.units import public as units

router = Router(tags=["dossiers"])

_KEY: Final = (
    "A word of your own for this request, up to 200 letters. The same key with the same body "
    "answers again and does nothing; with another body it is refused (422)."
)
_MATCH: Final = 'The version you saw, as the ETag gave it: "7". A later one answers 409.'
_PROBLEMS: Final = {401: s.Problem, 403: s.Problem, 404: s.Problem, 409: s.Problem, 422: s.Problem}
OLDEST_REPORT: Final = timedelta(days=3)  # how late a device may tell what happened


def _actor(request: HttpRequest) -> Actor:
    by: Actor = request.actor  # type: ignore[attr-defined]
    return by


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def _json(data: Any, *, status: int = 200, version: int | None = None) -> HttpResponse:
    # Straight to bytes: ninja's own way through pydantic costs double. A test holds the answers
    # against the schemas.
    response = HttpResponse(json_bytes(data), content_type="application/json", status=status)
    if version is not None:
        response["ETag"] = f'"{version}"'
    return response


def _saw(request: HttpRequest, purpose: str, dossier: Dossier) -> None:
    audit.saw(request, purpose=purpose, subjects=[dossier.ref], parties=queries.parties_of(dossier))


def _opens(request: HttpRequest, dossier: Dossier) -> None:
    """Who has it on the desk has opened it: the step before can be taken back no more."""
    by, at = _actor(request), _at(request)
    if by.is_staff:
        audit.afterwards(request, lambda: actions.opened(dossier_id=dossier.pk, by=by, at=at))


# --- reading ------------------------------------------------------------------------------------


@router.get("/dossiers", response={200: s.Dossiers, **_PROBLEMS}, summary="Dossiers of a box")
def list_dossiers(request: HttpRequest, asked: Query[s.Asked]) -> HttpResponse:
    """What waits for the caller, and other boxes; narrowed and searched. Most pressing first."""
    at = _at(request)
    page = queries.listed(
        box=asked.box,
        filters=Filters(
            states=(asked.state,) if asked.state else (),
            procedure=asked.procedure or "",
            within=asked.within or "",
            q=asked.q or "",
            commune=_commune(asked.commune, at=at),
            channel=asked.channel or "",
        ),
        cursor=asked.cursor,
        limit=asked.limit,
        by=_actor(request),
        at=at,
    )
    if page.items:
        audit.saw(
            request,
            purpose="list",
            subjects=[f"dossiers.Dossier:{row['id']}" for row in page.items],
            parties=[row["applicant_id"] for row in page.items],
        )
    return _json({"items": page.items, "next": page.next})


def _commune(code: str | None, *, at: datetime) -> int | None:
    if not code:
        return None
    try:
        return units.territory(vietnamese.clean(code), day=clock.day_of(at)).id
    except Missing as missing:
        raise Invalid({"commune": str(missing)}) from missing


@router.get(
    "/dossiers/{code}", response={200: s.DossierWhole, **_PROBLEMS}, summary="One dossier in full"
)
def one_dossier(request: HttpRequest, code: str) -> HttpResponse:
    """404 for a dossier that is not the caller's. The ETag is the version for If-Match."""
    dossier = queries.find(code=code, by=_actor(request))
    _saw(request, "dossier", dossier)
    _opens(request, dossier)
    view = queries.dossier_view(dossier=dossier, by=_actor(request), at=_at(request))
    return _json(view, version=dossier.version)


@router.get(
    "/dossiers/{code}/journal",
    response={200: s.Journal, **_PROBLEMS},
    summary="What happened to a dossier",
)
def journal(request: HttpRequest, code: str) -> HttpResponse:
    """Oldest first. A citizen reads the steps that concern them; staff all of them."""
    by = _actor(request)
    dossier = queries.find(code=code, by=by)
    _saw(request, "journal", dossier)
    return _json({"items": queries.journal_of(dossier.ref, for_staff=by.is_staff), "next": None})


@router.get(
    "/dossiers/{code}/receipt.pdf",
    response=_PROBLEMS,
    summary="Form 01, the receipt and appointment, as PDF",
    openapi_extra={
        "responses": {
            200: {
                "description": "application/pdf",
                "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def receipt(request: HttpRequest, code: str) -> HttpResponseBase:
    """409 before reception: there is no receipt yet."""
    dossier = queries.find(code=code, by=_actor(request))
    _saw(request, "receipt", dossier)
    return paperwork.receipt_response(dossier)


@router.get(
    "/dossiers/{code}/files/{file_id}",
    response=_PROBLEMS,
    summary="The bytes of a file of a dossier",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file, in its own media type",
                "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def one_file(request: HttpRequest, code: str, file_id: UUID) -> HttpResponseBase:
    """A paper, the receipt, or the result once it is issued and paid for."""
    by = _actor(request)
    dossier = queries.find(code=code, by=by)
    use = files.facts_of(file_id)
    if not queries.may_open(dossier, use, by=by):
        raise Missing(_("Không có tệp này."))
    _saw(request, "file", dossier)
    return files.serve(use, download=True)


@router.get(
    "/dossiers/{code}/moves",
    response={200: s.Moves, **_PROBLEMS},
    summary="Moves legal now for the caller, and what each needs",
)
def legal_moves(request: HttpRequest, code: str) -> HttpResponse:
    """Only what the caller may do now; the same dossier shows others to others."""
    by, at = _actor(request), _at(request)
    dossier = queries.find(code=code, by=by)
    _saw(request, "moves", dossier)
    items = [
        _needs(s.BY_MOVE[move], move, dossier, at=at) for move in access.legal_moves(by, dossier)
    ]
    return _json(
        {"state": dossier.state, "version": dossier.version, "items": items, "next": None},
        version=dossier.version,
    )


_HIDDEN: Final = frozenset({"move", "happened_at"})


def _needs(model: type[s.MoveIn], move: str, dossier: Dossier, *, at: datetime) -> dict[str, Any]:
    properties = model.model_json_schema()["properties"]
    shown = {name: field for name, field in model.model_fields.items() if name not in _HIDDEN}
    options = _options(move, dossier, at=at)
    return {
        "move": move,
        "words": str(MOVE_WORDS[move]),
        "description": " ".join((model.__doc__ or "").split()),
        "needs": [
            {
                "name": name,
                "type": _type(properties[name]),
                "required": field.is_required(),
                "description": field.description or "",
                "options": options.get(name, []),
            }
            for name, field in shown.items()
        ],
        "example": {"move": move, **_example(shown, options, dossier, at=at)},
    }


def _type(told: Mapping[str, Any]) -> str:
    kinds: list[Mapping[str, Any]] = [told, *told.get("anyOf", [])]
    found: Mapping[str, Any] = next(
        (kind for kind in kinds if kind.get("format") or kind.get("type")), {}
    )
    return str(found.get("format") or found.get("type") or "string")


def _example(
    fields: Mapping[str, FieldInfo],
    options: Mapping[str, list[dict[str, Any]]],
    dossier: Dossier,
    *,
    at: datetime,
) -> dict[str, Any]:
    """Values for what is required, so that a client sees the shape."""
    known: dict[str, Any] = {
        "items": [{"paper": "", "fault": "Thiếu chữ ký", "todo": "Ký rồi nộp lại"}],
        "reason": "Lý do bằng lời dễ hiểu",
        "basis": "Điều, khoản, văn bản",
        "how": dossier.wants_result if "receiver" in fields else "cash",
        "agency_code": "H26.118",
        "questions": [{"agency_code": "H26.118", "question": "Xin cho ý kiến về …"}],
        "answer": "Ý kiến bằng lời dễ hiểu",
        "purpose": "Lệ phí trước bạ",
        "amount": 1_500_000,
        "paid": 1_500_000,
        "receipt": "BL-0001",
        "agree": True,
        "new_due": (at + timedelta(days=14)).date().isoformat(),
        "reason_code": "internal",
        "error_kind": "typing",
        "staff_id": next((option["value"] for option in options.get("staff_id", [])), 1),
    }
    shown = {name: known[name] for name, field in fields.items() if field.is_required()}
    if "amount" in fields and "how" in fields:
        shown |= {"amount": money.left(dossier)}
    return shown


def _options(move: str, dossier: Dossier, *, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """What there is to choose from, by the name of the value."""
    if move == "assign":
        return {"staff_id": _assignable(dossier, at=at)}
    if move in ("reply_consult", "withdraw_consult"):
        return {
            "consultation_id": [
                {"value": one.pk, "words": one.question} for one in actions.open_questions(dossier)
            ]
        }
    return {}


def _assignable(dossier: Dossier, *, at: datetime) -> list[dict[str, Any]]:
    return [
        {"value": one.staff_id, "words": f"{one.name}, {one.title}"}
        for one in actions.assignable(dossier, at=at)
    ]


@router.get(
    "/track/{code}",
    auth=None,
    response={200: s.Tracked, 404: s.Problem, 422: s.Problem, 429: s.Problem},
    summary="Look up a dossier without signing in",
)
def track(request: HttpRequest, code: str, check: str) -> HttpResponse:
    """`check`: the last four digits of a phone or identity number on the dossier. Five wrong tries
    close the code for an hour (429 with Retry-After). An unknown code and a wrong check answer
    alike.
    """
    at = _at(request)
    try:
        return _json(queries.track(code=code, check=check, at=at))
    except queries.NothingFound:
        audit.afterwards(request, lambda: actions.wrong_try(code=code, at=at))
        raise


# --- writing ------------------------------------------------------------------------------------


@router.post("/dossiers", response={201: s.DossierBrief, **_PROBLEMS}, summary="Submit a dossier")
def submit_dossier(
    request: HttpRequest,
    payload: s.DossierIn,
    idempotency_key: str = Header("", alias="Idempotency-Key", description=_KEY),  # type: ignore[type-arg]
) -> HttpResponse:
    """Everything in one request; files are uploaded before (POST /files). 422 names every fault at
    its field and stores nothing. The Location header is the new dossier.
    """
    by, at = _actor(request), _at(request)
    verb = actions.receive_at_counter if payload.receive else actions.hand_in
    filing = at_counter(_filing(payload)) if payload.receive else _filing(payload)
    code = actions.code_ahead(handed_in=filing, by=by, at=at)
    answer = actions.once(
        key=idempotency_key,
        body={"path": request.path, **payload.model_dump(mode="json")},
        run=lambda: _brief(verb(filing=filing, code=code, by=by, at=at), by=by, at=at),
        by=by,
        at=at,
    )
    response = _json(answer, status=201, version=answer["version"])
    response["Location"] = f"{request.path}/{answer['code']}"
    return response


def _filing(payload: s.DossierIn) -> Filing:
    return Filing(
        procedure_code=payload.procedure,
        channel=payload.channel,
        applicant=_party(payload.applicant),
        owner=_party(payload.owner),
        representative=_party(payload.representative),
        relation=payload.relation,
        helper=payload.helper,
        answers=payload.answers,
        papers=_papers(payload.papers),
        place=PlaceIn(**payload.place.model_dump()) if payload.place else None,
        wants_result=payload.wants_result,
        source=payload.source,
        source_code=payload.source_code,
        other_codes=payload.other_codes,
    )


def _party(party: s.PartyIn | None) -> dict[str, Any] | None:
    return party.model_dump(exclude_unset=True) if party is not None else None


def _papers(papers: list[s.PaperIn]) -> list[PaperIn]:
    return [PaperIn(**paper.model_dump()) for paper in papers]


@router.post(
    "/dossiers/{code}/moves",
    response={200: s.DossierBrief, **_PROBLEMS},
    summary="Make a move",
)
def make_move(
    request: HttpRequest,
    code: str,
    payload: s.AnyMove,
    idempotency_key: str = Header("", alias="Idempotency-Key", description=_KEY),  # type: ignore[type-arg]
    if_match: str = Header("", alias="If-Match", description=_MATCH),  # type: ignore[type-arg]
) -> HttpResponse:
    """403: not the caller's to do. 409: not legal now; `winner`, `at` and `legal` say why and what
    is. 422: a value is missing or wrong.
    """
    by, now = _actor(request), _at(request)
    dossier = queries.find(code=code, by=by)
    values = payload.model_dump(exclude={"move", "happened_at"})
    if "papers" in values:
        values["papers"] = _papers(payload.papers)  # type: ignore[union-attr]
    if payload.move == "submit" and dossier.state == State.DRAFT:
        values["code"] = actions.code_ahead(draft=dossier, by=by, at=now)
    seen = _seen_version(if_match)

    def move() -> dict[str, Any]:
        moved = actions.make_move(
            dossier_id=dossier.pk,
            move=payload.move,
            values=values,
            seen_version=seen,
            by=by,
            at=_happened(payload.happened_at, dossier, by=by, now=now),
            recorded_at=now,
        )
        return _brief(moved, by=by, at=now)

    answer = actions.once(
        key=idempotency_key,
        body={"path": request.path, **payload.model_dump(mode="json")},
        run=move,
        by=by,
        at=now,
    )
    return _json(answer, version=answer["version"])


def _seen_version(if_match: str) -> int | None:
    told = if_match.strip().removeprefix("W/").strip('"')
    if told in ("", "*"):
        return None
    if not told.isascii() or not told.isdigit() or len(told) > 9:
        raise Invalid({"If-Match": _("Cần phiên bản đã thấy, như ETag trả về.")})
    return int(told)


def _happened(told: datetime | None, dossier: Dossier, *, by: Actor, now: datetime) -> datetime:
    """When it happened: as a trusted device tells it, else now."""
    if told is None:
        return now
    if not by.trusted_clock:
        raise Invalid({"happened_at": _("Chỉ thiết bị được tin cậy mới báo thời điểm xảy ra.")})
    if told.tzinfo is None:
        told = told.replace(tzinfo=clock.VIETNAM)
    last = queries.last_moved_at(dossier.ref)
    if told > now or now - told > OLDEST_REPORT or (last is not None and told < last):
        raise Invalid(
            {"happened_at": _("Thời điểm phải sau bước trước của hồ sơ và trong ba ngày gần đây.")}
        )
    return told


def _brief(dossier: Dossier, *, by: Actor, at: datetime) -> dict[str, Any]:
    """What the call led to: only what JSON can keep, since a repeated call answers it again."""
    state = State(dossier.state)
    ids = [i for i in (dossier.receiving_agency_id, dossier.competent_agency_id) if i is not None]
    names = units.agency_names(ids, day=clock.day_of(at))
    return {
        "dossier_id": dossier.pk,
        "uuid": str(dossier.uuid),
        "code": dossier.code,
        "state": str(state),
        "state_words": str(state.label),
        "national_status": national_of(state, dossier.ended_as),
        "version": dossier.version,
        **{name: at and moment(at) for name, at in _times(dossier).items()},
        "paused": dossier.is_paused,
        "volume": dossier.volume,
        "ordinal": dossier.ordinal,
        "fee_total": dossier.fee_total,
        "money": str(dossier.money),
        "receiving_agency": names.get(dossier.receiving_agency_id or 0, ""),
        "competent_agency": names.get(dossier.competent_agency_id or 0, ""),
        "legal": list(access.legal_moves(by, dossier)),
    }


def _times(dossier: Dossier) -> dict[str, datetime | None]:
    names = ("submitted_at", "received_at", "due_at", "completed_at", "returned_at")
    return {name: getattr(dossier, name) for name in names}
