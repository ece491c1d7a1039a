"""Facts of the module: who signed in, what was given to whom. Ids, codes and days only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SignedIn:  # nobody reacts
    """Somebody opened a session. `method` is password | totp | oidc."""

    session_id: int
    method: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class CitizenProved:
    """An account begun at identity level 1 is proved to be the party that bears the number; what it
    did as `was_party` is that party's.
    """

    citizen_id: int
    was_party: int
    party: int


@dataclass(frozen=True, slots=True)
class SignInRefused:  # nobody reacts
    """A wrong password or code. `reason` is password | totp | locked | unknown (of account 0)."""

    reason: str


@dataclass(frozen=True, slots=True)
class SignedOut:  # nobody reacts
    """A session was ended by its owner."""

    session_id: int


@dataclass(frozen=True, slots=True)
class SessionsEnded:  # nobody reacts
    """Other sessions were ended from this one."""

    session_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PostChosen:  # nobody reacts
    """The session now acts in another post."""

    session_id: int
    post_id: int


@dataclass(frozen=True, slots=True)
class PasswordChanged:  # nobody reacts
    """By the person; all other sessions ended."""


@dataclass(frozen=True, slots=True)
class PasswordReset:  # nobody reacts
    """By an administrator: a one-time code was given out."""


@dataclass(frozen=True, slots=True)
class SecondFactorEnrolled:  # nobody reacts
    """The person's device was enrolled as second factor."""


@dataclass(frozen=True, slots=True)
class SecondFactorRemoved:  # nobody reacts
    """The second factor was taken away, by the person or by an administrator."""


@dataclass(frozen=True, slots=True)
class TokenGiven:  # nobody reacts
    """An API token was made."""

    token_id: int
    trusted_device: bool


@dataclass(frozen=True, slots=True)
class TokenRevoked:  # nobody reacts
    """An API token was revoked."""

    token_id: int


@dataclass(frozen=True, slots=True)
class StaffAdded:  # nobody reacts
    """An account was made in an agency."""

    agency_id: int


@dataclass(frozen=True, slots=True)
class StaffEnded:  # nobody reacts
    """An account was locked for good: sessions and tokens opened with it are dead, its posts are
    free."""

    posts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StaffReopened:  # nobody reacts
    """An ended account was opened again, without posts and with a one-time code."""


@dataclass(frozen=True, slots=True)
class PostMade:  # nobody reacts
    """A post was made in an agency."""

    agency_id: int
    first_day: date


@dataclass(frozen=True, slots=True)
class PostEnded:  # nobody reacts
    """A post ended; `last_day` is its last."""

    last_day: date


@dataclass(frozen=True, slots=True)
class HolderPlaced:  # nobody reacts
    """Somebody holds the post from `first_day` on."""

    staff_id: int
    first_day: date


@dataclass(frozen=True, slots=True)
class HolderEnded:  # nobody reacts
    """Somebody gave the post up; `last_day` is the last day of holding it."""

    staff_id: int
    last_day: date


@dataclass(frozen=True, slots=True)
class DutyGiven:  # nobody reacts
    """A duty was charged to the post."""

    duty: str
    reach: str
    procedures: tuple[str, ...] | None
    first_day: date


@dataclass(frozen=True, slots=True)
class DutyEnded:  # nobody reacts
    """A duty was taken from the post; `last_day` is its last."""

    duty: str
    last_day: date


@dataclass(frozen=True, slots=True)
class DutyLent:  # nobody reacts
    """A delegation (ủy quyền): a duty of the post lent to another one."""

    delegation_id: int
    to_post: int
    duty: str
    procedures: tuple[str, ...] | None
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class DelegationEnded:  # nobody reacts
    """A delegation was ended before its time."""

    delegation_id: int


@dataclass(frozen=True, slots=True)
class PeopleLoaded:  # nobody reacts
    """The demo's staff and citizens were loaded."""

    staff: int
    posts: int
    citizens: int
