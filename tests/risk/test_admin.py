import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from mall.audit.models import AuditRecord
from risk.holds import place_hold
from risk.models import BannedWord, Hold
from tests.conftest import NOON
from tests.factories.accounts import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(staff())
    return client


def test_staff_release_chosen_holds_by_the_verb(desk):
    holds = [place_hold(kind="settlement", subject_id=f"ord_{n}", reason="x", now=NOON) for n in range(2)]
    chosen = {"action": "release", "_selected_action": [hold.pk for hold in holds], "confirmed": "yes"}

    desk.post(reverse("admin:risk_hold_changelist"), chosen, HTTP_ACCEPT_LANGUAGE="en")
    again = desk.post(reverse("admin:risk_hold_changelist"), chosen, follow=True, HTTP_ACCEPT_LANGUAGE="en")

    assert Hold.objects.filter(released_at=None).count() == 0
    assert AuditRecord.objects.filter(action="risk.release_hold").count() == 2
    told = [str(message) for message in again.context["messages"]]
    assert told == ["Release the hold: done for 2."] + [f"{hold}: This hold was already released." for hold in holds]


def test_staff_place_a_hold_by_the_verb(desk):
    form = {"kind": "settlement", "subject_id": " ord_1 ", "reason": "Disputed"}

    response = desk.post(reverse("admin:risk_hold_add"), form)

    assert response.status_code == 302
    assert list(Hold.objects.values_list("subject_id", "reason")) == [("ord_1", "Disputed")]
    assert AuditRecord.objects.get().action == "risk.place_hold"


def test_hold_is_shown_and_neither_edited_nor_deleted(desk):
    hold = place_hold(kind="settlement", subject_id="ord_1", reason="x", now=NOON)
    page = reverse("admin:risk_hold_change", args=[hold.pk])

    shown = desk.get(page)
    edited = desk.post(page, {"kind": "settlement", "subject_id": "ord_2", "reason": "y"})
    deleted = desk.post(reverse("admin:risk_hold_delete", args=[hold.pk]), {"post": "yes"})

    hold.refresh_from_db()
    assert (shown.status_code, edited.status_code, deleted.status_code, hold.subject_id) == (200, 403, 403, "ord_1")


def test_who_may_only_look_cannot_release(client):
    looker = staff(superuser=False)
    looker.user_permissions.add(Permission.objects.get(codename="view_hold"))
    client.force_login(looker)
    hold = place_hold(kind="settlement", subject_id="ord_1", reason="x", now=NOON)

    client.post(
        reverse("admin:risk_hold_changelist"), {"action": "release", "_selected_action": [hold.pk], "confirmed": "yes"}
    )

    hold.refresh_from_db()
    assert hold.released_at is None


def test_words_are_added_changed_and_dropped_on_the_record(desk):
    BannedWord.objects.all().delete()

    desk.post(reverse("admin:risk_bannedword_add"), {"word": "绝品", "severity": "review", "why": "Absolute"})
    word = BannedWord.objects.get()
    desk.post(reverse("admin:risk_bannedword_change", args=[word.pk]), {"severity": "block", "why": "Absolute"})
    severity = BannedWord.objects.get().severity
    desk.post(reverse("admin:risk_bannedword_delete", args=[word.pk]), {"post": "yes"})

    assert (severity, BannedWord.objects.count()) == ("block", 0)
    assert list(AuditRecord.objects.order_by("pk").values_list("action", flat=True)) == [
        "risk.ban_word", "risk.ban_word", "risk.allow_word",
    ]  # fmt: skip


def test_word_of_nothing_but_signs_is_refused_where_it_was_typed(desk):
    before = BannedWord.objects.count()

    response = desk.post(reverse("admin:risk_bannedword_add"), {"word": " ** ", "severity": "block", "why": "x"})

    assert "word" in response.context["adminform"].form.errors
    assert BannedWord.objects.count() == before
