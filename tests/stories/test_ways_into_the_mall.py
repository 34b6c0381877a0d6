"""Five ways into the mall, or not, told through pages, the case page, the bank and the clock (M1, M2, S6)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.offers import buyable_skus
from mall import clock
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from merchants import applications
from merchants.licences import watch_documents
from merchants.models import Application, Document, Shop, Trade
from orders.gateways import sandbox_bank
from settlement.deposits import deposit_of
from settlement.models import DepositPayment
from settlement.verification import verify_ledger
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.papers import picture
from tests.factories.papers import said as said_of
from tests.merchants.applying import Status, said

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Applicant:
    """A person at her browser."""

    def __init__(self, client, **words):
        self.client, self.person, self.words = client, shopper(), said(**words)
        client.force_login(self.person)
        self.fill_in()

    @property
    def row(self) -> Application:
        return Application.objects.filter(applicant=self.person).latest("pk")

    def go(self, name: str, *args, **typed):
        self.client.force_login(self.person)
        address = reverse(f"storefront:merchants:{name}", args=[self.row.public_id, *args])
        return self.client.post(address, typed) if typed else self.client.get(address)

    def press(self, name: str):
        self.client.force_login(self.person)
        return self.client.post(reverse(f"storefront:merchants:{name}", args=[self.row.public_id]))

    def fill_in(self):
        words = {**self.words}
        name = words.pop("shop_name")
        self.client.post(reverse("storefront:merchants:apply"), words)
        self.go("step", "business", **words)
        self.go("step", "shop", **words, shop_name_zh_hans=name["zh-hans"], shop_name_en=name["en"])

    def hand_in_papers(self, *kinds, **changed):
        row = self.row
        asked = applications.asked_for(row, now=clock.now())
        for requirement in asked.documents:
            if kinds and requirement.code not in kinds:
                continue
            words = said_of(requirement.code, code=row.credit_code)
            typed = {
                "number": words.number,
                "issuer": words.issuer,
                "valid_from": words.valid_from.isoformat(),
                "valid_to": clock.business_date(clock.now() + 300 * DAY).isoformat() if words.valid_to else "",
                "file": picture(),
            } | changed.get(requirement.code, {})
            answer = self.go("document", requirement.code, **typed)
            assert answer.status_code == 302, answer.context["form"].errors
        if asked.statements:
            self.go("step", "papers", **{one.code: "日本、新西兰" for one in asked.statements})

    def hand_in(self):
        self.press("hand-in")
        assert self.row.status == Status.SUBMITTED, applications.errors_of(self.row, now=clock.now())
        applications.check_applications(now=clock.now())

    def come_in(self) -> Shop:
        """Agreement, deposit, open shop."""
        ids = [one.pk for one in applications.agreements_for(self.row, now=clock.now())]
        self.go("agreements", agreement=ids)
        page = reverse("storefront:settlement:deposit", args=[self.row.public_id])
        self.client.post(page, {"channel": "sandbox"})
        payment = DepositPayment.objects.get(deposit__application=self.row)
        sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=clock.now())
        self.client.get(reverse("storefront:settlement:deposit-return", args=[payment.public_id]))
        deliver_everything()
        assert self.row.status == Status.OPEN
        return self.row.shop


def decide(client, clerk, row, **pressed):
    client.force_login(clerk)
    return client.post(reverse("admin:merchants_application_decide", args=[row.pk]), pressed)


def judge(client, clerk, document, **pressed):
    client.force_login(clerk)
    return client.post(reverse("admin:merchants_application_judge", args=[document.public_id]), pressed)


def test_an_individual_food_shop(client):
    baker = Applicant(client, kind="individual", trades=["food"], goods="手工糕点")
    baker.hand_in_papers()
    baker.hand_in()
    assert baker.row.status == Status.REVIEW  # a test report is for people to read

    decide(client, staff(), baker.row, approve="1")
    assert baker.row.status == Status.EXPERT
    decide(client, staff(), baker.row, approve="1")
    place = baker.come_in()

    assert str(deposit_of(place)) == "¥1,000.00"
    assert set(place.merchant.admitted_trades.values_list("trade__slug", flat=True)) == {"food", "general"}
    client.force_login(baker.person)
    assert client.get(reverse("backoffice:merchants:opening", args=[place.slug])).context["done"] == 0
    assert verify_ledger().ok


def test_a_brand(client):
    brand = Applicant(client, kind="brand", trades=["general", "luxury"])
    brand.hand_in_papers()
    brand.hand_in()
    kinds = set(brand.row.documents.values_list("kind", flat=True))
    assert kinds >= {"brand-authorisation", "quality-report", "provenance", "appraisal-report"}

    auditor, expert = staff(), staff()
    decide(client, auditor, brand.row, approve="1")
    decide(client, auditor, brand.row, approve="1")  # the same person does not count twice
    assert brand.row.status == Status.EXPERT
    decide(client, expert, brand.row, approve="1")
    place = brand.come_in()

    assert str(deposit_of(place)) == "¥50,000.00"
    assert (brand.row.reviewed_by, brand.row.expert_by) == (auditor, expert)


def test_cross_border(client):
    importer = Applicant(client, kind="cross_border", trades=["cosmetics"])
    importer.hand_in_papers()
    importer.hand_in()
    row = importer.row
    assert set(row.documents.values_list("kind", flat=True)) >= {
        "customs-record", "duty-certificate", "cosmetics-filing", "cosmetics-test-report", "quarantine-certificate",
    }  # fmt: skip
    assert row.statements == {"origin-countries": "日本、新西兰"}

    customs = row.documents.get(kind="customs-record")
    judge(client, staff(), customs, refuse="1", reason="看不清编号")
    decide(client, staff(), row, changes="1", reason="请重新上传海关备案")
    importer.hand_in_papers("customs-record")
    importer.hand_in()
    for _person in range(2):
        decide(client, staff(), importer.row, approve="1")
    place = importer.come_in()

    assert importer.row.round == 2
    assert place.merchant.documents.filter(kind="customs-record", status="accepted").count() == 1
    assert Document.objects.get(pk=customs.pk).status == "replaced"


def test_rejected_twice(client):
    peddler = Applicant(client, goods="减肥茶")
    first_code, reasons = peddler.words["credit_code"], ["资料不实", "仍然不实"]
    for reason in reasons:
        peddler.hand_in_papers()
        peddler.hand_in()
        decide(client, staff(), peddler.row, reject="1", reason=reason)
        assert reason in peddler.go("application").content.decode()
        if reason == reasons[0]:
            peddler.fill_in()  # she may apply anew, for the same business

    rows = list(Application.objects.order_by("pk"))
    assert [row.status for row in rows] == [Status.REJECTED, Status.REJECTED]
    assert {row.credit_code for row in rows} == {first_code}
    assert {"check": "rejected_before", "ok": False, "note": "1"} in rows[1].findings
    told = AuditRecord.objects.filter(action="merchants.application_rejected").order_by("pk")
    assert [record.after["reason"] for record in told] == reasons
    assert Shop.objects.count() == 0


def test_an_expired_licence(client):
    grocer = Applicant(client, kind="individual", trades=["food", "general"])
    now = clock.now()
    last = clock.business_date(now + 40 * DAY)
    grocer.hand_in_papers(**{"food-licence": {"valid_to": last.isoformat()}})
    grocer.hand_in()
    for _person in range(2):
        decide(client, staff(), grocer.row, approve="1")
    place = grocer.come_in()
    food, plain = category(trade=Trade.objects.get(slug="food")), category()
    rice = sku(product=product(shop=place, category=food, title="米"))
    bowl = sku(product=product(shop=place, category=plain, title="碗"))

    def may_buy() -> list[bool]:
        return [offer.is_buyable for offer in buyable_skus([rice.pk, bowl.pk])]

    for day in range(42):  # the daily round, every day
        watch_documents(now=now + day * DAY)
        deliver_everything()
        assert may_buy() == [day <= 40, True], day

    client.force_login(grocer.person)
    papers = client.get(reverse("storefront:merchants:papers"))
    assert [str(trade.trade) for _merchant, trade in papers.context["suspended"]] == ["食品"]
    licence = place.merchant.documents.get(kind="food-licence", status="accepted")
    client.post(reverse("storefront:merchants:renew", args=[licence.public_id]), {
        "number": "JY10000000000999", "issuer": "市场监管局", "valid_from": clock.business_date(now).isoformat(),
        "valid_to": clock.business_date(now + 900 * DAY).isoformat(), "file": picture(),
    })  # fmt: skip
    newer = Document.objects.get(status="waiting")
    assert may_buy() == [False, True]
    client.force_login(staff())
    client.post(reverse("admin:merchants_document_judge", args=[newer.public_id]), {"accept": "1"})
    deliver_everything()

    assert may_buy() == [True, True]
    warned = licence.warnings.order_by("-days").values_list("days", flat=True)
    assert list(warned) == [30, 15, 7]
