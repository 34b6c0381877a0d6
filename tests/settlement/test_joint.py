"""K2, S2, S5: what one shop bears of a discount in another, booked out of its money and back, worked out by hand."""

import pytest

from mall.events import deliver_everything
from mall.money import Money
from marketing.joint import end_terms
from marketing.models import JointTerms, PromotionUse
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.models import OrderLine
from orders.tunables import COMMISSION_ON_SUBSIDY
from settlement.joint import still_owed, tell_parts
from settlement.ledger import balances, trial_balance
from settlement.models import Entry, Posting, Share, Statement
from settlement.queries import postings_of
from settlement.release import release_due_shares
from settlement.statements import freeze_statements, lines_of
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.joint import signed
from tests.factories.marketing import coupon, promotion
from tests.factories.merchants import shop
from tests.journeys import completed_order, delivered_order, paid_group
from tests.orders.after_sales.cases import DAY, accepted, case_of, paid_back

EARLIER = NOON - 30 * DAY


def sums() -> dict[str, int]:
    return {row.kind: row.balance.minor for row in trial_balance() if row.balance}


def coupon_of_a_at_b(make=completed_order, *, bps: int = 500, price: str = "100.00", pieces: int = 1, part: int = 60):
    """A coupon of 10.00 of A, used at B: A bears 60 %, B's commission is 5 %."""
    issuer, host = shop(shipping_fee="0.00"), shop(shipping_fee="0.00")
    me = shopper()
    held = coupon(shop=issuer, holder=me, rule={"at": 0, "off": 1000}, starts_at=EARLIER, now=EARLIER)
    signed(held.promotion, host, part=part, now=EARLIER, until=NOON + 30 * DAY)
    goods = sku(product=product(shop=host, category=category(commission_bps=bps)), price=price)
    order = make(shopper=me, skus={goods: pieces}, now=NOON)
    deliver_everything()
    return issuer, host, order


@pytest.mark.django_db
def test_the_issuer_pays_its_part_of_a_coupon_that_was_used_at_another_shop():  # K2, by hand
    issuer, host, order = coupon_of_a_at_b()

    line, share, use = OrderLine.objects.get(), Share.objects.get(), PromotionUse.objects.get()
    assert order.total == Money(9000)
    assert (line.discount, line.subsidy, line.from_issuers, line.issuers) == (
        Money(1000), Money(0), Money(600), {str(issuer.pk): 600},
    )  # fmt: skip
    assert line.discount_parts[0]["borne"] == {"issuer": 600, "shop": 400}
    assert line.discount_parts[0]["issuer"] == {"shop": issuer.public_id, "name": dict(issuer.name)}
    # 5 % of 90.00 + 6.00 are 4.80; B gets 90.00 + 6.00 - 4.80
    assert (share.gross, share.from_issuers, share.commission, share.net) == (
        Money(9000), Money(600), Money(480), Money(9120),
    )  # fmt: skip
    assert balances(host) == {"pending": Money(9120), "available": Money(0)}
    assert balances(issuer) == {"pending": Money(0), "available": Money(-600)}  # a debt, netted first
    assert (use.shop, use.amount, use.borne_by_shop, use.borne_by_issuer) == (
        host, Money(1000), Money(400), Money(600),
    )  # fmt: skip
    assert verify_ledger().ok

    release_due_shares(now=NOON + 20 * DAY)

    assert balances(host) == {"pending": Money(0), "available": Money(9120)}
    assert balances(issuer)["available"] == Money(-600)
    assert verify_ledger().ok


@pytest.mark.django_db
@pytest.mark.parametrize("after_release", [False, True])
def test_one_unit_of_three_after_the_other_goes_back_to_the_fen(after_release):  # K2, O8: 3 × 33.34 = 100.02
    issuer, host, order = coupon_of_a_at_b(price="33.34", pieces=3, part=55)
    assert order.total == Money(9002)
    assert Share.objects.get().commission == Money(478)  # 5 % of 95.52
    if after_release:
        release_due_shares(now=NOON + 20 * DAY)
    back = []

    for _piece in range(3):
        accepted(case_of(order, reason="damaged"))
        paid_back()
        found = verify_ledger()
        assert found.ok, found.faults
        entry = Entry.objects.filter(kind="joint_back").order_by("-pk").first()
        back.append(Posting.objects.get(entry=entry, shop=issuer).amount.minor)

    # of the 5.50 it keeps 3.66 after 30.00 of 90.02 went back, 1.83 after 60.01, then nothing
    assert back == [-184, -183, -183]
    assert sums() == {}
    assert balances(issuer)["available"] == Money(0)
    assert balances(host) == {"pending": Money(0), "available": Money(0)}


@pytest.mark.django_db
def test_what_went_back_before_completion_costs_the_issuer_nothing():  # K2, O8
    issuer, _host, order = coupon_of_a_at_b(delivered_order, price="33.34", pieces=3)
    accepted(case_of(order, quantity=1))
    paid_back()

    complete_order(order=order, now=NOON + 8 * DAY)
    deliver_everything()

    share = Share.objects.get()
    # 90.02 - 30.00 = 60.02 is left, of the 6.00 as much as belongs to it: 4.00; 5 % of 64.02
    assert (share.gross, share.from_issuers, share.commission, share.net) == (
        Money(6002), Money(400), Money(320), Money(6082),
    )  # fmt: skip
    assert balances(issuer)["available"] == Money(-400)
    assert verify_ledger().ok


