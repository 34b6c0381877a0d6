"""K2: terms between two shops, from the proposal to the cart, and what they keep to."""

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from mall.clock import business_date
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from marketing import joint
from marketing.joint import TermsMakeNoSense, TermsOutdated
from marketing.models import JointTerms, Promotion, PromotionUse
from marketing.offers import offers_for
from marketing.pricing import Host, Layer, Offer, QuoteLine, Reduction, ShopTerms, Tier, quote
from marketing.promotions import save_promotion, stop_promotion
from marketing.redemption import OfferGone, give_back
from merchants.models import HealthScore
from merchants.shops import freeze_shop
from merchants.standing import BarredFromCampaigns
from orders.cart import cart_view
from orders.checkout import place_order
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.joint import proposed, signed
from tests.factories.marketing import coupon, draft, promotion
from tests.factories.merchants import seat, shop
from tests.journeys import filled_cart
from tests.marketing.test_coupons_at_once import at_once

DAY = timedelta(days=1)
TEN = {"at": 0, "off": 1000}


def discount_of(skus, *, buyer=None, now=NOON) -> int:
    me = filled_cart(shopper=buyer, skus=skus)
    return cart_view(shopper=me, now=now).quote.discount.minor


def low_score(of, score: int = 59) -> None:
    month = business_date(NOON).replace(day=1)
    HealthScore.objects.create(shop=of, month=month, score=score, measures={}, sheet_version=1, scored_at=NOON)


@pytest.mark.django_db
def test_a_coupon_counts_in_another_shop_from_the_signature_on():  # K2
    issuer, host, me = shop(), shop(), shopper()
    held = coupon(shop=issuer, holder=me, rule=TEN)
    goods = sku(price="100.00", shop=host)
    before = discount_of({goods: 1}, buyer=me)
    terms = proposed(held.promotion, host)
    offered = cart_view(shopper=me, now=NOON).quote.discount.minor

    joint.sign_terms(terms=terms, shop=host, by=staff(), now=NOON)

    assert (before, offered) == (0, 0)
    quote_now = cart_view(shopper=me, now=NOON).quote
    assert [(part.key, part.amount.minor) for part in quote_now.applied] == [(held.public_id, 1000)]
    (step,) = [step for step in quote_now.shops[0].trace if step["step"] == "shop_coupon"]
    assert step["borne"] == {"issuer": 600, "shop": 400}
    assert step["issuer"] == {"shop": issuer.public_id, "name": dict(issuer.name)}
    assert cart_view(shopper=me, now=terms.until).quote.discount.minor == 0


@pytest.mark.django_db
def test_a_joint_reduction_counts_both_shops_together_and_hints_what_is_missing():  # K2
    issuer, host = shop(), shop()
    offer = promotion("full_reduction", shop=issuer)  # 100 less 10, 200 less 30
    signed(offer, host)
    ours, theirs = sku(price="60.00", shop=issuer), sku(price="40.00", shop=host)

    assert discount_of({ours: 1}) == 0
    assert discount_of({ours: 1, theirs: 1}) == 1000
    view = cart_view(shopper=filled_cart(skus={ours: 1, theirs: 2}), now=NOON)
    assert view.quote.discount.minor == 1000
    with override("en"):
        assert view.mall_hints == [f"¥60.00 more for ¥30.00 off ({issuer.name}, {host.name} together)"]
    assert [part.hints for part in view.shops] == [[], []]


@pytest.mark.django_db
def test_offers_are_read_in_one_statement_however_many_shops(django_assert_num_queries):  # K1, K2
    issuer, me = shop(), shopper()
    held = coupon(shop=issuer, holder=me, rule=TEN)
    offer = promotion("full_reduction", shop=issuer)
    goods = [sku(price="100.00", shop=shop()) for _each in range(3)]
    for one in goods:
        signed(held.promotion, one.shop)
        signed(offer, one.shop)

    with django_assert_num_queries(1):
        found = offers_for(
            sku_ids=[one.pk for one in goods], shop_ids=[one.shop_id for one in goods], shopper_id=me.pk, now=NOON
        )

    assert {(one.promotion, len(one.hosts), len(one.skus)) for one in found} == {
        (held.promotion.public_id, 3, 3), (offer.public_id, 3, 3),
    }  # fmt: skip


