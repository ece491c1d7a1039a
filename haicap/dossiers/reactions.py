"""What follows from a dossier's facts here: the receipt is kept, the people on it are told.

Wired in site/wiring.py (see `TOLD` and `SLIPS` for the facts); each may run twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils import translation

from haicap.audit import public as audit
from haicap.dossiers import events
from haicap.dossiers.actions import codes, money, papers, posting, printing
from haicap.dossiers.models import (
    Apology,
    Channel,
    Correction,
    Dossier,
    FinanceDuty,
    Handing,
    Money,
    Opinion,
    PostKind,
    PostOrder,
    PostStatus,
    Request,
    Withdrawal,
)
from haicap.dossiers.slips.kinds import Form
from haicap.kernel import clock
from haicap.kernel.actor import system
from haicap.kernel.clock import day_of
from haicap.notify import public as notify
from haicap.parties import public as parties
from haicap.units import public as units

# Facts people are told about, and by which letter of notify.
TOLD: Final[Mapping[type, str]] = {
    events.DossierSubmitted: "submitted",
    events.DossierAccepted: "accepted",
    events.CompletionAsked: "ask_before",
    events.IntakeRefused: "refused",
    events.DossierCancelled: "cancelled",
    events.DossierTransferred: "forwarded",
    events.DossierHandedOn: "handed_on",
    events.SupplementAsked: "supplement",
    events.SupplementReminded: "reminded",
    events.SupplementReceived: "supplemented",
    events.SupplementExpired: "expired",
    events.FinanceAsked: "duty_asked",
    events.FinanceConfirmed: "duty_met",
    events.Apologised: "apology",
    events.WithdrawAsked: "withdraw_asked",
    events.WithdrawRefused: "withdrawal_refused",
    events.DossierWithdrawn: "withdrawn",
    events.DossierStopped: "stopped",
    events.SettlementRefused: "not_settled",
    events.ResultIssued: "result_ready",
    events.ResultSent: "result_ready",
    events.ResultReturned: "returned",
    events.CorrectionOpened: "correction_asked",
    events.ResultCorrected: "corrected",
}
# Where the words of a fact stand: the row it names, and its columns for "reason" and so on.
_WORDS: Final[Mapping[str, tuple[type[Model], Mapping[str, str]]]] = {
    "opinion": (Opinion, {"reason": "text"}),
    "duty_row": (FinanceDuty, {"reason": "purpose"}),
    "apology": (Apology, {"reason": "reason"}),
    "withdrawal": (Withdrawal, {"reason": "decision"}),
    "correction": (Correction, {"reason": "reason"}),
}
# Facts that are given to people in writing: the form, and the row it is made of.
SLIPS: Final[Mapping[type, tuple[Form, type[papers.Row], str]]] = {
    events.CompletionAsked: (Form.REQUEST, Request, "request"),
    events.SupplementAsked: (Form.REQUEST, Request, "request"),
    events.IntakeRefused: (Form.REFUSAL, Opinion, "opinion"),
    events.Apologised: (Form.APOLOGY, Apology, "apology"),
    events.DossierWithdrawn: (Form.STOP, Withdrawal, "withdrawal"),
    events.DossierStopped: (Form.STOP, Opinion, "opinion"),
    events.SupplementExpired: (Form.STOP, Request, "request"),
}
# Facts after which nothing is handed over any more: the control slip (Mẫu 06) is whole.
ENDS: Final = (
    events.ResultReturned,
    events.DossierWithdrawn,
    events.DossierStopped,
    events.SupplementExpired,
    events.DossierArchived,
)
_FORMS: Final = {f"dossiers.{fact.__name__}": made for fact, made in SLIPS.items()}
_LETTERS: Final = {f"dossiers.{fact.__name__}": letter for fact, letter in TOLD.items()}


def keep_receipt(event: audit.Event) -> None:
    """After reception: Form 01 is made and kept with the dossier, once."""
    papers.keep_receipt(dossier_id=dossier_of(event), at=event.happened_at)


def ask_for_owed_code(event: audit.Event) -> None:
    """The external issuer that was silent at submission is asked again, until it answers."""
    codes.take_owed_code(
        dossier_id=dossier_of(event),
        issuer=event.facts["issuer"],
        by=system("codes"),
        at=clock.now(),
    )


def follow_person(event: audit.Event) -> None:
    """What an account handed in before its number was proved belongs to the proved person."""
    was, party = event.facts["was_party"], event.facts["party"]
    for role in ("applicant", "owner", "representative"):
        Dossier.objects.filter(**{role: was}).update(**{role: party})


def keep_slip(event: audit.Event) -> None:
    """The form 02 to 05 of the fact is made and kept with the dossier, once: no request, refusal,
    apology or stop without its paper.
    """
    form, model, fact = _FORMS[event.kind]
    papers.keep_slip(
        form=form,
        dossier_id=dossier_of(event),
        row=model.objects.get(pk=event.facts[fact]),
        at=event.happened_at,
    )


def keep_control_slip(event: audit.Event) -> None:
    """The control slip of a dossier that came to its end is kept with it, once for that end."""
    papers.keep_control_slip(
        dossier_id=dossier_of(event), entry_id=event.entry_id, at=event.happened_at
    )


def follow_money(event: audit.Event) -> None:
    """Money moved for a dossier: it shows how that stands. Its state stays: nobody moves it by
    money.
    """
    if event.subject.startswith("dossiers.Dossier:"):
        money.follow(dossier_id=dossier_of(event))


def print_register(event: audit.Event) -> None:
    """A register that was asked for is printed in parts."""
    printing.print_register(print_id=event.facts["print_id"], at=clock.now())


def tell_people(event: audit.Event) -> None:
    """Applicant, owner and representative hear of it, each in their language, each once."""
    dossier = (
        Dossier.objects.select_related("procedure_version")
        .filter(pk=dossier_of(event))
        .order_by()
        .first()
    )
    if dossier is None:
        return
    _tell(dossier, event, _LETTERS[event.kind], _people(dossier))


def _tell(
    dossier: Dossier, event: audit.Event, template: str, people: Iterable[int], **more: Any
) -> None:
    for party in parties.Party.objects.filter(pk__in=people).order_by("id"):
        with translation.override(party.language):
            values = _values(dossier, event, english=party.language == "en")
        rates = template == "returned" and party.pk == dossier.applicant_id
        page = reverse("dossiers:rate" if rates else "dossiers:mine_one", args=[dossier.code])
        notify.tell(
            party_id=party.pk,
            template=template,
            values={**values, "link": f"{settings.BASE_URL}{page}", **more},
            ref=dossier.ref,
            key=str(event.entry_id),
            at=event.happened_at,
        )


def tell_of_money(event: audit.Event) -> None:
    """Money is asked for or came in: the applicant hears how it stands. Who stands at the counter
    is not written to for what they are about to pay.
    """
    if not event.subject.startswith("dossiers.Dossier:"):
        return
    dossier = Dossier.objects.select_related("procedure_version").get(pk=dossier_of(event))
    left = event.facts.get("left", event.facts.get("amount", 0))
    if left > 0 and (dossier.channel == Channel.COUNTER or dossier.money not in Money.owing()):
        return
    template = "payment_asked" if left > 0 else "payment_confirmed"
    amount = left if left > 0 else event.facts["amount"]
    _tell(dossier, event, template, {dossier.applicant_id}, amount=amount, due="")


def tell_of_post(event: audit.Event) -> None:
    """The post has the result: who waits for it hears that it is on its way."""
    if event.facts["kind"] != PostKind.RETURN or event.facts["status"] != PostStatus.COLLECTING:
        return
    dossier = Dossier.objects.select_related("procedure_version").get(pk=dossier_of(event))
    tracking = PostOrder.objects.get(pk=event.facts["order"]).tracking
    _tell(dossier, event, "posted", _people(dossier), note=tracking)


def call_the_post(event: audit.Event) -> None:
    """An order is placed with the post, or called off; the post's silence is asked again."""
    if event.kind == "dossiers.PostOrdered":
        posting.place(order_id=event.facts["order"], at=clock.now())
    else:
        posting.cancel_with_post(order_id=event.facts["order"], at=clock.now())


