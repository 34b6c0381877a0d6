import pytest

from mall.audit.models import AuditRecord
from mall.money import Money
from merchants.models import Agreement, Merchant, Requirement, Trade
from merchants.requirements import NothingNew, asked_of, publish_agreement, save_requirement
from tests.conftest import NOON
from tests.factories.accounts import staff

pytestmark = pytest.mark.django_db

# M1, word by word: kind or trade -> what must be among the documents and agreements
NAMED = {
    ("brand", "general"): {"brand-authorisation", "quality-report"},
    ("individual", "general"): {"business-licence", "id-card"},
    ("enterprise", "general"): {"business-licence"},
    ("cross_border", "general"): {"customs-record", "duty-certificate"},
    ("enterprise", "food"): {"food-licence", "food-test-report"},
    ("enterprise", "3c"): {"ccc-certificate", "after-sales"},
    ("enterprise", "cosmetics"): {"cosmetics-filing", "cosmetics-test-report"},
    ("enterprise", "health-food"): {"health-food-registration", "food-licence"},
    ("enterprise", "medical-device"): {"device-licence", "device-registration"},
    ("enterprise", "luxury"): {"provenance", "appraisal-report"},
}


@pytest.mark.parametrize("pair", NAMED)
def test_a_new_mall_asks_for_what_is_named(pair):  # M1
    kind, trade = pair
    asked = asked_of(kind, [trade], now=NOON)

    codes = {row.code for row in asked.documents} | {agreement.code for agreement in asked.agreements}
    assert codes >= NAMED[pair] | {"business-licence", "id-card", "merchant"}


@pytest.mark.parametrize("kind", Merchant.Kind)
def test_every_kind_and_trade_has_papers_an_agreement_and_a_deposit(kind):
    for trade in Trade.objects.all():
        asked = asked_of(kind, [trade.slug], now=NOON)
        assert asked.documents and asked.agreements and asked.deposit > Money(0), (kind, trade)
        assert all(row.name["zh-hans"] and row.name["en"] for row in asked.documents)


def test_experts_see_complex_trades_and_luxury():
    experts = {trade.slug for trade in Trade.objects.filter(review=Trade.Review.EXPERT)}

    assert experts == {"food", "cosmetics", "health-food", "medical-device", "luxury"}
    assert asked_of("enterprise", ["general", "luxury"], now=NOON).needs_expert
    assert not asked_of("enterprise", ["general", "3c"], now=NOON).needs_person
    assert asked_of("brand", ["general"], now=NOON).needs_person


def test_rows_of_several_trades_ask_once_and_the_highest_deposit_counts():
    asked = asked_of("individual", ["food", "health-food"], now=NOON)

    codes = [row.code for row in asked.documents]
    assert codes.count("food-licence") == 1
    assert asked.deposit == Money.parse("10000.00")


def test_what_staff_change_holds_and_is_on_the_record():
    row, clerk = Requirement.objects.get(code="provenance"), staff()
    row.is_active = False

    save_requirement(requirement=row, by=clerk, now=NOON)

    assert asked_of("enterprise", ["luxury"], now=NOON).document("provenance") is None
    told = AuditRecord.objects.get(action="merchants.save_requirement")
    assert (told.actor, told.before["is_active"], told.after["is_active"]) == (clerk, True, False)


def test_a_new_version_is_a_new_row_with_its_hash():
    first = Agreement.objects.get(code="merchant")
    words = {"code": "merchant", "title": first.title, "by": staff(), "now": NOON}

    second = publish_agreement(**words, text={"zh-hans": "第二版", "en": "The second"})

    assert (second.version, len(second.text_hash), second.text_hash != first.text_hash) == (2, 64, True)
    assert asked_of("enterprise", [], now=NOON).agreements == [second]
    with pytest.raises(NothingNew):
        publish_agreement(**words, text={"en": "The second", "zh-hans": "第二版"})
