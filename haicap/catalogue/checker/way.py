"""The way of a dossier: somebody to receive every step, a way out, the result at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from haicap.catalogue import routes
from haicap.catalogue.checker.findings import Finding, Said, World
from haicap.catalogue.checker.rules import MARKS, UNITS
from haicap.catalogue.editing.tables import DUTIES
from haicap.catalogue.procedure_file import ProcedureFile, StepPart
from haicap.catalogue.sources import Limit

_WORDS: Final = dict(DUTIES)
_AT_DIVISION: Final = frozenset({"handle", "head"})


def steps_of(file: ProcedureFile) -> list[tuple[str, str]]:
    """(duty, place) of the steps a dossier will take, the general route's where there is no own."""
    if file.route:
        return [(step.duty, step.place) for step in file.route]
    specialty = file.field.specialty if file.authority == "commune" else ""
    return [
        (step.duty, step.place) for step in routes.general_route(limit=None, specialty=specialty)
    ]


def check_way(file: ProcedureFile, world: World) -> list[Finding]:
    """Findings about the route, and about who in the city may take its steps."""
    said = Said("route")
    if file.route:
        _each(said, file.route)
        _loops(said, file.route)
        _exits(said, file.route)
        _hours(said, file)
    _people(said, file, world)
    return said.found


def _each(said: Said, route: Sequence[StepPart]) -> None:
    for n, step in enumerate(route):
        which = step.name_vi.strip() or str(n + 1)
        if not step.name_vi.strip():
            said.wrong(f"route.{n}.name_vi", _("Bước thứ %(n)s chưa có tên.") % {"n": n + 1})
        if step.duty not in _WORDS:
            words = _("Bước “%(which)s” không có người nhận: chưa chọn ai làm.")
            said.wrong(f"route.{n}.duty", words % {"which": which})
        place = step.place
        if place not in {"receiving", "competent"} and not place.removeprefix("division:").strip():
            words = _("Bước “%(which)s” không có nơi nhận: chưa chọn ở đâu.")
            said.wrong(f"route.{n}.place", words % {"which": which})
        elif place not in {"receiving", "competent"} and not place.startswith("division:"):
            words = _("Bước “%(which)s”: không có nơi nào gọi là “%(place)s”.")
            said.wrong(f"route.{n}.place", words % {"which": which, "place": place[:40]})
        if step.mark not in MARKS:
            words = _("Bước “%(which)s”: chưa ghi mức chắc chắn.")
            said.wrong(f"route.{n}.mark", words % {"which": which})
        if not step.minutes:
            words = _("Bước “%(which)s” chưa có giờ.")
            said.doubt(f"route.{n}.minutes", words % {"which": which})


def _loops(said: Said, route: Sequence[StepPart]) -> None:
    """A step named twice leads back to where it stood first: the way would go round."""
    seen: dict[str, int] = {}
    for n, step in enumerate(route):
        if not step.step:
            said.wrong(f"route.{n}.step", _("Bước thứ %(n)s chưa có mã.") % {"n": n + 1})
        elif step.step in seen:
            words = _("Vòng lặp không có lối ra: bước “%(step)s” ở vị trí %(first)s và %(second)s.")
            numbers = {"step": step.step, "first": seen[step.step] + 1, "second": n + 1}
            said.wrong(f"route.{n}.step", words % numbers)
        seen.setdefault(step.step, n)


def _exits(said: Said, route: Sequence[StepPart]) -> None:
    """From every desk there must be a signature ahead, and behind it the issuing of the result."""
    duties = [step.duty for step in route]
    if "receive" not in duties:
        said.wrong("", _("Quy trình không có bước tiếp nhận."))
    elif duties[0] != "receive":
        said.wrong("route.0.duty", _("Bước đầu tiên phải là tiếp nhận."))
    if not _AT_DIVISION & set(duties):
        said.wrong("", _("Quy trình không có ai thụ lý: hồ sơ nhận xong không đi đâu được."))
    if "decide" not in duties:
        said.wrong("", _("Quy trình không có bước phê duyệt: hồ sơ không có lối ra."))
        return
    last = len(duties) - 1 - duties[::-1].index("decide")
    for n, step in enumerate(route):
        if n > last and step.duty in _AT_DIVISION:
            words = _("Sau bước “%(which)s” không còn bước phê duyệt: hồ sơ không có lối ra.")
            said.wrong(f"route.{n}.duty", words % {"which": step.name_vi})
    if "issue" not in duties[last:]:
        words = _("Mất kết quả: sau khi phê duyệt không có bước cấp số, phát hành, trả kết quả.")
        said.wrong(f"route.{last}.duty", words)


def _hours(said: Said, file: ProcedureFile) -> None:
    rule = file.deadline
    if rule is None or rule.time_unit not in UNITS:
        return
    total = sum(step.minutes for step in file.route)
    limit = Limit(rule.amount, rule.time_unit, rule.mark, rule.basis)
    most = routes.legal_minutes(limit.amount, limit.time_unit)
    if total > most:
        words = _(
            "Các bước cộng lại %(total)s phút làm việc, vượt thời hạn của luật: %(most)s phút."
        )
        said.wrong("route", words % {"total": total, "most": most})


def _people(said: Said, file: ProcedureFile, world: World) -> None:
    """Over all agencies a step may fall to: who has nobody with the duty."""
    for n, (duty, place) in enumerate(steps_of(file)):
        known = world.staffing.get((duty, place))
        if known is None or not known.lacking:
            if known is not None and not known.total:
                words = _("Bước “%(duty)s”: không có cơ quan nào như vậy ở đây.")
                said.wrong(f"route.{n}.place", words % {"duty": _WORDS.get(duty, duty)})
            continue
        said_of = {
            "duty": _WORDS.get(duty, duty),
            "lacking": len(known.lacking),
            "total": known.total,
        }
        if len(known.lacking) >= known.total:
            words = _("Không cơ quan nào có người làm bước “%(duty)s” (%(total)s cơ quan).")
            said.wrong(f"route.{n}.duty", words % said_of, known.lacking)
        else:
            words = _("%(lacking)s trong %(total)s cơ quan không có ai làm bước “%(duty)s”.")
            said.doubt(f"route.{n}.duty", words % said_of, known.lacking)
