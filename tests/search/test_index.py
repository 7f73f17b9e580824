"""What recordings are found by follows what happens to them, in the same transaction."""

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from apps.ecg.models import Finding, Recording
from apps.ecg.stages import changed
from apps.reports.actions import begin_amendment
from apps.reports.criticals import raise_by_hand
from apps.reports.decisions import decide
from apps.reports.models import Report, SearchTerm
from apps.reports.presence import release, take
from apps.reports.search.grammar import parse
from apps.reports.search.listing import context_for, matching, search
from apps.reports.search.stored import KINDS, RANKS, STATUSES, Searcher, stored
from apps.tenants.access import Active
from tests.database import committed
from tests.factories import inside, make_patient, make_recording
from tests.reports.signing import report_of, sign, write
from tests.reports.test_decisions import REFUSED, subject_of
from tests.search.ecgs import ecg, index, terms
from tests.search.labelled import CONTEXT, DEVELOPED, queries
from tests.web.pages import state

AF, LBBB, SINUS = "Atrial fibrillation", "Left bundle branch block", "Sinus rhythm"


def said(recording):
    return {term for term in terms(recording) if term.startswith(("is.", "new.", "gone."))}


def of_report(recording):
    return {term for term in terms(recording) if term.startswith("report.")}


def test_statements_numbers_person_and_report_are_indexed(mercy):
    made = ecg(mercy, "AF with rapid ventricular response", numbers={"heart_rate_bpm": 131.5})
    held = terms(made)
    assert {"all", "is.af", "is.af-rapid", "sex.F", "n.age"} <= set(held)
    assert held["n.hr"] == 131.5
    assert of_report(made) == {"report.status.draft", "report.rank.2"}


def test_names_and_numbers_of_patients_are_not_readable(mercy):
    patient = make_patient(mercy, family_name="Lindqvist", given_name="Maja", mrn="M4711")
    held = " ".join(terms(ecg(mercy, patient=patient))).casefold()
    assert "name." in held
    assert not any(word in held for word in ("lindqvist", "maja", "4711"))


def test_the_state_of_a_report_follows_whoever_writes_it(mercy, reader):
    made = ecg(mercy, SINUS)
    report = report_of(made)
    with inside(mercy):
        take(report, reader, timezone.now())
    assert f"report.reader.{reader.pk}" in of_report(made)
    with inside(mercy):
        release(report, reader)
        raise_by_hand(report, "Long pause", reader, timezone.now())
    assert of_report(made) == {"report.status.draft", "report.rank.-1"}
    with inside(mercy):
        Report.objects.filter(pk=report.pk).update(status="inadequate")
    assert "report.status.inadequate" in of_report(made)


def test_a_change_that_is_undone_leaves_the_terms_as_they_were(mercy):
    made = ecg(mercy, SINUS)
    before = terms(made)
    with inside(mercy), transaction.atomic():
        Report.objects.filter(recording=made).update(status="signed")
        Finding.objects.create(
            organization=mercy, recording=made, source="device", ordinal=9, text=AF
        )
        changed([made])
        transaction.set_rollback(True)
    assert terms(made) == before


def test_a_signed_report_is_found_by_its_readers_words_alone(mercy, reader):
    made = ecg(mercy, AF, LBBB)
    with inside(mercy):
        text = "Sinus rhythm.\nNo LBBB, old inferior infarct"
        report = write(report_of(made), reader, text)
        sign(report, reader)
    assert said(made) == {"is.sinus", "is.mi-inferior", "is.mi-old", "is.mi"}
    with inside(mercy):
        begin_amendment(report, reader=reader, reason="AF seen", now=timezone.now())
    assert "is.sinus" in said(made)
    assert "report.status.amending" in of_report(made)


def test_a_statement_that_a_reader_overrode_is_not_found(mercy, reader):
    made = ecg(mercy, AF, SINUS)
    report = report_of(made)
    with inside(mercy):
        subject = subject_of(report, AF)
        decide(report, reader, subject=subject, now=timezone.now(), **REFUSED)
    assert said(made) == {"is.sinus"}


def test_an_earlier_recording_that_comes_late_is_the_prior(mercy):
    patient = make_patient(mercy)
    newest = ecg(mercy, LBBB, patient=patient, numbers={"qtc_fridericia_ms": 510})
    assert "prior" not in terms(newest)
    ecg(mercy, SINUS, patient=patient, days=3, numbers={"qtc_fridericia_ms": 440})
    assert {"new.lbbb", "gone.sinus", "new.bbb"} <= said(newest)
    assert terms(newest)["d.qtc"] == 70


def test_terms_follow_a_recording_to_another_patient(mercy):
    right, wrong = make_patient(mercy, sex="M"), make_patient(mercy, sex="F")
    ecg(mercy, SINUS, patient=wrong, days=3)
    moved, later = (ecg(mercy, LBBB, patient=wrong, days=days) for days in (2, 1))
    assert "prior" in terms(moved)
    with inside(mercy):
        Recording.objects.filter(pk=moved.pk).update(patient=right)
        changed(Recording.objects.filter(patient__in=[right, wrong]))
    assert "sex.M" in terms(moved)
    assert "prior" not in terms(moved)
    assert "new.lbbb" in said(later)


def test_what_repeats_another_recording_has_no_terms(mercy):
    patient = make_patient(mercy)
    first, again = (ecg(mercy, AF, patient=patient, days=days) for days in (2, 1))
    assert "prior" in terms(again)
    with inside(mercy):
        Recording.objects.filter(pk=again.pk).update(duplicate_of=first)
        changed([Recording.objects.get(pk=again.pk)])
    assert terms(again) == {}


