"""Flow: legal moves between states as one table, which decides buttons, refuses moves and draws
itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haicap.kernel.errors import Refusal

PREVIOUS = "«previous»"


@dataclass(frozen=True, slots=True)
class Move:
    """One named move. `sources` may start it; `target` is where it leads (PREVIOUS: back to where
    it came from).
    """

    name: str
    sources: tuple[str, ...]
    target: str


class MoveRefused(Refusal):
    """The move is not legal in this state. `legal` names those that are."""

    def __init__(self, sentence: str, *, move: str, state: str, legal: tuple[str, ...]) -> None:
        self.move, self.state, self.legal = move, state, legal
        super().__init__(sentence)


class Flow:
    """A table of moves. Names are API and journal words: they stay for ever."""

    def __init__(self, *moves: Move) -> None:
        self.moves = {move.name: move for move in moves}
        if len(self.moves) != len(moves):
            raise ValueError("a move is named twice")

    def target(self, *, state: str, move: str, previous: str = "") -> str:
        """The state after `move`. MoveRefused when the table does not know it from here."""
        found = self.moves.get(move)
        if found is None or state not in found.sources:
            legal = self.open_moves(state)
            raise MoveRefused(
                "Hồ sơ đã sang bước khác nên không làm được việc này nữa.",
                move=move,
                state=state,
                legal=legal,
            )
        return previous if found.target == PREVIOUS else found.target

    def open_moves(self, state: str) -> tuple[str, ...]:
        """Moves the law knows from `state`, in table order (whether a person may is another
        question).
        """
        return tuple(move.name for move in self.moves.values() if state in move.sources)

    def states(self) -> frozenset[str]:
        """Every state that occurs in the table."""
        targets = {move.target for move in self.moves.values()} - {PREVIOUS}
        return frozenset(targets.union(*(move.sources for move in self.moves.values())))

    def mermaid(self, *, words: Iterable[tuple[str, str]] = ()) -> str:
        """The table as a Mermaid state diagram; `words` maps names of states to labels."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {state}: {label}" for state, label in words if state in self.states()]
        for move in self.moves.values():
            lines += [f"    {source} --> {move.target}: {move.name}" for source in move.sources]
        return "\n".join(lines)
