"""R7: the quarterly report about security says what is so, and what it could not look at."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override

from mall import clock
from mall.accounts.models import SignInTrouble, User
from mall.accounts.sessions import note_trouble
from mall.accounts.staff_groups import STAFF_GROUPS
from mall.audit.models import AuditRecord
from mall.audit.trail import SEALED, record
from mall.operations.models import SecurityReport
from mall.security import keeping
from mall.security.advisories import Advisories, advisories, installed, read
from mall.security.gathering import quarter_before, quarter_named, sections
from risk.holds import place_hold
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop
from tests.factories.settlement import held_money, with_money
from tests.settlement.reading_pdf import printed

GOOD = Advisories(looked_at=3)
QUARTER = quarter_named("2026Q1")


def audit(**changed) -> str:
    """An answer of pip-audit about everything that is installed; ``changed``: name to what else is said of it."""
    rows = [{"name": name, "version": version, "vulns": []} for name, version in installed().items()]
    rows = [row | changed.get(row["name"], {}) for row in rows if changed.get(row["name"], {}) is not None]
    return json.dumps({"dependencies": rows, "fixes": []})


def section(title: str, **given):
    with override("en"):
        found = sections(**{"quarter": QUARTER, "known": GOOD, "now": NOON, **given})
    return next(part for part in found if part.title.startswith(title))


def test_a_quarter_is_three_months():
    assert [str(day) for day in (QUARTER.first, QUARTER.after)] == ["2026-01-01", "2026-04-01"]
    assert quarter_named("2026Q4").after.isoformat() == "2027-01-01"
    assert [quarter_before(day.date()).name for day in (NOON, NOON + timedelta(days=60))] == ["2025Q4", "2026Q1"]
    for wrong in ("2026", "2026Q5", "Q1", "1999Q1", ""):
        with pytest.raises(ValueError, match="no quarter"):
            quarter_named(wrong)


# What it says


@pytest.mark.django_db
def test_permissions_by_group_and_where_they_differ_from_the_table():
    assert section("Groups of staff").is_ok
    Group.objects.get(name="support").permissions.add(Permission.objects.get(codename="decide_moneycase"))

    told = section("Groups of staff")

    rows = {row[0]: row for row in told.rows}
    assert not told.is_ok
    assert rows["Support"][3] == "risk.decide_moneycase"
    assert set(STAFF_GROUPS["risk"].permissions) == set(rows["Risk"][2].split(", "))


@pytest.mark.django_db
def test_staff_without_a_second_factor_and_stale_accounts_are_named():
    User.objects.filter(is_staff=True).delete()
    guarded, bare = (staff(joined_at=NOON - timedelta(days=200)) for _ in range(2))
    Authenticator.objects.create(user=guarded, type="totp", data={})
    User.objects.filter(pk=guarded.pk).update(last_login=NOON - timedelta(days=89))
    shopper()

    assert [row[0] for row in section("Staff without").rows] == [bare.email]
    assert [row[0] for row in section("Staff who have not").rows] == [bare.email]
    assert not section("Staff without").is_ok


@pytest.mark.django_db
def test_failed_sign_ins_and_locks_are_counted_by_the_month_with_nothing_of_whose():
    person = shopper(password="correct-horse-7")
    for _ in range(3):
        Client().post(reverse("account_login"), {"login": person.email, "password": "wrong"})
    assert SignInTrouble.objects.get().count == 3
    for day, kind in ((NOON, "failed"), (NOON, "failed"), (NOON + timedelta(days=27), "locked")):
        note_trouble(kind=kind, now=day)

    assert section("Failed sign-ins").rows == [["2026-01", 0, 0], ["2026-02", 0, 0], ["2026-03", 2, 1]]
    assert {field.name for field in SignInTrouble._meta.fields} == {"id", "hour", "kind", "count"}


@pytest.mark.django_db
def test_open_cases_of_risk_and_held_money_past_its_hour():
    with_money(place := shop(), 100_000)
    held_money(place)
    place_hold(kind="settlement", subject_id="ord_1", reason="…", now=NOON)

    told, late = section("Open cases"), section("Open cases", now=NOON + timedelta(hours=25))

    assert {row[0]: row[1] for row in told.rows} == {
        "Cases of money": 1, "Cases of fake trade": 0, "Holds": 2, "Reports of goods and shops": 0,
    }  # fmt: skip
    assert (told.is_ok, late.is_ok) == (True, False)


def test_a_broken_chain_is_found(committed_db, owner_connection):
    for number in range(3):
        record("test.do", f"x{number}", now=NOON)
    SEALED.seal()
    assert section("The chain of the audit").is_ok

    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE mall_auditrecord SET subject = 'y' WHERE subject = 'x1'")

    assert not section("The chain of the audit").is_ok


# Libraries (pip-audit --strict)


def test_every_library_must_have_been_looked_at():
    assert read(audit()).is_ok


@pytest.mark.parametrize(
    ("changed", "unknown"),
    [
        ({"django": {"skip_reason": "not on PyPI"}}, ("django", "not on PyPI")),
        ({"django": None}, ("django", "not looked at")),
        ({"django": {"version": "1.0"}}, ("django", "not looked at")),
    ],
    ids=["skipped", "left out", "another version"],
)
def test_a_library_of_which_nothing_is_known_is_a_failure(changed, unknown):
    found = read(audit(**changed))

    assert not found.is_ok
    (row,) = found.unknown
    assert row[0] == unknown[0]
    assert unknown[1] in row[1]


def test_a_hole_is_told_with_what_closes_it():
    found = read(audit(django={"vulns": [{"id": "PYSEC-1", "fix_versions": ["9.9"], "aliases": []}]}))

    assert found.holes == [("django", installed()["django"], "PYSEC-1", "9.9")]
    assert not found.is_ok


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not json", '{"dependencies": [{}]}'])
def test_what_is_no_answer_is_a_failure(text):
    assert read(text).failure
    assert not read(text).is_ok


def test_no_file_and_no_program_is_a_failure_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "not installed" in advisories().failure
    assert advisories(file=tmp_path / "none.json").failure


# The file


@pytest.mark.django_db
def test_the_command_writes_a_pdf_and_fails_when_it_is_told_to(tmp_path):
    staff()
    (tmp_path / "audit.json").write_text(audit(django={"skip_reason": "not on PyPI"}))
    out, err = StringIO(), StringIO()
    given = {"quarter": "2026Q1", "output": str(tmp_path / "r.pdf"), "advisories": str(tmp_path / "audit.json")}

    call_command("security_report", language="en", stdout=out, stderr=err, **given)

    told = printed((tmp_path / "r.pdf").read_bytes()).replace(" ", "")
    for words in ("Security report 2026Q1", "somebody has to act", "FAILURE", "Groups of staff", "check --deploy"):
        assert words.replace(" ", "") in told, words
    assert "nothing is known of django: not on PyPI" in err.getvalue()
    assert "! Known holes of libraries" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("security_report", strict=True, stdout=StringIO(), stderr=StringIO(), **given)
    with pytest.raises(CommandError, match="no quarter"):
        call_command("security_report", quarter="2026")
    with pytest.raises(CommandError, match="has not begun"):
        call_command("security_report", quarter="2099Q1")


@pytest.mark.django_db
def test_one_is_made_for_each_quarter_and_who_may_fetches_it_on_the_record(tmp_path, settings):
    settings.SECURITY_ADVISORIES = str(tmp_path / "audit.json")
    (tmp_path / "audit.json").write_text(audit())
    report = keeping.make_due_report(now=NOON)
    assert keeping.make_due_report(now=NOON + timedelta(days=1)) is None
    assert SecurityReport.objects.get().quarter == "2025Q4"

    officer, clerk = staff(superuser=False), staff(superuser=False)
    officer.groups.add(Group.objects.get(name="risk"))
    clerk.groups.add(Group.objects.get(name="support"))
    answers = {}
    for person in (officer, clerk):
        client = Client()
        client.force_login(person)
        url = reverse("admin:operations_securityreport_pdf", args=[report.pk, "zh-hans"])
        answers[person] = client.get(url)

    assert (answers[officer].status_code, answers[clerk].status_code) == (200, 403)
    assert answers[officer].content.startswith(b"%PDF")
    assert AuditRecord.objects.filter(action="operations.fetch_security_report", actor=officer).count() == 1
    assert clock.now() >= report.made_at
