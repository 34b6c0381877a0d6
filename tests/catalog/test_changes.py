"""C3: an edit of what was approved waits beside the approved version, which keeps selling, until a person looked."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from catalog import changes, gallery, products, reviewing, specifications, stock
from catalog.differences import differences_of
from catalog.models import Category, Product, ProductChange
from catalog.products import TradeNotAdmitted, save_product, submit_product
from catalog.skus import SkuDraft
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from merchants.models import AdmittedTrade, Trade
from risk.models import BannedWord
from tests.catalog.test_pictures import drawn, upload
from tests.catalog.test_products import COLOUR, on_sale, written
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.attributes import attribute, choice
from tests.factories.catalog import brand, category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
GREEN = {"id": "v3", "name": {"zh-hans": "绿", "en": "Green"}}
NEW_TITLE = {"title": {"zh-hans": "白瓷盖碗", "en": "White gaiwan"}}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def drafts(price=1000, values=("v1", "v2"), **fields):
    return [SkuDraft(choice=(value,), price=Money(price), **fields) for value in values]


def selling(**fields):
    """On sale in a category that an expert looks at, with 7 pieces of each colour."""
    row = on_sale(category=category(needs_review=True), **fields)
    for one in row.skus.all():
        stock.receive(sku=one, quantity=7, now=NOON)
    return row


def edit(row, fields, skus=None, now=LATER, **more):
    saved = save_product(
        shop=row.shop, product=row, fields=fields, skus=skus or drafts(), by=shopper(), now=now, **more
    )
    saved.refresh_from_db()
    return saved


def waiting(row) -> ProductChange:
    return row.changes.get(status="pending")


def approve(change, now=LATER):
    reviewer = staff()
    reviewing.claim_change(change=change, by=reviewer, now=now)
    return reviewing.approve_change(change=change, by=reviewer, now=now)


def refuse(change, now=LATER, reason="title", note="标题夸大"):
    reviewer = staff()
    reviewing.claim_change(change=change, by=reviewer, now=now)
    return reviewing.refuse_change(change=change, reason=reason, note=note, by=reviewer, now=now)


# What waits


@pytest.mark.parametrize("status", ["on_sale", "off_sale", "withheld"])
def test_the_approved_version_stays_while_an_edit_waits(status):
    row = selling()
    Product.objects.filter(pk=row.pk).update(status=status)

    row = edit(row, NEW_TITLE, drafts(1200, code=""))

    change = waiting(row)
    assert (row.status, row.title["en"], row.price_from) == (status, "Celadon gaiwan", Money(1200))
    assert change.proposed == NEW_TITLE
    assert (change.before["title"]["en"], change.kind) == ("Celadon gaiwan", "edit")
    assert [reason["code"] for reason in change.reasons] == ["category"]
    assert AuditRecord.objects.filter(action="catalog.propose_change", subject=row.public_id).exists()


def test_what_no_person_must_look_at_applies_at_once():
    row = edit(on_sale(), NEW_TITLE | {"brand": None}, drafts(900))

    assert (row.status, row.title["en"], row.price_from) == ("on_sale", "White gaiwan", Money(900))
    assert not row.changes.exists()


@pytest.mark.parametrize("why", ["word", "brand", "category", "old category"])
def test_why_a_person_looks_is_told(why):
    BannedWord.objects.create(word="百年窖藏", severity="review", why="Who counted?")
    row = on_sale(category=category(needs_review=why == "old category"))
    fields = {
        "word": {"title": {"zh-hans": "百年窖藏茶"}},
        "brand": {"brand": brand(english="Maker")},
        "category": {"category": category(needs_review=True)},
        "old category": {"category": category()},
    }[why]

    (reason,) = waiting(edit(row, fields)).reasons

    assert reason["code"] == why.removeprefix("old ")
    if why == "word":
        assert "百年窖藏" in changes.told(reason)


def test_editing_again_amends_the_same_change_and_taking_it_all_back_ends_it():
    row = selling()
    edit(row, NEW_TITLE)
    row = edit(row, {"subtitle": {"zh-hans": "轻"}})

    assert set(waiting(row).proposed) == {"title", "subtitle"}
    assert row.changes.filter(kind="edit").count() == 1

    row = edit(row, {"title": dict(row.title), "subtitle": {}})
    assert [change.status for change in row.changes.filter(kind="edit")] == ["withdrawn"]


def test_an_edit_that_needs_nobody_any_more_applies_at_once():
    BannedWord.objects.create(word="百年窖藏", severity="review", why="Who counted?")
    row = edit(on_sale(), {"title": {"zh-hans": "百年窖藏茶"}, "subtitle": {"zh-hans": "轻"}})
    assert row.subtitle == {}

    row = edit(row, {"title": {"zh-hans": "好茶"}})

    assert (row.title, row.subtitle) == ({"zh-hans": "好茶"}, {"zh-hans": "轻"})
    assert row.changes.get().status == "approved"
    assert not Notice.objects.exists()


def test_the_database_keeps_one_pending_change_and_what_was_decided():
    row = edit(selling(), NEW_TITLE)

    with pytest.raises(IntegrityError), transaction.atomic():
        ProductChange.objects.create(shop=row.shop, product=row, asked_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.changes.filter(status="pending").update(status="refused", decided_at=NOON)
    refuse(waiting(row))
    with pytest.raises(Exception, match="written"), transaction.atomic():
        row.changes.filter(status="refused").update(note="something else")


def test_the_shop_withdraws_its_change():
    row = edit(selling(), NEW_TITLE)

    reviewing.withdraw_change(change=waiting(row), by=shopper(), now=LATER)

    row.refresh_from_db()
    assert (row.title["en"], row.changes.filter(kind="edit").get().status) == ("Celadon gaiwan", "withdrawn")
    assert not Notice.objects.exists()


# Prices


def test_a_price_that_moves_far_waits_and_the_others_apply():
    row = on_sale()

    row = edit(row, {}, [SkuDraft(choice=("v1",), price=Money(100)), SkuDraft(choice=("v2",), price=Money(900))])

    change = waiting(row)
    assert [(one.choice, one.price.minor) for one in row.skus.order_by("pk")] == [(["v1"], 1000), (["v2"], 900)]
    assert row.price_from == Money(900)
    assert [(reason["code"], reason["detail"]) for reason in change.reasons] == [("price", "¥10.00 → ¥1.00")]

    approve(change)
    assert [one.price.minor for one in row.skus.order_by("pk")] == [100, 900]
    row.refresh_from_db()
    assert row.price_from == Money(100)


def test_small_steps_within_the_window_are_summed_up_and_later_ones_begin_anew():
    row = on_sale()
    for price, at in ((600, 1), (350, 2)):
        row = edit(row, {}, drafts(price), now=NOON + timedelta(days=at))
        assert row.price_from == Money(price)

    row = edit(row, {}, drafts(250), now=NOON + timedelta(days=3))
    assert (row.price_from, waiting(row).reasons[0]["code"]) == (Money(350), "price")

    row = edit(row, {}, drafts(250), now=NOON + timedelta(days=8))
    assert row.price_from == Money(250)
    assert not row.changes.filter(status="pending").exists()


def test_drafts_are_priced_as_the_shop_likes():
    row = written()

    row = edit(row, {}, drafts(1))

    assert (row.price_from, row.changes.count()) == (Money(1), 0)


# Approval


def test_approval_keeps_stock_prices_and_skus_as_they_have_become():
    row = selling()
    red, blue = row.skus.order_by("pk")
    options = [{**COLOUR, "values": [COLOUR["values"][0], GREEN]}]
    row = edit(row, NEW_TITLE | {"options": options}, drafts(values=("v1", "v3"), code=""))
    assert sorted(one.choice for one in row.skus.filter(is_active=True)) == [["v1"], ["v2"]]
    stock.receive(sku=red, quantity=5, now=LATER)
    edit(row, {}, [SkuDraft(choice=("v1",), price=Money(1100)), SkuDraft(choice=("v3",), price=Money(1300))])

    approve(waiting(row))

    row.refresh_from_db()
    skus = {tuple(one.choice): one for one in row.skus.all()}
    assert (row.title["en"], row.status, row.price_from, row.price_to) == (
        "White gaiwan", "on_sale", Money(1100), Money(1300),
    )  # fmt: skip
    assert (skus["v1",].pk, skus["v2",].pk) == (red.pk, blue.pk)
    assert [skus[key].is_active for key in (("v1",), ("v2",), ("v3",))] == [True, False, True]
    assert [skus[key].stocks.get().on_hand for key in (("v1",), ("v3",))] == [12, 0]
    assert "white" in row.search.words
    assert {event.name for event in OutboxEvent.objects.all()} >= {"ProductChanged", "ProductChangeDecided"}


def test_an_approval_is_refused_where_the_papers_of_the_category_have_run_out():
    row = selling()
    row = edit(row, NEW_TITLE)
    trade = Trade.objects.exclude(slug=Trade.GENERAL).first()
    Category.objects.filter(pk=row.category_id).update(trade=trade)
    AdmittedTrade.objects.filter(merchant=row.shop.merchant, trade=trade).delete()

    with pytest.raises(TradeNotAdmitted):
        approve(waiting(row))

    row.refresh_from_db()
    assert (row.title["en"], waiting(row).status) == ("Celadon gaiwan", "pending")


def test_an_approval_is_refused_where_the_category_is_gone():
    row = edit(on_sale(), {"category": category(needs_review=True, slug="gone")})
    Category.objects.get(slug="gone").delete()

    with pytest.raises(changes.ProposalOutdated):
        approve(waiting(row))


def test_what_is_taken_down_meanwhile_comes_back_with_its_change_through_a_reviewer():
    row = edit(selling(), NEW_TITLE)
    products.take_down_product(product=row, note="投诉", by=staff(), now=LATER)
    with pytest.raises(WrongStatus):
        approve(waiting(row))

    row = submit_product(product=row, by=shopper(), now=LATER)

    row.refresh_from_db()
    assert (row.status, row.title["en"], waiting(row).kind) == ("in_review", "White gaiwan", "new")
    assert {"category", "past"} == {reason["code"] for reason in waiting(row).reasons}


def test_a_shop_that_leaves_takes_its_changes_back():
    row = edit(selling(), NEW_TITLE)

    products.archive_goods_of_shop(shop_id=row.shop.public_id, now=LATER)

    assert row.changes.get(kind="edit").status == "withdrawn"


# Refusal, history


def test_a_refused_change_is_told_amended_and_asked_for_again():
    owner = shopper()
    row = selling(shelf=shop(owner=owner))
    row = edit(row, NEW_TITLE | {"subtitle": {"zh-hans": "最轻"}})
    first = refuse(waiting(row))
    deliver_everything()
    assert [(one.kind, one.person) for one in Notice.objects.filter(kind="catalog.change_refused")] == [
        ("catalog.change_refused", owner)
    ]

    row = edit(row, {"title": {"zh-hans": "白瓷碗"}}, resumes=first)

    again = waiting(row)
    assert (again.proposed["title"], again.proposed["subtitle"]) == ({"zh-hans": "白瓷碗"}, {"zh-hans": "最轻"})
    approve(again)
    assert list(row.changes.order_by("pk").values_list("kind", "status", "reason")) == [
        ("new", "approved", ""), ("edit", "refused", "title"), ("edit", "approved", ""),
    ]  # fmt: skip


def test_a_new_product_is_refused_with_a_reason_and_compared_with_what_was_refused():
    row = submit_product(product=written(category=category(needs_review=True)), by=shopper(), now=NOON)
    refuse(waiting(row), reason="claim", note="功效无据")
    row.refresh_from_db()
    assert (row.status, row.review_note) == ("refused", "功效无据")
    row = edit(row, {"title": {"zh-hans": "青瓷茶碗"}})

    row = submit_product(product=row, by=shopper(), now=LATER)

    line = differences_of(waiting(row)).lines[0]
    assert ([p.text for p in line.old if p.is_changed], [p.text for p in line.new if p.is_changed]) == (["盖"], ["茶"])


# Reviewers


def test_two_reviewers_do_not_do_the_same():
    change, one, other = waiting(edit(selling(), NEW_TITLE)), staff(), staff()
    reviewing.claim_change(change=change, by=one, now=LATER)

    with pytest.raises(reviewing.TakenByAnother):
        reviewing.claim_change(change=change, by=other, now=LATER)
    with pytest.raises(reviewing.LookFirst):
        reviewing.approve_change(change=change, by=other, now=LATER)
    with pytest.raises(reviewing.TakenByAnother):
        reviewing.release_change(change=change, by=other, now=LATER)
    reviewing.claim_change(change=change, by=other, now=LATER + timedelta(minutes=30))  # she took too long
    reviewing.release_change(change=change, by=other, now=LATER + timedelta(minutes=31))
    reviewing.claim_change(change=change, by=one, now=LATER + timedelta(minutes=32))


def test_what_the_shop_amends_must_be_looked_at_anew():
    row = edit(selling(), NEW_TITLE)
    change, reviewer = waiting(row), staff()
    reviewing.claim_change(change=change, by=reviewer, now=LATER)
    edit(row, {})  # says the same again: she may go on
    reviewing.holder_of(waiting(row), LATER)
    assert waiting(row).claimed_by == reviewer

    edit(row, {"title": {"zh-hans": "假的"}})

    with pytest.raises(reviewing.LookFirst):
        reviewing.approve_change(change=change, by=reviewer, now=LATER)


VERBS = {
    "claim": lambda change, by: reviewing.claim_change(change=change, by=by, now=LATER),
    "release": lambda change, by: reviewing.release_change(change=change, by=by, now=LATER),
    "approve": lambda change, by: reviewing.approve_change(change=change, by=by, now=LATER),
    "refuse": lambda change, by: reviewing.refuse_change(change=change, reason="other", note="x", by=by, now=LATER),
    "withdraw": lambda change, by: reviewing.withdraw_change(change=change, by=by, now=LATER),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", ["approved", "refused", "withdrawn"])
def test_what_is_decided_stays_decided(status, verb):
    row = sku(product=product()).product
    facts = {"reason": "other", "note": "x"} if status == "refused" else {}
    change = ProductChange.objects.create(
        shop=row.shop, product=row, status=status, asked_at=NOON, decided_at=NOON, **facts
    )

    with pytest.raises(WrongStatus):
        VERBS[verb](change, staff())


# Pictures


def test_pictures_wait_with_the_rest_and_come_with_the_approval():
    row = selling()
    first = gallery.add_picture(product=written(shelf=row.shop), image=upload(drawn()), by=None, now=NOON)
    first.product_id = row.pk
    first.save()

    assert gallery.add_picture(product=row, image=upload(drawn(size=(300, 400))), by=None, now=LATER) is None
    edit(row, NEW_TITLE)
    names = [shown.name for shown in changes.gallery_of(row, waiting(row).proposed)]
    assert gallery.show_gallery(product=row, names=names[::-1], by=None, now=LATER)
    assert [picture.pk for picture in row.pictures.all()] == [first.pk]

    approve(waiting(row))

    shown = list(row.pictures.order_by("position"))
    assert (len(shown), shown[1].pk, shown[0].image.name) == (2, first.pk, names[1])


def test_pictures_of_what_nobody_must_look_at_hang_at_once():
    row = on_sale()

    picture = gallery.add_picture(product=row, image=upload(drawn()), by=None, now=LATER)
    gallery.remove_picture(picture=picture, by=None, now=LATER)

    assert (row.pictures.count(), row.changes.count()) == (0, 0)


def test_the_difference_shows_words_options_prices_and_pictures():
    row = selling()
    options = [{**COLOUR, "values": [COLOUR["values"][0], GREEN]}]
    row = edit(row, NEW_TITLE | {"options": options}, drafts(values=("v1", "v3")))
    gallery.add_picture(product=row, image=upload(drawn()), by=None, now=LATER)

    told = differences_of(waiting(row))

    lines = {(line.label, line.language): line for line in told.lines}
    chinese = lines["标题" if ("标题", "zh-hans") in lines else "title", "zh-hans"]
    assert [piece.text for piece in chinese.old if piece.is_changed] == ["青"]
    assert any("绿" in piece.text for line in told.lines for piece in line.new if piece.is_changed)
    assert any("¥10.00" in piece.text for line in told.lines for piece in line.new if piece.is_changed)
    assert [stays for _shown, stays in told.new_pictures] == [False]


def test_answers_for_the_category_wait_with_the_rest_and_are_written_when_approved():
    tea = category(needs_review=True)
    roast, hours = attribute(tea, choices=["浅|Light", "深|Dark"]), attribute(tea, "年份|Year", kind="number")
    row = on_sale(category=tea)

    row = edit(row, {"values": {roast.pk: choice(roast, "浅"), hours.pk: Decimal(2025)}})

    change = waiting(row)
    assert specifications.values_of(row) == {}
    assert change.proposed["values"][str(hours.pk)] == {"number": "2025"}
    with translation.override("en"):
        lines = differences_of(change).lines
        assert {line.label: "".join(piece.text for piece in line.new) for line in lines} == {
            "Roast": "Light",
            "Year": "2025",
        }

    approve(change)
    assert specifications.values_of(row) == {roast.pk: [choice(roast, "浅")], hours.pk: Decimal(2025)}


def test_a_choice_that_went_while_its_change_waited_is_refused_in_words():
    tea = category(needs_review=True)
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])
    row = edit(on_sale(category=tea), {"values": {roast.pk: choice(roast, "浅")}})

    roast.choices.filter(pk=choice(roast, "浅")).delete()

    with pytest.raises(specifications.WrongValue):
        approve(waiting(row))
    assert waiting(row).is_pending
