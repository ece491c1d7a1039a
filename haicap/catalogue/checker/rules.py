"""The facts of a procedure, its papers, its time limit and its fee."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from haicap.catalogue.checker.findings import Finding, Said, World
from haicap.catalogue.editing.laying import all_maps, maps
from haicap.catalogue.procedure_file import CODE, ProcedureFile

AUTHORITIES: Final = frozenset({"commune", "city", "other"})
LEVELS: Final = frozenset({"full", "partial", "counter"})
WAYS: Final = frozenset({"online", "counter", "post"})
MARKS: Final = frozenset({"nguồn", "đã biết", "giả định"})
UNITS: Final = frozenset({"MINUTE", "HOUR", "WORKING_DAY", "DAY", "MONTH", "SAME_DAY", "IMMEDIATE"})
UNCOUNTED: Final = frozenset({"SAME_DAY", "IMMEDIATE"})
LARGEST_AMOUNT: Final = 1000
SHORTEST_BASIS: Final = 5
_SLOT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)
_FEE_KINDS: Final = frozenset({"flat", "per_unit", "tiered_pages"})


def check_rules(file: ProcedureFile, world: World) -> list[Finding]:
    """Findings about everything but the route and the form."""
    return [*_general(file, world), *_papers(file), *_deadline(file), *_fee(file, world)]


def _general(file: ProcedureFile, world: World) -> list[Finding]:
    said = Said("general")
    if not CODE.fullmatch(file.code):
        said.wrong("", _("Mã thủ tục không đúng dạng, ví dụ đúng: 1.001193."))
    if not file.name.strip():
        said.wrong("name", _("Thủ tục chưa có tên."))
    if not file.short_name.strip():
        said.wrong("short_name", _("Thủ tục chưa có tên gọn cho người dân."))
    if file.authority not in AUTHORITIES:
        said.wrong("authority", _("Chưa chọn ai giải quyết."))
    if file.online_level not in LEVELS:
        said.wrong("online_level", _("Chưa chọn mức trực tuyến."))
    if not file.channels or not set(file.channels) <= WAYS:
        said.wrong("channels", _("Cần ít nhất một cách nộp trong số đã cho."))
    if not file.status_owner.strip():
        said.wrong("status_owner", _("Chưa rõ hệ thống nào giữ trạng thái hồ sơ."))
    if file.identity_level not in {1, 2}:
        said.wrong("identity_level", _("VNeID chỉ có mức 1 và mức 2."))
    if not file.name_en.strip():
        said.doubt("name_en", _("Chưa có tên tiếng Anh."))
    _unknown_here(file, world, said)
    if not file.results:
        said.found.append(
            Finding(True, "texts", "results", _("Chưa ghi kết quả: người dân nhận được gì."))
        )
    if not file.legal_basis:
        said.found.append(Finding(False, "texts", "legal_basis", _("Chưa ghi căn cứ pháp lý.")))
    return said.found


def _unknown_here(file: ProcedureFile, world: World, said: Said) -> None:
    """What this city does not know of what the file names."""
    if not re.fullmatch(r"[a-z0-9-]{2,80}", file.field.code):
        said.wrong("field", _("Chưa có mã lĩnh vực."))
    elif file.field.code not in world.fields:
        if file.field.name_vi.strip():
            words = _("Lĩnh vực “%(name)s” chưa có ở đây: sẽ được thêm khi công bố.")
            said.doubt("field", words % {"name": file.field.name_vi})
        else:
            words = _("Không có lĩnh vực mang mã “%(code)s” ở đây.")
            said.wrong("field", words % {"code": file.field.code})
    code = file.authority_agency_code
    if code and code not in world.agencies:
        words = _(
            "Cơ quan mang mã “%(code)s” chưa có ở đây: hồ sơ sẽ tới người điều phối "
            "cho tới khi chọn cơ quan khác."
        )
        said.doubt("authority_agency_code", words % {"code": code[:40]})
    elif file.authority == "city" and not code:
        words = _("Chưa ghi sở nào giải quyết: hồ sơ sẽ tới người điều phối.")
        said.doubt("authority_agency_code", words)


def _papers(file: ProcedureFile) -> list[Finding]:
    said = Said("papers")
    seen: set[str] = set()
    for n, paper in enumerate(file.papers):
        at, which = f"papers.{n}", paper.name_vi.strip() or str(n + 1)
        if not paper.name_vi.strip():
            said.wrong(f"{at}.name_vi", _("Giấy tờ thứ %(n)s chưa có tên.") % {"n": n + 1})
        if not _SLOT.fullmatch(paper.slot):
            words = _("Giấy tờ “%(which)s”: mã ngăn chỉ gồm chữ thường không dấu, số, gạch nối.")
            said.wrong(f"{at}.slot", words % {"which": which})
        elif paper.slot in seen:
            words = _("Giấy tờ “%(which)s”: mã ngăn “%(slot)s” có hai lần.")
            said.wrong(f"{at}.slot", words % {"which": which, "slot": paper.slot})
        seen.add(paper.slot)
        if paper.kind not in {"paper", "note"}:
            said.wrong(f"{at}.kind", _("Giấy tờ “%(which)s”: chưa chọn loại.") % {"which": which})
        if paper.mark not in MARKS:
            words = _("Giấy tờ “%(which)s”: chưa ghi mức chắc chắn.")
            said.wrong(f"{at}.mark", words % {"which": which})
        if not paper.basis.strip():
            said.doubt(f"{at}.basis", _("Giấy tờ “%(which)s”: chưa ghi căn cứ.") % {"which": which})
        if paper.kind == "paper" and not paper.required and not paper.condition_vi.strip():
            words = _("Giấy tờ “%(which)s”: không bắt buộc mà chưa nói khi nào cần.")
            said.doubt(f"{at}.condition_vi", words % {"which": which})
    return said.found


def _deadline(file: ProcedureFile) -> list[Finding]:
    said, rule = Said("deadline"), file.deadline
    if rule is None:
        said.wrong("", _("Chưa có thời hạn giải quyết: không thể nhận hồ sơ."))
        return said.found
    if rule.time_unit not in UNITS:
        said.wrong("time_unit", _("Chưa chọn đơn vị của thời hạn."))
    elif rule.time_unit in UNCOUNTED and rule.amount:
        said.wrong("amount", _("Thời hạn trong ngày hoặc trả ngay thì để số lượng là 0."))
    elif rule.time_unit not in UNCOUNTED and not 1 <= rule.amount <= LARGEST_AMOUNT:
        words = _("Thời hạn phải từ 1 đến %(most)s.") % {"most": LARGEST_AMOUNT}
        said.wrong("amount", words)
    if rule.policy not in {"END_OF_DAY", "CLOCK_HOURS"}:
        said.wrong("policy", _("Chưa chọn cách tính ngày làm việc."))
    if rule.supplement_policy not in {"RESUME", "RESTART"}:
        said.wrong("supplement_policy", _("Chưa chọn cách tính sau khi bổ sung."))
    if rule.supplement_max and not 1 <= rule.supplement_reply_days <= LARGEST_AMOUNT:
        said.wrong("supplement_reply_days", _("Chưa ghi người dân có bao nhiêu ngày để bổ sung."))
    _sure(said, rule.mark, rule.basis, _("Thời hạn"))
    return said.found


def _sure(said: Said, mark: str, basis: str, what: str) -> None:
    if mark not in MARKS:
        said.wrong("mark", _("%(what)s: chưa ghi mức chắc chắn.") % {"what": what})
    if len(basis.strip()) < SHORTEST_BASIS:
        said.wrong("basis", _("%(what)s: chưa ghi căn cứ (văn bản, điều, khoản).") % {"what": what})


# --- the fee ------------------------------------------------------------------------------------


def _fee(file: ProcedureFile, world: World) -> list[Finding]:
    said, fee = Said("fee"), file.fee
    if fee is None:
        said.doubt("", _("Chưa rõ mức thu: sẽ không thu gì."))
        return said.found
    if fee.collect_at not in {"reception", "supplement", "return"}:
        said.wrong("collect_at", _("Chưa chọn thu lúc nào."))
    _sure(said, fee.mark, fee.basis, _("Phí, lệ phí"))
    lines = fee.scheme.get("lines", [])
    if not all_maps(lines):
        said.wrong("", _("Các khoản thu không đúng dạng."))
        return said.found
    fields = {str(one.get("name")): one for one in maps((file.form or {}).get("fields"))}
    waiver = 0
    for n, line in enumerate(lines):
        for at, sentence in _line(line, fields, n + 1):
            said.wrong(f"lines.{n}.{at}", sentence)
        _condition(said, f"lines.{n}", line, fields, world.day)
        for one in maps(line.get("waive")):
            _waiver(said, f"waivers.{waiver}", one, fields, world.day)
            waiver += 1
    return said.found


def _line(line: Mapping[str, Any], fields: Mapping[str, Any], n: int) -> Iterator[tuple[str, str]]:
    kind = line.get("kind")
    if not str(line.get("name_vi") or "").strip():
        yield "name_vi", _("Khoản thu số %(n)s chưa có tên.") % {"n": n}
    if kind not in _FEE_KINDS:
        yield "kind", _("Khoản thu số %(n)s: chưa chọn cách tính.") % {"n": n}
        return
    if kind != "tiered_pages" and not _whole(line.get("amount")):
        yield "amount", _("Khoản thu số %(n)s: chưa ghi mức thu.") % {"n": n}
    channels = line.get("by_channel") or {}
    if not isinstance(channels, Mapping) or not all(_whole(one) for one in channels.values()):
        yield "online", _("Khoản thu số %(n)s: mức theo cách nộp không đúng.") % {"n": n}
    needed = {"flat": (), "per_unit": ("quantity",), "tiered_pages": ("pages", "copies")}[kind]
    for name in needed:
        field = fields.get(str(line.get(name)))
        if field is None or field.get("kind") != "number":
            words = _("Khoản thu số %(n)s: biểu mẫu không có mục số “%(name)s”.")
            yield name, words % {"n": n, "name": str(line.get(name) or "")[:40]}
    if kind == "tiered_pages" and not _tiers(line.get("tiers")):
        yield "tiers", _("Khoản thu số %(n)s: các bậc theo trang không đúng.") % {"n": n}
    if kind == "tiered_pages" and not _whole(line.get("cap_per_copy")):
        yield "cap_per_copy", _("Khoản thu số %(n)s: chưa ghi mức cao nhất một bản.") % {"n": n}


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _tiers(tiers: Any) -> bool:
    found = maps(tiers)
    if not found or not all_maps(tiers) or not all(_whole(t.get("amount")) for t in found):
        return False
    ends = [tier.get("up_to") for tier in found[:-1]]
    whole = [end for end in ends if isinstance(end, int)]
    return len(whole) == len(ends) > 0 and whole == sorted(set(whole)) and "up_to" in found[0]


def _waiver(
    said: Said, at: str, waiver: Mapping[str, Any], fields: Mapping[str, Any], day: date
) -> None:
    name = str(waiver.get("name_vi") or "").strip()
    if not name:
        said.wrong(f"{at}.name_vi", _("Có diện miễn chưa có tên."))
    if not waiver.get("when"):
        words = _("Diện miễn “%(name)s” không có điều kiện: khoản này không bao giờ thu.")
        said.wrong(f"{at}.when_field", words % {"name": name})
    _condition(said, at, waiver, fields, day)


def _condition(
    said: Said, at: str, thing: Mapping[str, Any], fields: Mapping[str, Any], day: date
) -> None:
    when = thing.get("when")
    if not when:
        return
    name = str(thing.get("name_vi") or "")
    if not isinstance(when, Mapping):
        said.wrong(f"{at}.when_field", _("“%(name)s”: điều kiện không đúng dạng.") % {"name": name})
        return
    if "field" in when and str(when["field"]) not in fields:
        words = _("“%(name)s”: biểu mẫu không có mục “%(field)s”.")
        said.wrong(f"{at}.when_field", words % {"name": name, "field": str(when["field"])[:40]})
    if "in" in when and not isinstance(when["in"], list):
        said.wrong(f"{at}.when_in", _("“%(name)s”: các giá trị không đúng dạng.") % {"name": name})
    if "channel_in" in when and not _channels(when["channel_in"]):
        said.wrong(f"{at}.when_in", _("“%(name)s”: cách nộp không đúng.") % {"name": name})
    for key in ("days_since_more_than", "identity_level_at_least"):
        if key in when and not _whole(when[key]):
            said.wrong(f"{at}.when_days", _("“%(name)s”: con số không đúng.") % {"name": name})
    _period(said, at, when, name, day)


def _channels(value: Any) -> bool:
    known = ("counter", "online", "post")
    return isinstance(value, list) and bool(value) and all(one in known for one in value)


def _period(said: Said, at: str, when: Mapping[str, Any], name: str, day: date) -> None:
    days: dict[str, date] = {}
    for key in ("from", "to"):
        if key not in when:
            continue
        try:
            days[key] = date.fromisoformat(str(when[key]))
        except ValueError:
            words = _("“%(name)s”: ngày phải ghi năm-tháng-ngày, ví dụ 2027-02-28.")
            said.wrong(f"{at}.when_{key}", words % {"name": name})
            return
    if len(days) == 2 and days["from"] > days["to"]:
        words = _("“%(name)s”: ngày bắt đầu sau ngày kết thúc.")
        said.wrong(f"{at}.when_from", words % {"name": name})
    elif len(days) == 1:
        words = _("“%(name)s”: chỉ ghi một đầu của khoảng thời gian.")
        said.doubt(f"{at}.when_from", words % {"name": name})
    if "to" in days and days["to"] < day:
        words = _("“%(name)s”: khoảng thời gian đã qua.")
        said.doubt(f"{at}.when_to", words % {"name": name})
