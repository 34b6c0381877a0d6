"""What the catalogue does when it hears something."""

from datetime import datetime

from catalog import commission, notices, products, questions, violations, withholding
from catalog.commission_rules import shops_concerned
from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.interest import watches
from catalog.models import Answer, BrandAuthorization, CommissionVersion, Product, ProductChange, Question, Review, Sku
from catalog.reviews.subjects import page_of
from catalog.sale_times import EDITORS
from catalog.search.ranking import weigh_shop
from catalog.stock import default_warehouse
from mall import clock
from mall.accounts.models import User
from mall.events.bus import on
from mall.events.catalog import (
    BrandAuthorizationDecided,
    BrandAuthorizationExpiring,
    CommissionRuleConfirmed,
    ProductBackInStock,
    ProductChanged,
    ProductChangeDecided,
    ProductReviewed,
    ProductTakenDown,
    QuestionAnswered,
    QuestionAsked,
    ReviewAnswered,
    ReviewAppealDecided,
    StockFellLow,
)
from mall.events.merchants import (
    ShopBarred,
    ShopCameBack,
    ShopClosed,
    ShopExiting,
    ShopFrozen,
    ShopOpened,
    ShopRestricted,
    ShopStays,
    ShopThawed,
    ShopUnbarred,
    ShopWentOnHoliday,
    TradeRestored,
    TradeSuspended,
)
from mall.notifications.sending import notify
from mall.texts import in_all_languages
from merchants.models import Seat, Shop
from merchants.telling import tell_shop

LOW_STARS = 2
SHOWN_GOODS = 3
KEEPERS = tuple(role for role in Seat.Role if "stock.edit" in Seat.RIGHTS[role])
SEE_MONEY = tuple(role for role in Seat.Role if "money.see" in Seat.RIGHTS[role])
ANSWERERS = tuple(role for role in Seat.Role if "reviews.answer" in Seat.RIGHTS[role])


@on(ShopOpened)
def open_default_warehouse(event: ShopOpened) -> None:
    default_warehouse(Shop.objects.get(public_id=event.shop_id))


@on(ShopFrozen, ShopThawed, ShopClosed, ShopWentOnHoliday, ShopCameBack, ShopRestricted, ShopExiting, ShopStays)
def show_pages_anew(event) -> None:
    forget(CATALOGUE, SHOPS)


@on(ShopBarred, ShopUnbarred)
def weigh_goods_of_shop(event: ShopBarred | ShopUnbarred) -> None:
    """Its health score fell below 60 or rose again: its goods stand lower in lists, or no longer."""
    if weigh_shop(Shop.objects.get(public_id=event.shop_id)):
        forget(CATALOGUE)


@on(TradeSuspended, TradeRestored)
def follow_trades(event: TradeSuspended | TradeRestored) -> None:
    withholding.follow_trades(shop=Shop.objects.get(public_id=event.shop_id), now=clock.now())


@on(StockFellLow)
def tell_shop_of_low_stock(event: StockFellLow) -> None:
    """One notice for all that has fallen together, with the first few by name."""
    skus = Sku.objects.filter(public_id__in=event.sku_ids[:SHOWN_GOODS]).select_related("product").order_by("pk")
    titles = [sku.product.title for sku in skus]
    codes = sorted({code for title in titles for code in title})
    names = {code: ", ".join(dict.fromkeys(title.get(code) or str(title) for title in titles)) for code in codes}
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.STOCK_LOW,
        page="dashboard",
        address=("backoffice:stock:list",),
        roles=KEEPERS,
        now=datetime.fromisoformat(event.fell_at),
        count=len(event.sku_ids),
        goods=names,
    )


@on(ShopExiting)
def archive_goods(event: ShopExiting) -> None:
    products.archive_goods_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.exiting_at))


# Brands


@on(BrandAuthorizationDecided)
def tell_shop_of_authorization(event: BrandAuthorizationDecided) -> None:
    row = BrandAuthorization.objects.select_related("brand").get(public_id=event.authorization_id)
    is_granted = event.status == BrandAuthorization.Status.GRANTED
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.AUTHORIZATION_GRANTED if is_granted else notices.AUTHORIZATION_ENDED,
        page="dashboard",
        address=("backoffice:catalog:brands",),
        now=datetime.fromisoformat(event.decided_at),
        brand=dict(row.brand.name),
        valid_to=row.valid_to.isoformat(),
        reason=event.reason,
    )


@on(BrandAuthorizationExpiring)
def tell_shop_that_authorization_ends(event: BrandAuthorizationExpiring) -> None:
    row = BrandAuthorization.objects.select_related("brand").get(public_id=event.authorization_id)
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.AUTHORIZATION_EXPIRING,
        page="dashboard",
        address=("backoffice:catalog:brands",),
        now=datetime.fromisoformat(event.told_at),
        brand=dict(row.brand.name),
        days=event.days,
        valid_to=event.valid_to,
    )


# Reviews and questions: who hears of them


@on(ProductReviewed)
def tell_shop_of_low_review(event: ProductReviewed) -> None:
    if event.stars <= LOW_STARS:
        review = Review.objects.select_related("product").get(order_line_id=event.order_line_id)
        tell_shop(
            shop_id=event.shop_id,
            kind=notices.LOW_REVIEW,
            page="dashboard",
            address=("backoffice:reviews:detail", review.public_id),
            roles=ANSWERERS,
            now=datetime.fromisoformat(event.written_at),
            stars=event.stars,
            product=dict(review.product.title),
            said=review.text,
        )


