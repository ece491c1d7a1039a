"""Handing in: what is checked, where it goes, what is written down."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from pytest_django import Settings

from haicap.audit import public as audit
from haicap.catalogue.models import DeadlineRule, ProcedureVersion
from haicap.dossiers import actions
from haicap.dossiers.actions import Conflict
from haicap.dossiers.filing import NotOpen, PaperIn, PlaceIn
from haicap.dossiers.models import Dossier, DossierSearch, OtherCode, Task
from haicap.dossiers.tests.world import (
    APPLICANT,
    BIRTH,
    MARITAL,
    World,
    birth_answers,
    filled,
    marital_answers,
)
from haicap.files import public as files
from haicap.kernel.errors import Invalid, Missing, NotAllowed
from haicap.units.models import AgencyServes, Territory, TerritorySuccession, TerritoryVersion

CERTIFIED_COPY = "2.000815"  # any commune may do it


def refused(world: World, who: str = "minh", **more: Any) -> dict[str, str]:
    """The faults of a filing, by field; nothing was stored."""
    before = Dossier.objects.count()
    with pytest.raises(Invalid) as invalid:
        world.hand_in(who, **more)
    assert Dossier.objects.count() == before
    return dict(invalid.value.fields)


def lead(dossier: Dossier) -> Task:
    """The one open lead task."""
    return Task.objects.get(dossier=dossier, role="lead", done_at__isnull=True)


def test_three_organisations_stand_on_a_dossier_from_another_counter(world: World) -> None:
    dossier = world.hand_in("nga")
    assert dossier.receiving_agency_id == world.cast.cuanam.point
    assert dossier.competent_agency_id == world.cast.bode.committee
    assert dossier.support_agency_id is None
    assert dossier.commune_id == world.cast.bode.territory
    assert dossier.code == "H26.900.00082-261123-0001"
    task = lead(dossier)
    assert (task.step, task.duty, task.agency_id) == ("intake", "receive", world.cast.cuanam.point)
    # 8 working hours; 24 November is a holiday
    assert task.due_at == world.at + timedelta(days=2)


def test_online_goes_to_the_service_point_of_the_place(world: World) -> None:
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant={"phone": "0100000099"}),
        by=world.by("huong"),
        at=world.later(),
    )
    assert dossier.receiving_agency_id == world.cast.bode.point
    assert dossier.applicant_id == dossier.owner_id == world.cast.huong.party
    assert dossier.declared["applicant"]["name"] == "Lê Thị Hương"
    assert dossier.declared["applicant"]["phone"] == "+84100000099"
    assert dossier.helped_by is None


def test_helping_somebody_online_is_written_down(world: World) -> None:
    dossier = world.hand_in("nga", channel="online", helper="Đoàn viên Tú giúp tại điểm Cửa Nam")
    assert dossier.support_agency_id == world.cast.cuanam.point
    assert dossier.receiving_agency_id == world.cast.bode.point
    assert dossier.helped_by == {
        "kind": "staff",
        "id": world.cast.people["nga"].staff,
        "words": "Đoàn viên Tú giúp tại điểm Cửa Nam",
    }


def test_a_citizen_for_another_names_the_relation(world: World) -> None:
    mother = {**APPLICANT, "name": "Nguyễn Thị Tư", "birth_date": "1950-01-02", "sex": "female"}
    mother["identifiers"] = {"personal_id": "000150000077"}
    filing = world.filing(channel="online", applicant=None, owner=mother)
    with pytest.raises(Invalid) as invalid:
        actions.hand_in(filing=filing, by=world.by("huong"), at=world.later())
    assert set(invalid.value.fields) == {"relation"}
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None, owner=mother, relation="con gái"),
        by=world.by("huong"),
        at=world.later(),
    )
    assert dossier.owner_id != dossier.applicant_id
    assert dossier.helped_by == {
        "kind": "citizen",
        "id": world.cast.huong.party,
        "words": "con gái",
    }
    assert audit.history_of(dossier.ref)[-1].on_behalf_of == dossier.owner_id


def test_who_decides_unknown_goes_to_a_named_coordinator(world: World) -> None:
    elsewhere = marital_answers(place={"elsewhere": "Thành phố Huế", "detail": "Số 1"})
    dossier = world.hand_in("nga", answers=elsewhere)
    assert dossier.competent_agency_id is None
    task = lead(dossier)
    assert (task.step, task.duty, task.agency_id) == (
        "coordination",
        "coordinate",
        world.cast.branch,
    )
    assert task.staff_id == world.cast.people["dieu"].staff
    with pytest.raises(Conflict, match="chưa xác định được cơ quan giải quyết"):
        world.move(dossier, "accept", "nga")
    dossier = world.move(
        dossier, "reroute", "dieu", agency_code="H26.00118", reason="Nơi thường trú cuối cùng"
    )
    assert dossier.competent_agency_id == world.cast.bode.committee
    assert lead(dossier).step == "intake"
    assert world.move(dossier, "accept", "nga").state == "RECEIVED"


def test_a_split_place_is_not_guessed(world: World) -> None:
    """An old ward whose land went to two: a coordinator decides. To one alone: that one."""
    old = Territory.objects.create(level="commune")
    TerritoryVersion.objects.create(
        territory=old, level="commune", code="00119", name="Cũ", kind="phường",
        full_name="Phường Cũ", sort_key="cu", name_fold="phuong cu",
        period=DateRange(date(2020, 1, 1), date(2025, 7, 1)),
    )  # fmt: skip
    to_bode = TerritorySuccession.objects.create(
        old=old, new_id=world.cast.bode.territory, day=date(2025, 7, 1), relation="whole"
    )
    place = PlaceIn(code="00119", at=date(2025, 6, 1))
    dossier = world.hand_in("nga", **certified(place=place))
    assert dossier.competent_agency_id == world.cast.bode.committee
    assert dossier.place_at == date(2025, 6, 1)
    to_bode.relation = "part"
    to_bode.save()
    TerritorySuccession.objects.create(
        old=old, new_id=world.cast.cuanam.territory, day=date(2025, 7, 1), relation="part"
    )
    dossier = world.hand_in("nga", **certified(place=place))
    assert dossier.competent_agency_id is None
    assert lead(dossier).step == "coordination"


def certified(**more: Any) -> dict[str, Any]:
    """Certified copies: any commune may do it, the counter's own unless a place is chosen."""
    return {**filled(CERTIFIED_COPY), "place": None, **more}


