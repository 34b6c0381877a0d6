import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from merchants import growth
from merchants.health import score_month
from merchants.models import Application, HealthScore, Seat, Shop
from merchants.staff_queues import waiting
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop
from tests.merchants.test_applications import in_status, submitted

pytestmark = pytest.mark.django_db
APPLICATIONS, SHOPS = "admin:merchants_application_changelist", "admin:merchants_shop_changelist"


@pytest.fixture
def clerk():
    return staff()


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def act(desk, page, action, *rows, **typed):
    return desk.post(reverse(page), {"action": action, "_selected_action": [row.pk for row in rows], **typed})


def names(page) -> list[str]:
    """The buttons that a page offers."""
    return [verb.name for verb in page.context["verbs"]]


def told(response) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


def test_decision_is_asked_for_before_it_is_done(desk):
    application = submitted()

    asked = act(desk, APPLICATIONS, "approve", application)

    application.refresh_from_db()
    assert (asked.status_code, asked.templates[0].name) == (200, "admin/verbs/decide.html")
    assert (list(asked.context["rows"]), asked.context["form"]) == ([application], None)
    assert application.status == "submitted"


def test_staff_approve_by_the_verb(desk, clerk):  # M2
    application = submitted()

    response = act(desk, APPLICATIONS, "approve", application, confirmed="yes")

    application.refresh_from_db()
    assert (response.status_code, application.status, application.decided_by) == (302, "approved", clerk)
    assert Shop.objects.get().slug == application.shop_slug


@pytest.mark.parametrize(("action", "status"), [("request_changes", "changes"), ("reject", "rejected")])
def test_staff_say_no_with_a_reason(desk, clerk, action, status):
    application = submitted()

    act(desk, APPLICATIONS, action, application, confirmed="yes", reason="Licence unreadable")

    application.refresh_from_db()
    assert (application.status, application.reason, application.decided_by) == (status, "Licence unreadable", clerk)


def test_no_without_a_reason_is_asked_again(desk):
    application = submitted()

    response = act(desk, APPLICATIONS, "reject", application, confirmed="yes", reason=" ")

    application.refresh_from_db()
    assert (list(response.context["form"].errors), application.status) == (["reason"], "submitted")


def test_one_refusal_does_not_hold_up_the_others(desk, clerk):
    mine, other, decided = submitted(clerk), submitted(), in_status(Application.Status.REJECTED)

    response = act(desk, APPLICATIONS, "approve", mine, other, decided, confirmed="yes")

    assert {row.pk: row.status for row in Application.objects.all()} == {
        mine.pk: "submitted",
        other.pk: "approved",
        decided.pk: "rejected",
    }
    assert len(told(response)) == 3


def test_who_may_only_look_sees_no_decisions(client):
    looker = staff(superuser=False)
    looker.user_permissions.add(Permission.objects.get(codename="view_application"))
    client.force_login(looker)
    application = submitted()

    act(client, APPLICATIONS, "approve", application, confirmed="yes")
    page = client.get(reverse("admin:merchants_application_change", args=[application.pk]))

    application.refresh_from_db()
    assert (page.status_code, page.context["verbs"], application.status) == (200, [], "submitted")


def test_page_of_an_application_shows_findings_and_masks_the_person(desk):
    application = submitted(contact_name="张小云", contact_phone="19912345678", goods="减肥茶")

    page = desk.get(reverse("admin:merchants_application_change", args=[application.pk])).content.decode()

    assert "减肥" in page
    assert "⚠" in page
    assert "9912345678" not in page
    assert "张小云" not in page


@pytest.mark.parametrize("status", Application.Status)
def test_page_of_an_application_offers_what_can_be_done_now(desk, status):
    application = in_status(status)

    page = desk.get(reverse("admin:merchants_application_change", args=[application.pk]))

    offered = names(page)
    assert offered == (["approve", "request_changes", "reject"] if status == "submitted" else [])