@on(ReviewAnswered)
def tell_reviewer_of_answer(event: ReviewAnswered) -> None:
    review = Review.objects.select_related("shopper", "product", "shop").get(public_id=event.review_id)
    facts = {"shop": dict(review.shop.name), "product": dict(review.product.title), "answer": review.answer}
    now = datetime.fromisoformat(event.answered_at)
    notify([review.shopper], notices.REVIEW_ANSWERED, facts, url=page_of(review), now=now)


@on(ReviewAppealDecided)
def tell_shop_of_verdict(event: ReviewAppealDecided) -> None:
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.APPEAL_GRANTED if event.is_granted else notices.APPEAL_REJECTED,
        page="dashboard",
        address=("backoffice:reviews:detail", event.review_id),
        roles=ANSWERERS,
        now=datetime.fromisoformat(event.decided_at),
        verdict=event.verdict,
    )


@on(QuestionAsked)
def tell_who_may_know(event: QuestionAsked) -> None:
    question = Question.objects.select_related("product", "shop").get(public_id=event.question_id)
    now = datetime.fromisoformat(event.asked_at)
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.QUESTION_ASKED,
        page="dashboard",
        address=("backoffice:reviews:question", question.public_id),
        roles=ANSWERERS,
        now=now,
        product=dict(question.product.title),
        question=question.text,
    )
    questions.tell_buyers(question=question, now=now)


@on(QuestionAnswered)
def tell_asker(event: QuestionAnswered) -> None:
    answer = Answer.objects.select_related("question__asker", "question__product").get(public_id=event.answer_id)
    question = answer.question
    facts = {"product": dict(question.product.title), "question": question.text, "answer": answer.text}
    now = datetime.fromisoformat(event.answered_at)
    notify([question.asker], notices.QUESTION_ANSWERED, facts, url=page_of(question), now=now)


# What reviewers decided


DECIDED = {
    (True, "approved"): notices.PRODUCT_APPROVED,
    (True, "refused"): notices.PRODUCT_REFUSED,
    (False, "approved"): notices.CHANGE_APPROVED,
    (False, "refused"): notices.CHANGE_REFUSED,
}


@on(ProductChangeDecided)
def tell_shop_of_decision(event: ProductChangeDecided) -> None:
    kind = DECIDED.get((event.is_new, event.outcome))
    if kind is None or not event.by_staff:
        return
    change = ProductChange.objects.select_related("product__shop", "decided_by").get(public_id=event.change_id)
    tell_shop(
        shop_id=event.shop_id,
        kind=kind,
        page="dashboard",
        address=("backoffice:catalog:edit", event.product_id),
        roles=EDITORS,
        now=datetime.fromisoformat(event.decided_at),
        product=dict(change.product.title),
        status=in_all_languages(change.product.get_status_display),
        reason=in_all_languages(change.get_reason_display),
        note=change.note,
    )
    if change.status == ProductChange.Status.REFUSED:
        violations.count_refusal(change=change, now=change.decided_at)


@on(ProductTakenDown)
def tell_shop_of_removal(event: ProductTakenDown) -> None:
    product = Product.objects.select_related("shop").get(public_id=event.product_id)
    now = datetime.fromisoformat(event.decided_at)
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.PRODUCT_TAKEN_DOWN,
        page="dashboard",
        address=("backoffice:catalog:edit", event.product_id),
        roles=EDITORS,
        now=now,
        product=dict(product.title),
        reason=in_all_languages(lambda: ProductChange.Reason(event.reason).label),
        note=event.note,
    )
    by = User.objects.filter(pk=event.decided_by).first()
    violations.count_removal(product=product, reason=event.reason, note=event.note, by=by, now=now)


# Alerts


@on(ProductChanged)
def mark_alerts(event: ProductChanged) -> None:
    if watches.are_waiting(product_id=event.product_id):
        now = datetime.fromisoformat(event.changed_at)
        watches.price_changed(product_id=event.product_id, now=now)
        watches.back_in_stock(product_id=event.product_id, now=now)  # perhaps it is on sale again


@on(ProductBackInStock)
def mark_what_is_back(event: ProductBackInStock) -> None:
    watches.back_in_stock(product_id=event.product_id, now=datetime.fromisoformat(event.back_at))


# Commission


@on(CommissionRuleConfirmed)
def tell_shops_of_commission(event: CommissionRuleConfirmed) -> None:
    """Every shop that it concerns learns for which of its lines, how much, from when, and why."""
    versions = CommissionVersion.objects.select_related("rule", "category", "shop")
    version = versions.get(public_id=event.version_id)
    because = commission.Terms.of(version).conditions()
    facts = {
        "rule": dict(version.rule.name),
        "day": clock.business_date(version.effective_at).isoformat(),
        "conditions": in_all_languages(lambda: commission.say_conditions(because)),
        "effect": in_all_languages(lambda: commission.say_effect(version)),
        "reason": version.reason,
    }
    for shop in shops_concerned(version).order_by("pk"):
        tell_shop(
            shop_id=shop.public_id,
            kind=notices.COMMISSION_CHANGES,
            page="dashboard",
            address=("backoffice:settlement:commission",),
            roles=SEE_MONEY,
            now=datetime.fromisoformat(event.confirmed_at),
            **facts,
        )
