"""
The admin keeps itself: every list opens, shows its rows at the same number of queries however many they are, and
nothing of it needs a looser content policy. The registry fills the tables, so a new model is tested or missed by name.
"""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.brands import ask_authorization
from catalog.models import ProductSample, Review, SearchedWords, SearchRule
from catalog.questions import answer_for_shop, ask
from catalog.reviews import write_review
from catalog.reviews.appeals import appeal
from catalog.reviews.reports import report
from mall.audit.models import AuditRecord
from mall.jobs import JobRun
from mall.money import Money
from mall.notifications.models import Notice
from mall.operations.models import Alert, AlertDelivery, AlertReceiver, Reading, SecurityReport
from mall.staff import ReadOnly, Verbs
from mall.texts import Text
from marketing.bargaining.bargains import open_bargain
from marketing.models import Banner, CampaignResult, CouponSending
from marketing.trials.applying import apply
from merchants import growth
from merchants.blacklist import add_to_blacklist
from merchants.exits import ask_exit
from merchants.health import score_month
from merchants.holidays import start_holiday
from merchants.models import Agreement, AgreementRenewal
from merchants.petitions import appeal_sanction
from merchants.sanctions import impose
from merchants.tiers import rank_month
from orders.bank_statements import read_statement
from orders.checkout import DealWanted, place_order
from orders.models import Bill, Declaration, Difference, GoodsStop, OrderLine, Refund, SentBack
from risk.complaints import complain
from risk.holds import place_hold
from risk.models import BannedWord, MoneyRule, MoneyRuleTurn, WordPack
from risk.money.rules import confirm_turn, propose_turn
from settlement.corrections import draw_up_correction
from settlement.models import Deposit, DutyRemittance, PartyPayout, PartyShare, PayoutFile, StatementLine
from settlement.statements import dispute_line, freeze_statements
from tests.conftest import NOON
from tests.factories import number
from tests.factories.access import granted_access
from tests.factories.accounts import address as an_address
from tests.factories.accounts import shopper, staff
from tests.factories.attributes import attribute
from tests.factories.campaigns import enrolled, open_campaign
from tests.factories.catalog import brand, category, product, sku
from tests.factories.commission import proposed_version
from tests.factories.joint import proposed
from tests.factories.marketing import bargaining, coupon, crowdfunding, draft, group_buying, trial
from tests.factories.merchants import seat, shop
from tests.factories.papers import picture as scan
from tests.factories.parties import party, party_account, proposed_part
from tests.factories.settlement import (
    asked,
    commission_invoice,
    held_money,
    seized_money,
    seizure_order,
    with_money,
)
from tests.factories.trade import trade_case
from tests.journeys import bound_card, completed_order, paid_order, placed_order, topped_up
from tests.merchants.applying import in_status, submitted
from tests.orders.after_sales.cases import before_the_mall, case_of, decided, with_evidence
from tests.orders.test_bank_statements import line, statement
from tests.orders.test_invoices import asked as asked_invoice

DAY = timedelta(days=1)
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
VERBS = [(model, verb) for model in MODELS for verb in getattr(admin.site._registry[model], "verbs", ())]