def test_staff_freeze_with_a_reason_and_thaw(desk):
    place = shop()
    shop_page = reverse("admin:merchants_shop_change", args=[place.pk])

    offered = [names(desk.get(shop_page))]
    act(desk, SHOPS, "freeze", place, confirmed="yes", reason="Complaints")
    place.refresh_from_db()
    frozen = (place.status, place.frozen_because)
    offered.append(names(desk.get(shop_page)))
    act(desk, SHOPS, "thaw", place, confirmed="yes")

    place.refresh_from_db()
    assert (frozen, place.status, offered) == (
        ("frozen", "Complaints"),
        "open",
        [["freeze", "close"], ["thaw", "close"]],
    )


@pytest.mark.parametrize("model", ["application", "shop", "merchant", "seat", "dailyfacts", "healthscore"])
def test_nothing_is_added_edited_or_deleted_by_hand(desk, model):
    rows = {
        "application": lambda: submitted().pk,
        "shop": lambda: shop().pk,
        "merchant": lambda: shop().merchant.pk,
        "seat": lambda: seat(shop()).pk,
        "dailyfacts": lambda: _facts().pk,
        "healthscore": lambda: _score().pk,
    }
    pk = rows[model]()
    page = reverse(f"admin:merchants_{model}_change", args=[pk])

    assert desk.get(page).status_code == 200
    assert desk.post(page, {"status": "open"}).status_code == 403
    assert desk.get(reverse(f"admin:merchants_{model}_add")).status_code == 403
    assert desk.post(reverse(f"admin:merchants_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403


def _facts():
    place = shop()
    growth.write(shop_id=place.public_id, name="Told", subject="x", at=NOON, paid_orders=1, paid_amount=100)
    from merchants.models import DailyFacts

    return DailyFacts.objects.get()


def _score():
    shop()
    score_month(month=NOON.date().replace(day=1), now=NOON)
    return HealthScore.objects.get()


def test_staff_close_a_shop_in_which_nothing_is_left_to_be_done(desk):  # M9
    place = shop()

    act(desk, SHOPS, "close", place, confirmed="yes", reason="The merchant leaves")

    place.refresh_from_db()
    assert place.status == "closed"


def test_staff_score_again_after_an_appeal(desk, clerk):  # M6
    score = _score()
    growth.write(
        shop_id=score.shop.public_id,
        name="Told",
        subject="x",
        at=NOON.replace(month=2),
        paid_orders=50,
        canceled_paid_orders=50,
    )
    page = reverse("admin:merchants_healthscore_change", args=[score.pk])
    assert names(desk.get(page)) == ["rescore"]

    act(desk, "admin:merchants_healthscore_changelist", "rescore", score, confirmed="yes", reason="Lost parcels")

    before = score.score
    score.refresh_from_db()
    assert score.score < before


def test_the_page_tells_what_people_did(desk, clerk):
    place = shop()
    act(desk, SHOPS, "freeze", place, confirmed="yes", reason="Complaints")

    records = desk.get(reverse("admin:merchants_shop_change", args=[place.pk])).context["records"]

    assert [(row.action, row.actor, row.after["reason"]) for row in records] == [
        ("merchants.freeze_shop", clerk, "Complaints")
    ]


def test_what_was_decided_meanwhile_is_said(desk):
    application = in_status(Application.Status.REJECTED)

    response = desk.post(
        f"{reverse(APPLICATIONS)}?status__exact=submitted",
        {"action": "approve", "_selected_action": [application.pk], "confirmed": "yes"},
        headers={"accept-language": "en"},
    )

    assert told(response) == ["Nothing was chosen that is still in this list."]


def test_queues_tell_how_many_applications_wait_and_shops_are_frozen(desk, clerk):
    submitted(), submitted(), in_status(Application.Status.REJECTED)
    shop(), shop(status=Shop.Status.FROZEN, frozen_at=NOON)

    queues = waiting(clerk)

    assert [queue.count for queue in queues] == [2, 1, 0]
    assert [desk.get(queue.url).context["cl"].result_count for queue in queues] == [2, 1, 0]
    assert waiting(shopper()) == []


def test_seat_in_the_list_names_person_shop_and_role(desk):
    row = seat(shop(slug="tea"), role=Seat.Role.CLERK)

    page = desk.get(reverse("admin:merchants_seat_changelist")).content.decode()

    assert row.user.email in page
