"""A citizen's draft on its pages: which there are, what each posts, on which a fault belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from haicap.catalogue import public as catalogue
from haicap.dossiers import filing
from haicap.dossiers.actions.submitting import filing_of
from haicap.dossiers.forms import answers as answer_forms
from haicap.dossiers.models import Dossier
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal
from haicap.parties import public as parties

SELF, PERSON, ORGANISATION = "self", "person", "organisation"
NUMBERS: Final = {PERSON: "personal_id", ORGANISATION: "tax_code"}
REPRESENTATIVE: Final = ("name", "personal_id", "phone")


# --- the way --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the way: its address by name, and the step (from 1) it belongs to."""

    name: str
    step: int
    section: str = ""

    def url(self, draft: UUID) -> str:
        """Where it is."""
        args = [draft, self.section] if self.section else [draft]
        return reverse(f"dossiers:{self.name}", args=args)


APPLICANT: Final = Page("draft_applicant", 1)
OWNER: Final = Page("draft_owner", 1)
PLACE: Final = Page("draft_place", 2)
PAPERS: Final = Page("draft_papers", 3)
HANDING: Final = Page("draft_handing", 4)
REVIEW: Final = Page("draft_review", 5)


def steps() -> list[str]:
    """The steps in words."""
    return [
        _("Người nộp"),
        _("Tờ khai"),
        _("Giấy tờ"),
        _("Nhận kết quả"),
        _("Kiểm tra và nộp"),
    ]


def pages_of(dossier: Dossier, rules: catalogue.VersionRules) -> list[Page]:
    """The pages of this draft in order, without parts of the form in which nothing is asked."""
    definition = catalogue.form_definition(rules.form_version_id)
    pages = [APPLICANT]
    if dossier.declared.get("owner"):
        pages.append(OWNER)
    if place_field(definition) is None:
        pages.append(PLACE)
    pages += [
        Page("draft_section", 2, section["name"])
        for section in definition["sections"]
        if any(_asked(field, section["name"], dossier.answers) for field in definition["fields"])
    ]
    if papers_of(rules):
        pages.append(PAPERS)
    return [*pages, HANDING, REVIEW]


def papers_of(rules: catalogue.VersionRules) -> list[catalogue.PaperView]:
    """The papers that can be handed in."""
    return [paper for paper in rules.papers if paper.kind == "paper"]


def _asked(field: Mapping[str, Any], section: str, answers: Mapping[str, Any]) -> bool:
    condition = field.get("show_if")
    if field["section"] != section:
        return False
    return not condition or answers.get(condition["field"], False) in condition["in"]


def place_field(definition: Mapping[str, Any]) -> str | None:
    """The field that says where it lies; None where any commune may decide."""
    place = definition.get("place", {})
    return str(place["field"]) if place.get("rule") == "field" else None


def after(page: Page, pages: Sequence[Page]) -> Page:
    """The next page; the first of a later step where this one is not on the way (any more)."""
    if page in pages:
        return pages[min(pages.index(page) + 1, len(pages) - 1)]
    return next((one for one in pages if one.step >= page.step), REVIEW)


def before(page: Page, pages: Sequence[Page]) -> Page | None:
    """The page before this one."""
    place = pages.index(page) if page in pages else 1
    return pages[place - 1] if place else None


# --- faults ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend: on which page, at which control, and what."""

    page: Page
    control: str
    sentence: str

    @property
    def named(self) -> str:
        """The sentence as it stands away from its control."""
        label = _labels().get(self.control)
        return f"{label}: {self.sentence}" if label else self.sentence


def _labels() -> dict[str, str]:
    """Controls whose sentences do not say by themselves what they are about."""
    return {
        "contact.name": _("Người nộp"),
        "contact.phone": _("Số điện thoại"),
        "contact.email": _("Thư điện tử"),
        "contact.territory": _("Nơi ở hiện nay"),
        "contact.detail": _("Nơi ở hiện nay"),
        "owner.name": _("Họ và tên, hoặc tên tổ chức"),
        "owner.personal_id": _("Số định danh cá nhân"),
        "owner.tax_code": _("Mã số thuế"),
        "owner.birth_date": _("Ngày sinh"),
        "owner.sex": _("Giới tính"),
        "owner.phone": _("Số điện thoại"),
        "owner.territory": _("Địa chỉ"),
        "owner.detail": _("Địa chỉ"),
        "relation": _("Quan hệ với chủ hồ sơ"),
        "representative.name": _("Người được ủy quyền"),
        "representative.personal_id": _("Người được ủy quyền"),
        "representative.phone": _("Người được ủy quyền"),
    }


