import pytest
from django.urls import reverse

from merchants import growth
from merchants.applications import approve_application, reject_application, request_changes
from merchants.health import score_month
from merchants.models import HealthScore, Seat, Shop
from merchants.staff_charts import charts
from merchants.staff_queues import waiting
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop
from tests.merchants.applying import checked, submitted, under_review

pytestmark = pytest.mark.django_db
SHOPS = "admin:merchants_shop_changelist"


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
    place = shop()

    asked = act(desk, SHOPS, "freeze", place)
    unsaid = act(desk, SHOPS, "freeze", place, confirmed="yes", reason=" ")

    place.refresh_from_db()
    assert (asked.status_code, asked.templates[0].name) == (200, "admin/verbs/decide.html")
    assert (list(asked.context["rows"]), list(unsaid.context["form"].errors)) == ([place], ["reason"])
    assert place.status == "open"


def test_one_refusal_does_not_hold_up_the_others(desk):
    one, frozen = shop(), shop(status="frozen", frozen_at=NOON)

    response = act(desk, SHOPS, "freeze", one, frozen, confirmed="yes", reason="Complaints")

    assert set(Shop.objects.values_list("status", flat=True)) == {"frozen"}
    assert len(told(response)) == 2


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
    frozen = shop(status="frozen", frozen_at=NOON)

    response = desk.post(
        f"{reverse(SHOPS)}?status__exact=open",
        {"action": "freeze", "_selected_action": [frozen.pk], "confirmed": "yes"},
        headers={"accept-language": "en"},
    )

    assert told(response) == ["Nothing was chosen that is still in this list."]


def test_queues_tell_how_many_shops_are_frozen(desk, clerk):
    shop(), shop(status=Shop.Status.FROZEN, frozen_at=NOON)

    queues = waiting(clerk)

    assert [queue.count for queue in queues] == [0, 0, 0, 0, 0, 1, 0]
    assert [desk.get(queue.url).context["cl"].result_count for queue in queues] == [0, 0, 0, 0, 0, 1, 0]
    assert waiting(shopper()) == []


def test_seat_in_the_list_names_person_shop_and_role(desk):
    row = seat(shop(slug="tea"), role=Seat.Role.CLERK)

    page = desk.get(reverse("admin:merchants_seat_changelist")).content.decode()

    assert str(row.user) in page
    assert row.user.email not in page  # covered (R5)


def test_staff_see_how_applications_were_answered(clerk):
    decide = {"by": clerk, "now": NOON}
    approve_application(application=under_review(), **decide)
    reject_application(application=under_review(), reason="Not a business", **decide)
    request_changes(application=under_review(), reason="Unreadable", **decide)
    checked()

    (chart,) = [chart for chart in charts(clerk, NOON) if chart.key == "answers"]

    assert [line.values[-1] for line in chart.series] == [2, 1, 1]  # a person and the machine; changes; rejected
    assert "67" in chart.summary and "3 " in chart.summary
