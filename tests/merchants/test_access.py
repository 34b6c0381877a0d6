import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory
from django.urls import reverse

from catalog.models import Category, Product
from mall.tenancy import APP_ROLE, SHOP_ROLE
from merchants.access import shop_right
from merchants.models import DailyFacts, Seat, Shop
from merchants.seats import give_seat, take_seat_away
from tests.clients import Client, shown_factor
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


@shop_right("orders.ship")
def page(request, public_id="-"):
    return HttpResponse(f"{request.shop.slug} {request.seat.role} {public_id}")


def ask(view, user, shop_slug, method="get", session=None, **kwargs):
    request = getattr(RequestFactory(), method)(f"/backoffice/{shop_slug}/orders/ord_1/")
    request.user, request.session = user, session or {}
    return view(request, shop=shop_slug, **kwargs)


def product_of(shop):
    category = Category.objects.first() or Category.objects.add_root({"slug": "tea", "name": {"zh-hans": "茶"}})
    return Product.objects.create(
        shop=shop, category=category, title={"zh-hans": "茶"}, created_at=NOON, changed_at=NOON
    )


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in():
    shop(slug="tea")

    response = ask(page, AnonymousUser(), "tea", public_id="ord_1")

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/backoffice/tea/orders/ord_1/")


def test_without_a_seat_in_the_shop_its_pages_do_not_exist():  # R6
    mine, theirs = shop(), shop()
    owner = seat(mine).user

    for person, slug in [(owner, theirs.slug), (owner, "no-such-shop"), (shopper(), mine.slug), (staff(), mine.slug)]:
        with pytest.raises(Http404):
            ask(page, person, slug)


def test_each_role_enters_exactly_where_its_rights_lead():  # A4
    place = shop()
    everybody = {role: seat(place, role=role).user for role in Seat.Role}

    for right in frozenset().union(*Seat.RIGHTS.values()):
        view = shop_right(right)(lambda request: HttpResponse())
        for role_name, person in everybody.items():
            if right in Seat.RIGHTS[role_name]:
                assert ask(view, person, place.slug, session=shown_factor(person)).status_code == 200
            else:
                with pytest.raises(PermissionDenied):
                    ask(view, person, place.slug)


def test_what_is_taken_away_is_gone_at_the_next_request_of_the_same_session():  # F7
    place, owner = shop(), shopper()
    seat(place, owner)
    person, helper, client, desk = seat(place, role="editor").user, staff(superuser=False), Client(), Client()
    group = Group.objects.get(name="category_expert")
    helper.groups.add(group)
    client.force_login(person)
    desk.force_login(helper)
    lists = reverse("backoffice:orders:list", args=[place.slug])
    add = reverse("backoffice:catalog:add", args=[place.slug])
    goods = reverse("admin:catalog_product_changelist")
    before = [client.get(lists).status_code, client.get(add).status_code, desk.get(goods).status_code]

    give_seat(shop=place, user=person, role="reader", by=owner, now=NOON)
    helper.groups.remove(group)
    demoted = [client.get(lists).status_code, client.get(add).status_code, desk.get(goods).status_code]
    take_seat_away(seat=place.seats.get(user=person), by=owner, now=NOON)
    dismissed = [client.get(lists).status_code, client.get(add).status_code]

    assert (before, demoted, dismissed) == ([200, 200, 200], [200, 403, 403], [404, 404])


def test_a_right_that_no_role_grants_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match=r"orders\.shipp"):
        shop_right("orders.shipp")


def test_view_finds_the_shop_and_the_seat_and_not_the_address():
    clerk = seat(shop(slug="tea"), role=Seat.Role.CLERK).user

    response = ask(page, clerk, "tea", public_id="ord_1")

    assert response.content == b"tea clerk ord_1"


def test_frame_may_offer_all_shops_of_the_person():
    clerk = seat(shop(slug="tea"), role=Seat.Role.CLERK).user
    seat(shop(slug="cups"), clerk, role=Seat.Role.READER)
    seat(shop(slug="foreign"))
    switcher = shop_right("shop.see")(
        lambda request: HttpResponse(" ".join(f"{each.shop.slug}:{each.role}" for each in request.seats))
    )

    response = ask(switcher, clerk, "tea")

    assert response.content == b"cups:reader tea:clerk"


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [(Shop.Status.OPEN, 200, 200), (Shop.Status.FROZEN, 200, 200), (Shop.Status.CLOSED, 200, 403)],
)
def test_frozen_shop_works_on_and_closed_shop_only_shows(status, reading, writing):
    place = shop(status=status, frozen_at=NOON)
    owner = seat(place).user

    def status_of(method):
        try:
            return ask(page, owner, place.slug, method).status_code
        except PermissionDenied:
            return 403

    assert (status_of("get"), status_of("post")) == (reading, writing)


def test_inside_the_view_a_forgotten_filter_shows_own_rows_only():  # R6
    mine, theirs = shop(), shop()
    owner = seat(mine).user
    my_product, _their_product = product_of(mine), product_of(theirs)

    @shop_right("products.see")
    def forgetful(request):
        assert role() == SHOP_ROLE
        assert list(Product.objects.all()) == [my_product]
        assert list(Shop.objects.all()) == [mine]
        assert Product.objects.update(review_note="touched") == 1
        return HttpResponse()

    ask(forgetful, owner, mine.slug)

    assert role() == APP_ROLE
    assert set(Product.objects.values_list("shop", "review_note")) == {(mine.pk, "touched"), (theirs.pk, "")}


def test_database_refuses_a_row_written_for_another_shop():  # R6
    mine, theirs = shop(), shop()
    owner = seat(mine).user

    @shop_right("products.see")
    def thief(request):
        DailyFacts.objects.create(shop=theirs, on=NOON.date())

    with pytest.raises(Exception, match=r"row-level security|aborted"):
        ask(thief, owner, mine.slug)

    assert (role(), DailyFacts.objects.count()) == (APP_ROLE, 0)


def test_page_is_rendered_inside_the_scope():  # R6
    mine, _theirs = shop(), shop()
    owner = seat(mine).user
    template = engines["django"].from_string("{% for shop in shops %}[{{ shop.slug }}]{% endfor %}")

    @shop_right("shop.see")
    def lazy(request):
        return SimpleTemplateResponse(template, {"shops": Shop.objects.all()})

    response = ask(lazy, owner, mine.slug)

    assert response.content.decode() == f"[{mine.slug}]"


def test_exception_leaves_nothing_behind_and_the_role_of_the_house():
    mine = shop()
    owner = seat(mine).user

    @shop_right("shop.see")
    def broken(request):
        Shop.objects.update(city="nowhere")
        raise LookupError("in the middle")

    with pytest.raises(LookupError):
        ask(broken, owner, mine.slug)

    mine.refresh_from_db()
    assert (role(), mine.city) == (APP_ROLE, "")


def test_streamed_page_is_refused_because_it_would_be_made_outside_the_scope():
    mine = shop()
    owner = seat(mine).user

    @shop_right("shop.see")
    def stream(request):
        return StreamingHttpResponse(str(row.pk) for row in Shop.objects.all())

    with pytest.raises(TypeError, match="streamed"):
        ask(stream, owner, mine.slug)


def test_door_costs_two_questions_before_the_scope(django_assert_num_queries):
    mine = shop()
    owner = seat(mine).user

    session = shown_factor(owner)

    # seat, her factors; savepoint, who am I, become the shop; become the mall again, savepoint
    with django_assert_num_queries(7):
        ask(page, owner, mine.slug, session=session)
