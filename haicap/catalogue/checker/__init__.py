"""The checker: what is wrong with a procedure before it is published. Pure.

Errors block publishing; warnings are shown with the place to mend. Its facts about the city come in
as a World (catalogue.checked gathers them), so the same file may be judged for another city.
"""

from haicap.catalogue.checker.findings import Finding, Staffing, World
from haicap.catalogue.checker.form import check_form
from haicap.catalogue.checker.rules import check_rules
from haicap.catalogue.checker.way import check_way
from haicap.catalogue.procedure_file import ProcedureFile

__all__ = ["Finding", "Staffing", "World", "check"]


def check(file: ProcedureFile, world: World) -> list[Finding]:
    """All findings, errors first, each part in the order of the editor."""
    found = [*check_rules(file, world), *check_way(file, world), *check_form(file)]
    return sorted(found, key=lambda one: not one.blocks)
