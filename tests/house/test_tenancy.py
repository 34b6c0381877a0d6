"""
No shop reaches another's rows through any address (R6). The URL map itself fills the table: an address that takes an
argument and is not described here fails the test.
"""

import tempfile
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from catalog.brands import ask_authorization
from catalog.models import Review, ReviewAppeal
from catalog.questions import ask
from catalog.shelves import add_category
from catalog.stock import default_warehouse
from catalog.stock.counts import open_count
from catalog.stock.low import set_threshold
from catalog.stock.transfers import draft_transfer
from catalog.stock.warehouses import set_low_stock
from catalog.unfinished import put_aside
from mall import clock
from mall.accounts.models import PersonalFile
from mall.accounts.privacy.downloading import ask_for_data, write_waiting
from mall.backoffice.saved import save_filter
from mall.exports.asking import ask_for_export
from mall.exports.registry import kind_of
from mall.exports.writing import write_export
from mall.notifications.models import Notice
from mall.sealed_files import document_storage
from mall.tenancy import SHOP_ROLE, ShopOwned, shop_scope
from marketing.trials.applying import apply
from merchants import growth
from merchants.invitations import invite
from merchants.models import Seat
from merchants.sanctions import impose
from orders.after_sales.asking import complain
from orders.gift_cards import cards_of
from orders.invoices import InvoiceWanted, ask_invoice, issue_invoice
from orders.offline import take_list
from settlement.models import Deposit, Statement
from settlement.statements import freeze_statements
from tests.catalog.transfer.bringing import checked
from tests.catalog.transfer.files import csv_file, cup
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.campaigns import enrolled, open_campaign
from tests.factories.catalog import brand, sku, warehouse
from tests.factories.decoration import added, published
from tests.factories.freight import template
from tests.factories.joint import proposed
from tests.factories.kinds import card_sku, code_sku, service_sku, slot_of
from tests.factories.marketing import draft, trial
from tests.factories.merchants import credit_code, seat, shop
from tests.factories.papers import pdf
from tests.factories.papers import picture as scan
from tests.factories.parties import offered_part, part_in_force
from tests.factories.settlement import asked, commission_invoice, held_money, with_money
from tests.journeys import address_asked, paid_order, shipped_order
from tests.merchants.applying import in_status

