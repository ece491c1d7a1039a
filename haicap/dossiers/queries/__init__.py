"""Reads that are more than a filter."""

from haicap.dossiers.queries.forgotten import Forgotten, forgotten
from haicap.dossiers.queries.lists import BOX_WORDS, Box, Filters, Page, counts, desk_tasks, listed
from haicap.dossiers.queries.one import (
    dossier_view,
    files_of,
    find,
    may_open,
    parties_of,
    result_of,
    said_before,
)
from haicap.dossiers.queries.story import (
    Line,
    journal_of,
    last_moved_at,
    request_words,
    story_of,
)
from haicap.dossiers.queries.tracking import LookUpClosed, NothingFound, attempts_key, track

__all__ = [
    "BOX_WORDS",
    "Box",
    "Filters",
    "Forgotten",
    "Line",
    "LookUpClosed",
    "NothingFound",
    "Page",
    "attempts_key",
    "counts",
    "desk_tasks",
    "dossier_view",
    "files_of",
    "find",
    "forgotten",
    "journal_of",
    "last_moved_at",
    "listed",
    "may_open",
    "parties_of",
    "request_words",
    "result_of",
    "said_before",
    "story_of",
    "track",
]
