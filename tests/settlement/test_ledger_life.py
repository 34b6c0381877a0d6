"""
A random life of orders, through the real verbs, and books that are sound after every step (A1).

The model keeps by itself what each account should hold and what commissions are; each invariant is a method below.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mall.events import deliver_everything
from mall.money import Money
from marketing.promotions import stop_promotion
from merchants.petitions import appeal_sanction, grant_petition, refuse_petition
from merchants.sanctions import enforce_fines, impose, lift
from orders.after_sales.asking import ask
from orders.balances import follow_balances
from orders.cancellation import cancel_order, cancel_paid_order, close_unpaid_orders
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.gateways import sandbox_bank
from orders.models import OrderLine
from orders.parties.rules import TakesTooMuch
from orders.payments import start_payment
from orders.purses import NotEnoughBalance, choose_refunds
from orders.refunds import finish_refunds
from settlement.corrections import book_correction, draw_up_correction
from settlement.ledger import trial_balance
from settlement.models import Correction, Entry, Share, Withdrawal
from settlement.party_payouts import NothingToPay, discard_payout, draw_up_payouts, pay_payout
from settlement.payouts import ask_about_payouts, pay_withdrawals
from settlement.release import release_due_shares
from settlement.verification import verify_ledger
from settlement.withdrawals import check_withdrawals
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.commission import rule_in_force
from tests.factories.joint import signed
from tests.factories.marketing import coupon
from tests.factories.merchants import shop
from tests.factories.parties import part_in_force, party, party_account
from tests.factories.settlement import asked, bank_account
from tests.journeys import from_balance, in_process, pay, placed_group, topped_up
from tests.orders import presales
from tests.orders.after_sales.cases import accepted

DAY = timedelta(days=1)
BY_MALL = ("promoter",)  # who is paid out of the commission


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


@dataclass
class Life:
    """What the model knows of an order that has completed."""

    share: Share
    lines: list
    pending: int
    gone: Counter = field(default_factory=Counter)
    case: object = None
    is_advanced: bool = False
    is_released: bool = False
    parts: list = field(default_factory=list)  # (party's key, line's key or None, of what was paid, how much)
    shipping_gone: int = 0

    def added(self, line) -> tuple[int, dict[int, int]]:
        """What the mall and other shops bear of what the line still holds: each part in proportion, rounded down."""
        left = line.total.minor - self.gone[line.pk]
        borne = {int(issuer): fen * left // line.total.minor for issuer, fen in (line.issuers or {}).items()}
        return line.subsidy.minor * left // line.total.minor, borne

    def subsidy(self) -> int:
        return sum(self.added(line)[0] for line in self.lines)

    def issuers(self) -> Counter:
        found = Counter()
        for line in self.lines:
            found.update(self.added(line)[1])
        return found

    def kept(self, *, of=None, line=None) -> int:
        """What is kept of the parts: of a party, or of those that the shop pays, all or of a line."""
        found = 0
        for key, line_key, whole, amount in self.parts:
            if (of == key if of is not None else key not in BY_MALL) and line in (None, line_key):
                gone = self.shipping_gone if line_key is None else self.gone[line_key]
                found += int(Fraction(amount * (whole - gone), whole))
        return found

    def commission(self, line) -> int:
        """Of what the line still holds: at its rate, or the share of what a rule took of it."""
        kept = line.total.minor - self.gone[line.pk]
        if line.commission is None:
            subsidy, borne = self.added(line)
            return half_up(Fraction((kept + subsidy + sum(borne.values())) * line.commission_bps, 10_000))
        return half_up(Fraction(line.commission.minor * kept, line.total.minor))

    def undisputed(self) -> int:
        clear = [line for line in self.lines if self.case is None or line.pk != self.case.line_id]
        of_lines = sum(
            line.total.minor - self.gone[line.pk] - self.commission(line) - self.kept(line=line.pk) for line in clear
        )
        return of_lines + sum(subsidy + sum(borne.values()) for subsidy, borne in map(self.added, clear))


class LedgerLife(RuleBasedStateMachine):
    """Shoppers buy of two shops at once; the model keeps what each account should hold (in the mall's own terms)."""

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    @initialize()
    def open_two_shops(self):
        self.now = NOON
        self.shopper = shopper()
        self.goods = []
        self.shops = [shop(shipping_fee=fee) for fee in ("8.00", "0.00")]
        for place, bps, price in ((0, 500, "33.33"), (1, 50, "33.33"), (0, 700, "89.99")):
            theirs = product(shop=self.shops[place], category=category(commission_bps=bps))
            self.goods.append(sku(product=theirs, price=price, stock=100_000))
        self.rules = {}
        self.gives, self.parts, self.party_available = {}, {}, Counter()
        self.pot = presales.teapot(stock=100_000)
        self.unpaid, self.paid, self.lives, self.deposits, self.fines = [], [], [], [], []
        self.books = dict.fromkeys(
            ("escrow", "unclaimed", "shop_pending", "shop_available", "shop_withdrawing", "commission", "fees", "fines",
             "corrections", "subsidy", "passed_on", "purse", "party_pending", "party_available", "party_paying"),
            0,
        )  # fmt: skip
        self.available = Counter()  # by shop
        self.charged_back = Counter()  # by order: what the channel took of it and has not given again
        self.wishes, self.by_balance = False, set()  # refunds go on her balance; these orders were paid from it

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def make_available(self, shop_id, fen):
        self.available[shop_id] += fen
        self.books["shop_available"] += fen

    @rule(first=st.integers(1, 4), second=st.integers(0, 4), third=st.integers(0, 2))
    def place(self, first, second, third):
        self.unpaid.append(self.placed(first, second, third))

    def placed(self, *pieces):
        wanted = dict(zip(self.goods, pieces, strict=True))
        skus = {goods: quantity for goods, quantity in wanted.items() if quantity}
        group = placed_group(shopper=self.shopper, skus=skus, now=self.now)
        for order in group.orders.all():
            for line in order.lines.all():
                assert (line.commission and line.commission.minor) == self.by_rule(line)
            self.parts[order.pk] = self.given(order)
            kept = order.party_parts.order_by("pk").values_list("party", "line", "whole", "amount")
            assert list(kept) == [
                (self.gives[key][0].rule.party_id, line, whole, amount)
                for key, line, whole, amount in self.parts[order.pk]
            ]
        return group

    @rule(first=st.integers(1, 4), third=st.integers(0, 2))
    def sell(self, first, third):
        """From the cart to the split in one step, so that much can happen afterwards."""
        group = self.placed(first, 0, third)
        self.pay_for(group)
        self.complete_one(self.paid.pop())

    # Coupons

    @rule(who=st.sampled_from(["mall", "shop"]), off=st.integers(1, 700))
    def get_coupon(self, who, off):
        """Of the mall's, which bears it; or of a shop's own. It is used by the next order that it fits."""
        place = None if who == "mall" else self.shops[0]
        coupon(shop=place, holder=self.shopper, rule={"at": 0, "off": off}, now=self.now, **self.long())

    @rule(part=st.integers(1, 100), off=st.integers(1, 700))
    def get_coupon_for_another_shop(self, part, off):
        """Of the first shop, used at the second, which bears what is left of it."""
        held = coupon(shop=self.shops[0], holder=self.shopper, rule={"at": 0, "off": off}, now=self.now, **self.long())
        signed(held.promotion, self.shops[1], part=part, now=self.now)

    def long(self):
        return {"starts_at": NOON - DAY, "ends_at": self.now + 30 * DAY}

    # Rules of commission

    @rule(
        of=st.integers(0, 2), bps=st.none() | st.integers(0, 3_000), fixed=st.none() | st.integers(1, 400),
        floor=st.none() | st.integers(0, 500), room=st.none() | st.integers(0, 2_000),
    )  # fmt: skip
    def change_rule(self, of, bps, fixed, floor, room):
        """Of a shop's goods another commission is taken: a rate or a ladder, so much for each, at least, at most."""
        ladder = [[0, 600], [5_000, 250], [20_000, 0]] if bps is None else None
        cap = None if room is None else (floor or 0) + room
        said = {"fixed": fixed, "floor": floor, "cap": cap}
        said = {name: Money(fen) for name, fen in said.items() if fen is not None}
        goods = self.goods[of]
        before = self.rules.get(of)
        version = rule_in_force(
            rule=before[0] if before else None, since=self.now, position=of + 1, bps=bps, ladder=ladder,
            category=goods.product.category, shop=goods.shop, **said,
        )  # fmt: skip
        deliver_everything()
        self.rules[of] = (version.rule, bps, ladder, fixed or 0, floor, cap)

    # Parts of brands, suppliers, carriers, promoters

    @rule(
        of=st.sampled_from([0, 1, 2, "brand", "carrier", "promoter"]), bps=st.integers(0, 4_000),
        fixed=st.none() | st.integers(1, 900),
    )  # fmt: skip
    def give_away(self, of, bps, fixed):
        """
        A supplier gets so much of some goods, a brand of what the commission leaves, a carrier of the freight, a
        promoter of the commission in all shops, which the mall pays.
        """
        said = {"position": 2, "bps": bps, "fixed": fixed and Money(fixed)}
        place = self.shops[0]
        if of == "brand":
            said |= {"position": 1, "base": "rest", "kind": "brand"}
        elif of == "carrier":
            said |= {"base": "freight", "kind": "carrier"}
        elif of == "promoter":
            said |= {"base": "commission", "bearer": "mall", "position": 3}
        else:
            place = self.goods[of].shop
            said |= {"category": self.goods[of].product.category}
        before = self.gives.get(of)
        if of == "promoter" and not before:
            said["of"] = party("promoter", now=self.now)
        if before:
            said |= {"of": before[0].rule.party, "rule": before[0].rule}
            said.pop("kind", None)
        try:
            version = part_in_force(place, now=self.now, **said)
        except TakesTooMuch:  # with what others get
            return
        if not before:
            party_account(version.rule.party, now=self.now)
        self.gives[of] = (version, bps, fixed or 0)

    def given(self, order):
        """What parties get of an order, worked out anew: the brand before the suppliers, the carrier of the freight."""
        found = []
        for line in order.lines.order_by("pk"):
            of = next((place for place, goods in enumerate(self.goods) if goods.pk == line.sku_id), None)
            paid = line.total.minor
            by_rule = self.by_rule(line)
            base = Fraction(self.commission_base(line) * line.commission_bps, 10_000)
            commission = half_up(base) if by_rule is None else by_rule
            room = rest = max(paid - commission, 0)
            first = "brand" if of is not None and self.goods[of].shop == self.shops[0] else None
            for key, base in ((first, room), (of, paid)):
                if key not in self.gives:
                    continue
                _version, bps, fixed = self.gives[key]
                amount = min(half_up(Fraction(base * bps, 10_000)) + fixed * line.quantity, paid, room)
                room -= amount
                if amount:
                    found.append((key, line.pk, paid, amount))
            if "promoter" in self.gives:
                _version, bps, fixed = self.gives["promoter"]
                amount = half_up(Fraction(commission * bps, 10_000)) + fixed * line.quantity
                if amount := min(amount, paid, paid - rest):
                    found.append(("promoter", line.pk, paid, amount))
        freight = order.shipping_fee.minor
        if freight and "carrier" in self.gives and order.shop_id == self.shops[0].pk:
            _version, bps, fixed = self.gives["carrier"]
            if amount := min(half_up(Fraction(freight * bps, 10_000)) + fixed, freight):
                found.append(("carrier", None, freight, amount))
        return found

    def for_parties(self, order) -> int:
        """What the shop pays of it."""
        return sum(amount for key, _line, _whole, amount in self.parts.get(order.pk, ()) if key not in BY_MALL)

    def set_aside(self, order, sign=1):
        """What parties get of it, out of escrow, and out of the mall's own."""
        by_mall = sum(amount for key, _line, _whole, amount in self.parts.get(order.pk, ()) if key in BY_MALL)
        of_shop = self.for_parties(order)
        self.books["escrow"] -= sign * of_shop
        self.books["passed_on"] -= sign * by_mall
        self.books["party_pending"] += sign * (of_shop + by_mall)

    @rule(is_discarded=st.booleans())
    def pay_parties(self, is_discarded):
        """What parties have available goes to their banks: one person draws it up, another pays, or discards it."""
        owed = {key: fen for key, fen in self.party_available.items() if fen > 0}
        try:
            drawn = draw_up_payouts(by=staff(), now=self.now)
        except NothingToPay:
            assert not owed
            return
        assert sorted(payout.amount.minor for payout in drawn) == sorted(owed.values())
        for payout in drawn:
            if is_discarded:
                discard_payout(payout=payout, by=staff(), now=self.now)
            else:
                pay_payout(payout=payout, reference="ICBC 1", by=staff(), now=self.now)
        if is_discarded:
            return
        self.books["party_available"] -= sum(owed.values())
        for key in owed:
            self.party_available[key] = 0

    def by_rule(self, line):
        """What the rules take of a line, worked out anew; nothing where none is for its goods."""
        of = next((place for place, goods in enumerate(self.goods) if goods.pk == line.sku_id), None)
        if of not in self.rules:
            return None
        _rule, bps, ladder, fixed, floor, cap = self.rules[of]
        exact, below = Fraction(0), self.commission_base(line)
        for start, rate in reversed(ladder or [[0, bps]]):
            exact += Fraction(max(below - start, 0) * rate, 10_000)
            below = min(below, start)
        amount = half_up(exact) + fixed * line.quantity
        amount = max(amount, floor or 0)
        return min(amount, line.total.minor if cap is None else min(cap, line.total.minor))

    def commission_base(self, line) -> int:
        """What a rate is taken of: what was paid, and what the mall and other shops added."""
        return line.total.minor + line.subsidy.minor + sum((line.issuers or {}).values())

    @precondition(lambda self: self.unpaid)
    @rule(data=st.data())
    def pay(self, data):
        self.pay_for(self.unpaid.pop(data.draw(st.integers(0, len(self.unpaid) - 1))))

    @rule(fen=st.integers(100, 60_000))
    def top_up(self, fen):
        if self.books["purse"] + fen <= 500_000:
            topped_up(self.shopper, Money(fen), now=self.now)
            self.books["purse"] += fen

    @precondition(lambda self: self.unpaid)
    @rule(data=st.data())
    def pay_from_her_balance(self, data):
        """Whole, or not at all."""
        group = data.draw(st.sampled_from(self.unpaid))
        if group.total.minor > self.books["purse"]:
            with pytest.raises(NotEnoughBalance):
                from_balance(group, now=self.now)
            return
        self.unpaid.remove(group)
        from_balance(group, now=self.now)
        orders = list(group.orders.order_by("pk"))
        self.paid.extend(orders)
        self.by_balance |= {order.pk for order in orders}
        self.books["escrow"] += group.total.minor
        for order in orders:
            self.set_aside(order)
        self.books["purse"] -= group.total.minor

    @rule(wishes=st.booleans())
    def choose_where_refunds_go(self, wishes):
        choose_refunds(shopper=self.shopper, to_balance=wishes, now=self.now)
        self.wishes = wishes

    def goes_back(self, order, fen):
        """To where it was paid from, or on her balance."""
        if self.wishes or order.pk in self.by_balance:
            self.books["purse"] += fen

    def pay_for(self, group):
        pay(group, now=self.now)
        orders = list(group.orders.order_by("pk"))
        self.paid.extend(orders)
        self.books["escrow"] += group.total.minor
        for order in orders:
            self.set_aside(order)

    @precondition(lambda self: self.unpaid)
    @rule(data=st.data(), goes_back=st.booleans())
    def pay_too_late(self, data, goes_back):
        group = self.unpaid.pop(data.draw(st.integers(0, len(self.unpaid) - 1)))
        payment = start_payment(group=group, channel="sandbox", now=self.now)
        sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="late", now=self.now)
        cancel_order(order=group.orders.first(), reason="…", by=self.shopper, now=self.now)
        deliver_everything()
        self.time_passes(timedelta(hours=2))
        sandbox_bank.settle_late_trades(now=self.now)
        sandbox_bank.deliver_notices(now=self.now, post=in_process(self.now))
        deliver_everything()
        self.books["purse" if self.wishes else "unclaimed"] += group.total.minor
        if goes_back:
            self.refund()

    @rule(pieces=st.integers(1, 3))
    def pay_deposit(self, pieces):
        """Of a pre-sale that begins now: its rest is due tomorrow, for two days."""
        begins = {"starts_at": self.now, "ends_at": self.now + timedelta(hours=1)}
        window = {"balance_from": self.now + timedelta(days=1), "balance_until": self.now + timedelta(days=3)}
        rule = {name: moment.isoformat() for name, moment in window.items()}
        rule["ships_on"] = (self.now + timedelta(days=4)).date().isoformat()
        sale = presales.sale_of(self.pot, most=3, rule=rule, **begins)
        order = presales.deposit_paid(self.pot, sale, who=self.shopper, quantity=pieces, now=self.now)
        stop_promotion(promotion=sale, by=self.shopper, now=self.now)
        self.deposits.append(order)
        self.books["escrow"] += order.deposit.minor

    @precondition(lambda self: any(self.can_pay_rest(order) for order in self.deposits))
    @rule()
    def pay_rest(self):
        order = next(order for order in self.deposits if self.can_pay_rest(order))
        self.deposits.remove(order)
        pay(order.group, now=self.now)
        order.refresh_from_db()
        self.paid.append(order)
        self.books["escrow"] += order.balance.minor

    def can_pay_rest(self, order):
        return order.balance_from <= self.now <= order.balance_until

    @precondition(lambda self: self.deposits)
    @rule(data=st.data(), by_shop=st.booleans())
    def end_before_the_rest(self, data, by_shop):
        order = self.deposits.pop(data.draw(st.integers(0, len(self.deposits) - 1)))
        if by_shop:
            cancel_paid_order(order=order, reason="…", by=self.shopper, now=self.now)
            deliver_everything()
            self.refund()
            self.books["escrow"] -= order.deposit.minor
            self.goes_back(order, order.deposit.minor)
        else:
            cancel_order(order=order, reason="…", by=self.shopper, leaves_deposit=True, now=self.now)
            self.keep(order)

    def keep(self, order):
        deliver_everything()
        share = Share.objects.get(order_public_id=order.public_id)
        self.lives.append(Life(share, [], order.deposit.minor))
        self.books["escrow"] -= order.deposit.minor
        self.books["shop_pending"] += order.deposit.minor

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def cancel_and_refund(self, data):
        order = self.paid.pop(data.draw(st.integers(0, len(self.paid) - 1)))
        cancel_order(order=order, reason="…", by=self.shopper, now=self.now)
        deliver_everything()
        self.refund()
        self.books["escrow"] -= order.total.minor
        self.set_aside(order, -1)
        self.goes_back(order, order.total.minor)

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def complete(self, data):
        self.complete_one(self.paid.pop(data.draw(st.integers(0, len(self.paid) - 1))))

    def complete_one(self, order):
        ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=self.shopper, now=self.now)
        mark_delivered(order=order, by=self.shopper, now=self.now)
        complete_order(order=order, now=self.now)
        deliver_everything()
        share = Share.objects.get(order_public_id=order.public_id)
        life = Life(share, list(order.lines.order_by("pk")), 0)
        commission = sum(life.commission(line) for line in life.lines)
        life.parts = self.parts.get(order.pk, [])
        subsidy, issuers = life.subsidy(), life.issuers()
        life.pending = order.total.minor + subsidy + sum(issuers.values()) - commission - life.kept()
        assert (share.gross, share.commission.minor, share.parties.minor, share.net.minor) == (
            order.total, commission, life.kept(), life.pending,
        )  # fmt: skip
        assert (share.subsidy.minor, share.from_issuers.minor) == (subsidy, sum(issuers.values()))
        self.lives.append(life)
        self.books["escrow"] -= order.total.minor - life.kept()
        self.books["subsidy"] -= subsidy
        for issuer, fen in issuers.items():
            self.make_available(issuer, -fen)
        self.books["shop_pending"] += life.pending
        self.books["commission"] += commission

    # After-sales of completed orders

    def can_ask(self, life) -> bool:
        left = [line for line in life.lines if life.gone[line.pk] < line.total.minor]
        return bool(left) and life.case is None and self.now < life.share.completed_at + 10 * DAY

    @precondition(lambda self: any(self.can_ask(life) for life in self.lives))
    @rule(data=st.data())
    def ask_for_a_return(self, data):
        """Of one piece of a line; what nobody disputes is released on its day."""
        life = data.draw(st.sampled_from([life for life in self.lives if self.can_ask(life)]))
        line = data.draw(st.sampled_from([line for line in life.lines if life.gone[line.pk] < line.total.minor]))
        said = {"reason": "damaged", "text": "It has a crack."}
        life.case = ask(line=line, kind="return", quantity=1, by=self.shopper, now=self.now, **said)
        deliver_everything()

    @precondition(lambda self: any(life.case for life in self.lives))
    @rule(data=st.data())
    def take_back(self, data):
        life = data.draw(st.sampled_from([life for life in self.lives if life.case]))
        case = accepted(life.case, now=self.now)
        deliver_everything()
        self.refund()
        case.refresh_from_db()
        line = next(line for line in life.lines if line.pk == case.line_id)
        before, subsidy, issuers = life.commission(line), life.subsidy(), life.issuers()
        keys = {key for key, _line, _whole, _amount in life.parts}
        held = {key: life.kept(of=key) for key in keys}
        life.gone[line.pk] += case.refund_goods.minor
        life.shipping_gone += case.refund_shipping.minor
        commission = before - life.commission(line)
        back = {key: held[key] - life.kept(of=key) for key in keys}
        subsidy -= life.subsidy()
        issuers.subtract(life.issuers())
        by_mall = sum(fen for key, fen in back.items() if key in BY_MALL)
        of_shop = case.refund.minor + subsidy - commission - (sum(back.values()) - by_mall)
        self.books["passed_on"] += by_mall
        self.goes_back(case.order, case.refund.minor)
        for key, fen in back.items():
            self.books["party_available" if life.is_released else "party_pending"] -= fen
            if life.is_released:
                self.party_available[key] -= fen
        of_pending = min(of_shop, life.pending)
        life.pending -= of_pending
        for_issuers = sum(issuers.values())
        if for_issuers <= life.pending:
            life.pending -= for_issuers
            self.books["shop_pending"] -= for_issuers
        else:
            self.make_available(life.share.shop_id, -for_issuers)
        for issuer, fen in issuers.items():
            self.make_available(issuer, fen)
        life.case = None
        self.books["commission"] -= commission
        self.books["subsidy"] += subsidy
        self.books["shop_pending"] -= of_pending
        self.make_available(life.share.shop_id, of_pending - of_shop)

    # What staff do

    @precondition(lambda self: any(life.lines for life in self.lives))
    @rule(data=st.data(), to_shop=st.booleans(), fen=st.integers(1, 300))
    def correct(self, data, to_shop, fen):
        life = data.draw(st.sampled_from([life for life in self.lives if life.lines]))
        entry = Entry.objects.get(kind="completed", ref=life.share.order_public_id)
        side = data.draw(st.sampled_from(["commission", "corrections"]))
        if Correction.objects.filter(entry=entry).count() >= 3:  # together they are at most what the entry moved
            return
        correction = draw_up_correction(
            entry=entry, direction="to_shop" if to_shop else "from_shop", side=side, amount=Money(fen), reason="…",
            by=staff(), now=self.now,
        )  # fmt: skip
        book_correction(correction=correction, by=staff(), now=self.now)
        deliver_everything()
        self.make_available(life.share.shop_id, fen if to_shop else -fen)
        self.books[side] += -fen if to_shop else fen

    @precondition(lambda self: any(life.lines for life in self.lives))
    @rule(data=st.data(), fen=st.integers(1, 900))
    def charge_back(self, data, fen):
        """The channel takes money back of a completed order; or gives some of it again."""
        life = data.draw(st.sampled_from([life for life in self.lives if life.lines]))
        ref = life.share.order_public_id
        entry = Entry.objects.get(kind="completed", ref=ref)
        if Correction.objects.filter(entry=entry).count() >= 3:
            return
        is_won = data.draw(st.booleans()) and self.charged_back[ref] > 0
        change = min(fen, self.charged_back[ref]) if is_won else -fen
        correction = draw_up_correction(
            entry=entry, direction="to_shop" if is_won else "from_shop", side="custodian", amount=Money(abs(change)),
            reason="…", by=staff(), now=self.now,
        )  # fmt: skip
        book_correction(correction=correction, by=staff(), now=self.now)
        deliver_everything()
        self.charged_back[ref] -= change
        self.make_available(life.share.shop_id, change)

    @precondition(lambda self: len(self.fines) < 2)
    @rule(of=st.integers(0, 1), fen=st.integers(1, 20_000))
    def fine(self, of, fen):
        sanction = impose(
            shop=self.shops[of], code="late_shipping", note="…", fine=Money(fen), by=staff(), now=self.now
        )
        deliver_everything()
        self.fines.append({"sanction": sanction, "fen": fen, "taken": False, "appealed": False})

    @precondition(lambda self: any(self.can_appeal(fine) for fine in self.fines))
    @rule(data=st.data(), granted=st.booleans())
    def appeal(self, data, granted):
        fine = data.draw(st.sampled_from([fine for fine in self.fines if self.can_appeal(fine)]))
        petition = appeal_sanction(sanction=fine["sanction"], reason="…", by=self.shopper, now=self.now)
        answer = grant_petition if granted else refuse_petition
        answer(petition=petition, answer="…", by=staff(), now=self.now)
        deliver_everything()
        fine["appealed"] = True
        if granted:
            self.fines.remove(fine)
        else:
            self.take(fine)

    def can_appeal(self, fine) -> bool:
        return not fine["appealed"] and not fine["taken"] and self.now <= fine["sanction"].imposed_at + 7 * DAY

    @precondition(lambda self: self.fines)
    @rule(data=st.data())
    def lift_a_fine(self, data):
        fine = data.draw(st.sampled_from(self.fines))
        lift(sanction=fine["sanction"], by=staff(), now=self.now)
        deliver_everything()
        self.fines.remove(fine)
        if fine["taken"]:
            self.make_available(fine["sanction"].shop_id, fine["fen"])
            self.books["fines"] -= fine["fen"]

    def take(self, fine):
        fine["taken"] = True
        self.make_available(fine["sanction"].shop_id, -fine["fen"])
        self.books["fines"] += fine["fen"]

    # Withdrawals

    def with_enough(self):
        return [place for place in [*self.shops, self.pot.shop] if self.available[place.pk] >= 10_000]

    @precondition(lambda self: self.with_enough())
    @rule(data=st.data(), fails=st.booleans())
    def withdraw(self, data, fails):
        """The bank pays, or the money comes back."""
        place = data.draw(st.sampled_from(self.with_enough()))
        fen = data.draw(st.integers(10_000, self.available[place.pk]))
        if Withdrawal.objects.filter(shop=place, asked_at__gte=self.now - 2 * DAY).exists():
            return
        to = bank_account(place, told="500" if fails else "000", now=self.now)
        withdrawal = asked(place, fen, to=to, now=self.now)
        check_withdrawals(now=self.now)
        pay_withdrawals(now=self.now)
        ask_about_payouts(now=self.now + timedelta(minutes=5))
        deliver_everything()
        withdrawal.refresh_from_db()
        assert withdrawal.status == ("failed" if fails else "paid_out")
        if not fails:
            self.make_available(place.pk, -fen)

    @rule(days=st.integers(1, 5))
    def days_pass(self, days):
        self.time_passes(timedelta(days=days))

    def time_passes(self, span):
        """What was not paid in time comes to nothing, and deposits are lost."""
        self.now += span
        close_unpaid_orders(now=self.now)
        self.unpaid = []
        missed = [order for order in self.deposits if order.balance_until < self.now]
        assert follow_balances(now=self.now).get("missed", 0) == len(missed)
        for order in missed:
            self.deposits.remove(order)
            self.keep(order)
        due = [fine for fine in self.fines if not fine["taken"] and self.now > fine["sanction"].imposed_at + 7 * DAY]
        assert enforce_fines(now=self.now) == len(due)
        deliver_everything()
        for fine in due:
            self.take(fine)

    @rule()
    def a_week_later(self):
        self.time_passes(timedelta(days=8))
        self.release_what_is_due()

    @rule()
    def release(self):
        self.release_what_is_due()

    def release_what_is_due(self):
        """What is due becomes available; of an order with an open case the lines that nobody disputes, once."""
        today = (self.now + timedelta(hours=8)).date()
        due = [life for life in self.lives if not life.is_released and life.share.due_on <= today]
        released = release_due_shares(now=self.now, batch=2)
        deliver_everything()
        assert released == sum(life.case is None for life in due)
        for life in due:
            part = life.pending
            if life.case:
                part = 0 if life.is_advanced else max(min(life.undisputed(), life.pending), 0)
                life.is_advanced = life.is_advanced or part > 0
            life.is_released = life.case is None
            life.pending -= part
            for key in {key for key, *_rest in life.parts} if life.is_released else ():
                self.books["party_pending"] -= life.kept(of=key)
                self.books["party_available"] += life.kept(of=key)
                self.party_available[key] += life.kept(of=key)
            self.books["shop_pending"] -= part
            self.make_available(life.share.shop_id, part)

    def refund(self):
        finish_refunds(now=self.now)
        deliver_everything()
        self.books["unclaimed"] = 0

    # What must hold after every step

    def stands(self) -> bool:
        """Whether the mall is open yet; then everything announced is heard, and what waits for a commit is checked."""
        if not hasattr(self, "books"):
            return False
        deliver_everything()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return True

    def asked(self, query: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    @invariant()
    def every_entry_and_all_together_sum_to_zero(self):
        if self.stands():
            by_entry = "SELECT entry_id FROM settlement_posting GROUP BY entry_id, currency HAVING sum(amount) <> 0"
            assert self.asked(by_entry) == []
            assert self.asked("SELECT currency FROM settlement_posting GROUP BY 1 HAVING sum(amount) <> 0") == []

    @invariant()
    def escrow_is_what_was_paid_and_is_not_settled(self):
        if self.stands():
            owed = sum(order.total.minor - self.for_parties(order) for order in self.paid)
            owed += sum(order.deposit.minor for order in self.deposits)
            (held,) = self.asked(
                "SELECT coalesce(-sum(p.amount), 0)::bigint FROM settlement_posting p"
                " JOIN settlement_account a ON a.id = p.account_id WHERE a.kind = 'escrow'"
            )
            assert held == (owed,)

    @invariant()
    def nothing_that_is_held_for_others_falls_below_zero(self):
        """Of each account by itself; only what a shop or a party has available may be a debt."""
        if self.stands():
            assert self.asked(
                "SELECT a.kind, a.shop_id, sum(p.amount) FROM settlement_posting p"
                " JOIN settlement_account a ON a.id = p.account_id"
                " WHERE a.kind IN ('escrow', 'unclaimed', 'customs', 'deposit', 'shop_pending', 'shop_withdrawing',"
                " 'shop_deposit', 'shop_cards', 'purse', 'party_pending', 'party_paying')"
                " GROUP BY a.id HAVING sum(p.amount) > 0"
            ) == []  # fmt: skip

    @invariant()
    def balances_are_those_of_the_model(self):
        if self.stands():
            balances = {row.kind: -row.balance.minor for row in trial_balance()}
            assert {kind: balances.get(kind, 0) for kind in self.books} == self.books
            assert Money(-balances.get("custodian", 0)) == Money(sum(self.books.values()))
            of_shops = dict(
                self.asked(
                    "SELECT a.shop_id, -sum(p.amount)::bigint FROM settlement_posting p"
                    " JOIN settlement_account a ON a.id = p.account_id WHERE a.kind = 'shop_available' GROUP BY 1"
                )
            )
            owed = {key: fen for key, fen in self.available.items() if fen}
            assert {key: fen for key, fen in of_shops.items() if fen} == owed

    @invariant()
    def a_commission_is_at_most_what_was_paid(self):
        if self.stands():
            assert not Share.objects.filter(commission__gt=F("gross")).exists()
            assert not OrderLine.objects.filter(commission__gt=F("total")).exists()

    @invariant()
    def the_verification_finds_nothing(self):
        if self.stands():
            found = verify_ledger()
            assert (found.faults, found.waiting) == ([], 0)


def live(*, lives: int, steps: int, **how) -> None:
    run_state_machine_as_test(
        LedgerLife,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=True,  # what fails can be lived again
            **how,
        ),
    )


@pytest.mark.django_db
def test_the_books_are_sound_after_every_step_of_a_random_life():  # A1, S1
    live(lives=8, steps=15, derandomize=True)


@pytest.mark.proof
@pytest.mark.timeout(7200)
@pytest.mark.django_db
def test_the_books_are_sound_after_every_step_of_two_hundred_lives(proof):  # A1
    live(lives=200, steps=30)
    proof("ledger_life", lives=200, steps=30, violations=0)


@pytest.mark.nightly
@pytest.mark.timeout(36_000)
@pytest.mark.django_db
def test_the_books_are_sound_after_every_step_of_two_thousand_lives(proof):  # A1
    live(lives=2_000, steps=50)
    proof("ledger_life_nightly", lives=2_000, steps=50, violations=0)