# The arguments, beside the shop, that lead to a row of the shop ``world`` describes; and for whom the door is.
ROWS = {
    "backoffice:merchants:dashboard": {},
    "backoffice:merchants:shop": {},
    "backoffice:merchants:health": {},
    "backoffice:merchants:health-appeal": {},
    "backoffice:merchants:growth": {},
    "backoffice:merchants:life": {},
    "backoffice:merchants:opening": {},
    "backoffice:merchants:holiday-start": {},
    "backoffice:merchants:holiday-end": {},
    "backoffice:merchants:revival-ask": {},
    "backoffice:merchants:trades": {},
    "backoffice:merchants:agreements": {},
    "backoffice:merchants:agreement-accept": {"code": "=merchant"},
    "backoffice:merchants:staff": {},
    "backoffice:merchants:staff-role": {"public_id": "clerk"},
    "backoffice:merchants:staff-leave": {"public_id": "clerk"},
    "backoffice:merchants:conduct": {},
    "backoffice:merchants:sanction-appeal": {"public_id": "sanction"},
    "backoffice:merchants:trade-appeal": {"public_id": "trade_case"},
    "backoffice:merchants:exit": {},
    "backoffice:merchants:exit-stay": {},
    "backoffice:merchants:exit-data": {},
    "backoffice:merchants:invitations": {},
    "backoffice:merchants:invitation-withdraw": {"public_id": "invitation"},
    "backoffice:merchants:exports": {},
    "backoffice:merchants:export-start": {},
    "backoffice:merchants:export": {"public_id": "export"},
    "backoffice:merchants:export-file": {"public_id": "export"},
    "backoffice:merchants:filter-keep": {},
    "backoffice:merchants:filter-forget": {"public_id": "filter"},
    "backoffice:catalog:list": {},
    "backoffice:catalog:add": {},
    "backoffice:catalog:bulk": {},
    "backoffice:catalog:grid": {},
    "backoffice:catalog:unfinished-discard": {"public_id": "unfinished"},
    "backoffice:catalog:movements": {},
    "backoffice:catalog:imports": {},
    "backoffice:catalog:import-add": {},
    "backoffice:catalog:import-template-xlsx": {},
    "backoffice:catalog:import-template-csv": {},
    "backoffice:catalog:import": {"public_id": "import"},
    "backoffice:catalog:import-start": {"public_id": "import"},
    "backoffice:catalog:import-discard": {"public_id": "import"},
    "backoffice:catalog:import-errors": {"public_id": "import"},
    "backoffice:catalog:brands": {},
    "backoffice:catalog:brand-document": {"public_id": "authorization"},
    "backoffice:catalog:shelves": {},
    "backoffice:catalog:shelf": {"public_id": "shelf"},
    "backoffice:catalog:freight": {},
    "backoffice:catalog:freight-add": {},
    "backoffice:catalog:freight-edit": {"public_id": "freight"},
    "backoffice:catalog:freight-do": {"public_id": "freight"},
    "backoffice:catalog:edit": {"public_id": "product"},
    "backoffice:catalog:status": {"public_id": "product"},
    "backoffice:catalog:sale-times": {"public_id": "product"},
    "backoffice:catalog:stock": {"public_id": "product"},
    "backoffice:catalog:picture": {"public_id": "product"},
    "backoffice:catalog:video": {"public_id": "product"},
    "backoffice:catalog:codes": {"public_id": "licence"},
    "backoffice:catalog:code-withdraw": {"public_id": "licence", "code_id": "code"},
    "backoffice:catalog:slots": {"public_id": "service"},
    "backoffice:catalog:slot-close": {"public_id": "service", "slot_id": "slot"},
    "backoffice:stock:list": {},
    "backoffice:stock:bulk": {},
    "backoffice:stock:warehouses": {},
    "backoffice:stock:low": {},
    "backoffice:stock:warehouse-add": {},
    "backoffice:stock:warehouse": {"public_id": "warehouse"},
    "backoffice:stock:warehouse-do": {"public_id": "warehouse"},
    "backoffice:stock:transfers": {},
    "backoffice:stock:transfer-add": {},
    "backoffice:stock:transfer": {"public_id": "transfer"},
    "backoffice:stock:transfer-do": {"public_id": "transfer"},
    "backoffice:stock:counts": {},
    "backoffice:stock:count-add": {},
    "backoffice:stock:count": {"public_id": "sheet"},
    "backoffice:stock:count-do": {"public_id": "sheet"},
    "backoffice:decoration:page": {},
    "backoffice:decoration:preview": {},
    "backoffice:decoration:theme": {},
    "backoffice:decoration:order": {},
    "backoffice:decoration:publish": {},
    "backoffice:decoration:discard": {},
    "backoffice:decoration:add": {},
    "backoffice:decoration:block": {"public_id": "block"},
    "backoffice:decoration:block-do": {"public_id": "block"},
    "backoffice:decoration:versions": {},
    "backoffice:decoration:version": {"public_id": "version"},
    "backoffice:decoration:version-restore": {"public_id": "version"},
    "backoffice:reviews:list": {},
    "backoffice:reviews:detail": {"public_id": "review"},
    "backoffice:reviews:answer": {"public_id": "review"},
    "backoffice:reviews:appeal": {"public_id": "review"},
    "backoffice:reviews:evidence": {"public_id": "review", "number": "=1"},
    "backoffice:reviews:questions": {},
    "backoffice:reviews:question": {"public_id": "question"},
    "backoffice:reviews:question-answer": {"public_id": "question"},
    "backoffice:marketing:list": {},
    "backoffice:marketing:calendar": {},
    "backoffice:marketing:choose": {},
    "backoffice:marketing:add": {},
    "backoffice:marketing:mall": {},
    "backoffice:marketing:mall-do": {"public_id": "=prm_nowhere"},
    "backoffice:marketing:campaigns": {},
    "backoffice:marketing:campaign": {"public_id": "campaign"},
    "backoffice:marketing:campaign-enrol": {"public_id": "campaign"},
    "backoffice:marketing:campaign-withdraw": {"public_id": "enrolment"},
    "backoffice:marketing:joint": {},
    "backoffice:marketing:joint-add": {},
    "backoffice:marketing:joint-detail": {"public_id": "joint"},
    "backoffice:marketing:joint-do": {"public_id": "joint"},
    "backoffice:marketing:detail": {"public_id": "promotion"},
    "backoffice:marketing:edit": {"public_id": "promotion"},
    "backoffice:marketing:do": {"public_id": "promotion"},
    "backoffice:marketing:applications": {"public_id": "trial"},
    "backoffice:marketing:application-choose": {"public_id": "application"},
    "backoffice:marketing:send": {"public_id": "sent_coupon"},
    "backoffice:orders:list": {},
    "backoffice:orders:packing-lists": {},
    "backoffice:orders:verify": {},
    "backoffice:orders:by-file": {},
    "backoffice:orders:packing-lists-pdf": {},
    "backoffice:orders:labels-pdf": {},
    "backoffice:orders:cards": {},
    "backoffice:orders:invoices": {},
    "backoffice:orders:invoice": {"public_id": "invoice"},
    "backoffice:orders:invoice-answer": {"public_id": "invoice", "action": "=issue"},
    "backoffice:orders:invoice-paper": {"public_id": "invoice", "number": "=25000000000000000007"},
    "backoffice:orders:production": {},
    "backoffice:orders:detail": {"public_id": "order"},
    "backoffice:orders:ship": {"public_id": "order"},
    "backoffice:orders:cancel": {"public_id": "order"},
    "backoffice:orders:offline": {},
    "backoffice:orders:offline-list": {"public_id": "offline_list"},
    "backoffice:orders:offline-file": {"public_id": "offline_list"},
    "backoffice:orders:move": {"public_id": "order"},
    "backoffice:orders:ready": {"public_id": "order"},
    "backoffice:orders:address-answer": {"public_id": "packed", "change": "change"},
    "backoffice:orders:send-again": {"public_id": "sent", "parcel": "parcel"},
    "backoffice:after-sales:list": {},
    "backoffice:after-sales:case": {"public_id": "case"},
    "backoffice:after-sales:file": {"public_id": "case", "note": "note", "number": "=1"},
    "backoffice:after-sales:do": {"public_id": "case", "action": "=say"},
    "backoffice:after-sales:compensate": {"public_id": "order"},
    "backoffice:settlement:home": {},
    "backoffice:settlement:entries": {},
    "backoffice:settlement:commission": {},
    "backoffice:settlement:order": {"public_id": "order"},
    "backoffice:settlement:parties": {},
    "backoffice:settlement:party": {"public_id": "party"},
    "backoffice:settlement:party-account": {"public_id": "party"},
    "backoffice:settlement:party-end": {"public_id": "party"},
    "backoffice:settlement:party-rule-agree": {"public_id": "party_offer"},
    "backoffice:settlement:party-rule-end": {"public_id": "party_rule"},
    "backoffice:settlement:bank-accounts": {},
    "backoffice:settlement:bank-account-remove": {"public_id": "bank_account"},
    "backoffice:settlement:withdrawals": {},
    "backoffice:settlement:withdrawal": {"public_id": "withdrawal"},
    "backoffice:settlement:money-case": {"public_id": "money_case"},
    "backoffice:settlement:statements": {},
    "backoffice:settlement:statement": {"public_id": "statement"},
    "backoffice:settlement:statement-accept": {"public_id": "statement"},
    "backoffice:settlement:line-dispute": {"public_id": "statement", "line": "line"},
    "backoffice:settlement:statement-file": {"public_id": "statement", "ending": "=xlsx"},
    "backoffice:settlement:statement-invoice": {"public_id": "invoiced"},
}
# Campaigns are the mall's: every shop reads whom they invite, and what it is missing.
OF_THE_MALL = {"backoffice:marketing:campaign", "backoffice:marketing:campaign-enrol"}
WRITES = {
    name
    for name in ROWS
    if name.rpartition(":")[2]
    in {"add", "status", "picture", "ship", "cancel", "bulk", "grid", "sale-times", "unfinished-discard"}
    or name.startswith("backoffice:catalog:import")
} | {
    "backoffice:orders:by-file",
    "backoffice:orders:packing-lists-pdf",
    "backoffice:orders:labels-pdf",
    "backoffice:orders:address-answer",
    "backoffice:orders:send-again",
    "backoffice:orders:invoices",
    "backoffice:orders:invoice",
    "backoffice:orders:invoice-answer",
    "backoffice:orders:invoice-paper",
    "backoffice:orders:move",
    "backoffice:orders:ready",
    "backoffice:orders:offline",
    "backoffice:orders:offline-list",
    "backoffice:marketing:choose",
    "backoffice:marketing:mall-do",
    "backoffice:marketing:campaign-enrol",
    "backoffice:marketing:campaign-withdraw",
    "backoffice:marketing:edit",
    "backoffice:marketing:do",
    "backoffice:marketing:joint-add",
    "backoffice:marketing:joint-do",
    "backoffice:stock:low",
    "backoffice:stock:warehouse-add",
    "backoffice:stock:warehouse",
    "backoffice:stock:warehouse-do",
    "backoffice:stock:transfer-add",
    "backoffice:stock:transfer-do",
    "backoffice:stock:count-add",
    "backoffice:stock:count-do",
    "backoffice:catalog:brand-document",
    "backoffice:catalog:codes",
    "backoffice:catalog:code-withdraw",
    "backoffice:catalog:slots",
    "backoffice:catalog:slot-close",
    "backoffice:orders:verify",
    "backoffice:catalog:shelves",
    "backoffice:catalog:shelf",
    "backoffice:catalog:freight-add",
    "backoffice:catalog:freight-edit",
    "backoffice:catalog:freight-do",
    "backoffice:decoration:theme",
    "backoffice:decoration:order",
    "backoffice:decoration:publish",
    "backoffice:decoration:discard",
    "backoffice:decoration:block",
    "backoffice:decoration:block-do",
    "backoffice:decoration:version-restore",
    "backoffice:merchants:shop",
    "backoffice:merchants:health-appeal",
    "backoffice:merchants:holiday-start",
    "backoffice:merchants:holiday-end",
    "backoffice:merchants:revival-ask",
    "backoffice:merchants:staff",
    "backoffice:merchants:sanction-appeal",
    "backoffice:merchants:trade-appeal",
    "backoffice:merchants:exit",
    "backoffice:merchants:exit-stay",
    "backoffice:merchants:exit-data",
    "backoffice:merchants:invitations",
    "backoffice:merchants:invitation-withdraw",
    "backoffice:merchants:staff-role",
    "backoffice:merchants:staff-leave",
    "backoffice:merchants:agreement-accept",
    "backoffice:after-sales:do",
    "backoffice:after-sales:compensate",
    "backoffice:reviews:answer",
    "backoffice:reviews:appeal",
    "backoffice:reviews:question-answer",
    "backoffice:settlement:home",
    "backoffice:settlement:entries",
    "backoffice:settlement:order",
    "backoffice:settlement:parties",
    "backoffice:settlement:party",
    "backoffice:settlement:party-account",
    "backoffice:settlement:party-end",
    "backoffice:settlement:party-rule-agree",
    "backoffice:settlement:party-rule-end",
    "backoffice:settlement:bank-accounts",
    "backoffice:settlement:bank-account-remove",
    "backoffice:settlement:withdrawals",
    "backoffice:settlement:withdrawal",
    "backoffice:settlement:money-case",
    "backoffice:settlement:statements",
    "backoffice:settlement:statement",
    "backoffice:settlement:statement-accept",
    "backoffice:settlement:line-dispute",
    "backoffice:settlement:statement-file",
    "backoffice:settlement:statement-invoice",
}
APPLICANTS_ROWS = {
    "storefront:merchants:application": {"public_id": "application"},
    "storefront:merchants:step": {"public_id": "application", "step": "=shop"},
    "storefront:merchants:document": {"public_id": "application", "kind": "=id-card"},
    "storefront:merchants:file": {"public_id": "application", "document_id": "document"},
    "storefront:merchants:hand-in": {"public_id": "application"},
    "storefront:merchants:withdraw": {"public_id": "application"},
    "storefront:merchants:agreements": {"public_id": "application"},
    "storefront:merchants:renew": {"public_id": "document"},
    "storefront:merchants:ask-for-trade": {"shop": "shop", "trade": "=3c"},
    "storefront:merchants:paper-file": {"public_id": "document"},
    "storefront:settlement:deposit": {"public_id": "application"},
    "storefront:settlement:deposit-return": {"public_id": "payment"},
}
SHOPPERS_ROWS = {
    "storefront:orders:pay": {"public_id": "group"},
    "storefront:orders:pay-start": {"public_id": "group"},
    "storefront:orders:pay-balance": {"public_id": "payment"},
    "storefront:orders:pay-transfer": {"public_id": "payment"},
    "storefront:orders:payment-return": {"public_id": "payment"},
    "storefront:orders:detail": {"public_id": "order"},
    "storefront:orders:sheet": {"public_id": "order"},
    "storefront:orders:address": {"public_id": "order"},
    "storefront:orders:invoice": {"public_id": "order"},
    "storefront:orders:invoice-withdraw": {"public_id": "order"},
    "storefront:orders:invoice-paper": {"public_id": "order", "number": "=25000000000000000007"},
    "storefront:orders:cancel": {"public_id": "order"},
    "storefront:orders:receive": {"public_id": "order"},
    "storefront:orders:extend": {"public_id": "order"},
    "storefront:orders:codes": {"public_id": "order"},
    "storefront:orders:card-keep": {"public_id": "of_cards", "card_id": "card"},
    "storefront:orders:buy-again": {"public_id": "order"},
    "storefront:after-sales:ask": {"public_id": "order", "line": "bought"},
    "storefront:after-sales:protect": {"public_id": "order", "line": "bought"},
    "storefront:after-sales:complain": {"public_id": "order"},
    "storefront:after-sales:case": {"public_id": "case"},
    "storefront:after-sales:file": {"public_id": "case", "note": "note", "number": "=1"},
    "storefront:after-sales:do": {"public_id": "case", "action": "=say"},
    "storefront:notifications:follow": {"public_id": "notice"},
    "storefront:accounts:session-end": {"pk": "session"},
    "storefront:accounts:privacy-file": {"public_id": "personal_file"},
    "storefront:accounts:address-edit": {"public_id": "address"},
    "storefront:accounts:address-remove": {"public_id": "address"},
    "storefront:catalog:follow-up": {"public_id": "review"},
    "api:order": {"public_id": "order"},
    "api:order-cancel": {"public_id": "order"},
}
FOR_EVERYBODY = {
    "storefront:catalog:category",
    "storefront:catalog:brand",
    "storefront:catalog:product",
    "storefront:catalog:shop",
    "storefront:catalog:review",
    "storefront:catalog:reviews",
    "storefront:catalog:questions",
    "storefront:catalog:question",
    "storefront:catalog:helpful",
    "storefront:catalog:report",
    "storefront:catalog:complain-product",
    "storefront:catalog:complain-shop",
    "storefront:catalog:favorite",
    "storefront:catalog:follow",
    "storefront:catalog:compare-change",
    "storefront:catalog:alert",
    "storefront:catalog:alert-stop",
    "storefront:catalog:sitemap-part",
    "storefront:catalog:feed",
    "storefront:catalog:feed-of-shop",
    "storefront:marketing:claim",
    "storefront:marketing:campaign",
    "storefront:marketing:campaign-new",
    "storefront:marketing:trial",
    "storefront:marketing:bargain-open",
    "storefront:marketing:bargain",
    "storefront:marketing:bargain-help",
    "storefront:marketing:group",
    "storefront:marketing:group-share",
    "storefront:marketing:group-poster",
    "storefront:orders:deal-checkout",
    "storefront:orders:flash-buy",
    "storefront:orders:flash-line",
    "storefront:orders:flash-leave",
    "storefront:orders:payment-notify",
    "storefront:orders:cashier",
    "storefront:settlement:deposit-notify",
    "storefront:merchants:invitation",
    "api:product",
}


