"""The life of one dossier of the demo, planned: every act up to the present, by whom and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import uuid4

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.dossiers.filing import PaperIn
from haicap.dossiers.flow import State
from haicap.dossiers.load import acts, fates, pace
from haicap.dossiers.load.acts import Act, Life, Sent
from haicap.dossiers.load.handing import Handed
from haicap.dossiers.load.people import Resident
from haicap.dossiers.load.quota import Share
from haicap.dossiers.load.town import Town
from haicap.dossiers.models import Channel, Handing
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of

SEED: Final = 1656
RESULT_NAME: Final = "Kết quả.pdf"
MORE_NAME: Final = "giấy tờ bổ sung.pdf"
BASIS: Final = "Thành phần hồ sơ của thủ tục đã công bố"
ASKED: Final = (
    ("Bản chụp bị mờ, không đọc được", "Chụp lại rõ nét cả hai mặt", "Giấy tờ chưa đọc được."),
    ("Thiếu chữ ký của người yêu cầu", "Ký và nộp lại tờ khai", "Tờ khai chưa có chữ ký."),
    ("Giấy tờ đã hết hạn", "Nộp giấy tờ còn hạn", "Giấy tờ không còn giá trị."),
    ("Thông tin khai chưa khớp với giấy tờ", "Đối chiếu và khai lại", "Thông tin chưa khớp."),
)
REFUSED: Final = (
    "Việc này không thuộc thẩm quyền của Ủy ban nhân dân cấp xã.",
    "Người nộp chưa đủ điều kiện theo quy định của thủ tục.",
)
SENT_BACK: Final = "Chuyển nhầm phòng, thiếu phiếu kèm theo."
DRAFT_RETURNED: Final = ("Sửa lại căn cứ pháp lý.", "Ghi rõ hơn nội dung kết luận.")
NOTES: Final = ("", "", "", "", "Đã đối chiếu bản chính.", "Hồ sơ đủ điều kiện giải quyết.")
REROUTED: Final = "Xác định theo nơi cư trú ghi trong giấy tờ kèm theo."
WORKING_DAY: Final = 480.0  # minutes
LYING: Final = frozenset(
    {State.RECEIVED, State.TRANSFERRED, State.IN_PROCESS, State.SUBMIT_APPROVAL, State.APPROVED}
)
TRIES: Final = 40
EARLIER: Final = timedelta(hours=20)  # a draft may be begun the evening before


def live(town: Town, share: Share, month: pace.Month) -> Life:
    """The life of the dossier of this share, submitted within `month`, known up to town.at."""
    return _Story(town, share, month).told()


def submitted_at(town: Town, share: Share, month: pace.Month) -> datetime:
    """The moment at which `live` will have it submitted; its acts begin at most EARLIER before."""
    return _Story(town, share, month).at


class _Story:
    """One dossier while its life is being planned; `at` is how far it has come."""

    def __init__(self, town: Town, share: Share, month: pace.Month) -> None:
        self.chance = Random(SEED * 10**9 + share.number)  # noqa: S311 - a story, no secret
        self.town, self.share, self.month = town, share, month
        self.now, self.hours = town.at, town.hours
        self.commune = town.communes[share.commune]
        self.fate = fates.fate_of(self.chance, share=share, slowness=self.commune.slowness)
        self.counter = self.receiving = self._counter()
        self.rules, self.at = self._asked()
        self.acts: list[Act] = []
        self.left = 0  # steps still to be taken
        self.clerk: Actor | None = None  # at the counter
        self.handler: accounts.HolderView | None = None  # of the division
        self.pinned: catalogue.VersionRules | None = None  # set at reception
        self.received_at = self.due = self.goal = self.at
        self.paid = False

    # --- what, when, who ------------------------------------------------------------------------

    def _counter(self) -> int:
        """The counter it is handed in at, or helped at."""
        away = self.fate.has(fates.ELSEWHERE) or (
            self.fate.has(fates.HELPED) and self.chance.random() < 0.5
        )
        if away and len(self.town.communes) > 1:
            others = [one for one in self.town.communes.values() if one is not self.commune]
            return self.chance.choice(others).point_id
        return self.commune.point_id

    def _asked(self) -> tuple[catalogue.VersionRules, datetime]:
        """A procedure open on the day of a moment, and the moment, as the fate needs them."""
        codes, weights = self.town.procedures_of(self.commune, self.fate.channel)
        for _try in range(TRIES):
            code = self.chance.choices(codes, weights)[0]
            limit = self._limit(self.town.rules(code, self.town.day))
            at = self._moment(limit)
            rules = self.town.rules(code, day_of(at))
            if self.month.begin <= at and rules.open_for_submission and self._suits(rules, limit):
                return rules, at
        return rules, max(at, self.month.at_counter(self.chance))

    def _suits(self, rules: catalogue.VersionRules, limit: float) -> bool:
        fate = self.fate
        if fate.has(fates.SUPPLEMENT) and limit < 2:
            return False
        if fate.has(fates.REVIEW_RETURNED) and fate.stop and not self._reviewed(rules):
            return False
        if fate.has(fates.WAIVED) and fate.stop and rules.code not in ("1.004194", "1.004873"):
            return False
        if fate.has(fates.UNKNOWN) and self.town.split_code is None:
            definition = catalogue.form_definition(rules.form_version_id)
            return bool(definition.get("place", {}).get("rule") == "field")
        if fate.late:
            return limit > 0 or self.chance.random() < 0.15
        # What is due today is not found on a desk tomorrow, unless it is late.
        return limit >= 1 or fate.stop not in LYING

    def _limit(self, rules: catalogue.VersionRules) -> float:
        """The legal time in working days, about."""
        rule = rules.deadline
        if rule is None:
            return 0
        return {"WORKING_DAY": 1.0, "DAY": 5 / 7, "HOUR": 1 / 8, "MONTH": 22.0}.get(
            rule.time_unit, 0.0
        ) * rule.amount

    def _moment(self, limit: float) -> datetime:
        """When it is submitted."""
        fate, chance = self.fate, self.chance
        if fate.late:
            lateness = min(chance.expovariate(1 / 2.2) + 0.3, 9)
            days = max(limit, 0.9) + 1 + lateness
            return pace.back(self.hours, self.now, minutes=days * WORKING_DAY) + pace.jitter(chance)
        if fate.stop is not None:
            return self._lately(fate.stop, limit)
        if fate.channel == Channel.ONLINE and not fate.has(fates.HELPED):
            return self.month.from_home(chance)
        return self.month.at_counter(chance)

    def _lately(self, stop: State, limit: float) -> datetime:
        """Early enough to be in the state by now, late enough to be in time."""
        depth = {
            State.SUBMITTED: (0.02, 0.8), State.PRE_SUPP: (0.4, 4), State.RECEIVED: (0.05, 0.3),
            State.TRANSFERRED: (0.1, 0.6), State.RETURNED: (3, 15),
        }.get(stop, (0.3, 0.9))  # fmt: skip
        days = self.chance.uniform(*depth)
        if stop in (State.SUPP_REQ, State.SUPP_DONE):
            days = self.chance.uniform(1.2, 3.5)
        elif depth == (0.3, 0.9):
            days *= max(limit, 0.5)
        elif stop is State.RETURNED:
            days += limit
        days = min(days, 17.0)
        at = pace.back(self.hours, self.now, minutes=days * WORKING_DAY)
        return at + pace.jitter(self.chance)

    def _reached_by(self) -> datetime:
        """By when a fated state is reached; the present for the rest."""
        if self.fate.stop is None:
            return self.now
        worked = pace.between(self.hours, self.at, self.now)
        share = self.chance.uniform(0.2, 0.7) if self.fate.late else self.chance.uniform(0.75, 0.98)
        return pace.after(self.hours, self.at, worked * share, self.chance)

    def _applicant(self) -> Resident:
        level = self.rules.identity_level
        named = self.town.named_for(self.share)
        if named is not None and (named.level >= level or self.fate.channel != Channel.ONLINE):
            return named
        return self.town.people.one(self.chance, self.commune.code)

    def _reviewed(self, rules: catalogue.VersionRules) -> bool:
        return any(step.duty == Duty.HEAD for step in rules.route)

    # --- the telling ----------------------------------------------------------------------------

    def told(self) -> Life:
        """The life, up to now."""
        self.until = self._reached_by()
        self.handed = Handed(
            self.town, self.chance, self.fate, self.commune, self.rules, self.at,
            self._applicant(), self.counter,
        )  # fmt: skip
        by = self.handed.submitted_by()
        fee = self._fee(self.rules, by, self.at)
        steps = fates.path_of(
            self.fate,
            reviewed=self._reviewed(self.rules),
            collect_at=fee.collect_at if fee.total else "",
        )
        for place, step in enumerate(self._handed_in(by, steps)):
            self.left = len(steps) - 1 - place
            getattr(self, f"_{step}")()
            if self.at > self.now:
                break
        return Life(self.share.number, self.commune.code, self.rules.code, self._known())

    def _handed_in(self, by: Actor, steps: list[str]) -> list[str]:
        """Submitted, and received in the same go where it is so; the steps that follow."""
        unknown = self.fate.has(fates.UNKNOWN)
        at_counter = by.is_staff and self.fate.channel != Channel.ONLINE
        received = at_counter and self.fate.has(fates.AT_ONCE) and steps[1:2] == ["accept"]
        self.acts.extend(self.handed.acts(by, at_once=received or (at_counter and unknown)))
        if self.fate.channel == Channel.ONLINE:
            self.receiving = self.town.receiving_for(self.commune.territory_id)
        self.clerk = by if by.agency == self.receiving else None
        if received:
            self._received()
        return steps[2:] if received else steps[1:]

    def _known(self) -> tuple[Act, ...]:
        """The acts up to now; files sent for a step still to come are left out."""
        kept = [act for act in sorted(self.acts, key=lambda act: act.at) if act.at <= self.now]
        while kept[-1].move == acts.KEEP:
            kept.pop()
        return tuple(kept)

    def _fee(self, rules: catalogue.VersionRules, by: Actor, at: datetime) -> catalogue.FeeView:
        return self.town.fee_for(
            rules.fee_rule_id,
            channel=self.fate.channel,
            answers=self.handed.answers,
            at=at,
            identity_level=by.identity_level if by.is_citizen else 0,
        )

    def _act(self, by: Actor, move: str, **values: Any) -> None:
        self.acts.append(Act(self.at, by, move, values))

    # --- time -----------------------------------------------------------------------------------

    def _work(self, low: float, high: float) -> None:
        """An official comes to it after so many minutes of office hours."""
        if self.fate.stop is not None and (self.pinned or not self.fate.late):
            low, high = self._hurried()
        self.at = pace.after(self.hours, self.at, self.chance.uniform(low, high), self.chance)

    def _part(self, low: float, high: float, *, least: float = 3, most: float = 1e9) -> None:
        """The same, as a part of what is left until the dossier shall be ready."""
        left = pace.between(self.hours, self.at, self.goal)
        minutes = min(max(left * self.chance.uniform(low, high), least), most)
        self._work(minutes, minutes * 1.05)

    def _at_home(self, hours_low: float, hours_high: float) -> None:
        """A citizen answers at any time of the day."""
        if self.fate.stop is not None:
            self._work(0, 0)
            return
        self.at += timedelta(hours=self.chance.uniform(hours_low, hours_high))
        self.at += pace.jitter(self.chance)

    def _hurried(self) -> tuple[float, float]:
        """Steps of a fated dossier share the time until its state is reached."""
        minutes = pace.between(self.hours, self.at, self.until) / max(self.left, 1)
        return 0.3 * minutes, 0.95 * minutes

    def _set_goal(self, due: datetime, low: float, high: float) -> None:
        """When the dossier shall be ready: as a rule in time, sometimes not."""
        whole = pace.between(self.hours, self.at, due)
        late = self.chance.random() < 0.012 * self.commune.slowness
        part = self.chance.uniform(1.05, 1.7) if late else self.chance.triangular(low, high)
        self.goal = pace.after(self.hours, self.at, whole * part, self.chance)

    # --- at the counter -------------------------------------------------------------------------

    def _at_the_counter(self) -> Actor:
        if self.clerk is None or self.chance.random() < 0.2:
            self.clerk = self.town.somebody(self.chance, self.receiving, Duty.RECEIVE)
        return self.clerk

    def _looked_at(self) -> None:
        """The counter looks at what came in: at once, or within eight working hours."""
        if self.fate.channel == Channel.COUNTER:
            self._work(2, 25)
        elif self.chance.random() < 0.03 * self.commune.slowness:
            self._work(480, 900)
        else:
            minutes = min(3 + self.chance.expovariate(1 / 110), 470)
            self._work(minutes, minutes)

    def _cancel(self) -> None:
        if self.fate.channel == Channel.ONLINE:
            self._at_home(0.3, 10)
            if not self.handed.submitted_by().is_citizen:
                self._act(self._at_the_counter(), "cancel", reason="Người nộp xin rút về.")
                return
            self._act(self.handed.applicant.signed_in(), "cancel")
        else:
            self._work(5, 120)
            self._act(self._at_the_counter(), "cancel", reason="Người nộp xin rút về.")

    def _refuse_intake(self) -> None:
        self._looked_at()
        self._act(
            self._at_the_counter(),
            "refuse_intake",
            reason=self.chance.choice(REFUSED),
            basis=BASIS,
        )

    def _what_is_missing(self) -> dict[str, Any]:
        fault, todo, reason = self.chance.choice(ASKED)
        slots = [rule.slot for rule in self.rules.papers if rule.kind == "paper"]
        slot = self.chance.choice(slots) if slots else ""
        items = [{"paper": slot, "fault": fault, "todo": todo}]
        return {"items": items, "reason": reason, "basis": BASIS}

    def _ask_before(self) -> None:
        self._looked_at()
        self.missing = self._what_is_missing()
        self._act(self._at_the_counter(), "ask_before", **self.missing)

    def _complete(self) -> None:
        self._answer("complete", 4, 110)

    def _answer(self, move: str, hours_low: float, hours_high: float) -> None:
        """The citizen brings what was missing, from home or to the counter."""
        slot = self.missing["items"][0]["paper"]
        online = self.fate.channel == Channel.ONLINE
        by = self.handed.applicant.signed_in() if online else None
        if by is not None:
            self._at_home(hours_low, hours_high)
        else:
            self._work(hours_low * 20, hours_high * 20)
            by = self._at_the_counter()
        papers: list[PaperIn] = []
        if slot and online:
            file_id = uuid4()
            sent = Sent(file_id, "", MORE_NAME, staged=True)
            before = self.at - timedelta(seconds=self.chance.uniform(5, 40))
            self.acts.append(Act(before, by, acts.KEEP, {"sent": sent}))
            papers = [PaperIn(slot=slot, file_id=file_id)]
        elif slot:
            papers = [PaperIn(slot=slot, originals=1)]
        self._act(by, move, note="Đã bổ sung theo hướng dẫn.", papers=papers)

    def _accept(self) -> None:
        self._looked_at()
        self._act(self._at_the_counter(), "accept")
        self._received()

    def _received(self) -> None:
        """The legal clock runs."""
        rules = self.town.rules(self.rules.code, day_of(self.at))
        if rules.deadline is None:
            raise LookupError("an open procedure has a time limit")
        self.pinned = rules
        self.received_at = self.at
        due = deadlines.due_at(
            received_at=self.at,
            amount=rules.deadline.amount,
            time_unit=deadlines.TimeUnit(rules.deadline.time_unit),
            policy=deadlines.Policy(rules.deadline.policy),
            calendar=self.town.calendar_at(day=day_of(self.at)).calendar,
        )
        self.due = due.due_at
        self._set_goal(self.due, 0.25, 0.97)

    def _settle_fee(self) -> None:
        """The fee is taken, once; what is due is known since the reception."""
        fee = self._fee(self._pinned(), self._submitter(), self.received_at)
        if not fee.total or self.paid:
            return
        self.paid = True
        online = self.fate.channel == Channel.ONLINE
        self._work(1, 8) if not online else self._work(10, 90)
        by = self._at_the_counter()
        if self.fate.has(fates.WAIVED):
            self._act(by, "settle_fee", how="waived", reason="Hộ nghèo, có giấy chứng nhận.")
            return
        how = "transfer" if online else self.chance.choice(("cash", "cash", "transfer", "card"))
        receipt = f"BL-{self.share.number:07d}"
        self._act(by, "settle_fee", how=how, amount=fee.total, receipt=receipt)

    def _submitter(self) -> Actor:
        """Whose sign-in counts for the fee: the applicant's, when they submitted it."""
        citizen = self.fate.channel == Channel.ONLINE and not self.fate.has(fates.HELPED)
        return self.handed.applicant.signed_in() if citizen else self._at_the_counter()

    def _reroute(self) -> None:
        self._work(20, 300)
        desk = self.town.coordination_desk(None, self.receiving)
        if desk.holder is None:
            raise LookupError("a coordination desk names its owner")
        committee = self.town.agencies[self.commune.committee_id]
        self._act(
            self.town.at_work(desk.holder, Duty.COORDINATE),
            "reroute",
            agency_code=committee.code,
            reason=REROUTED,
        )

    # --- at the division ------------------------------------------------------------------------

    def _desk(self, duty: Duty) -> int:
        """The agency of the first step of a duty."""
        rules = self._pinned()
        for step in self.town.route(
            rules.version_id, rules.deadline.id if rules.deadline else None
        ):
            if step.duty == duty:
                desk = self.town.desk(
                    place=step.place,
                    duty=duty,
                    receiving_id=self.receiving,
                    competent_id=self.commune.committee_id,
                )
                if desk is not None:
                    return desk.agency_id
        raise LookupError(f"nobody with the duty {duty} on the way of {self.rules.code}")

    def _transfer(self) -> None:
        self._part(0.03, 0.08, most=150)
        self._act(self._at_the_counter(), "transfer")

    def _send_back(self) -> None:
        self._part(0.03, 0.06, most=120)
        by = self.town.somebody(self.chance, self._desk(Duty.HANDLE), Duty.HANDLE)
        self._act(by, "send_back", reason=SENT_BACK)

    def _pinned(self) -> catalogue.VersionRules:
        if self.pinned is None:
            raise LookupError("the dossier is not received")
        return self.pinned

    def _heads(self) -> list[accounts.HolderView]:
        return self.town.holders(self._desk(Duty.HANDLE), Duty.HEAD)

    def _confirm_receipt(self) -> None:
        self._part(0.03, 0.1, most=240)
        agency = self._desk(Duty.HANDLE)
        if self.fate.has(fates.BY_HEAD) and self._heads():
            head = self.chance.choice(self._heads())
            self._act(self.town.at_work(head, Duty.HEAD), "confirm_receipt")
            return
        self.handler = self.chance.choice(self.town.holders(agency, Duty.HANDLE))
        self._act(self.town.at_work(self.handler, Duty.HANDLE), "confirm_receipt")

    def _assign(self) -> None:
        if not self._heads():
            return
        self._part(0.03, 0.08, most=240)
        head = self.town.at_work(self.chance.choice(self._heads()), Duty.HEAD)
        self.handler = self.chance.choice(self.town.holders(self._desk(Duty.HANDLE), Duty.HANDLE))
        note = "Xử lý trước hạn." if self.chance.random() < 0.3 else ""
        self._act(head, "assign", staff_id=self.handler.staff_id, note=note)

    def _handling(self) -> Actor:
        """Who has it; a dossier the head took in is taken by anybody of the division."""
        if self.handler is None:
            holders = self.town.holders(self._desk(Duty.HANDLE), Duty.HANDLE)
            self.handler = self.chance.choice(holders)
        return self.town.at_work(self.handler, Duty.HANDLE)

    def _ask_supplement(self) -> None:
        self._part(0.08, 0.3, least=20, most=3 * WORKING_DAY)
        self.missing = self._what_is_missing()
        self.paused_at = self.at
        self._act(self._handling(), "ask_supplement", **self.missing)

    def _receive_supplement(self) -> None:
        self._answer("receive_supplement", 8, 150)
        stood = pace.between(self.hours, self.paused_at, self.at)
        self.due = pace.after(self.hours, self.due, stood, self.chance)
        self._set_goal(self.due, 0.3, 0.9)

    def _check_supplement(self) -> None:
        self._part(0.03, 0.1, least=10, most=400)
        self._act(self._handling(), "check_supplement")

    # --- towards the result ---------------------------------------------------------------------

    def _result_sent(self, by: Actor) -> Any:
        file_id = uuid4()
        before = self.at - timedelta(seconds=self.chance.uniform(5, 50))
        sent = Sent(file_id, "", RESULT_NAME, staged=True, result=True)
        self.acts.append(Act(before, by, acts.KEEP, {"sent": sent}))
        return file_id

    def _draft_result(self) -> None:
        self._part(0.3, 0.45, least=6)
        by = self._handling()
        self._act(by, "draft_result", file_id=self._result_sent(by))

    def _submit_approval(self) -> None:
        self._part(0.5, 0.72, least=4)
        by = self._handling()
        note = self.chance.choice(NOTES)
        if self.fate.has(fates.DRAFT_FIRST):
            self._act(by, "submit_approval", note=note)
        else:
            self._act(by, "submit_approval", note=note, file_id=self._result_sent(by))

    def _submit_again(self) -> None:
        self._part(0.2, 0.4, least=4)
        by = self._handling()
        if self.chance.random() < 0.6:
            self._act(by, "submit_approval", file_id=self._result_sent(by))
        else:
            self._act(by, "submit_approval", note="Đã sửa theo ý kiến.")

    def _review(self) -> None:
        self._part(0.3, 0.5, least=2)
        head = self.town.somebody(self.chance, self._desk(Duty.HEAD), Duty.HEAD)
        self._act(head, "submit_approval")

    def _head_returns(self) -> None:
        self._part(0.2, 0.3, least=2)
        head = self.town.somebody(self.chance, self._desk(Duty.HEAD), Duty.HEAD)
        self._act(head, "return_draft", reason=self.chance.choice(DRAFT_RETURNED))

    def _leader(self) -> Actor:
        return self.town.somebody(self.chance, self._desk(Duty.DECIDE), Duty.DECIDE)

    def _return_draft(self) -> None:
        self._part(0.2, 0.35, least=2)
        self._act(self._leader(), "return_draft", reason=self.chance.choice(DRAFT_RETURNED))

    def _approve(self) -> None:
        self._part(0.4, 0.6, least=2)
        self._act(self._leader(), "approve")

    def _number_and_issue(self) -> None:
        self._part(0.9, 1.0, least=2)
        clerk = self.town.somebody(self.chance, self._desk(Duty.ISSUE), Duty.ISSUE)
        self._act(clerk, "number_and_issue")

    def _return_result(self) -> None:
        self._settle_fee()
        wants = self.handed.wants
        if wants == Handing.ELECTRONIC:
            if self.chance.random() < 0.6:
                self._at_home(0.1, 30)
                self._act(self.handed.applicant.signed_in(), "return_result", how="electronic")
            else:
                self._work(2, 200)
                self._act(self._at_the_counter(), "return_result", how="electronic")
            return
        self._work(*self._waits())
        values: dict[str, Any] = {"how": wants}
        if wants == Handing.POST:
            values["tracking"] = f"VN{self.share.number:09d}"
        elif self.chance.random() < 0.05:
            other = self.town.people.one(self.chance, self.commune.code)
            values |= {
                "receiver": "other",
                "receiver_name": other.declared.name,
                "receiver_paper": f"Căn cước {other.number}",
            }
        self._act(self._at_the_counter(), "return_result", **values)

    def _waits(self) -> tuple[float, float]:
        """How long a result lies at the counter until somebody comes for it."""
        minutes = min(15 + self.chance.expovariate(1 / 700), 12 * WORKING_DAY)
        return minutes, minutes