def test_only_terms_that_differ_are_written(mercy):
    made = ecg(mercy, AF, numbers={"heart_rate_bpm": 90})
    with inside(mercy):
        rows = SearchTerm.objects.filter(recording=made)
        before = dict(rows.values_list("term", "pk"))
        changed([made])
        assert dict(rows.values_list("term", "pk")) == before
        Finding.objects.create(
            organization=mercy, recording=made, source="device", ordinal=9, text=LBBB
        )
        changed([made])
        after = dict(rows.values_list("term", "pk"))
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"is.lbbb", "is.bbb"}


def test_every_term_follows_a_recording_to_another_time(mercy):
    made = ecg(mercy, AF)
    at = timezone.now() - dt.timedelta(days=9)
    with inside(mercy):
        Recording.objects.filter(pk=made.pk).update(acquired_at=at)
        changed([made])
        assert set(made.search_terms.values_list("at", flat=True)) == {at}
    assert of_report(made)


def test_what_has_no_report_yet_has_no_terms(mercy):
    made = make_recording(mercy, report=False)
    state(made, AF)
    index(made)
    assert terms(made) == {}


@committed
def test_the_command_makes_the_same_terms_again_and_takes_away_the_rest(mercy):
    patient = make_patient(mercy)
    made = [ecg(mercy, text, patient=patient, days=days) for days, text in ((0, LBBB), (4, SINUS))]
    before = [terms(one) for one in made]
    with inside(mercy):
        SearchTerm.objects.filter(recording=made[0]).delete()
        SearchTerm.objects.filter(recording=made[1], term="is.sinus").update(term="is.af")
    out = io.StringIO()
    call_command("index_search", organization="mercy", json=True, stdout=out)
    assert json.loads(out.getvalue()) == {"organization": "mercy", "recordings": 2}
    assert [terms(one) for one in made] == before


def test_statements_that_are_hidden_until_an_impression_find_nothing(mercy, reader):
    ecg(mercy, AF, source="model")
    wanted = parse("AF", CONTEXT)
    with inside(mercy):
        who = Searcher(mercy.pk, reader.pk, {}, frozenset({"model"}))
        assert not matching(wanted, who).exists()
        assert matching(wanted, Searcher(mercy.pk, reader.pk, {})).exists()


def test_retracted_reports_are_found_only_by_who_asks(mercy, reader):
    made = ecg(mercy, AF)
    who = Searcher(mercy.pk, reader.pk, {})
    with inside(mercy):
        SearchTerm.objects.filter(recording=made, term="report.status.draft").update(
            term="report.status.entered_in_error"
        )
        assert not matching(parse("AF", CONTEXT), who).exists()
        assert matching(parse("AF entered in error", CONTEXT), who).exists()


def test_a_number_is_equal_as_it_is_shown(mercy, reader):
    ecg(mercy, numbers={"qtc_fridericia_ms": 479.6})
    active = Active(mercy.pk, "reader")
    with inside(mercy):
        context = context_for(active, mercy)
        for line, count in (("QTc 480", 1), ("QTc 479", 0), ("QTc < 480", 1)):
            assert len(search(active, reader, parse(line, context)).reports) == count, line


def test_every_state_of_a_report_is_found_by_some_word():
    covered = {status for statuses in STATUSES.values() for status in statuses}
    assert set(Report.Status.values) <= covered
    assert {rank for ranks in RANKS.values() for rank in ranks} == {-1, 0, 1, 2}


def test_every_term_of_the_labelled_queries_can_be_asked_of_the_table():
    who = Searcher(1, 1, {name: place for place, name in enumerate(CONTEXT.sites)})
    met = set()
    for query in queries(DEVELOPED):
        for clause in parse(query.text, CONTEXT).clauses:
            met |= {term.kind for term in clause.terms if stored(term, who)}
    assert met == KINDS | {"number", "change", "date"}


@pytest.mark.parametrize("line", [
    "AF last month, not paced", "QTc > 500", "AF or flutter in women over 65", "not paced",
    "unsigned STAT since Monday", "new LBBB", "QTc up by 60", "patient Smith", "MRN 1234567",
])  # fmt: skip
def test_row_level_security_leaves_the_indexes_usable(mercy, reader, line):
    who = Searcher(mercy.pk, reader.pk, {})
    with inside(mercy), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = matching(parse(line, CONTEXT), who).order_by("-at", "-recording")
        plan = rows.values("recording")[:51].explain()
        assert cursor.execute("SELECT current_user").fetchone()[0] == "ecg_app"
    assert "Seq Scan" not in plan, plan
    conditions = [text for text in plan.splitlines() if "Index Cond" in text]
    assert conditions
    assert all("organization_id" in text for text in conditions), plan


def test_moments_are_compared_in_the_order_of_pages(mercy, reader):
    at = timezone.now() - dt.timedelta(days=1)
    made = [ecg(mercy, AF) for _ in range(3)]
    with inside(mercy):
        Recording.objects.update(acquired_at=at)
        changed(made)
        active = Active(mercy.pk, "reader")
        wanted = parse("AF", context_for(active, mercy))
        whole = [row.recording.pk for row in search(active, reader, wanted).reports]
        after = search(active, reader, wanted, made[1].public_id).reports
    assert whole == [one.pk for one in reversed(made)]
    assert [row.recording.pk for row in after] == [made[0].pk]