def list_of(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def a_bit_of_everything() -> None:
    """At least one row of each thing that staff see."""
    order, clerk = completed_order(now=NOON), staff()
    write_review(
        shopper=order.shopper,
        order_line_id=OrderLine.objects.filter(order=order).first().pk,
        stars=4,
        text="…",
        now=NOON,
    )
    review = Review.objects.get(order_line_id=OrderLine.objects.filter(order=order).first().pk)
    asked = ask(product=review.product, shopper=clerk, text="…?", now=NOON)
    answer_for_shop(question=asked, text="…", by=clerk, now=NOON)
    report(subject=review.public_id, person=clerk, reason="fake", now=NOON)
    appeal(review=review, reason="rival", words="…", by=clerk, now=NOON)
    other = paid_order(now=NOON)
    Refund.objects.create(payment=other.group.payments.get(), order=other, amount=1, reason="…", asked_at=NOON)
    bound_card(shopper(), order.shop)
    topped_up(shopper(), Money(10_000))
    asked_invoice(other)
    told = read_statement(content=statement(line("?")), name="march.csv", by=clerk, now=NOON)
    SentBack.objects.create(reference=f"ref_{number()}", amount=1, line=told.lines.get(), asked_at=NOON)
    submitted()
    Deposit.objects.create(application=in_status("agreed"), amount=500_000, asked_at=NOON)
    AgreementRenewal.objects.create(
        merchant=order.shop.merchant, agreement=Agreement.objects.first(), asked_at=NOON, due_on=NOON.date()
    )  # fmt: skip
    add_to_blacklist(kind="name", value=f"公司{number()}", why="…", by=clerk, now=NOON)
    dispute = case_of(order, "refund", now=NOON)
    decided(with_evidence(before_the_mall(dispute)), by=clerk)
    seat(order.shop, clerk)
    growth.write(shop_id=order.shop.public_id, name="Told", subject="x", at=NOON, paid_orders=1)
    score_month(month=NOON.date().replace(day=1), now=NOON)
    shop_life(order.shop, by=clerk)
    Notice.objects.create(person=clerk, kind="shop_frozen", facts={"shop": "…", "reason": "…"}, told_at=NOON)
    product(status="in_review", title="最好的茶", brand=brand())
    attribute(category(), choices=["浅|Light"])
    today = NOON.date()
    ask_authorization(
        shop=shop(), brand=brand(), number="…", valid_from=today, valid_to=today, file=scan(), by=clerk, now=NOON
    )
    Banner.objects.create(headline=Text({"en": "Tea"}), target="/", starts_at=NOON, ends_at=NOON + DAY)
    goods = OrderLine.objects.filter(order=order).first().sku
    holder = shopper()
    coupon(shop=None, holder=holder, rule={"at": 0, "off": 100})
    placed_order(shopper=holder, skus={goods: 1}, now=NOON)
    coupon(shop=None, rule={"at": 0, "off": 100})
    asked = {"segment": "buyers", "days": 30, "asked_at": NOON, "asked_by": clerk}
    CouponSending.objects.create(promotion=draft("coupon", shop=None, audience="chosen"), **asked)
    ware = sku(price="100.00")
    open_bargain(promotion=bargaining({ware: "60.00"}), sku=ware, shopper=shopper(), now=NOON)
    apply(units=trial({ware: 1}).trial_units.get(), shopper=shopper(), words="To try it out.", now=NOON)
    proposed(draft("coupon", shop=order.shop), shop())
    deals(by=clerk)
    SearchRule.objects.create(kind="same", words=f"mug{number()}, cup")
    SearchedWords.objects.create(on=NOON.date(), words=f"words{number()}", visitors=5, found=0)
    pack = WordPack.objects.create(slug=f"pack{number()}", name=Text({"en": "…"}), why=Text({"en": "…"}))
    BannedWord.objects.create(word=f"word{number()}", severity="block", pack=pack)
    complain(
        kind="product", subject_id=review.product.public_id, subject_name="…", shop_id=order.shop.public_id,
        person=clerk, reason="unsafe", now=NOON,
    )  # fmt: skip
    money_on_its_way(order.shop, by=clerk)
    from_abroad(order, by=clerk)
    ProductSample.objects.create(product=review.product, drawn_at=NOON)
    GoodsStop.objects.create(
        shop=review.product.shop, product=review.product, why="returns", orders=20, cases=7, most_bps=3000, days=30,
        stopped_at=NOON,
    )  # fmt: skip
    bring_to_campaign(sku(price="100.00"))
    bill = Bill.objects.create(channel="sandbox", day=NOON.date() + DAY * number())
    Difference.objects.create(bill=bill, kind="amount", movement="payment", amount_here=1, found_at=NOON)
    place_hold(kind="settlement", subject_id=order.public_id, reason="…", by=clerk, now=NOON)
    trade_case(order.shop.public_id)
    an_alert()
    granted_access(clerk, order.public_id, ["orders.order.phone"])
    SecurityReport.objects.create(quarter="2026Q1", made_at=NOON, to_do=["…"], digests={"en": "0"})
    JobRun.objects.create(name="mall.seal_audit_trail", started_at=NOON, ended_at=NOON, ok=True, summary={"sealed": 1})


def an_alert() -> None:
    """Something beyond its limit, and who was told."""
    at = NOON + timedelta(minutes=number())
    Reading.objects.create(measure="errors", at=at, value=300, sample=900, limit=50, is_bad=True)
    alert = Alert.objects.create(measure="errors", opened_at=at, closed_at=at, value=300, worst=300, limit=50)
    address = f"oncall{number()}@example.com"
    who = AlertReceiver.objects.create(name="On call", way="mail", address=address, added_at=NOON)
    AlertDelivery.objects.create(alert=alert, receiver=who, what="opened", made_at=at, due_at=at)


def deals(*, by) -> None:
    """A group of buyers, and a crowdfunding."""
    tea = sku(price="50.00", stock=5)
    sale, who = group_buying({tea: ("30.00", 5)}, by=by), shopper()
    wanted = DealWanted(sale.public_id, tea.public_id, 1)
    place_order(shopper=who, checkout_key=uuid4(), address=an_address(who), now=NOON, wanted=wanted)
    crowdfunding({tea: ("30.00", 5)}, by=by)


def shop_life(one, *, by) -> None:
    """A sanction that is appealed against, a tier, a holiday, a farewell."""
    sanction = impose(shop=one, code="late_shipping", note="…", by=by, now=NOON)
    appeal_sanction(sanction=sanction, reason="…", by=shopper(), now=NOON)
    rank_month(month=NOON.date().replace(day=1), now=NOON)
    start_holiday(shop=shop(), last_day=NOON.date() + DAY * 3, by=by, now=NOON)
    ask_exit(shop=shop(), reason="…", by=by, now=NOON)


def money_on_its_way(one, *, by) -> None:
    """A withdrawal, a bank file, a bill with a disputed line."""
    with_money(one, 100_000)
    asked(one, 20_000, by=by)
    PayoutFile.objects.create(total=1, count=1, made_at=NOON, made_by=by)
    freeze_statements(now=NOON)
    line = StatementLine.objects.latest("pk")
    dispute_line(line=line, reason="…", by=by, now=NOON)
    terms = {"direction": "to_shop", "side": "fees", "amount": Money(1), "reason": "…"}
    held_money(one)
    with_money(place := shop(), 100_000)
    seizure_order(seized_money(place), now=NOON + DAY * 16)
    for turn in MoneyRuleTurn.objects.filter(status="proposed"):
        confirm_turn(turn=turn, by=shopper(), now=NOON)
    night = MoneyRule.objects.get(code="night")
    propose_turn(rule=night, limit=3 + (night.limit == 3), reason="…", by=by, now=NOON)
    draw_up_correction(entry=line.posting.entry, by=by, now=NOON, **terms)
    proposed_version(bps=300, category=category(), by=by)
    of = party("brand")
    proposed_part(of, bps=300, by=by, category=category(), brand=brand(), shop=one)
    account = party_account(of)
    PartyPayout.objects.create(party=of, bank_account=account, amount=1, drawn_by=by, drawn_at=NOON)
    commission_invoice(place)
    PartyShare.objects.create(shop=one, party=of, order_public_id=f"ord_{number()}", amount=1, paid_at=NOON)


def bring_to_campaign(goods) -> None:
    """A campaign that invites, something enrolled, what one brought."""
    campaign = open_campaign()
    enrolled(campaign, goods, "80.00")
    CampaignResult.objects.create(
        campaign=campaign, shop=goods.shop, orders=1, units=1, paid=1, visitors=1, conversion_bps=1, review_count=0,
        review_stars=0, complaints=0, points=1, evaluated_at=NOON,
    )  # fmt: skip


def from_abroad(order, *, by) -> None:
    """Who an order is declared for, and duty that was paid over."""
    Declaration.objects.create(
        shop=order.shop, order=order, name="张小云", id_number="11010519491231002X", value=100, year=2026
    )
    paid = {"status": "paid", "ended_by": shopper(), "ended_at": NOON, "reference": "…"}
    DutyRemittance.objects.create(amount=1, count=1, drawn_by=by, drawn_at=NOON, **paid)


@pytest.fixture
def desk(client, db):
    client.force_login(staff())
    return client


def test_a_list_costs_the_same_with_one_row_and_with_three(desk):
    costs = {model._meta.label: [] for model in MODELS}
    rows = {model._meta.label: [] for model in MODELS}
    for times in (1, 2):
        for _ in range(times):
            a_bit_of_everything()
        for model in MODELS:
            desk.get(list_of(model))  # content types and the like are remembered
            with CaptureQueriesContext(connection) as queries:
                page = desk.get(list_of(model))
            costs[model._meta.label].append(len(queries))
            rows[model._meta.label].append(page.context["cl"].result_count)

    assert {label: few for label, (few, _many) in rows.items() if not few} == {}
    grown = {label: counts for label, counts in rows.items() if counts[1] <= counts[0]}
    assert set(grown) <= {  # their rows are the house's own
        "auth.Group", "settlement.Account", "merchants.Agreement", "merchants.Requirement", "merchants.Trade",
        "catalog.ServicePromise", "mall.WorkYear", "risk.TradeRule", "risk.MoneyRule",
    }  # fmt: skip
    most = {"catalog.Product": 9}  # words and protected brands, each read once for the list
    dear = {label: cost for label, cost in costs.items() if cost[0] != cost[1] or cost[0] > most.get(label, 8)}
    assert dear == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_staff_find_rows(desk, model):
    """Every list can be searched and says in which order it stands."""
    shown = admin.site._registry[model]

    assert shown.search_fields or model._meta.label == "merchants.DailyFacts"
    assert shown.get_ordering(None) or model._meta.label == "catalog.Category"  # a tree has its own
    assert desk.get(list_of(model), {"q": "no such thing"}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_row_opens(desk, model):
    a_bit_of_everything()
    row = model._default_manager.order_by("pk").first()

    page = desk.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]))

    assert page.status_code == 200
    assert "Content-Security-Policy" in page.headers


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_deletion_that_the_house_does_not_know_of_is_not_offered(desk, model):
    """Rows that verbs write are read only; the few lists that staff write themselves put each change on record."""
    shown = admin.site._registry[model]
    written = {
        "accounts.User", "auth.Group", "catalog.Attribute", "catalog.Brand", "catalog.Category", "catalog.SearchRule",
        "catalog.ServicePromise", "marketing.Banner", "risk.BannedWord", "risk.WordPack",
        "risk.Hold", "merchants.Agreement", "merchants.Blacklisted", "merchants.Requirement", "merchants.Trade",
        "mall.WorkYear", "risk.TradeRule", "operations.AlertReceiver",
    }  # fmt: skip

    assert isinstance(shown, ReadOnly) or model._meta.label in written