@pytest.mark.django_db
def test_terms_rest_while_one_of_both_may_not_promote():  # K2, M6, M9
    issuer, host, me = shop(), shop(), shopper()
    held = coupon(shop=issuer, holder=me, rule=TEN)
    signed(held.promotion, host)
    goods = sku(price="100.00", shop=host)
    assert discount_of({goods: 1}, buyer=me) == 1000

    low_score(host)
    of_barred_host = cart_view(shopper=me, now=NOON).quote.discount.minor
    HealthScore.objects.update(score=80)
    again = cart_view(shopper=me, now=NOON).quote.discount.minor
    low_score(issuer)
    of_barred_issuer = cart_view(shopper=me, now=NOON).quote.discount.minor
    HealthScore.objects.filter(shop=issuer).update(score=90)
    freeze_shop(shop=issuer, by=staff(), reason="x", now=NOON)

    assert (of_barred_host, again, of_barred_issuer) == (0, 1000, 0)
    assert cart_view(shopper=me, now=NOON).quote.discount.minor == 0
    assert joint.resting([JointTerms.objects.get()]) == {JointTerms.objects.get().pk}


@pytest.mark.django_db
def test_a_changed_promotion_needs_a_new_signature():  # K2
    issuer, host, by = shop(), shop(), staff()
    offer = promotion("full_reduction", shop=issuer, rule={"tiers": [{"at": 5000, "off": 500}]})
    first = signed(offer, host, part=60)
    goods = sku(price="100.00", shop=host)
    save_promotion(
        promotion=offer, shop=issuer, kind=offer.kind, name=offer.name, starts_at=offer.starts_at,
        ends_at=offer.ends_at, rule={"tiers": [{"at": 5000, "off": 4000}]}, by=by, now=NOON,
    )  # fmt: skip
    changed = discount_of({goods: 1})
    offer.refresh_from_db()

    second = proposed(offer, host, part=80)
    while_proposed = discount_of({goods: 1})
    joint.sign_terms(terms=second, shop=host, by=by, now=NOON)

    first.refresh_from_db()
    assert (changed, while_proposed, discount_of({goods: 1})) == (0, 0, 4000)
    assert (first.status, first.ends_at, second.version) == ("ended", NOON, 2)
    assert (first.rule, first.issuer_bps) == ({"tiers": [{"at": 5000, "off": 500}]}, 6000)


@pytest.mark.django_db
def test_what_was_proposed_for_an_older_promotion_cannot_be_signed():  # K2
    issuer, host, by = shop(), shop(), staff()
    offer = draft("coupon", shop=issuer)
    terms = proposed(offer, host)
    Promotion.objects.update(version=2)

    with pytest.raises(TermsOutdated):
        joint.sign_terms(terms=terms, shop=host, by=by, now=NOON)
    Promotion.objects.update(version=1)
    with pytest.raises(TermsOutdated):
        joint.sign_terms(terms=terms, shop=host, by=by, now=terms.until)


@pytest.mark.django_db
@pytest.mark.parametrize("ends", ["issuer", "host"])
def test_either_shop_ends_it_with_notice(ends):  # K2
    shops = {"issuer": shop(), "host": shop()}
    offer = promotion("full_reduction", shop=shops["issuer"])
    terms = signed(offer, shops["host"])
    goods = {sku(price="100.00", shop=shops["host"]): 1}

    joint.end_terms(terms=terms, shop=shops[ends], reason="a new season", by=staff(), now=NOON)

    terms.refresh_from_db()
    assert (terms.ends_at, terms.until, terms.end_reason) == (NOON + 7 * DAY, NOON + 30 * DAY, "a new season")
    assert discount_of(goods) == 1000
    me = filled_cart(skus=goods)
    assert cart_view(shopper=me, now=NOON + 7 * DAY).quote.discount.minor == 0
    with pytest.raises(WrongStatus):
        joint.end_terms(terms=terms, shop=shops[ends], by=staff(), now=NOON)


