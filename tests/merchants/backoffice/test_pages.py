import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from PIL import Image

from mall import clock
from mall.audit.models import AuditRecord
from mall.money import Money
from merchants.backoffice.panels import health as health_panel
from merchants.health import score_month
from merchants.hours import in_words
from merchants.models import Seat, ShopActivity
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def owner(client):
    person = shopper()
    client.force_login(person)
    return person


@pytest.fixture(autouse=True)
def own_panels(settings):
    settings.BACKOFFICE_PANELS = ["merchants.backoffice.panels.health"]
    settings.BACKOFFICE_TODO = ["merchants.backoffice.todo.waiting"]
    settings.BACKOFFICE_FIGURES = []


# home


def test_home_leads_to_the_only_shop(client, owner):
    shop(slug="tea", owner=owner)

    assert client.get("/backoffice/")["Location"] == "/backoffice/tea/"


@pytest.mark.parametrize("count", [0, 2])
def test_home_lets_choose_or_explains(client, owner, count):
    for _number in range(count):
        shop(owner=owner)
    shop(owner=shopper())

    response = client.get("/backoffice/")

    assert (response.status_code, [each.user for each in response.context["seats"]]) == (200, [owner] * count)


def test_home_asks_who_comes_to_sign_in(client):
    assert client.get("/backoffice/")["Location"] == "/accounts/login/?next=/backoffice/"


# dashboard


def test_dashboard_is_composed_of_panels(client, owner):
    place = shop(slug="tea", owner=owner)

    response = client.get("/backoffice/tea/")

    assert response.context["shop"] == place
    assert [panel["template"] for panel in response.context["panels"]] == ["backoffice/panels/health.html"]


def nobodys_panel(shop, seat, now):
    return None


def test_panel_whose_right_the_seat_lacks_is_left_out(client, owner, settings):
    settings.BACKOFFICE_PANELS = [f"{__name__}.nobodys_panel"]
    shop(slug="tea", owner=owner)

    assert client.get("/backoffice/tea/").context["panels"] == []


@pytest.mark.parametrize(
    ("idle", "freeze_on"),
    [(10 * DAY, None), (30 * DAY, None), (31 * DAY, date(2026, 3, 31)), (59 * DAY, date(2026, 3, 3))],
)
def test_panel_warns_from_the_reminder_on_and_says_when(idle, freeze_on):  # M7
    place = shop(opened_at=NOON - 300 * DAY, last_paid_at=NOON - idle)

    context = health_panel(place, seat(place), NOON)["context"]

    assert context == {"latest": None, "shop": place, "idle_days": idle.days, "freeze_on": freeze_on}


# profile


def typed(place, **fields) -> dict:
    return {
        "name_zh_hans": place.name["zh-hans"],
        "name_en": place.name["en"],
        "colour": place.colour,
        "shipping_fee": "0",
        **fields,
    }


def picture(size=(900, 600), kind="PNG") -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, kind)
    return SimpleUploadedFile("../../logo.png", written.getvalue())


def test_owner_changes_profile_and_terms(client, owner):
    place = shop(slug="tea", owner=owner, shipping_fee="5.00")

    shown = client.get("/backoffice/tea/shop/").context["form"]
    answer = client.post(
        "/backoffice/tea/shop/",
        typed(
            place,
            tagline_zh_hans="一杯好茶",
            province="浙江省",
            city="杭州市",
            shipping_fee="8.50",
            free_shipping_over="99",
        ),
    )

    place.refresh_from_db()
    assert shown["shipping_fee"].value() == "5.00"
    assert (answer.status_code, answer["Location"]) == (302, "/backoffice/tea/shop/")
    assert (place.tagline["zh-hans"], place.city, place.shipping_fee, place.free_shipping_over) == (
        "一杯好茶",
        "杭州市",
        Money(850),
        Money(9900),
    )
    assert AuditRecord.objects.get().actor == owner


def test_free_shipping_can_be_given_up(client, owner):
    place = shop(slug="tea", owner=owner, free_shipping_over="99.00")

    client.post("/backoffice/tea/shop/", typed(place, free_shipping_over=""))

    place.refresh_from_db()
    assert place.free_shipping_over is None


def test_opening_hours_stand_on_the_shops_page_until_the_shop_takes_them_back(client, owner):  # M3
    place = shop(slug="tea", owner=owner)
    workdays = {f"from_{day}": "09:00" for day in range(5)} | {f"until_{day}": "18:30" for day in range(5)}

    client.post("/backoffice/tea/shop/", typed(place, **workdays, from_5="10:00", until_5="16:00"))

    place.refresh_from_db()
    assert place.hours == ["09:00-18:30"] * 5 + ["10:00-16:00", ""]
    form = client.get("/backoffice/tea/shop/").context["form"]
    assert [field.value() for field in form.days[5]] == ["10:00", "16:00"]
    page = reverse("storefront:catalog:shop", args=["tea"])
    said = "Monday to Friday 09:00–18:30 · Saturday 10:00–16:00 · Sunday closed"
    assert said in client.get(page, headers={"accept-language": "en"}).content.decode()

    client.post("/backoffice/tea/shop/", typed(place))
    place.refresh_from_db()
    assert (place.hours, place.hours_in_words) == (None, [])
    with override("en"):
        assert in_words(["08:00-22:00"] * 7) == ["Every day 08:00–22:00"]