def _addresses(resolver=None, namespace: str = "", arguments: tuple = ()) -> Iterator[tuple[str, tuple]]:
    for entry in (resolver or get_resolver()).url_patterns:
        taken = arguments + tuple(entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _addresses(entry, inner, taken)
        elif isinstance(entry, URLPattern) and entry.name and taken:
            yield f"{namespace}{entry.name}", taken


def mall_addresses() -> dict[str, tuple]:
    return {name: taken for name, taken in _addresses() if name.split(":")[0] in {"backoffice", "storefront", "api"}}


@pytest.fixture
def world(db, built):
    return built


@pytest.fixture(scope="module")
def built(module_db):
    """Two shops and a row of every kind of the first; built once, for it takes as long as ten of the tests."""
    order = paid_order()
    mine, theirs = order.shop, shop()
    product = order.lines.get().sku.product
    sku(shop=theirs)
    owner, stranger, reader, clerk = shopper(), shopper(), shopper(), shopper()
    seat(mine, owner, Seat.Role.OWNER)
    seat(theirs, stranger, Seat.Role.OWNER)
    seat(mine, reader, Seat.Role.READER)
    seat(mine, clerk, Seat.Role.CLERK)
    given = {"kind": kind_of("orders.orders"), "format": "csv", "is_personal": False, "by": owner, "now": NOON}
    with tempfile.TemporaryDirectory() as private, override_settings(STORAGES=_private_files_in(private)):
        export = ask_for_export(shop=mine, **given)
        write_export(export_id=export.public_id, now=clock.now())
        code, by = "false_words", staff()
        sanction = impose(shop=mine, code=code, note="x", by=by, now=NOON)
        growth.write(
            shop_id=mine.public_id, name="OrdersSetAside", subject="ftc_1 ord_1", at=NOON,
            detail={"orders": ["ord_1"], "signs": ["device"]},
        )  # fmt: skip
        review = Review.objects.create(
            shop=mine,
            product=product,
            shopper=order.shopper,
            order_line_id=order.lines.get().pk,
            stars=4,
            written_at=NOON,
        )
        paper = document_storage().save("appeals/one.pdf", ContentFile(b"%PDF-"))
        ReviewAppeal.objects.create(
            shop=mine, review=review, reason="rival", words="x", evidence=[paper], asked_at=NOON, asked_by=owner
        )
        question = ask(product=product, shopper=shopper(), text="x?", now=NOON)
        second = warehouse(shop=mine)
        goods = product.skus.get()
        way = draft_transfer(
            source=default_warehouse(mine), target=second, quantities={goods.pk: 1}, by=owner, now=NOON
        )
        set_low_stock(shop=mine, low_stock=5, by=owner, now=NOON)
        set_threshold(sku=goods, threshold=3, by=owner, now=NOON)
        licence, service = code_sku(shop=mine), service_sku(shop=mine)
        of_cards = paid_order(shopper=order.shopper, skus={card_sku(shop=mine): 1})
        change = address_asked(shopper=order.shopper, skus={sku(shop=mine): 1})
        sent = shipped_order(shopper=order.shopper, skus={sku(shop=mine): 1})
        wish = InvoiceWanted("company", "示例公司", "pay@example.com", credit_code())
        invoice = ask_invoice(order=order, wanted=wish, by=order.shopper, now=NOON)
        issue_invoice(invoice=invoice, number="25000000000000000007", file=pdf(), by=owner, now=NOON)
        case = complain(order=order, text="x", files=[scan()], by=order.shopper, now=NOON)
        told = Notice.objects.create(person=order.shopper, kind="x", told_at=NOON)
        with_money(mine, 100_000)
        invoiced = commission_invoice(mine).statement
        taken = asked(mine, 20_000)
        given_away = part_in_force(mine, bps=100)
        freeze_statements(now=NOON)
        bill = Statement.objects.get(shop=mine, kind="daily")
        to_try = trial({goods: 1}, by=owner)
        enrolment = enrolled(open_campaign(), sku(shop=mine, price="100.00"), "80.00")
        yield {
            "shop": mine,
            "other_shop": theirs,
            "owner": owner,
            "stranger": stranger,
            "reader": reader,
            "shopper": order.shopper,
            "order": order,
            "sent": sent,
            "packed": change.order,
            "invoice": invoice,
            "change": change,
            "parcel": sent.parcels.get(),
            "offline_list": take_list(shop=mine, device="平板", by=owner, now=clock.now()),
            "bought": SimpleNamespace(public_id=order.lines.get().pk),
            "case": case,
            "note": SimpleNamespace(public_id=case.notes.get().pk),
            "product": product,
            "licence": licence.product,
            "code": licence.codes.first(),
            "service": service.product,
            "slot": slot_of(service),
            "of_cards": of_cards,
            "card": cards_of(of_cards)[0],
            "group": order.group,
            "payment": order.group.payments.get(),
            "address": order.shopper.addresses.first(),
            "clerk": clerk,
            "notice": told,
            "session": SimpleNamespace(public_id=_session_of(order.shopper).pk),
            "sanction": sanction,
            "trade_case": SimpleNamespace(public_id="ftc_1"),
            "invitation": invite(shop=mine, email="new@example.com", role="clerk", by=owner, now=NOON),
            "export": export,
            "block": SimpleNamespace(public_id=added(mine)["id"]),
            "version": SimpleNamespace(public_id=published(mine).number),
            "review": review,
            "question": question,
            "promotion": draft("percentage", shop=mine, by=owner),
            "enrolment": enrolment,
            "campaign": enrolment.campaign,
            "trial": to_try,
            "application": apply(
                units=to_try.trial_units.get(), shopper=order.shopper, words="To try it out.", now=NOON
            ),
            "joint": proposed(draft("coupon", shop=mine, by=owner), shop(), by=owner),
            "sent_coupon": draft("coupon", shop=mine, by=owner, audience="chosen"),
            "unfinished": put_aside(shop=mine, typed={}, title="x", product=None, by=owner, now=NOON),
            "freight": template(shop=mine),
            "shelf": add_category(shop=mine, name={"zh-hans": "茶"}, by=owner, now=NOON),
            "authorization": ask_authorization(
                shop=mine,
                brand=brand(),
                number="1",
                valid_from=NOON.date(),
                valid_to=NOON.date(),
                file=scan(),
                by=owner,
                now=NOON,
            ),
            "import": checked(mine, csv_file([cup(), cup("bad", Title="")])),
            "warehouse": second,
            "transfer": way,
            "party": given_away.rule.party,
            "party_rule": given_away,
            "party_offer": offered_part(mine, bps=100),
            "bank_account": taken.bank_account,
            "withdrawal": taken,
            "money_case": held_money(mine),
            "personal_file": _data_of(order.shopper),
            "statement": bill,
            "invoiced": invoiced,
            "line": SimpleNamespace(public_id=bill.lines.first().pk),
            "sheet": open_count(warehouse=second, by=owner, now=NOON),
            "filter": save_filter(shop=mine, person=owner, list_key="orders", name="大额", query="least=500", now=NOON),
        }


def _private_files_in(directory: str) -> dict:
    return settings.STORAGES | {"private": settings.STORAGES["private"] | {"OPTIONS": {"location": directory}}}


def _data_of(person) -> PersonalFile:
    now = clock.now()
    file = ask_for_data(person=person, now=now)
    write_waiting(now=now)
    file.refresh_from_db()
    return file


def _session_of(person) -> UserSession:
    return UserSession.objects.create(user=person, ip="127.0.0.1", session_key="a-browser-of-hers", user_agent="")


def _signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _ask(client: Client, url: str) -> set[int]:
    return {client.get(url).status_code, client.post(url, {}).status_code}


def _arguments(world: dict, row: dict[str, str]) -> dict[str, str]:
    return {name: noun[1:] if noun.startswith("=") else world[noun].public_id for name, noun in row.items()}


def test_every_address_with_an_argument_is_described():
    assert set(mall_addresses()) == set(ROWS) | set(SHOPPERS_ROWS) | set(APPLICANTS_ROWS) | FOR_EVERYBODY


@pytest.mark.parametrize("name", sorted(ROWS))
def test_another_shops_pages_are_not_found(world, name):  # R6
    client = _signed_in(world["stranger"])

    with_their_slug = reverse(name, kwargs={"shop": world["shop"].slug, **_arguments(world, ROWS[name])})
    assert _ask(client, with_their_slug) == {404}

    if ROWS[name] and name not in OF_THE_MALL:
        under_own_slug = reverse(name, kwargs={"shop": world["other_shop"].slug, **_arguments(world, ROWS[name])})
        assert _ask(client, under_own_slug) <= {404, 405}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_shops_own_pages_open_and_strangers_to_the_mall_are_sent_to_sign_in(world, name):
    url = reverse(name, kwargs={"shop": world["shop"].slug, **_arguments(world, ROWS[name])})

    assert _signed_in(world["owner"]).get(url).status_code in {200, 405}
    answer = Client().get(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(WRITES))
def test_a_missing_right_is_refused(world, name):  # A4
    url = reverse(name, kwargs={"shop": world["shop"].slug, **_arguments(world, ROWS[name])})

    assert _ask(_signed_in(world["reader"]), url) == {403}


@pytest.mark.parametrize("name", sorted(SHOPPERS_ROWS))
def test_another_shoppers_rows_are_not_found(world, name):
    url = reverse(name, kwargs=_arguments(world, SHOPPERS_ROWS[name]))

    assert _ask(_signed_in(world["stranger"]), url) <= {404, 405}
    assert 404 in _ask(_signed_in(world["stranger"]), url)


@pytest.mark.parametrize("name", sorted(APPLICANTS_ROWS))
def test_another_applicants_rows_are_not_found(db, name):
    application = in_status("open")
    deposit = Deposit.objects.create(application=application, amount=1, asked_at=NOON)
    rows = {
        "application": application,
        "document": application.documents.first(),
        "shop": SimpleNamespace(public_id=application.shop.slug),
        "payment": deposit.payments.create(channel="sandbox", status="closed", amount=1, pay_by=NOON, started_at=NOON),
    }
    given = {
        name: noun[1:] if noun.startswith("=") else rows[noun].public_id for name, noun in APPLICANTS_ROWS[name].items()
    }
    url = reverse(name, kwargs=given)

    answers = _ask(_signed_in(shopper()), url)
    assert 404 in answers <= {404, 405}
    assert 404 not in _ask(_signed_in(application.applicant), url)


# The database behind it


def shop_owned_tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, ShopOwned))


