"""How one dossier of the demo is handed in: by whom, for whom, with which answers and papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

from haicap.catalogue import public as catalogue
from haicap.dossiers.filing import Filing, PaperIn, PlaceIn
from haicap.dossiers.load import acts, fates
from haicap.dossiers.load.acts import Act, Named, Sent
from haicap.dossiers.load.answers import Filling
from haicap.dossiers.load.fates import Fate
from haicap.dossiers.load.people import Resident
from haicap.dossiers.load.town import Commune, Town
from haicap.dossiers.models import Channel, Handing
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of

FILE_NAME: Final = "{slot}.pdf"
RELATIONS: Final = ("con", "cháu", "vợ", "chồng", "anh ruột", "hàng xóm")
HELP: Final = "Cán bộ điểm phục vụ nhập giúp theo lời khai"
OUTSIDE: Final = {"elsewhere": "Thành phố Huế", "detail": "Số 1"}


@dataclass(slots=True)
class Handed:
    """One dossier on its way to the counter."""

    town: Town
    chance: Random
    fate: Fate
    commune: Commune
    rules: catalogue.VersionRules
    at: datetime  # when it is submitted
    applicant: Resident
    counter: int  # the agency whose counter it is handed in at
    owner: Resident = field(init=False)
    answers: dict[str, Any] = field(init=False)
    papers: list[PaperIn] = field(init=False, default_factory=list)
    sent: list[Sent] = field(init=False, default_factory=list)
    wants: str = field(init=False)
    _agent: Resident | None = field(init=False)

    def __post_init__(self) -> None:
        chance = self.chance
        another = self.fate.has(fates.FOR_ANOTHER)
        self.owner = self._somebody_else() if another else self.applicant
        self._agent = self._somebody_else() if self.fate.has(fates.AGENT) else None
        day = day_of(self.at).isoformat()
        place: Mapping[str, Any] = {
            "territory": self.commune.code,
            "at": day,
            "detail": self._detail(),
        }
        filling = Filling(self.town.people, chance, self.owner, place, day_of(self.at))
        definition = catalogue.form_definition(self.rules.form_version_id)
        self.answers = filling.fill(definition)
        if self.fate.has(fates.UNKNOWN) and self.by_field:
            self.answers[definition["place"]["field"]] = dict(OUTSIDE)
        self._gather_papers()
        wanted = (Handing.ELECTRONIC, Handing.COUNTER, Handing.POST)
        online = self.fate.channel == Channel.ONLINE
        self.wants = str(chance.choices(wanted, (70, 25, 5) if online else (20, 75, 5))[0])

    @property
    def by_field(self) -> bool:
        """Whether a field of the form says where the land or person lies."""
        definition = catalogue.form_definition(self.rules.form_version_id)
        return bool(definition.get("place", {}).get("rule") == "field")

    def _somebody_else(self) -> Resident:
        for _try in range(10):
            found = self.town.people.one(self.chance, self.commune.code)
            if found.party_id != self.applicant.party_id:
                return found
        return self.applicant

    def _detail(self) -> str:
        address = self.owner.declared.address
        return address["detail"] if address else "Số 1"

    # --- papers ---------------------------------------------------------------------------------

    def _gather_papers(self) -> None:
        online = self.fate.channel == Channel.ONLINE
        for rule in self.rules.papers:
            if rule.kind == "paper":
                paper = self._electronic(rule) if online else self._on_paper(rule)
                if paper is not None:
                    self.papers.append(paper)

    def _electronic(self, rule: catalogue.PaperView) -> PaperIn | None:
        if not rule.required:
            if rule.replaced_by and self.chance.random() < 0.3:
                return PaperIn(slot=rule.slot, replaced=True)
            if self.chance.random() > 0.15:
                return None
        return PaperIn(slot=rule.slot, file_id=self._send(rule.slot))

    def _on_paper(self, rule: catalogue.PaperView) -> PaperIn | None:
        if not rule.required:
            if rule.replaced_by and self.chance.random() < 0.15:
                return PaperIn(slot=rule.slot, replaced=True)
            if self.chance.random() > 0.35:
                return None
        scanned = self._send(rule.slot) if self.chance.random() < 0.15 else None
        return PaperIn(
            slot=rule.slot,
            originals=max(1, rule.originals),
            photocopies=rule.copies,
            file_id=scanned,
        )

    def _send(self, slot: str) -> UUID:
        file_id = uuid4()
        self.sent.append(Sent(file_id, slot, FILE_NAME.format(slot=slot), staged=True))
        return file_id

    # --- acts -----------------------------------------------------------------------------------

    def acts(self, by: Actor, *, at_once: bool) -> Iterator[Act]:
        """What leads to a submitted dossier; `at_once`: the counter receives it in the same go."""
        if by.is_citizen and not self.fate.has(fates.NO_DRAFT):
            yield from self._by_draft(by)
            return
        filing = self.filing(by)
        yield from self._sending(by, [replace(one, slot="") for one in self.sent])
        move = acts.AT_COUNTER if at_once else acts.HAND_IN
        yield Act(self.at, by, move, filing=filing, people=self._people(by))

    def _sending(self, by: Actor, files: list[Sent]) -> Iterator[Act]:
        """Files are sent in the last minutes before."""
        left = len(files)
        for sent in files:
            at = self.at - timedelta(seconds=20 * left + self.chance.random() * 15)
            yield Act(at, by, acts.KEEP, {"sent": sent})
            left -= 1

    def _by_draft(self, by: Actor) -> Iterator[Act]:
        """As the pages do: a draft is begun, saved as it grows, its files laid to it, submitted."""
        minutes = self.chance.uniform(6, 45) if self.chance.random() < 0.92 else 60 * 19.0
        begun = self.at - timedelta(minutes=minutes)
        yield Act(begun, by, acts.START, {"procedure_code": self.rules.code})
        filing = self.filing(by)
        contact: dict[str, Any] = {"contact": filing.applicant}
        yield Act(
            begun + timedelta(minutes=self.chance.uniform(1, 3)),
            by,
            acts.SAVE,
            {"answers": {}, "declared": contact, "wants_result": self.wants},
        )
        yield from self._sending(by, [replace(one, staged=False) for one in self.sent])
        declared = {**contact, "papers": self._said_papers()}
        if filing.owner is not None:
            declared |= {"owner": filing.owner, "relation": filing.relation}
        if filing.place is not None:
            declared["place"] = {"code": filing.place.code, "detail": filing.place.detail}
        yield Act(
            self.at - timedelta(seconds=self.chance.uniform(4, 18)),
            by,
            acts.SAVE,
            {"answers": self.answers, "declared": declared},
        )
        yield Act(
            self.at,
            by,
            "submit",
            filing=replace(filing, papers=self._replaced()),
            people=self._people(by),
        )

    def _people(self, by: Actor) -> dict[str, Named]:
        """Who stands on the dossier, as it is read from the filing."""
        first = self.applicant.declared if by.is_citizen else self.applicant.as_said()
        found = {"applicant": Named(self.applicant.party_id, first)}
        if self.owner.party_id != self.applicant.party_id:
            found["owner"] = Named(self.owner.party_id, self.owner.as_said())
        if self._agent is not None:
            found["representative"] = Named(self._agent.party_id, self._agent.as_said())
        return found

    def _said_papers(self) -> dict[str, str]:
        return {paper.slot: "replaced" for paper in self.papers if paper.replaced}

    def _replaced(self) -> list[PaperIn]:
        return [paper for paper in self.papers if paper.replaced]

    def filing(self, by: Actor) -> Filing:
        """The dossier as it is handed in by the applicant or by staff."""
        another = self.owner.party_id != self.applicant.party_id
        helped = by.is_staff and self.fate.channel == Channel.ONLINE
        return Filing(
            procedure_code=self.rules.code,
            channel=str(self.fate.channel),
            applicant=self.applicant.contact() if by.is_citizen else self.applicant.said(),
            owner=self.owner.said() if another else None,
            representative=self._agent.said() if self._agent else None,
            relation=self.chance.choice(RELATIONS) if another else "",
            helper=HELP if helped else "",
            answers=self.answers,
            papers=self.papers,
            place=self._place(by),
            wants_result=self.wants,
            other_codes={"barcode": self._barcode} if self._agent else {},
        )

    @property
    def _barcode(self) -> str:
        """What stood on the envelope of whoever acts for many."""
        return f"HC-{self.rules.code}-{self.at:%y%m%d%H%M%S%f}"

    def _place(self, by: Actor) -> PlaceIn | None:
        """Where any commune may do it: which one is asked to."""
        if self.by_field:
            return None
        if self.fate.has(fates.UNKNOWN) and self.town.split_code is not None:
            code, day = self.town.split_code
            return PlaceIn(code=code, at=day)
        at_home = self.counter == self.commune.point_id and self.fate.channel != Channel.ONLINE
        return None if at_home else PlaceIn(code=self.commune.code)

    def submitted_by(self) -> Actor:
        """The applicant at home, or the official at a counter."""
        if self.fate.channel == Channel.ONLINE and not self.fate.has(fates.HELPED):
            return self.applicant.signed_in()
        return self.town.somebody(self.chance, self.counter, Duty.RECEIVE)