@pytest.mark.parametrize(("model", "verb"), VERBS, ids=lambda given: getattr(given, "name", None))
def test_a_verb_is_named_and_guarded(model, verb):
    shown = admin.site._registry[model]
    app_label, _dot, codename = verb.permission.partition(".")

    assert isinstance(shown, Verbs)
    assert shown.noun
    assert app_label == model._meta.app_label
    known = {
        name
        for one in apps.get_app_config(app_label).get_models()
        for name in [
            *(name for name, _words in one._meta.permissions),
            *(f"{action}_{one._meta.model_name}" for action in one._meta.default_permissions),
        ]
    }
    assert codename in known


def test_no_page_of_the_admin_carries_inline_styles_or_scripts(desk):
    a_bit_of_everything()
    addresses = [reverse("admin:index"), reverse("admin:tunables"), reverse("admin:risk_hold_add")]

    for address in [*addresses, *map(list_of, MODELS)]:
        page = desk.get(address)
        text = page.content.decode()
        assert "unsafe" not in page["Content-Security-Policy"], address
        assert not re.findall(r"<style\b|\sstyle=|\son[a-z]+=[\"']", text), address
        scripts = re.findall(r"<script\b([^>]*)>", text)
        assert not [tag for tag in scripts if "src=" not in tag and "application/json" not in tag], address


def test_our_own_admin_templates_carry_none_either():
    for path in Path("templates/admin").rglob("*.html"):
        assert not re.findall(r"<style\b|\sstyle\s*=|<script(?![^>]*src)", path.read_text()), path


def test_what_staff_do_is_on_the_record(desk):
    a_bit_of_everything()

    assert AuditRecord.objects.filter(action="risk.place_hold").exists()