def return_delivered(event: audit.Event) -> None:
    """The post delivered the result: it is returned, with the post's word as evidence."""
    if event.facts["status"] == PostStatus.DELIVERED:
        posting.return_delivered(order_id=event.facts["order"], at=clock.now())


def dossier_of(event: audit.Event) -> int:
    """The dossier a fact is about."""
    return int(event.subject.rpartition(":")[2])


def _people(dossier: Dossier) -> set[int]:
    ids = {dossier.applicant_id, dossier.owner_id, dossier.representative_id}
    return {found for found in ids if found is not None}


def _values(dossier: Dossier, event: audit.Event, *, english: bool) -> dict[str, Any]:
    version = dossier.procedure_version
    facts = event.facts
    sent_on = event.kind == "dossiers.ResultSent"
    at_counter = sent_on or dossier.wants_result == Handing.COUNTER
    agency_id = facts.get("to_agency" if sent_on else "receiving")
    names = units.agency_names([agency_id], day=day_of(event.happened_at)) if agency_id else {}
    agency = names.get(agency_id or 0, "")
    how = Handing.COUNTER if sent_on else Handing(dossier.wants_result)
    values: dict[str, Any] = {
        "code": dossier.code,
        "procedure": (version.name_en if english else "") or version.short_name,
        "agency": agency,
        "at": event.happened_at,
        "due": facts.get("due_at") or facts.get("pay_by") or dossier.due_at or "",
        "reply_by": facts.get("reply_by", ""),
        "how": f"{how.label}: {agency}" if at_counter and agency else str(how.label),
        "at_counter": at_counter,
        "reason": "",
        "items": [],
    }
    for name, (model, columns) in _WORDS.items():
        if facts.get(name):
            row = model._default_manager.get(pk=facts[name])
            values |= {value: getattr(row, column) for value, column in columns.items()}
    if facts.get("request"):
        request = Request.objects.get(pk=facts["request"])
        values |= {
            "reason": request.reason,
            "items": [item["todo"] for item in request.items],
        }
    return values
