"""By which layout a form is printed on a day: the installation's own where it has put one, else
ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.dossiers import press
from haicap.dossiers.models import SlipLayout
from haicap.dossiers.slips.data import Paper, Register
from haicap.dossiers.slips.kinds import CIRCULAR, KINDS, Form
from haicap.dossiers.slips.printing import FORM_OF, Layout, print_form
from haicap.dossiers.slips.samples import sample
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid

LONGEST: Final = 100_000
# Packages would come from the network; a form may import only what lies beside ours.
_PACKAGE: Final = re.compile(r"[\"']\s*@")


@dataclass(frozen=True, slots=True)
class OurLayout:
    """A layout that comes with the house: from which day on (None: ever), by which circular."""

    file: str
    basis: str
    since: date | None = None


# The newest first. A new circular: put its files into papers/slips and a row with its day here.
OURS: Final[dict[Form, tuple[OurLayout, ...]]] = {
    form: (OurLayout(f"slips/{form}.typ", CIRCULAR),) for form in Form
}


def layout_on(form: Form, *, day: date) -> Layout:
    """The layout in force on `day`: what was put by hand before what comes with the house."""
    row = (
        SlipLayout.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            form=form,
            valid_from__lte=day,
            withdrawn_at__isnull=True,
        )
        .order_by("-valid_from", "-id")
        .values_list("basis", "source")
        .first()
    )
    if row is not None:
        return Layout(basis=row[0], source=row[1])
    return ours_on(form, day=day)


def ours_on(form: Form, *, day: date) -> Layout:
    """The layout of the house on `day`."""
    one = next(one for one in OURS[form] if one.since is None or one.since <= day)
    return Layout(basis=one.basis, file=one.file)


def set_paper(paper: Paper) -> bytes:
    """The paper as PDF/A-2a, by the layout in force on the day it is made."""
    form = FORM_OF[type(paper)]
    return print_form(paper, layout=layout_on(form, day=day_of(paper.head.made_at)))


def file_name(paper: Paper) -> str:
    """The name of its file: Giấy tiếp nhận H26.118-251125-0042.pdf."""
    about = paper.head.code
    if isinstance(paper, Register):
        part = f", phần {paper.part}" if paper.parts > 1 else ""
        about = f"{paper.unit} {paper.since:%d-%m-%Y} đến {paper.until:%d-%m-%Y}{part}"
    return f"{KINDS[FORM_OF[type(paper)]].file} {about}.pdf"


def our_source(form: Form, *, day: date) -> str:
    """The text of our layout, to begin one's own with."""
    return (press.PAPERS / ours_on(form, day=day).file).read_text(encoding="utf-8")


def prove(form: Form, *, source: str, basis: str) -> bytes:
    """The sample of the form set by this source. Invalid at `source`, in a sentence, when it cannot
    be set.
    """
    if not source.strip():
        raise Invalid({"source": _("Cần nội dung mẫu giấy (tệp .typ).")})
    if len(source) > LONGEST:
        raise Invalid({"source": _("Mẫu giấy dài quá %(n)s ký tự.") % {"n": LONGEST}})
    if _PACKAGE.search(source):
        raise Invalid({"source": _("Mẫu giấy không được dùng gói ngoài (@…).")})
    try:
        return print_form(sample(form), layout=Layout(basis=basis, source=source))
    except (RuntimeError, ValueError) as e:
        told = _first_line(str(e))
        raise Invalid({"source": _("Mẫu giấy chưa in được: %(error)s") % {"error": told}}) from e


def _first_line(error: str) -> str:
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    return lines[0][:300] if lines else error[:300]
