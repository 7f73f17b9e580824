"""Critical results: raised once, counted, open until a person says who was told and how."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.reports import criticals
from apps.reports.models import CriticalResult, ReadingPolicy, Report
from tests.factories import inside, make_patient, make_recording
from tests.reports.signing import report_of, sign_recording
from tests.web.pages import measure, state

TOLD = {"told_whom": "Sister Marsh, ward 7", "told_how": "telephone"}


def rules_of(recording):
    with inside(recording.organization):
        report = Report.objects.get(recording=recording)
        return [row.code for row in criticals.raise_by_rules(report, timezone.now())]


@pytest.mark.parametrize(
    ("rate", "codes"), [(39, ["rule.slow"]), (40, []), (150, []), (151, ["rule.fast"])]
)
def test_a_rate_beyond_the_limits_is_critical(recording, rate, codes):
    measure(recording, heart_rate_bpm=rate)
    assert rules_of(recording) == codes


@pytest.mark.parametrize(
    ("age_days", "codes"), [(40, []), (17 * 365, []), (19 * 365, ["rule.fast"])]
)
def test_a_childs_rate_is_not_judged_by_the_limits_of_adults(mercy, age_days, codes):
    now = timezone.now()
    child = make_patient(mercy, born_on=(now - dt.timedelta(days=age_days)).date())
    recording = make_recording(mercy, patient=child, acquired_at=now)
    measure(recording, heart_rate_bpm=165)
    assert rules_of(recording) == codes


def test_acknowledged_it_stands_where_its_own_priority_puts_it(mercy, reader):
    recording = make_recording(mercy, priority="routine")
    report, now = report_of(recording), timezone.now()
    usual = report.priority_rank
    with inside(mercy):
        rows = [criticals.raise_by_hand(report, text, reader, now) for text in ("VT", "Pause")]
        ranks = []
        for row in rows:
            criticals.acknowledge(row, by=reader, now=now, **TOLD)
            ranks.append(Report.objects.get(pk=report.pk).priority_rank)
    assert ranks == [criticals.FIRST, usual]


def test_only_the_platforms_numbers_raise_by_rule(recording):
    measure(recording, "device", heart_rate_bpm=20)
    state(recording, "Complete AV block")
    assert rules_of(recording) == []


def test_the_same_finding_is_counted_and_the_clock_stays(recording):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        criticals.raise_critical(report, "rule.fast", "Too fast", now=now)
        later = now + dt.timedelta(minutes=9)
        criticals.raise_critical(report, "rule.fast", "Too fast", now=later)
        row = CriticalResult.objects.get()
        assert (row.times, row.raised_at) == (2, now)
        assert Report.objects.get(pk=report.pk).priority_rank == criticals.FIRST


def test_what_is_raised_again_counts_and_moves_no_other(mercy, recording):
    other, now = make_recording(mercy, priority="routine"), timezone.now()
    usual = report_of(other).priority_rank
    with inside(mercy):
        for report in (report_of(recording), report_of(recording)):
            criticals.raise_critical(report, "rule.fast", "Too fast", now=now)
        assert report_of(other).priority_rank == usual
        criticals.raise_critical(report_of(other), "rule.fast", "Too fast", now=now)
        criticals.raise_critical(report_of(other), "rule.slow", "Too slow", now=now)
        again = criticals.raise_critical(report_of(other), "rule.slow", "Too slow", now=now)
        assert again.times == 2
        assert sorted(CriticalResult.objects.values_list("times", flat=True)) == [1, 2, 2]


def test_a_critical_result_has_words(recording, reader):
    with inside(recording.organization), pytest.raises(criticals.NothingSaid):
        criticals.raise_by_hand(report_of(recording), " \n", reader, timezone.now())


def test_signing_a_critical_statement_of_the_library_raises_it(recording, reader):
    sign_recording(recording, reader, "Atrial fibrillation.\nComplete AV block.")
    with inside(recording.organization):
        row = CriticalResult.objects.get()
    assert (row.code, row.raised_by) == ("library.avb3", reader)


def test_it_is_acknowledged_once_by_a_person_who_says_whom_they_told(recording, reader):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        row = criticals.raise_by_hand(report, "Pause of 4 s", reader, now)
        with pytest.raises(criticals.NothingSaid):
            criticals.acknowledge(row, by=reader, told_whom=" ", told_how="telephone", now=now)
        with pytest.raises(criticals.NothingSaid):
            criticals.acknowledge(row, by=reader, told_whom="Ward 7", told_how="pigeon", now=now)
        done = criticals.acknowledge(row, by=reader, now=now + dt.timedelta(seconds=90), **TOLD)
        assert done.told_whom == "Sister Marsh, ward 7"
        with pytest.raises(criticals.Acknowledged):
            criticals.acknowledge(row, by=reader, now=now, **TOLD)
        assert not criticals.open_results().exists()
        assert criticals.times() == criticals.Times(1, 90, 90)


def test_median_and_p90_are_by_nearest_rank(recording, reader):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        for minutes in range(1, 11):
            row = criticals.raise_by_hand(report, f"Pause {minutes}", reader, now)
            later = now + dt.timedelta(minutes=minutes)
            criticals.acknowledge(row, by=reader, now=later, **TOLD)
        assert criticals.times() == criticals.Times(10, 300, 540)


def test_what_stands_open_too_long_is_told_to_the_alarm_channels_without_the_patient(recording):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        begun = now - dt.timedelta(minutes=10)
        row = criticals.raise_critical(report, "rule.fast", "Too fast", now=begun)
        assert list(criticals.overdue()) == []
        ReadingPolicy.objects.create(organization=recording.organization, critical_minutes=5)
        (found,) = criticals.overdue()
    assert (found.code, found.subject) == ("critical.unacknowledged", str(row.public_id))
