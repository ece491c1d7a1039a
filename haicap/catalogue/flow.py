"""The life of a draft of a procedure: written, shown to a second pair of eyes, published or thrown
away.
"""

from __future__ import annotations

from django.db import models

from haicap.kernel.flow import Flow, Move


class State(models.TextChoices):
    """Where a draft stands."""

    OPEN = "open", "Đang soạn"
    READY = "ready", "Chờ công bố"
    PUBLISHED = "published", "Đã công bố"
    DISCARDED = "discarded", "Đã bỏ"


ALIVE = (State.OPEN, State.READY)
FLOW = Flow(
    Move("edit", ALIVE, State.OPEN),
    Move("submit", (State.OPEN,), State.READY),
    Move("send_back", (State.READY,), State.OPEN),
    Move("publish", (State.READY,), State.PUBLISHED),
    Move("discard", ALIVE, State.DISCARDED),
)
