"""Codes from an external issuer: asked for before a submission, or made up for after it."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from haicap.audit import public as audit
from haicap.dossiers import filing, routing
from haicap.dossiers.actions import submitting
from haicap.dossiers.events import CodeArrived
from haicap.dossiers.filing import Filing
from haicap.dossiers.models import Channel, Dossier, OtherCode
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Refusal
from haicap.registers import public as registers
from haicap.units import public as units

log = logging.getLogger(__name__)


def code_ahead(
    *, handed_in: Filing | None = None, draft: Dossier | None = None, by: Actor, at: datetime
) -> str | None:
    """The code an external issuer gives to what is about to be handed in, for `hand_in` and its
    like. None where we give it, where the issuer is silent, and where the verb will refuse.

    Called at the edge, outside of any transaction: an issuer may take seconds.
    """
    what = handed_in or (submitting.filing_of(draft) if draft is not None else None)
    if what is None:
        raise TypeError("code_ahead needs a filing or a draft")
    try:
        code = registers.fetch_code(
            agency=lambda: _receiving(what, ref=draft.ref if draft else None, by=by, at=at),
            procedure_code=what.procedure_code,
            at=at,
        )
    except Refusal:
        return None  # the verb tells it, at its field
    except OSError:
        return None  # the verb takes a code of our own and owes the other one
    if code is not None and Dossier.objects.filter(code=code).exists():
        log.error("the external issuer gave the code %s twice", code)
        return None
    return code


def _receiving(what: Filing, *, ref: str | None, by: Actor, at: datetime) -> tuple[int, str]:
    """Which counter will receive it; nothing is asked for what will be refused."""
    checked = filing.check(what, ref=ref, by=by, at=at)
    if by.is_staff and what.channel != Channel.ONLINE and by.agency is not None:
        agency_id = by.agency
    else:
        agency_id = routing.receiving_for(territory_id=checked.place_id, day=day_of(at))
    return agency_id, units.agency(agency_id, day=day_of(at)).code


def take_owed_code(*, dossier_id: int, issuer: str, by: Actor, at: datetime) -> None:
    """Ask the issuer for the code it did not give at submission, and keep it among the others.

    Safe to repeat. OSError while it stays silent: tried again later.
    """
    dossier = Dossier.objects.select_related("procedure").get(pk=dossier_id)
    agency_id = dossier.receiving_agency_id
    if agency_id is None or dossier.other_codes.filter(source=issuer).exists():
        return
    agency = units.agency(agency_id, day=day_of(at))
    code = registers.fetch_code(
        agency=lambda: (agency.id, agency.code), procedure_code=dossier.procedure.code, at=at
    )
    if code is None:  # the agency gives its codes itself by now
        return
    with transaction.atomic():
        OtherCode.objects.create(dossier=dossier, source=issuer, code=code)
        audit.record(CodeArrived(issuer=issuer, code=code), subject=dossier.ref, by=by, at=at)
