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
    it came from), `others` where it may lead instead, as the verb finds.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    others: tuple[str, ...] = ()


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

    def leads_to(self, *, move: str, state: str, previous: str = "") -> bool:
        """Whether `move` may lead to `state`; `previous` is what PREVIOUS stands for."""
        found = self.moves[move]
        targets = (found.target, *found.others)
        return state in targets or (PREVIOUS in targets and state == previous)

    def open_moves(self, state: str) -> tuple[str, ...]:
        """Moves the law knows from `state`, in table order (whether a person may is another
        question).
        """
        return tuple(move.name for move in self.moves.values() if state in move.sources)

    def states(self) -> frozenset[str]:
        """Every state that occurs in the table."""
        moves = self.moves.values()
        named = ({move.target, *move.others, *move.sources} for move in moves)
        return frozenset().union(*named) - {PREVIOUS}

    def mermaid(self, *, words: Iterable[tuple[str, str]] = ()) -> str:
        """The table as a Mermaid state diagram; `words` maps names of states to labels."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {state}: {label}" for state, label in words if state in self.states()]
        for move in self.moves.values():
            lines += [
                f"    {source} --> {target}: {move.name}"
                for source in move.sources
                for target in (move.target, *move.others)
            ]
        return "\n".join(lines)