@pytest.mark.django_db
def test_todays_terms_are_nobodys_concern_when_yesterdays_order_completes():  # K2
    _issuer, host, order = coupon_of_a_at_b(delivered_order)
    terms = JointTerms.objects.get()
    end_terms(terms=terms, shop=host, by=staff(), now=NOON)
    JointTerms.objects.update(ends_at=NOON)

    complete_order(order=order, now=NOON + 8 * DAY)
    deliver_everything()

    assert Share.objects.get().from_issuers == Money(600)
    assert verify_ledger().ok


@pytest.mark.django_db
def test_the_commission_leaves_out_what_others_bear_when_staff_say_so():  # S2: frozen at placing
    COMMISSION_ON_SUBSIDY.turn(0, by=staff(), now=NOON)
    _issuer, _host, order = coupon_of_a_at_b(price="33.34", pieces=3)
    COMMISSION_ON_SUBSIDY.turn(1, by=staff(), now=NOON)
    share = Share.objects.get()
    assert (share.commission, share.net) == (Money(450), Money(9002 + 600 - 450))  # 5 % of 90.02

    accepted(case_of(order, reason="damaged"))
    paid_back()

    assert verify_ledger().ok


@pytest.mark.django_db
def test_a_joint_reduction_of_three_shops_is_borne_by_each_as_signed():  # K2: by hand
    issuer, second, third = shop(shipping_fee="0.00"), shop(shipping_fee="0.00"), shop(shipping_fee="0.00")
    offer = promotion("full_reduction", shop=issuer, rule={"tiers": [{"at": 20_000, "off": 3000}]}, starts_at=EARLIER)
    signed(offer, second, part=60, now=EARLIER, until=NOON + 30 * DAY)
    signed(offer, third, part=0, now=EARLIER, until=NOON + 30 * DAY)
    kind = category(commission_bps=500)
    wares = {
        sku(product=product(shop=theirs, category=kind), price=price): 1
        for theirs, price in ((issuer, "100.00"), (second, "50.00"), (third, "50.00"))
    }

    for order in paid_group(skus=wares, now=NOON - 9 * DAY).orders.all():
        ship_order(order=order, carrier="sf", tracking_number=f"SF{order.pk:013d}", by=staff(), now=NOON - 8 * DAY)
        mark_delivered(order=order, by=order.shopper, now=NOON - 7 * DAY)
        complete_order(order=order, now=NOON)
    deliver_everything()

    # 30.00 off 200.00: 15.00, 7.50, 7.50; A bears 60 % of the 7.50 at B, and nothing at C
    shares = {share.shop_id: share for share in Share.objects.all()}
    assert {key: (share.gross, share.from_issuers) for key, share in shares.items()} == {
        issuer.pk: (Money(8500), Money(0)), second.pk: (Money(4250), Money(450)), third.pk: (Money(4250), Money(0)),
    }  # fmt: skip
    assert balances(issuer)["available"] == Money(-450)
    assert verify_ledger().ok


@pytest.mark.django_db
def test_a_shop_with_open_parts_elsewhere_is_not_done_yet():  # M9, K2
    issuer, host, order = coupon_of_a_at_b(delivered_order)
    coming = still_owed(issuer)

    complete_order(order=order, now=NOON + 8 * DAY)
    deliver_everything()

    assert "6.00" in coming
    assert "6.00" in still_owed(issuer)
    assert still_owed(issuer) != coming
    assert still_owed(host) == ""


@pytest.mark.django_db
def test_both_statements_name_the_other_shop(in_english):  # S5
    issuer, host, order = coupon_of_a_at_b()

    freeze_statements(now=NOON + 40 * DAY)

    said = {}
    for statement in Statement.objects.filter(kind="daily"):
        lines = list(lines_of(statement))
        tell_parts([line.posting for line in lines], shop=statement.shop)
        said[statement.shop_id] = [
            (line.posting.said, line.order_public_id, -line.posting.amount.minor)
            for line in lines if line.posting.entry.kind == "joint"
        ]  # fmt: skip
    assert said == {
        issuer.pk: [(f"Discount borne for an order at {host.name}", order.public_id, -600)],
        host.pk: [(f"Discount borne by {issuer.name}", order.public_id, 600)],
    }


@pytest.mark.django_db
def test_a_shop_reads_its_own_leg_only(in_english):  # R6
    from mall.tenancy import shop_scope

    issuer, host, _order = coupon_of_a_at_b()

    with shop_scope(issuer.pk):
        mine = list(postings_of(issuer))
        tell_parts(mine, shop=issuer)
        assert [(row.said, row.shop_id) for row in mine] == [(f"Discount borne for an order at {host.name}", issuer.pk)]
        assert not Posting.objects.filter(shop=host).exists()


def test_verify_ledger_finds_a_forged_part(committed_db, owner_connection):
    _issuer, _host, _order = coupon_of_a_at_b()
    assert verify_ledger().ok

    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE settlement_posting p SET amount = p.amount + CASE a.kind WHEN 'shop_available' THEN 5 ELSE -5 END"
            " FROM settlement_entry e, settlement_account a WHERE e.id = p.entry_id AND e.kind = 'joint'"
            " AND a.id = p.account_id"
        )
        cursor.execute("DELETE FROM mall_seal")

    found = verify_ledger()
    assert found.joint_faults == 1, found.faults
