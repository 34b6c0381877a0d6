"""Free trials (K1): applied for, drawn once, taken for nothing, passed on, reported; and what such an order means."""

from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from catalog.models import Review
from catalog.models.product import ProductStats
from catalog.product_words import ForbiddenWords
from catalog.reviews.writing import write_review
from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from marketing import tunables
from marketing.deals import DealGone
from marketing.models import Trial, TrialApplication, TrialUnits
from marketing.promotions import CannotStart, start_promotion, stop_promotion
from marketing.rules import RuleMakesNoSense
from marketing.trials.applying import AppliedBefore, NotOnTrial, OwesReport, SaysTooLittle, apply
from marketing.trials.clockwork import follow_trials
from marketing.trials.deciding import CannotChoose, choose, draw_due, lapse_due, remind_due
from merchants.models.growth import GrowthEntry
from orders.after_sales.answering import agree
from orders.after_sales.asking import ask
from orders.cancellation import cancel_order
from orders.checkout import DealWanted, place_order
from orders.fulfillment import complete_delivered_orders, mark_delivered, ship_order
from orders.models import Order
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.kinds import service_sku
from tests.factories.marketing import draft, trial
from tests.factories.merchants import shop
from tests.journeys import pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DRAWN = NOON + DAY
WHY = "I drink tea every day and write a lot."


def applied(promotion, count=1, *, who=None, now=NOON):
    units = promotion.trial_units.get()
    rows = [apply(units=units, shopper=who or shopper(), words=WHY, now=now) for _number in range(count)]
    return rows[0] if count == 1 else rows


def won(tea, **given):
    """The one who has applied for one piece, and won it."""
    application = applied(trial({tea: 1}, **given))
    draw_due(now=DRAWN)
    application.refresh_from_db()
    assert application.status == "won"
    return application


def ordered(application, *, now=DRAWN) -> Order:
    who = application.shopper
    wanted = DealWanted(application.public_id, application.sku.public_id, 1)
    where = who.addresses.first() or address(who)
    group = place_order(shopper=who, checkout_key=uuid4(), address=where, wanted=wanted, now=now)
    order = group.orders.get()
    if order.status == "unpaid":
        pay(group)
    deliver_everything()
    order.refresh_from_db()
    return order


def received(order, *, now=DRAWN + DAY) -> Order:
    ship_order(order=order, carrier="sf", tracking_number=f"SF{order.pk:013d}", by=staff(), now=now)
    order.refresh_from_db()
    mark_delivered(order=order, by=order.shopper, now=now)
    deliver_everything()
    order.refresh_from_db()
    return order


def states(promotion) -> list[str]:
    return sorted(promotion.trial_applications.values_list("status", flat=True))


# Applying


def test_one_applies_once_with_a_sentence_while_its_days_last():  # K1
    promotion, me = trial({sku(): 2}), shopper()
    units = promotion.trial_units.get()

    application = apply(units=units, shopper=me, words=f"  {WHY} ", now=NOON)

    assert (application.words, application.status, application.sku_id) == (WHY, "applied", units.sku_id)
    with pytest.raises(AppliedBefore):
        apply(units=units, shopper=me, words=WHY, now=NOON)
    with pytest.raises(SaysTooLittle):
        apply(units=units, shopper=shopper(), words="give me", now=NOON)
    for moment in (NOON - 2 * DAY, DRAWN):
        with pytest.raises(NotOnTrial):
            apply(units=units, shopper=shopper(), words=WHY, now=moment)
    stop_promotion(promotion=promotion, by=staff(), now=NOON)
    with pytest.raises(NotOnTrial):
        apply(units=units, shopper=shopper(), words=WHY, now=NOON)
    assert TrialApplication.objects.count() == 1


def test_words_that_the_mall_does_not_show_are_refused():
    promotion = trial({sku(): 2})

    with pytest.raises(ForbiddenWords):
        apply(units=promotion.trial_units.get(), shopper=shopper(), words=f"{WHY} 包治百病", now=NOON)


# The draw


def test_the_lot_is_drawn_once_at_the_end_by_the_published_rule():  # K1
    promotion = trial({sku(): 2})
    rows = applied(promotion, 7)
    fate = Trial.objects.get()

    assert [draw_due(now=moment) for moment in (DRAWN - HOUR, DRAWN, DRAWN + HOUR)] == [0, 1, 0]

    assert fate.seed_hash == sha256(fate.seed.encode()).hexdigest()
    lot = sorted(rows, key=lambda row: sha256(f"{fate.seed}:{row.public_id}".encode()).hexdigest())
    found = list(promotion.trial_applications.order_by("place").values_list("pk", "status"))
    fates = ["won", "won", "reserve", "reserve", "lost", "lost", "lost"]
    assert found == [(row.pk, status) for row, status in zip(lot, fates, strict=True)]
    winner = promotion.trial_applications.get(place=1)
    assert (winner.won_at, winner.take_by) == (DRAWN, DRAWN + 3 * DAY)
    assert TrialUnits.objects.get().given == 2
    deliver_everything()
    assert set(Notice.objects.values_list("person", flat=True)) == {row.shopper_id for row in lot[:2]}