def test_where_any_commune_may_decide_the_counter_does(world: World) -> None:
    dossier = world.hand_in("nga", **certified())
    assert dossier.competent_agency_id == world.cast.cuanam.committee
    chosen = world.hand_in("nga", **certified(place=PlaceIn(code="00118")))
    assert chosen.competent_agency_id == world.cast.bode.committee


def test_required_papers_are_asked_for_and_data_may_stand_in(world: World) -> None:
    faults = refused(world, procedure_code=BIRTH, answers=birth_answers())
    assert set(faults) == {"papers.giay-chung-sinh"}
    replaced = [PaperIn(slot="giay-chung-sinh", replaced=True)]
    dossier = world.hand_in(procedure_code=BIRTH, answers=birth_answers(), papers=replaced)
    assert [row["replaced"] for row in dossier.papers] == [True]
    shown = [PaperIn(slot="giay-chung-sinh", originals=1)]
    dossier = world.hand_in(procedure_code=BIRTH, answers=birth_answers(), papers=shown)
    assert dossier.papers[0]["originals"] == 1


def test_uploads_go_to_the_dossier_and_anothers_do_not_exist(world: World) -> None:
    mine, others = world.upload("minh"), world.upload("nga")
    papers = [PaperIn(slot="giay-chung-sinh", file_id=others.id)]
    faults = refused(world, procedure_code=BIRTH, answers=birth_answers(), papers=papers)
    assert "papers.giay-chung-sinh" in faults
    papers = [PaperIn(slot="giay-chung-sinh", file_id=mine.id)]
    dossier = world.hand_in(procedure_code=BIRTH, answers=birth_answers(), papers=papers)
    (use,) = files.uses_of([dossier.ref])[dossier.ref]
    assert (use.id, use.slot) == (mine.id, "giay-chung-sinh")
    assert dossier.papers[0]["electronic"] == 1