def looked_at(
    dossier: Dossier, rules: catalogue.VersionRules, *, by: Actor, at: datetime
) -> tuple[filing.Checked | None, list[Fault]]:
    """The draft checked by the rules of today, or all that keeps it from being handed in now."""
    definition = catalogue.form_definition(rules.form_version_id)
    try:
        return filing.check(filing_of(dossier), ref=dossier.ref, by=by, at=at), []
    except Invalid as invalid:
        return None, [fault_at(name, told, definition) for name, told in invalid.fields.items()]
    except Refusal as refusal:
        return None, [Fault(REVIEW, "", str(refusal))]


def fault_at(name: str, sentence: str, definition: Mapping[str, Any]) -> Fault:
    """Where the fault that a verb names is mended."""
    top, _dot, rest = name.partition(".")
    deciding = place_field(definition)
    if top == "place" and deciding is not None:
        top, rest = "answers", f"{deciding}.territory"
    if top == "answers":
        field = rest.partition(".")[0]
        section = next((f["section"] for f in definition["fields"] if f["name"] == field), "")
        page = Page("draft_section", 2, section) if section else REVIEW
        return Fault(page, rest, sentence)
    if top in ("applicant", "owner"):
        role = "contact" if top == "applicant" else top
        return Fault(APPLICANT if top == "applicant" else OWNER, control_of(role, rest), sentence)
    if top == "representative":
        return Fault(HANDING, control_of(top, rest), sentence)
    if top == "papers":
        return Fault(PAPERS, paper_control(rest) if rest else "", sentence)
    pages = {"relation": OWNER, "place": PLACE, "wants_result": HANDING}
    controls = {"place": "place.territory"}
    return Fault(pages.get(top, REVIEW), controls.get(top, name), sentence)


def control_of(role: str, field: str) -> str:
    """The control in which a field of a party is typed."""
    field = field.removeprefix("identifiers.").replace("territory_code", "territory")
    return f"{role}.{field.removeprefix('address.')}"


def paper_control(slot: str) -> str:
    """The control by which a paper is uploaded (the upload component names it so)."""
    return f"papers.{slot}-{slot}"


# --- what the pages post --------------------------------------------------------------------------


def contact_posted(post: QueryDict, *, at: datetime) -> dict[str, Any]:
    """How the applicant is reached."""
    return {
        "phone": post.get("contact.phone", ""),
        "email": post.get("contact.email", ""),
        "address": _address_posted(post, "contact", day=day_of(at)),
    }


def owner_posted(post: QueryDict, *, at: datetime) -> dict[str, Any]:
    """Whose dossier it is: {} for the applicant's own."""
    kind = post.get("for", SELF)
    if kind not in NUMBERS:
        return {}
    number = NUMBERS[kind]
    owner: dict[str, Any] = {
        "kind": kind,
        "name": post.get("owner.name", ""),
        "phone": post.get("owner.phone", ""),
        "identifiers": {number: post.get(f"owner.{number}", "")},
        "address": _address_posted(post, "owner", day=day_of(at)),
    }
    if kind == PERSON:
        owner["birth_date"] = post.get("owner.birth_date", "")
        owner["sex"] = post.get("owner.sex", "")
    return owner


def representative_posted(post: QueryDict) -> dict[str, Any]:
    """Who may act in their place: {} when nothing was typed, as with most people."""
    typed = {part: post.get(f"representative.{part}", "") for part in REPRESENTATIVE}
    if not any(value.strip() for value in typed.values()):
        return {}
    return {
        "kind": PERSON,
        "name": typed["name"],
        "phone": typed["phone"],
        "identifiers": {"personal_id": typed["personal_id"]},
    }


def _address_posted(post: QueryDict, role: str, *, day: date) -> dict[str, str]:
    typed = post.get(f"{role}.{answer_forms.CHOSEN}") or post.get(f"{role}.territory", "")
    code = answer_forms.territory_code(typed, day=day)
    detail = post.get(f"{role}.detail", "")
    if answer_forms.is_territory(code, day=day):
        return {"territory_code": code, "detail": detail}
    return {"territory": typed, "detail": detail} if typed or detail else {}