@pytest.mark.parametrize(
    ("field", "typing"),
    [
        ("name", {"name_zh_hans": ""}),
        ("name", {"name_zh_hans": "国家级"}),
        ("about", {"about_en": "A miracle cure"}),
        ("colour", {"colour": "red"}),
        ("shipping_fee", {"shipping_fee": "-1"}),
        ("shipping_fee", {"shipping_fee": ""}),
        ("shipping_fee", {"shipping_fee": "1.005"}),
        ("free_shipping_over", {"free_shipping_over": "soon"}),
        ("until_0", {"from_0": "09:00"}),
        ("until_2", {"from_2": "18:00", "until_2": "09:00"}),
        ("from_6", {"from_6": "25:00"}),
    ],
)
def test_mistakes_are_shown_at_their_fields_and_nothing_changes(client, owner, field, typing):
    place = shop(slug="tea", owner=owner)

    answer = client.post("/backoffice/tea/shop/", typed(place, province="浙江省", city="杭州市", **typing))

    place.refresh_from_db()
    assert (answer.status_code, list(answer.context["form"].errors), place.city) == (200, [field], "")


def test_logo_is_cut_square_and_gets_a_name_of_its_own(client, owner, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    place = shop(slug="tea", owner=owner)

    client.post("/backoffice/tea/shop/", typed(place, logo=picture()))
    place.refresh_from_db()
    with_logo = place.logo.name
    shape = Image.open(place.logo.path).size
    client.post("/backoffice/tea/shop/", typed(place))
    place.refresh_from_db()
    kept = place.logo.name
    client.post("/backoffice/tea/shop/", typed(place, **{"logo-clear": "on"}))

    place.refresh_from_db()
    assert (shape, with_logo[:6], with_logo[-5:]) == ((400, 400), "shops/", ".webp")
    assert (kept, place.logo.name) == (with_logo, "")


@pytest.mark.parametrize(
    "upload",
    [
        lambda: SimpleUploadedFile("logo.png", b"<?php"),
        lambda: picture(kind="BMP"),
        lambda: picture(size=(6001, 1)),
        lambda: SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
    ],
)
def test_what_is_no_picture_is_refused_at_its_field(client, owner, upload):
    place = shop(slug="tea", owner=owner)

    answer = client.post("/backoffice/tea/shop/", typed(place, logo=upload()))

    place.refresh_from_db()
    assert (list(answer.context["form"].errors), bool(place.logo)) == (["logo"], False)


# health


def test_health_page_explains_the_latest_score(client, owner):  # M6
    place = shop(slug="tea", owner=owner)
    for month in (1, 2, 3):
        score_month(month=date(2026, month, 1), now=NOON)

    context = client.get("/backoffice/tea/health/").context

    assert [score.month.month for score in context["scores"]] == [3, 2, 1]
    assert context["latest"] == context["scores"][0]
    assert sum(line["points"] for line in context["measures"]) == pytest.approx(float(context["latest"].score))
    assert (context["facts"]["paid_orders"], context["shop"]) == (0, place)


def test_health_page_of_a_shop_without_a_score_is_there(client, owner):
    shop(slug="tea", owner=owner)

    context = client.get("/backoffice/tea/health/").context

    assert (context["scores"], context["latest"], context["measures"]) == ([], None, [])


# doors


PAGES = {"/backoffice/tea/": set(Seat.Role), "/backoffice/tea/health/": set(Seat.Role),
         "/backoffice/tea/shop/": {Seat.Role.OWNER, Seat.Role.MANAGER}}  # fmt: skip


@pytest.mark.parametrize("role", Seat.Role)
@pytest.mark.parametrize("page", PAGES)
def test_each_role_enters_its_pages(client, owner, page, role):  # A4
    seat(shop(slug="tea"), owner, role)

    assert client.get(page).status_code == (200 if role in PAGES[page] else 403)


@pytest.mark.parametrize("page", PAGES)
def test_another_shops_pages_do_not_exist(client, owner, page):  # R6
    shop(owner=owner)
    shop(slug="tea")

    assert (client.get(page).status_code, client.post(page).status_code) == (404, 404)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_however_long_the_history(client, owner, count, django_assert_num_queries):
    place = shop(slug="tea", owner=owner, opened_at=NOON - 900 * DAY)
    ShopActivity.objects.filter(shop=place).update(last_paid_at=clock.now())
    for month in range(1, count + 1):
        score_month(month=date(2026, month, 1), now=NOON)
    client.get("/backoffice/tea/")

    # session and person, seats, factors, scope (5), activity, agreements, two scores
    with django_assert_num_queries(12):
        client.get("/backoffice/tea/")
    # session and person, seats, scope, scores, appeals; what cost points (6), facts, activity's score for campaigns
    with django_assert_num_queries(18):
        client.get("/backoffice/tea/health/")