def test_all_faults_are_told_at_once_each_at_its_field(world: World) -> None:
    faults = refused(
        world,
        procedure_code=BIRTH,
        applicant={**APPLICANT, "phone": "123", "name": ""},
        answers={**birth_answers(), "child_name": ""},
        wants_result="pigeon",
    )
    assert set(faults) == {
        "applicant.name",
        "applicant.phone",
        "answers.child_name",
        "papers.giay-chung-sinh",
        "wants_result",
    }
    assert all(sentence.endswith(".") for sentence in faults.values()), faults


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"papers": [PaperIn(slot="khong-co", originals=1)]}, "papers.khong-co"),
        ({"papers": [PaperIn(slot="to-khai", originals=-1)]}, "papers.to-khai"),
        ({"papers": [PaperIn(slot="to-khai", replaced=True)]}, "papers.to-khai"),
        ({"papers": [PaperIn(slot="to-khai")] * 101}, "papers"),
        ({"applicant": None}, "applicant.name"),
        ({"applicant": {"name": "Trần An"}}, "applicant.phone"),
        ({"channel": "fax"}, "channel"),
        ({"answers": marital_answers(place={"territory": "99999"})}, "answers.place.territory"),
        ({"other_codes": {"portal": ""}}, "other_codes"),
        ({"relation": "x" * 500}, "relation"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(
    world: World, more: dict[str, Any], field: str
) -> None:
    assert field in refused(world, **more)


def test_a_procedure_without_a_time_limit_is_closed(world: World) -> None:
    DeadlineRule.objects.filter(procedure__code=MARITAL).delete()
    with pytest.raises(NotOpen, match="thời hạn"):
        world.hand_in()


def test_another_systems_procedure_is_closed_here(world: World) -> None:
    ProcedureVersion.objects.filter(procedure__code=MARITAL).update(status_owner="bo-tu-phap")
    with pytest.raises(NotOpen):
        world.hand_in()
    assert set(refused(world, procedure_code="9.999999")) == {"procedure"}


def test_the_identity_level_is_asked_of_citizens_only(world: World) -> None:
    from dataclasses import replace

    huong = replace(world.by("huong"), identity_level=1)
    with pytest.raises(NotOpen, match="mức độ 2"):
        actions.hand_in(
            filing=world.filing(channel="online", applicant=None), by=huong, at=world.later()
        )
    assert world.hand_in().state == "SUBMITTED"


def test_our_own_form_may_be_switched_off_and_other_channels_stay(
    world: World, settings: Settings
) -> None:
    settings.OWN_WEB_FORM = False
    huong = world.by("huong")
    with pytest.raises(NotOpen, match="Cổng Dịch vụ công"):
        actions.start_draft(procedure_code=MARITAL, by=huong, at=world.later())
    assert world.hand_in().state == "SUBMITTED"
    from dataclasses import replace

    portal = replace(huong, source="api")
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None, source="dvcqg", source_code="G1"),
        by=portal,
        at=world.later(),
    )
    assert dossier.source == "dvcqg"


def test_only_reception_and_citizens_submit(world: World) -> None:
    for who in ("ha", "quan", "van", "tam", "soat", "khoa"):
        with pytest.raises(NotAllowed):
            world.hand_in(who)


def test_a_source_code_comes_once(world: World) -> None:
    dossier = world.hand_in(source="dvcqg", source_code="G01-1", other_codes={"portal": "DVC-7"})
    assert (dossier.source, dossier.source_code) == ("dvcqg", "G01-1")
    assert OtherCode.objects.get().code == "DVC-7" != dossier.code
    assert "source_code" in refused(world, source="dvcqg", source_code="G01-1")
    assert "other_codes" in refused(world, other_codes={"portal": "DVC-7"})
    world.hand_in(source="other", source_code="G01-1")


def test_the_snapshot_stays_as_declared(world: World) -> None:
    from haicap.parties.models import Party

    dossier = world.hand_in()
    Party.objects.filter(pk=dossier.applicant_id).update(name="Tên Khác")
    kept = Dossier.objects.get(pk=dossier.pk).declared["applicant"]
    assert kept["name"] == "Trần Văn An"
    assert kept["identifiers"] == {"personal_id": "000085000012"}
    assert (
        DossierSearch.objects.get(dossier=dossier).name_fold
        == "tran van an · xac nhan tinh trang hon nhan cua tran van an"
    )


