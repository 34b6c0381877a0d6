"""The notification centre (A7): told once, read in the reader's language, mailed in the person's own."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from mall.notifications import mails
from mall.notifications.kinds import Kind
from mall.notifications.models import Notice
from mall.notifications.sending import MOST_ATTEMPTS, mail, mail_waiting, notify, unread_count
from tests.conftest import NOON
from tests.factories.accounts import shopper

pytestmark = pytest.mark.django_db

gettext_noop("Notices")
BELL = Kind("tests.bell", title=_("Notices"), body=_("%(count)s unread"))
QUIET = Kind("tests.quiet", title=_("Notices"), body=_("%(count)s unread"), is_mailed=False)


@pytest.fixture(autouse=True)
def _memory_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def told(person, kind=BELL, **facts):
    return notify([person, person], kind, {"count": 3} | facts, url="/account/", now=NOON)[0]


def test_person_is_told_once_and_reads_it_in_the_language_she_reads():
    person = shopper()

    notice = told(person)

    assert Notice.objects.count() == 1
    with override("en"):
        assert (notice.title, notice.body) == ("Notices", "3 unread")
    with override("zh-hans"):
        assert (notice.title, notice.body) == ("通知", "3 条未读")


def test_fact_in_several_languages_is_said_in_the_readers():
    kind = Kind("tests.named", title=_("Notices"), body=_("%(count)s unread"))
    with override("en"):
        assert kind.said({"count": {"zh-hans": "三", "en": "three"}})[1] == "three unread"


def test_mail_speaks_the_persons_language_as_text_and_html():
    english, chinese = shopper(language="en"), shopper()
    ids = [told(person).pk for person in (english, chinese)]

    assert mail(ids=ids, now=NOON) == 2
    assert mail(ids=ids, now=NOON) == 0  # once

    assert [(message.to, message.subject) for message in outbox.outbox] == [
        ([english.email], "Notices"),
        ([chinese.email], "通知"),
    ]
    html, kind = outbox.outbox[0].alternatives[0]
    assert kind == "text/html" and "/account/" in html and "/account/" in outbox.outbox[0].body
    assert set(Notice.objects.values_list("mailed_at", "is_mail_due")) == {(NOON, False)}


def test_what_is_only_shown_is_not_mailed():
    told(shopper(), QUIET)

    assert mail_waiting(now=NOON + timedelta(hours=1)) == 0
    assert outbox.outbox == []


def test_lost_nudge_is_found_and_old_news_let_be():
    notice = told(shopper())

    assert mail_waiting(now=NOON + timedelta(seconds=30)) == 0
    assert mail_waiting(now=NOON + timedelta(minutes=2)) == 1
    late = told(shopper())
    assert mail_waiting(now=NOON + timedelta(days=3)) == 0
    late.refresh_from_db()
    assert (late.is_mail_due, late.mailed_at, notice.pk != late.pk) == (False, None, True)


def test_mail_that_fails_is_tried_again_some_times(monkeypatch):
    notice = told(shopper())
    monkeypatch.setattr(mails, "send", lambda **message: 1 / 0)

    tries = [mail(ids=[notice.pk], now=NOON) for _number in range(MOST_ATTEMPTS + 2)]

    notice.refresh_from_db()
    assert (sum(tries), notice.mail_attempts, notice.is_mail_due) == (0, MOST_ATTEMPTS, False)


def test_telling_belongs_into_a_transaction(monkeypatch):
    outside = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr("mall.notifications.sending.transaction.get_connection", lambda: outside)
    with pytest.raises(RuntimeError, match="inside the transaction"):
        notify([], BELL, {}, now=NOON)


def test_page_lists_counts_follows_and_marks_read(client):
    person, other = shopper(language="en"), shopper()
    first, second = told(person), told(person)
    theirs = told(other)
    client.force_login(person)
    page = reverse("storefront:notifications:list")

    assert client.get(page).context["unread"] == 2
    answer = client.post(reverse("storefront:notifications:follow", args=[first.public_id]))
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert client.get(page).context["unread"] == 1
    client.post(reverse("storefront:notifications:read-all"))
    assert (unread_count(person), unread_count(other)) == (0, 1)
    assert client.post(reverse("storefront:notifications:follow", args=[theirs.public_id])).status_code == 404
    assert second.pk


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_however_long(client, count, django_assert_num_queries):
    person = shopper()
    for _number in range(count):
        told(person)
    client.force_login(person)

    with django_assert_num_queries(5):  # session and person; count, rows, unread
        client.get(reverse("storefront:notifications:list"))


def test_person_is_remembered_with_the_language_she_chose(client):
    person = shopper()
    client.force_login(person)

    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    person.refresh_from_db()
    assert person.language == "en"
    client.post(reverse("set_language"), {"language": "tlh", "next": "/"})
    person.refresh_from_db()
    assert person.language == "en"