def test_a_draw_that_is_cut_off_has_not_happened(monkeypatch):
    promotion = trial({sku(): 1})
    applied(promotion, 3)
    monkeypatch.setattr("marketing.trials.deciding._tell", lambda *given: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        draw_due(now=DRAWN)
    before = (states(promotion), Trial.objects.get().drawn_at, TrialUnits.objects.get().given)
    monkeypatch.undo()
    draw_due(now=DRAWN)

    assert before == (["applied"] * 3, None, 0)
    assert states(promotion) == ["lost", "reserve", "won"]


def test_fewer_applications_than_pieces_all_win():
    promotion = trial({sku(): 5})
    applied(promotion, 2)

    draw_due(now=DRAWN)

    assert states(promotion) == ["won", "won"]
    assert TrialUnits.objects.get().given == 2


def test_a_trial_that_is_stopped_before_its_draw_is_called_off():
    promotion = trial({sku(): 1})
    applied(promotion, 2)
    stop_promotion(promotion=promotion, by=staff(), now=NOON)

    draw_due(now=DRAWN)

    assert states(promotion) == ["lost", "lost"]
    assert Trial.objects.get().called_off_at == DRAWN
    promotion.refresh_from_db()
    with pytest.raises(CannotStart):
        promotion.ends_at = NOON + 9 * DAY
        promotion.save()
        start_promotion(promotion=promotion, by=staff(), now=DRAWN)


def test_a_shop_chooses_and_what_it_does_not_give_the_lot_does():  # K1
    promotion = trial({sku(): 2}, chosen_by="shop")
    rows = applied(promotion, 4)

    choose(application=rows[3], by=staff(), now=NOON)
    draw_due(now=DRAWN)
    in_between = states(promotion)
    draw_due(now=DRAWN + tunables.TRIAL_CHOOSE_DAYS.value * DAY)

    assert in_between == ["applied", "applied", "applied", "won"]
    assert states(promotion) == ["reserve", "reserve", "won", "won"]
    rows[3].refresh_from_db()
    assert (rows[3].status, rows[3].place) == ("won", None)


def test_a_shop_chooses_only_where_it_may_and_not_more_than_there_is():
    by_lot, by_shop = trial({sku(): 1}), trial({sku(): 1}, chosen_by="shop")
    rows = applied(by_shop, 2)
    choose(application=rows[0], by=staff(), now=NOON)

    with pytest.raises(CannotChoose):
        choose(application=applied(by_lot), by=staff(), now=NOON)
    with pytest.raises(CannotChoose, match="All pieces"):
        choose(application=rows[1], by=staff(), now=NOON)

    assert states(by_shop) == ["applied", "won"]


# Taking it


def test_a_winner_orders_it_for_nothing_and_pays_the_delivery():  # K1
    application = won(sku(price="80.00", shop=shop(shipping_fee="8.00")))

    order = ordered(application)

    application.refresh_from_db()
    line = order.lines.get()
    assert (line.total, order.total, order.shipping_fee, order.status) == (
        Money(0), Money(800), Money(800), "paid",
    )  # fmt: skip
    assert (application.status, application.order_public_id) == ("taken", order.public_id)
    with pytest.raises(DealGone):
        ordered(application)


def test_only_who_has_won_can_order_and_only_in_her_time():
    promotion = trial({sku(): 1})
    rows = applied(promotion, 2)
    draw_due(now=DRAWN)
    winner = promotion.trial_applications.get(status="won")
    loser = next(row for row in rows if row.pk != winner.pk)

    for row, moment in ((loser, DRAWN), (winner, DRAWN + 3 * DAY)):
        with pytest.raises(DealGone):
            ordered(row, now=moment)

    assert not Order.objects.exists()


def test_what_is_not_taken_in_time_goes_to_the_next_in_the_draw_once():  # K1
    promotion = trial({sku(): 1})
    applied(promotion, 4)
    draw_due(now=DRAWN)
    first, second = promotion.trial_applications.order_by("place")[:2]

    late = DRAWN + 3 * DAY
    assert [lapse_due(now=late - HOUR), lapse_due(now=late), lapse_due(now=late)] == [0, 1, 0]

    first.refresh_from_db(), second.refresh_from_db()
    assert (first.status, second.status, second.moved_up) == ("missed", "won", True)
    assert second.take_by == late + 3 * DAY
    assert TrialUnits.objects.get().given == 1
    follow_trials(now=late + 3 * DAY)
    second.refresh_from_db()
    assert second.status == "missed"
    assert "won" not in states(promotion)
    assert TrialUnits.objects.get().given == 0


def test_those_in_reserve_hear_the_end_when_nothing_came_free():
    promotion = trial({sku(): 1})
    applied(promotion, 2)
    draw_due(now=DRAWN)
    ordered(promotion.trial_applications.get(status="won"))

    follow_trials(now=DRAWN + 3 * DAY)
    still = states(promotion)
    follow_trials(now=DRAWN + 5 * DAY)

    assert still == ["reserve", "taken"]
    assert states(promotion) == ["lost", "taken"]


def test_an_order_that_is_canceled_may_be_placed_again_in_time_or_goes_to_the_next():
    promotion = trial({sku(): 1})
    applied(promotion, 2)
    draw_due(now=DRAWN)
    winner = promotion.trial_applications.get(status="won")

    cancel_order(order=ordered(winner), by=winner.shopper, reason="", now=DRAWN + HOUR)
    deliver_everything()
    winner.refresh_from_db()
    again = winner.status
    order = ordered(winner, now=DRAWN + 2 * HOUR)
    cancel_order(order=order, by=winner.shopper, reason="", now=DRAWN + 4 * DAY)
    deliver_everything()

    assert again == "won"
    assert states(promotion) == ["missed", "won"]
    assert TrialUnits.objects.get().given == 1


# What such an order means


def test_the_report_is_a_review_that_is_marked_and_counts_for_nothing():  # K1
    tea = sku(price="80.00")
    application = won(tea)
    order = received(ordered(application))
    application.refresh_from_db()
    due = application.report_by

    review = write_review(
        shopper=order.shopper, order_line_id=order.lines.get().pk, stars=1, text="Leaks a little.", now=DRAWN + 2 * DAY
    )
    deliver_everything()

    application.refresh_from_db()
    stats = ProductStats.objects.get(product=tea.product)
    assert due == DRAWN + 11 * DAY
    assert (application.status, application.reported_at) == ("reported", DRAWN + 2 * DAY)
    assert (review.is_trial, review.is_counted) == (True, False)
    assert (stats.review_count, stats.review_stars) == (0, 0)
    assert not GrowthEntry.objects.filter(name="ProductReviewed").exists()
    assert Review.objects.shown().get() == review


def test_goods_that_were_given_away_are_not_counted_as_sold_and_the_books_balance():
    tea = sku(price="80.00", shop=shop(shipping_fee="8.00"))
    order = received(ordered(won(tea)))

    complete_delivered_orders(now=DRAWN + 30 * DAY)
    deliver_everything()

    order.refresh_from_db()
    assert order.status == "completed"
    assert ProductStats.objects.get(product=tea.product).sold_count == 0
    assert order.lines.get().commission_base == Money(0)
    assert verify_ledger().ok


def test_money_back_for_a_thing_that_cost_nothing_is_nothing_and_the_case_ends():
    order = received(ordered(won(sku(price="80.00"))))

    case = ask(
        line=order.lines.get(), kind="refund", reason="changed_mind", quantity=1, text="Not for me.", by=order.shopper,
        now=DRAWN + 2 * DAY,
    )  # fmt: skip
    agree(case=case, by=staff(), now=DRAWN + 2 * DAY)
    deliver_everything()

    case.refresh_from_db(), order.refresh_from_db()
    assert (case.status, case.refund, order.refunded) == ("done", Money(0), Money(0))
    assert verify_ledger().ok


def test_who_owes_a_report_is_reminded_once_and_applies_for_nothing_else():
    application = won(sku(price="80.00"))
    received(ordered(application))
    other = trial({sku(): 1}, ends_at=NOON + 60 * DAY)
    due = DRAWN + 11 * DAY

    assert [remind_due(now=due - hours * HOUR) for hours in (80, 71, 70)] == [0, 1, 0]

    assert Notice.objects.filter(person=application.shopper, kind="marketing.trial_report_due").count() == 1
    assert apply(units=other.trial_units.get(), shopper=application.shopper, words=WHY, now=due - HOUR)
    third = trial({sku(): 1}, ends_at=NOON + 60 * DAY)
    with pytest.raises(OwesReport):
        apply(units=third.trial_units.get(), shopper=application.shopper, words=WHY, now=due + HOUR)


# What a shop may give


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"prices": []}, "prices"),
        ({"chosen_by": "me"}, "chosen_by"),
        ({"take_days": 0}, "take_days"),
        ({"report_days": 6}, "report_days"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_at_their_field(rule, field):
    tea = sku()
    whole = {"prices": [[tea.pk, 0, 5]], "chosen_by": "lot", "take_days": 3, "report_days": 10} | rule

    with pytest.raises(RuleMakesNoSense) as refused:
        draft("free_trial", shop=tea.shop, rule=whole)

    assert refused.value.details["field"] == field


def test_only_goods_that_are_sent_can_be_tried():
    visit = service_sku()
    rule = {"prices": [[visit.pk, 0, 5]], "chosen_by": "lot", "take_days": 3, "report_days": 10}

    with pytest.raises(RuleMakesNoSense):
        draft("free_trial", shop=visit.shop, rule=rule)
