"""Actor: who acts, in which post, with which duties, for whom. One frozen value that every verb
takes as `by`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class ActorKind(StrEnum):
    """Whose hand it is."""

    STAFF = "staff"
    CITIZEN = "citizen"
    SYSTEM = "system"
    CONNECTOR = "connector"
    DEVICE = "device"
    NOBODY = "nobody"


class Duty(StrEnum):
    """What a post may be charged with (nhiệm vụ). The Vietnamese words live in accounts."""

    RECEIVE = "receive"  # tiếp nhận và trả kết quả
    COORDINATE = "coordinate"  # điều phối chi nhánh
    HANDLE = "handle"  # thụ lý
    HEAD = "head"  # trưởng phòng: phân công, xem lại dự thảo
    DECIDE = "decide"  # lãnh đạo: duyệt, ký
    ISSUE = "issue"  # văn thư: số, phát hành
    CATALOGUE = "catalogue"  # kiểm soát thủ tục hành chính
    ACCOUNTS = "accounts"  # quản trị tài khoản của đơn vị
    OBSERVE = "observe"  # theo dõi, giám sát
    FINANCE = "finance"  # kế toán, thủ quỹ: thu, hoàn, đối soát phí, lệ phí
    OPERATE = "operate"  # vận hành kỹ thuật; reads no citizen's dossier


@dataclass(frozen=True, slots=True)
class Grant:
    """One duty held today: over which agencies (None: all) and which procedures (None: all)."""

    duty: Duty
    agencies: frozenset[int] | None = None
    procedures: frozenset[str] | None = None
    delegation: int | None = None

    def covers(self, *, agency: int | None, procedure: str | None) -> bool:
        """Whether the grant reaches this agency and this procedure; an unnamed one is not held
        against it.
        """
        in_agency = self.agencies is None or agency is None or agency in self.agencies
        in_procedure = self.procedures is None or procedure is None or procedure in self.procedures
        return in_agency and in_procedure


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `person` is an accounts.Staff id for staff, a parties.Party id for a citizen.

    `source` says by which way the act came in (screen, api, job, connector, device); `duty` is the
    duty used.
    """

    kind: ActorKind
    person: int | None = None
    name: str = ""
    post: int | None = None
    post_title: str = ""
    agency: int | None = None
    agency_name: str = ""
    duty: Duty | None = None
    on_behalf_of: int | None = None
    delegation: int | None = None
    grants: tuple[Grant, ...] = field(default=(), repr=False)
    identity_level: int = 0
    source: str = "screen"
    request_id: str = ""
    trusted_clock: bool = False

    @property
    def is_staff(self) -> bool:
        return self.kind is ActorKind.STAFF

    @property
    def is_citizen(self) -> bool:
        return self.kind is ActorKind.CITIZEN

    def grant_for(
        self, duty: Duty, *, agency: int | None = None, procedure: str | None = None
    ) -> Grant | None:
        """The first grant of `duty` that reaches there; own duties come before delegated ones."""
        for grant in self.grants:
            if grant.duty is duty and grant.covers(agency=agency, procedure=procedure):
                return grant
        return None

    def holds(self, *duties: Duty) -> bool:
        """Whether any of the duties is held anywhere."""
        return any(grant.duty in duties for grant in self.grants)

    def agencies_for(self, *duties: Duty) -> frozenset[int] | None:
        """Agencies reached by any of the duties; None means all of them, an empty set none."""
        reached: set[int] = set()
        for grant in self.grants:
            if grant.duty in duties:
                if grant.agencies is None:
                    return None
                reached |= grant.agencies
        return frozenset(reached)

    def acting(self, grant: Grant) -> Actor:
        """The same person, with the duty (and delegation) used for this act written down."""
        return replace(self, duty=grant.duty, delegation=grant.delegation)


NOBODY = Actor(kind=ActorKind.NOBODY)


def system(name: str) -> Actor:
    """The platform itself, e.g. a timed job; `name` says which part of it."""
    return Actor(kind=ActorKind.SYSTEM, name=name, source="job")
