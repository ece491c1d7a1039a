"""The catalogue's door: which procedures there are and by which rules a dossier goes.

`search_procedures` finds them from everyday words; `procedure_view` tells all facts of one;
`version_at` gives the rules in force on a day and `rules_by_ids` those a dossier was pinned to,
which no later change moves. `clean_answers` turns what was typed into clean values or refuses field
by field; `fee_for` reckons what is due. Models are nouns of the house: others read them, only this
module writes them.
"""

from haicap.catalogue.answers import answer_rows, clean_answers, fee_for, place_of, subject_of
from haicap.catalogue.facts import PaperView as PaperView
from haicap.catalogue.facts import ProcedureView as ProcedureView
from haicap.catalogue.facts import StepView as StepView
from haicap.catalogue.facts import VersionRules as VersionRules
from haicap.catalogue.fees import FeeView as FeeView
from haicap.catalogue.listing import search_procedures
from haicap.catalogue.models import DeadlineRule as DeadlineRule
from haicap.catalogue.models import FeeRule as FeeRule
from haicap.catalogue.models import FormVersion, Procedure, ProcedureVersion
from haicap.catalogue.queries import (
    form_definition,
    procedure_view,
    result_document,
    route_for,
    rules_by_ids,
    version_at,
)

__all__ = [
    "FormVersion",
    "Procedure",
    "ProcedureVersion",
    "answer_rows",
    "clean_answers",
    "fee_for",
    "form_definition",
    "place_of",
    "procedure_view",
    "result_document",
    "route_for",
    "rules_by_ids",
    "search_procedures",
    "subject_of",
    "version_at",
]
