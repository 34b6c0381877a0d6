"""Pre-sales with a deposit by their pages (K1): told before, two payments, one list of what is to be paid."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from mall import clock
from mall.money import Money
from marketing.deals import presale_showing
from orders.balances import follow_balances
from orders.models import Order
from tests.clients import Client
from tests.factories.accounts import address, shopper
from tests.journeys import bound_card, pay
from tests.orders import presales
from tests.orders.presales import DAY, HOUR

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"storefront:orders:{name}", args=args)


def now_sale(pot, **given):
    """A pre-sale by the clock of the pages."""
    now = clock.now()
    rule = {"balance_from": (now + DAY).isoformat(), "balance_until": (now + 3 * DAY).isoformat()}
    rule["ships_on"] = (now + 5 * DAY).date().isoformat()
    return presales.sale_of(pot, rule=rule, starts_at=now - HOUR, ends_at=now + DAY, **given)


def buyer():
    client, person = Client(), shopper()
    address(person)
    client.force_login(person)
    client.person = person
    return client


@pytest.fixture
def waiting():
    """A deposit that is paid, of an order whose shopper is signed in."""
    client, pot = buyer(), presales.teapot()
    client.order = presales.deposit_paid(pot, now_sale(pot), who=client.person, now=clock.now())
    return client


def opens(order):
    Order.objects.filter(pk=order.pk).update(balance_from=clock.now() - HOUR)


def test_the_checkout_tells_all_of_it_and_wants_to_hear_that_she_knows():
    client, pot = buyer(), presales.teapot()
    bound_card(client.person, pot.shop)
    way = url("deal-checkout", now_sale(pot).public_id, pot.public_id)

    shown = client.get(way)
    typed = {
        "quantity": "1",
        "address": client.person.addresses.get().public_id,
        "checkout_key": str(uuid4()),
        "fingerprint": shown.context["fingerprint"],
    }
    refused = client.post(way, typed)
    placed = client.post(way, {**typed, "knows_deposit": "1"})

    assert (shown.context["deposit"], shown.context["rest"]) == (Money(5000), Money(40800))
    assert len(shown.context["deal"].notes) == 6
    assert shown.context["cards"] == []
    assert refused.context["form"].errors["knows_deposit"]
    assert Order.objects.filter(deposit__gt=0).count() == 1
    order = Order.objects.get(deposit__gt=0)
    assert placed.url == url("pay", order.group.public_id)
    assert client.get(placed.url).context["owed"].amount == Money(5000)


def test_the_product_page_shows_the_steps_in_every_phase(monkeypatch):
    pot = presales.teapot()
    sale, now = now_sale(pot, units=1), clock.now()

    def shown(at):
        monkeypatch.setattr(presale_showing.clock, "now", lambda: at)
        return presale_showing.block(pot.product.public_id)

    way = url("deal-checkout", sale.public_id, pot.public_id)
    assert "presale-steps" in shown(now - 2 * HOUR)
    assert way not in shown(now - 2 * HOUR)
    assert way in shown(now)
    assert way not in shown(now + DAY + HOUR)
    assert "presale-steps" in shown(now + DAY + HOUR)
    assert shown(now + 3 * DAY + HOUR) == ""
    monkeypatch.undo()
    assert way in Client().get(reverse("storefront:catalog:product", args=[pot.product.public_id])).text
    presales.placed(pot, sale, now=now)
    assert way not in shown(now)


def test_what_is_to_be_paid_contains_open_rests(waiting):
    to_pay = f"{url('list')}?status=unpaid"
    assert list(waiting.get(to_pay).context["page"]) == []

    opens(waiting.order)
    answer = waiting.get(to_pay)

    assert [order.pk for order in answer.context["page"]] == [waiting.order.pk]
    assert {tab.value: tab.count for tab in answer.context["tabs"]}["unpaid"] == 1
    assert url("pay", waiting.order.group.public_id) in answer.text


def test_the_order_and_its_payment_say_what_comes_next(waiting):
    order = waiting.order
    before = waiting.get(url("detail", order.public_id))
    early = waiting.get(url("pay", order.group.public_id))
    opens(order)
    during = waiting.get(url("detail", order.public_id))
    to_pay = waiting.get(url("pay", order.group.public_id))
    pay(order.group, now=clock.now())
    after = waiting.get(url("detail", order.public_id))

    assert [step.state for step in before.context["presale"].steps] == ["done", "now", ""]
    assert (before.context["can_pay"], before.context["presale"].until) == (False, None)
    assert early.context["state"] == "early"
    assert during.context["can_pay"]
    assert during.context["presale"].until
    assert (to_pay.context["state"], to_pay.context["owed"].part) == ("open", "balance")
    assert [step.state for step in after.context["presale"].steps] == ["done", "done", "now"]


def test_she_cancels_only_when_she_knows_what_it_costs(waiting):
    order = waiting.order
    page = waiting.get(url("detail", order.public_id))
    waiting.post(url("cancel", order.public_id), {"reason": ""})
    order.refresh_from_db()
    assert (order.status, "leaves_deposit" in page.text) == ("deposit_paid", True)

    answer = waiting.post(url("cancel", order.public_id), {"reason": "", "leaves_deposit": "1"})

    order.refresh_from_db()
    assert (order.status, bool(order.deposit_kept_at)) == ("canceled", True)
    assert len(list(get_messages(answer.wsgi_request))) == 2
    assert waiting.get(url("pay", order.group.public_id)).context["state"] == "kept"


def test_what_was_missed_is_said_on_every_page(waiting):
    order = waiting.order
    follow_balances(now=clock.now() + 3 * DAY + timedelta(minutes=1))

    assert waiting.get(url("pay", order.group.public_id)).context["state"] == "kept"
    assert not waiting.get(url("detail", order.public_id)).context["can_pay"]


def test_the_api_tells_of_both_parts_and_cancels_when_told_so(waiting):
    order = waiting.order
    way = f"/api/v1/orders/{order.public_id}/"
    told = waiting.get(way).json()
    assert (told["status"], told["deposit"], told["paid_at"]) == ("deposit_paid", 5000, None)

    first = waiting.post(f"{way}cancel/", {}, content_type="application/json", headers={"idempotency-key": "a"})
    second = waiting.post(
        f"{way}cancel/", {"leaves_deposit": True}, content_type="application/json", headers={"idempotency-key": "b"}
    )

    assert (first.status_code, second.json()["status"]) == (409, "canceled")