def test_a_draft_keeps_what_was_typed_right_or_wrong(world: World) -> None:
    huong = world.by("huong")
    draft = actions.start_draft(procedure_code=MARITAL, by=huong, at=world.later())
    assert draft.code is None
    draft = actions.save_draft(
        dossier_id=draft.pk,
        answers={"use": "không rõ", "subject_person": {"name": "Lê\x00 Thị\u202e Hương"}},
        declared={"relation": "", "unknown": "x"},
        by=huong,
        at=world.later(),
    )
    assert draft.answers["use"] == "không rõ"
    assert draft.answers["subject_person"]["name"] == "Lê Thị Hương"
    assert "unknown" not in draft.declared
    with pytest.raises(Conflict, match="lưu ở nơi khác"):
        actions.save_draft(
            dossier_id=draft.pk, answers={}, seen_version=1, by=huong, at=world.later()
        )
    with pytest.raises(Invalid) as invalid:
        actions.submit(dossier_id=draft.pk, by=huong, at=world.later())
    assert "answers.use" in invalid.value.fields
    assert Dossier.objects.get(pk=draft.pk).answers["use"] == "không rõ"


def test_a_draft_is_submitted_with_its_uploads(world: World) -> None:
    huong = world.by("huong")
    draft = actions.start_draft(procedure_code=BIRTH, by=huong, at=world.later())
    import io

    from haicap.dossiers.tests.world import PDF

    files.keep(
        stream=io.BytesIO(PDF), name="chung-sinh.pdf", ref=draft.ref, slot="giay-chung-sinh",
        by=huong, at=world.later(),
    )  # fmt: skip
    actions.save_draft(
        dossier_id=draft.pk,
        answers=birth_answers(),
        wants_result="post",
        by=huong,
        at=world.later(),
    )
    dossier = actions.submit(dossier_id=draft.pk, by=huong, at=world.later())
    assert dossier.state == "SUBMITTED"
    assert dossier.uuid == draft.uuid
    assert dossier.wants_result == "post"
    assert dossier.papers[0]["electronic"] == 1
    with pytest.raises(Conflict):
        actions.submit(dossier_id=draft.pk, by=huong, at=world.later())


def test_a_draft_thrown_away_takes_its_uploads_along(world: World) -> None:
    huong = world.by("huong")
    draft = actions.start_draft(procedure_code=MARITAL, by=huong, at=world.later())
    with pytest.raises(Missing):
        actions.discard_draft(dossier_id=draft.pk, by=world.by("lan"), at=world.later())
    actions.discard_draft(dossier_id=draft.pk, by=huong, at=world.later())
    assert not Dossier.objects.filter(pk=draft.pk).exists()


def test_a_walk_in_is_submitted_and_received_in_one_go(world: World) -> None:
    dossier = actions.receive_at_counter(
        filing=world.filing(channel="online"), by=world.by("nga"), at=world.later()
    )
    assert dossier.state == "RECEIVED"
    assert dossier.channel == "counter"
    assert dossier.submitted_at == dossier.received_at == world.at
    kinds = [entry.kind for entry in audit.history_of(dossier.ref)]
    assert kinds == [
        "dossiers.DossierSubmitted", "dossiers.DossierAccepted", "payments.FeeDemanded"
    ]  # fmt: skip


def test_a_walk_in_nobody_can_place_is_submitted_and_waits(world: World) -> None:
    elsewhere = marital_answers(place={"elsewhere": "Huế", "detail": "Số 1"})
    dossier = actions.receive_at_counter(
        filing=world.filing(answers=elsewhere), by=world.by("nga"), at=world.later()
    )
    assert dossier.state == "SUBMITTED"
    assert lead(dossier).step == "coordination"


def test_a_commune_without_a_committee_is_not_given_to_a_neighbour(world: World) -> None:
    AgencyServes.objects.filter(agency=world.cast.bode.committee).delete()
    assert world.hand_in("nga").competent_agency_id is None