@pytest.mark.django_db
def test_every_table_of_shop_rows_has_its_policy():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE p.polname = 'rows_of_one_shop' AND c.relrowsecurity AND c.relforcerowsecurity"
        )
        guarded = {name for (name,) in cursor.fetchall()}

    assert set(shop_owned_tables()) <= guarded
    assert {"merchants_shop", "merchants_seat", "settlement_account", "settlement_posting"} <= guarded


@pytest.mark.django_db
def test_the_mall_signs_in_as_a_role_that_owns_and_bypasses_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("table", shop_owned_tables())
def test_a_forgotten_filter_shows_nothing_of_another_shop(world, table):
    with shop_scope(world["other_shop"].pk), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (SHOP_ROLE,)
        cursor.execute(f"SELECT count(*) FROM {table} WHERE shop_id <> %s", [world["other_shop"].pk])
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_without_a_shop_the_shops_role_sees_nothing(world):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE mall_shop")
        for table in shop_owned_tables():
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute("RESET ROLE")


# Every route of the mall, for six principals (F1)

PLAIN = {
    "everybody": """
        storefront:catalog:home storefront:catalog:search storefront:catalog:suggest storefront:catalog:sitemap
        storefront:catalog:history storefront:catalog:history-change storefront:catalog:compare
        storefront:marketing:flash storefront:marketing:centre storefront:marketing:trials storefront:marketing:code
        storefront:accounts:divisions
        storefront:orders:cart storefront:orders:cart-add storefront:orders:cart-change storefront:orders:cart-region
        storefront:orders:sandbox-transfer
        account_login account_logout account_inactive account_signup account_email_verification_sent
        account_reset_password account_reset_password_done account_reset_password_from_key
        account_reset_password_from_key_done account_confirm_email admin:javascript-catalog api:categories api:products
        storefront:accounts:divisions storefront:orders:sandbox-transfer
        healthz robots site-manifest favicon.ico set_language appearance styleguide media/<path:path>
    """,
    "on the way in": """
        account_confirm_login_code mfa_authenticate admin:login admin:logout
    """,
    "signed in": """
        storefront:catalog:marks backoffice:merchants:home
        storefront:catalog:my-reviews storefront:catalog:favorites storefront:catalog:followed-shops
        storefront:catalog:alerts storefront:marketing:my-groups storefront:marketing:mine
        storefront:marketing:my-trials storefront:marketing:bargains storefront:after-sales:list
        storefront:orders:checkout storefront:orders:importer-forget storefront:orders:scan
        storefront:orders:balance storefront:orders:balance-refunds storefront:accounts:privacy
        storefront:orders:gift-cards storefront:orders:list storefront:merchants:apply storefront:merchants:papers
        storefront:orders:balance storefront:orders:balance-refunds
        storefront:notifications:list storefront:notifications:read-all storefront:accounts:home
        storefront:accounts:go-on storefront:accounts:privacy storefront:accounts:sessions-end
        storefront:accounts:addresses
        storefront:accounts:address-add usersessions_list account_reauthenticate account_email
        account_change_password account_set_password mfa_index mfa_reauthenticate mfa_activate_totp
        mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes mfa_download_recovery_codes
        mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate_webauthn mfa_remove_webauthn mfa_edit_webauthn api:orders
    """,
    "all staff": """
        admin:index admin:password_change admin:password_change_done admin:jsi18n
        admin:autocomplete admin:view_on_site admin:app_list admin:(?P<url>.*)$
    """,
}
"""Routes without a row of somebody's: who may come. An unnamed one is called by its pattern."""
SAMPLES = {
    "kind": "orders.order", "public_id": "doc_x", "app_label": "orders", "key": "x", "uidb36": "x", "path": "x",
    "content_type_id": 1,
}  # fmt: skip
REFUSED = {401, 403, 404, 405}