def place_posted(post: QueryDict, *, at: datetime) -> dict[str, str]:
    """Which commune is to decide. Invalid at place.territory when it is none of today's."""
    day = day_of(at)
    typed = post.get(f"place.{answer_forms.CHOSEN}") or post.get("place.territory", "")
    code = answer_forms.territory_code(typed, day=day)
    if not answer_forms.is_territory(code, day=day):
        raise Invalid(
            {
                "place.territory": _("Không có phường, xã này: xin chọn trong danh sách.")
                if typed
                else _("Xin chọn phường, xã giải quyết.")
            }
        )
    return {"code": code, "detail": ""}


def replaced_posted(post: QueryDict, rules: catalogue.VersionRules) -> dict[str, str]:
    """Papers for which the data of a database is to stand in."""
    return {
        paper.slot: "replaced"
        for paper in papers_of(rules)
        if paper.replaced_by and post.get(f"replaced.{paper.slot}")
    }


# --- what the pages show --------------------------------------------------------------------------


def contact_shown(dossier: Dossier, *, by: Actor, at: datetime) -> dict[str, str]:
    """The applicant's contact as kept in the draft, else as we know it."""
    kept = dossier.declared.get("contact")
    if kept is None:
        known = parties.declared_of(by.person or 0, at=at)
        kept = {"phone": known.phone, "email": known.email, "address": known.address or {}}
    return _party_shown("contact", kept)


def owner_shown(dossier: Dossier) -> dict[str, str]:
    """The owner as kept in the draft."""
    kept = dossier.declared.get("owner") or {}
    shown = _party_shown("owner", kept)
    return {
        **shown,
        "for": str(kept.get("kind") or SELF),
        "relation": str(dossier.declared.get("relation") or ""),
    }


def representative_shown(dossier: Dossier) -> dict[str, str]:
    """Who may act in their place, as kept in the draft."""
    return _party_shown("representative", dossier.declared.get("representative") or {})


def _party_shown(role: str, kept: Mapping[str, Any]) -> dict[str, str]:
    address: Mapping[str, Any] = kept.get("address") or {}
    plain = {name: kept.get(name) for name in ("name", "phone", "email", "birth_date", "sex")}
    values = {
        **plain,
        **(kept.get("identifiers") or {}),
        "territory": address.get("territory_code") or address.get("territory"),
        "detail": address.get("detail"),
    }
    return answer_forms.flat_answers(
        {name: value for name, value in values.items() if value}, prefix=f"{role}."
    )


def place_shown(dossier: Dossier) -> dict[str, str]:
    """The commune chosen to decide; the one the applicant lives in is offered."""
    kept = dossier.declared.get("place") or {}
    address = (dossier.declared.get("contact") or {}).get("address") or {}
    return {"place.territory": str(kept.get("code") or address.get("territory_code") or "")}


def party_choices(
    typed: Mapping[str, str], roles: Sequence[str], *, at: datetime
) -> dict[str, list[tuple[str, str]]]:
    """What a typed place may mean, by the role's address."""
    day = day_of(at)
    found = {}
    for role in roles:
        text = typed.get(f"{role}.territory", "")
        if not answer_forms.is_territory(answer_forms.territory_code(text, day=day), day=day):
            choices = answer_forms.candidates(text, day=day)
            if choices:
                found[role] = choices
    return found


def handing_options() -> list[tuple[str, str, str]]:
    """The ways to get the result."""
    return [
        ("electronic", _("Bản điện tử"), _("Tải về ngay trên trang hồ sơ khi có kết quả")),
        ("counter", _("Nhận tại quầy"), _("Đến nơi tiếp nhận hồ sơ, mang theo thẻ căn cước")),
        (
            "post",
            _("Qua bưu chính"),
            _("Bưu điện mang tới địa chỉ của ông bà, người nhận trả cước"),
        ),
    ]


def whose_options() -> list[tuple[str, str, str]]:
    """For whom a dossier may be."""
    return [
        (SELF, _("Cho tôi, hoặc gia đình tôi"), _("Ông bà đứng tên hồ sơ")),
        (PERSON, _("Làm giúp người khác"), _("Người đó đứng tên hồ sơ, ông bà nộp thay")),
        (ORGANISATION, _("Cho cơ quan, tổ chức, doanh nghiệp"), _("Ông bà nộp thay mặt")),
    ]
