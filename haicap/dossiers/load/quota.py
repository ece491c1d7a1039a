"""Where the demo's dossiers come from: how many in which commune and month, how many online. Pure.

Dossiers are numbered 0, 1, 2 …; each has its commune, its month counted back from today and its
place there, whatever number is asked for: a larger city has all dossiers of a smaller one. The
first month is filled first: phường Bồ Đề with its whole load of July 2025, the others by
population, up to the load Bồ Đề's would mean there; only then the month before is begun.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

SEEDED: Final = "00118"  # phường Bồ Đề
MONTH_OF_SEEDED: Final = 1043  # dossiers in July 2025, as its People's Committee told
ONLINE_OF_SEEDED: Final = 595
DAYS: Final = 30
# Of every five dossiers in a small city three are in Bồ Đề, until it has its month.
_TURNS: Final = (True, False, True, False, True)


@dataclass(frozen=True, slots=True)
class Share:
    """One dossier to be: `number` of all, `ordinal` among those of its commune and month."""

    number: int
    month: int
    commune: str
    ordinal: int

    @property
    def online(self) -> bool:
        """Whether it was submitted online: 595 of 1,043, evenly spread."""
        return _online_among(self.ordinal + 1) > _online_among(self.ordinal)

    @property
    def nth_of_way(self) -> int:
        """How many before it in its commune and month came the same way, online or not."""
        online = _online_among(self.ordinal)
        return online if self.online else self.ordinal - online


def _online_among(count: int) -> int:
    return count * ONLINE_OF_SEEDED // MONTH_OF_SEEDED


@dataclass(frozen=True, slots=True)
class Quota:
    """The numbering of a city with these populations by commune code."""

    populations: Mapping[str, int]
    months: int  # how many there are; filled all, they are begun anew

    def __post_init__(self) -> None:
        if not self.populations or self.months < 1:
            raise ValueError("a city has communes and a month")

    def full(self, commune: str) -> int:
        """A whole month's load of a commune."""
        seeded = self.populations.get(SEEDED) or max(self.populations.values())
        share = MONTH_OF_SEEDED * self.populations[commune] / max(seeded, 1)
        return max(1, round(share))

    @property
    def month_size(self) -> int:
        """A whole month's load of the city."""
        return sum(self.full(commune) for commune in self.populations)

    def months_of(self, first: int, last: int) -> list[int]:
        """The months in which the dossiers with first <= number < last lie, oldest first."""
        size = self.month_size
        rounds = range(first // size, -(-last // size))
        return sorted({one % self.months for one in rounds}, reverse=True)

    def shares(self, first: int, last: int, *, month: int) -> Iterator[Share]:
        """Those with first <= number < last that lie in `month`."""
        size = self.month_size
        for start in range(month * size, last, size * self.months):
            begin, end = max(first, start), min(last, start + size)
            if begin < end:
                numbered = enumerate(self._of_month(), start)
                for number, (commune, ordinal) in islice(numbered, begin - start, end - start):
                    yield Share(number, month, commune, ordinal)

    def _of_month(self) -> Iterator[tuple[str, int]]:
        """The communes of a month in their turns, each with how many it had before."""
        seeded = self.full(SEEDED) if SEEDED in self.populations else 0
        others = self._others(sorted(self.populations.keys() - {SEEDED}))
        given, turn = 0, 0
        rest = len(self.populations) > 1
        while given < seeded or rest:
            mine = given < seeded and (_TURNS[turn % len(_TURNS)] or not rest)
            turn += 1
            if mine:
                yield SEEDED, given
                given += 1
                continue
            found = next(others, None)
            if found is None:
                rest = False
            else:
                yield found

    def _others(self, communes: Sequence[str]) -> Iterator[tuple[str, int]]:
        """By population, in the order of the highest averages (Sainte-Laguë): whoever has the most
        people for each dossier so far is next, so that a larger city only adds.
        """
        full = {commune: self.full(commune) for commune in communes}
        weight = {commune: max(self.populations[commune], 1) for commune in communes}
        turns = [(-2.0 * weight[commune], commune, 0) for commune in communes]
        heapq.heapify(turns)
        while turns:
            _average, commune, had = heapq.heappop(turns)
            yield commune, had
            if had + 1 < full[commune]:
                average = weight[commune] / (had + 1.5)
                heapq.heappush(turns, (-average, commune, had + 1))