def _every_route(resolver=None, namespace: str = "", arguments: tuple = ()) -> Iterator[tuple[str, tuple, object]]:
    for entry in (resolver or get_resolver()).url_patterns:
        taken = arguments + tuple(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _every_route(entry, inner, taken)
        else:
            yield f"{namespace}{entry.name or entry.pattern}", taken, entry


def audience_of(name: str) -> str:
    """Who may use a route: its line in the access matrix; empty when it stands nowhere."""
    for audience, names in PLAIN.items():
        if name in names.split():
            return audience
    if name in ROWS:
        return "the shop"
    if name in SHOPPERS_ROWS or name in APPLICANTS_ROWS:
        return "one person"
    if name in FOR_EVERYBODY:
        return "everybody"
    return "staff with the right" if name.startswith("admin:") else ""


def test_every_route_stands_in_the_access_matrix():  # F1
    names = {name for name, _taken, _entry in _every_route()}

    assert len(names) > 700
    assert {name for name in names if not audience_of(name)} == set()
    assert {name for listed in PLAIN.values() for name in listed.split()} - names == set()  # nothing that is gone


def _places(world: dict) -> Iterator[tuple[str, str, str, str]]:
    """Name, audience, address and right of every named route, with a row of the world where it takes one."""
    for name, taken, entry in _every_route():
        audience = audience_of(name)
        if not entry.name:
            continue
        if audience == "the shop":
            given = {"shop": world["shop"].slug, **_arguments(world, ROWS[name])}
        elif name in SHOPPERS_ROWS:
            given = _arguments(world, SHOPPERS_ROWS[name])
        elif name.startswith("admin:"):
            model = getattr(getattr(entry.callback, "model_admin", None), "model", None)
            first = model._default_manager.order_by("pk").first() if model and taken else None
            given = {one: SAMPLES.get(one, getattr(first, "pk", 1)) for one in taken}
        elif name in FOR_EVERYBODY or name in APPLICANTS_ROWS:
            continue  # their own tests show them
        else:
            given = {one: SAMPLES.get(one, 1) for one in taken}
        yield name, audience, reverse(name, kwargs=given), getattr(entry.callback, "right", "")


def _wanted(name: str, audience: str, right: str, who: str) -> str:
    """What a principal gets: the page, a no, or either of the two."""
    if audience in {"everybody", "on the way in"}:
        return "page" if audience == "everybody" else "either"
    if who == "anonymous":
        return "no"
    if audience == "signed in":
        return "page"
    if audience == "the shop" and who == "sub-account without the right":
        return "page" if name not in WRITES and right in Seat.RIGHTS[Seat.Role.READER] else "no"
    if audience == "all staff" and who.startswith("staff"):
        return "either"
    return "no"


def _is_no(answer, audience: str) -> bool:
    """Refused, or sent to a door where one signs in, or (among staff) back to the first page."""
    doors = [reverse("account_login"), reverse("admin:login")]
    if audience.startswith("staff"):
        doors.append(reverse("admin:index"))
    return answer.status_code in REFUSED or (
        answer.status_code == 302 and answer["Location"].partition("?")[0] in doors
    )


def _walks(who: str, audience: str, name: str) -> bool:
    """Each gate is walked by whom it is for and by whom it keeps out, and not by three who meet the same one."""
    if who == "staff with every right":
        return audience != "staff with the right"  # tests/house/test_admin.py opens every list and every row
    if who == "staff without the right":
        return audience in {"staff with the right", "all staff", "one person"}
    if who in {"merchant B", "sub-account without the right"}:
        return audience != "staff with the right" or name.endswith("_changelist")
    return True


@pytest.mark.parametrize(
    "who",
    ["anonymous", "shopper B", "merchant B", "sub-account without the right", "staff without the right",
     "staff with every right"],
)  # fmt: skip
def test_every_route_answers_each_principal_as_the_matrix_says(world, who):  # F1
    person = {
        "anonymous": None,
        "shopper B": shopper(),
        "merchant B": world["stranger"],
        "sub-account without the right": world["reader"],
        "staff without the right": staff(superuser=False),
        "staff with every right": staff(),
    }[who]
    client = _signed_in(person) if person else Client()
    wrong, seen = {}, 0
    kept = {world["shop"].slug, world["order"].public_id}
    for name, audience, url, right in _places(world):
        if not _walks(who, audience, name):
            continue
        answer, seen = client.get(url), seen + 1
        wanted, said_no = _wanted(name, audience, right, who), _is_no(answer, audience)
        if audience in {"everybody", "signed in"} and answer.status_code in {404, 405}:
            continue  # a form that is only sent, a page whose case is not there: nobody is refused
        told = answer.status_code, answer.get("Location", "")
        if (
            answer.status_code >= 500
            or (wanted == "page" and said_no and answer.status_code != 405)
            or (wanted == "no" and not said_no)
        ):
            wrong[name] = told
        elif wanted == "no" and audience == "one person":
            body = answer.content.decode()
            if any(one in body and one not in url for one in kept):
                wrong[name] = "names what is not hers"

    assert wrong == {}
    assert seen > 200