@pytest.mark.django_db
def test_every_status_against_every_verb():  # K2
    issuer, host, by = shop(), shop(), staff()
    verbs = {
        "withdraw": (joint.withdraw_terms, issuer), "sign": (joint.sign_terms, host),
        "decline": (joint.decline_terms, host), "end": (joint.end_terms, issuer),
    }  # fmt: skip
    moves = {}
    for before, way in {
        "proposed": (), "signed": ("sign",), "declined": ("decline",), "withdrawn": ("withdraw",),
        "ended": ("sign", "end"),
    }.items():  # fmt: skip
        for name, (verb, place) in verbs.items():
            terms = proposed(draft("coupon", shop=issuer), host)
            for step in way:
                verbs[step][0](terms=terms, shop=verbs[step][1], by=by, now=NOON)
            with suppress(WrongStatus):
                moves[before, name] = verb(terms=terms, shop=place, by=by, now=NOON).status
    assert moves == {
        ("proposed", "withdraw"): "withdrawn", ("proposed", "sign"): "signed", ("proposed", "decline"): "declined",
        ("signed", "end"): "ended",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("change, field", [
    ({"part": 101}, "part"), ({"until": NOON}, "until"), ({"cap": "0.00"}, "cap"), ({"cap": "2.99"}, "cap"),
])  # fmt: skip
def test_numbers_that_make_no_sense_are_refused_beside_their_field(change, field):  # K2
    offer = draft("coupon", shop=shop())  # 5.00 off: 60 % are 3.00

    with pytest.raises(TermsMakeNoSense) as refused:
        proposed(offer, shop(), **change)

    assert refused.value.details["field"] == field


@pytest.mark.django_db
def test_what_cannot_be_joint_is_refused():  # K2
    here, other = shop(), shop()
    for offer in (
        draft("percentage", shop=here),
        draft("coupon", shop=here, scope="products", scope_ids=[sku(shop=here).product_id]),
    ):
        with pytest.raises(TermsMakeNoSense) as refused:
            proposed(offer, other)
        assert refused.value.details["field"] == "promotion"
    fit = draft("coupon", shop=here)
    for host in (here, _frozen()):
        with pytest.raises(TermsMakeNoSense) as refused:
            proposed(fit, host)
        assert refused.value.details["field"] == "host"
    with pytest.raises(TermsMakeNoSense):  # nothing bounds what a percentage takes off
        proposed(draft("coupon", shop=here, rule={"at": 0, "bps": 1000}), other, cap="10.00")
    low_score(here)
    with pytest.raises(BarredFromCampaigns):
        proposed(fit, other)


def _frozen():
    here = shop()
    freeze_shop(shop=here, by=staff(), reason="x", now=NOON)
    return here


@pytest.mark.django_db
def test_a_second_proposal_waits_for_the_answer_to_the_first():  # K2
    offer, host = draft("coupon", shop=shop()), shop()
    proposed(offer, host)

    with pytest.raises(WrongStatus):
        proposed(offer, host)


@pytest.mark.django_db
def test_both_shops_are_told():  # A7, K2
    issuer, host = shop(), shop()
    hers, his = seat(issuer).user, seat(host).user
    seat(host, role="clerk")
    Notice.objects.all().delete()

    terms = proposed(promotion("coupon", shop=issuer), host)
    joint.sign_terms(terms=terms, shop=host, by=staff(), now=NOON)
    joint.end_terms(terms=terms, shop=host, by=staff(), now=NOON)
    deliver_everything()

    said = {who: [notice.kind.partition(".")[2] for notice in who.notices.order_by("pk")] for who in (hers, his)}
    assert said == {hers: ["joint_signed", "joint_ended"], his: ["joint_proposed", "joint_signed", "joint_ended"]}
    notice = his.notices.order_by("pk").first()
    assert str(issuer.name) in notice.title
    assert notice.url == f"/backoffice/{host.slug}/promotions/joint/{terms.public_id}/"


# The database keeps it


@pytest.mark.django_db
def test_no_third_shop_sees_the_terms_of_two_others_and_neither_writes_them():  # R6, K2
    issuer, host, third = shop(), shop(), shop()
    terms = signed(promotion("coupon", shop=issuer), host)

    for viewer, seen in ((issuer, 1), (host, 1), (third, 0)):
        with shop_scope(viewer.pk):
            assert JointTerms.objects.count() == seen
    for viewer in (issuer, host):
        with pytest.raises(ProgrammingError), shop_scope(viewer.pk), transaction.atomic():
            JointTerms.objects.filter(pk=terms.pk).update(spent=1)
    with shop_scope(third.pk), pytest.raises(JointTerms.DoesNotExist):
        joint.end_terms(terms=terms, shop=third, by=staff(), now=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("column, value", [("issuer_bps", 1), ("cap", 1), ("until", NOON), ("rule", "{}")])
def test_what_is_signed_is_never_rewritten(column, value):  # K2
    terms = signed(promotion("coupon", shop=shop()), shop())

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE marketing_jointterms SET {column} = %s WHERE id = %s", [value, terms.pk])


# The cap


@pytest.mark.django_db
def test_the_cap_is_kept_and_a_canceled_order_gives_its_part_back():  # K2
    issuer, host = shop(shipping_fee="0.00"), shop(shipping_fee="0.00")
    offer = promotion("full_reduction", shop=issuer, rule={"tiers": [{"at": 5000, "off": 1000}]}, budget="100.00")
    terms = signed(offer, host, part=60, cap="12.00")
    goods = sku(price="100.00", shop=host)
    orders = []
    for _time in range(3):
        me = filled_cart(skus={goods: 1})
        group = place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.first(), now=NOON)
        orders.append(group.orders.get())
    terms.refresh_from_db()
    offer.refresh_from_db()

    assert [order.discount.minor for order in orders] == [1000, 1000, 0]  # 6.00 each; a third would be 18.00
    assert terms.spent == Money(1200)
    assert offer.spent == Money(1200)  # what the host bears is none of its budget
    assert joint.phase(terms, NOON, is_resting=False) == "used_up"

    assert give_back(order_ids=[orders[0].public_id], now=NOON) == 0
    assert give_back(order_ids=[orders[0].public_id], now=NOON) == 0
    terms.refresh_from_db()
    offer.refresh_from_db()
    assert (terms.spent, offer.spent) == (Money(600), Money(600))
    (figures,) = joint.figures_of(terms)
    assert (figures.order_count, figures.discount, figures.by_issuer, figures.by_host) == (
        1, Money(1000), Money(600), Money(400),
    )  # fmt: skip


def _orders_at_once(count: int) -> tuple[JointTerms, list[bool]]:
    issuer, host = shop(shipping_fee="0.00"), shop(shipping_fee="0.00")
    offer = promotion("full_reduction", shop=issuer, rule={"tiers": [{"at": 5000, "off": 1000}]})
    terms = signed(offer, host, part=60, cap="20.00")  # three times 6.00
    goods = sku(price="100.00", shop=host)
    buyers = [filled_cart(skus={goods: 1}) for _each in range(count)]
    shown = [cart_view(shopper=me, now=NOON).quote.fingerprint for me in buyers]

    def order(number):
        me = buyers[number]
        try:
            place_order(
                shopper=me, checkout_key=uuid4(), address=me.addresses.first(), expected=shown[number], now=NOON
            )
        except Exception as refusal:
            return refusal.code if hasattr(refusal, "code") else type(refusal).__name__
        return True

    told = at_once(order, count=count)
    terms.refresh_from_db()
    return terms, told


def test_orders_at_the_same_time_never_cost_the_issuer_more_than_the_cap(committed_db):  # K2
    terms, told = _orders_at_once(12)

    assert told.count(True) == 3, told
    assert terms.spent == Money(1800)
    assert PromotionUse.objects.count() == 3


@pytest.mark.django_db
def test_the_database_refuses_what_is_above_the_cap():  # K2
    terms = signed(promotion("coupon", shop=shop()), shop(), cap="20.00")

    with pytest.raises(IntegrityError, match="within_the_cap"), transaction.atomic():
        JointTerms.objects.filter(pk=terms.pk).update(spent=2001)


def test_without_the_draw_the_same_orders_cost_the_issuer_more(committed_db, monkeypatch):
    """Negative control: nobody draws on the terms, so each order that looked in time is placed."""
    from marketing import redemption

    monkeypatch.setattr(redemption, "_draw_on_terms", lambda quote, orders: None)

    terms, told = _orders_at_once(12)

    assert told.count(True) == 12
    assert PromotionUse.objects.filter(terms=terms).count() * 600 > terms.cap.minor


# Bearers: whatever the basket


@st.composite
def baskets(draw):
    shops = draw(st.integers(2, 4))
    lines = [
        QuoteLine(number + 1, draw(st.integers(1, shops)), Money(draw(st.integers(1, 50_000))), draw(st.integers(1, 4)))
        for number in range(draw(st.integers(1, 8)))
    ]
    hosts = tuple(
        Host(number, draw(st.integers(0, 10_000)), number) for number in range(2, shops + 1) if draw(st.booleans())
    )
    return lines, hosts


@settings(max_examples=150, deadline=None)
@given(baskets(), st.integers(1, 30_000), st.integers(0, 20_000), st.booleans())
def test_the_parts_of_a_joint_offer_add_up_for_every_bearer(basket, off, at, with_mall):  # K2
    lines, hosts = basket
    covered = {1, *(host.shop_id for host in hosts)}
    offer = Offer(
        key="joint", promotion="prm_joint", rule=Reduction((Tier(at, off),)), shop_id=1, layer=Layer.SHOP,
        group="full", skus=frozenset(line.sku_id for line in lines if line.shop_id in covered), hosts=hosts,
    )  # fmt: skip
    malls = Offer(
        key="mall", promotion="prm_mall", rule=Reduction((Tier(0, 700),)), shop_id=None, layer=Layer.MALL_COUPON,
        group="mall_coupon", skus=frozenset(line.sku_id for line in lines), is_coupon=True, once=True,
        bearers=(("platform", 6000), ("shop", 4000)),
    )  # fmt: skip
    terms = {line.shop_id: ShopTerms(Money(0), None) for line in lines}

    found = quote(lines, terms, offers=[offer, malls] if with_mall else [offer])

    bps = {host.shop_id: host.issuer_bps for host in hosts}
    for shop_part in found.shops:
        borne = {"issuer": 0, "all": 0}
        for line in shop_part.lines:
            assert sum(amount.minor for part in line.parts for _who, amount in part.bearers) == line.discount.minor
            assert sum(amount.minor for amount in line.borne_by_issuers.values()) == line.borne_by("issuer").minor
            assert set(line.borne_by_issuers) <= {1}
            for part in line.parts:
                if part.key == "joint":
                    borne["all"] += part.amount.minor
            borne["issuer"] += line.borne_by("issuer").minor
        share = borne["all"] * bps.get(shop_part.shop_id, 0) / 10_000
        assert abs(borne["issuer"] - share) < 1.0001
        assert sum(step["amount"] for step in shop_part.trace) == shop_part.total.minor
    for applied in found.applied:
        assert sum(amount.minor for _who, amount in applied.bearers) == applied.amount.minor
        assert sum(amount.minor for _shop, amount in applied.by_shop) == applied.amount.minor


@pytest.mark.django_db
def test_a_stopped_reduction_counts_nowhere_but_a_coupon_in_hand_stays_good():  # K1, K2
    issuer, host, me, by = shop(), shop(), shopper(), staff()
    offer = promotion("full_reduction", shop=issuer)
    held = coupon(shop=issuer, holder=me, rule=TEN)
    signed(offer, host)
    signed(held.promotion, host)
    for one in (offer, held.promotion):
        stop_promotion(promotion=one, by=by, now=NOON)

    assert discount_of({sku(price="100.00", shop=host): 1}, buyer=me) == 1000


@pytest.mark.django_db
def test_terms_have_two_shops_and_one_signature_at_a_time():  # K2
    issuer, host = shop(), shop()
    terms = signed(promotion("coupon", shop=issuer), host)
    copy = JointTerms.objects.get(pk=terms.pk)
    copy.pk, copy.public_id, copy.version = None, "jnt_other", 2

    with pytest.raises(IntegrityError, match="signed_once"), transaction.atomic():
        copy.save(force_insert=True)
    copy.host = issuer
    with pytest.raises(IntegrityError, match="two_shops"), transaction.atomic():
        copy.save(force_insert=True)


@pytest.mark.django_db
def test_an_offer_that_runs_out_between_look_and_order_is_refused(monkeypatch):  # K2
    issuer, host = shop(), shop()
    terms = signed(promotion("full_reduction", shop=issuer), host, part=100, cap="30.00")
    me = filled_cart(skus={sku(price="200.00", shop=host): 1})
    from orders import checkout

    real = checkout.use_offers

    def after_somebody_else(**told):
        JointTerms.objects.filter(pk=terms.pk).update(spent=100)
        return real(**told)

    monkeypatch.setattr(checkout, "use_offers", after_somebody_else)
    with pytest.raises(OfferGone):
        place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.first(), now=NOON)
    assert not PromotionUse.objects.exists()
