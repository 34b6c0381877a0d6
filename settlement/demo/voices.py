"""What people say beside their reviews: questions and answers, votes, favorites, and what waits for staff."""

import random
from datetime import datetime, timedelta

from django.db import connection

from catalog.interest import favorites, history, watches
from catalog.models import Product, Question, Review, Vote
from catalog.questions import answer, answer_for_shop, ask
from catalog.reviews.appeals import appeal
from catalog.reviews.reports import report
from mall.accounts.models import User
from mall.refusals import Refusal
from merchants.models import Shop
from settlement.demo import data
from settlement.demo.data.what_shoppers_ask import FOLLOW_UPS, QUESTIONS
from settlement.demo.shops import SHOPPER
from settlement.demo.side_by_side import PROCESSES, side_by_side

ASKED_ABOUT = 60  # products
VOTED_FOR = 400  # reviews
FOLLOWERS = 40  # people, each of a few shops


def follow_up(dice: random.Random, *, stars: int, language: str) -> str:
    return dice.choice(FOLLOW_UPS[stars >= 4, language])


def speak(*, owners: dict[str, User], staff: User, now: datetime) -> None:
    """Everything that is said once the ninety days are told; votes and follows in bulk."""
    dice = random.Random("voices")
    people = list(User.objects.filter(email__regex=r"^shopper\d+@").order_by("pk")[:200])
    demonstrator = User.objects.get(email=SHOPPER)
    side_by_side(lambda part, _meet: _questions(part, people, owners, now))
    _votes(dice, people, now)
    _follow(dice, people, now)
    _demonstrator(demonstrator, now)
    _for_staff(dice, people, owners, now)


def _questions(part: int, people: list[User], owners: dict[str, User], now: datetime) -> None:
    """About what sells best; most answered by the shop, many by somebody who reviewed it."""
    dice = random.Random(f"questions/{part}")
    families = {listing.title["zh-hans"]: listing.family for listing in data.products()}
    best = Product.objects.visible().filter(stats__review_count__gt=0).select_related("shop")
    for place, product in list(enumerate(best.order_by("-stats__sold_count", "pk")[:ASKED_ABOUT]))[part::PROCESSES]:
        own = QUESTIONS.get(families.get(product.title["zh-hans"], ""), ())
        for words, ours, theirs in [*dice.sample(own, min(len(own), 2)), dice.choice(QUESTIONS["any"])]:
            at = now - timedelta(days=dice.uniform(1, 30))
            question = ask(product=product, shopper=dice.choice(people), text=words, now=at)
            if place % 7:  # some wait for the shop
                owner = owners[product.shop.slug]
                answer_for_shop(question=question, text=ours, by=owner, now=at + timedelta(hours=dice.uniform(1, 20)))
            buyer = Review.objects.filter(product=product).exclude(shopper=question.asker_id).order_by("pk").first()
            if theirs and buyer:
                answer(question=question, person=buyer.shopper, text=theirs, now=at + timedelta(hours=22))


def _votes(dice: random.Random, people: list[User], now: datetime) -> None:
    """What has pictures and words is found helpful more often; rows in bulk, counts in one statement."""
    rows = []
    reviews = Review.objects.exclude(text="").order_by("-pk").values_list("public_id", "shopper", "pictures")
    for public_id, writer, shown in reviews[:VOTED_FOR]:
        for person in dice.sample(people, dice.randint(0, 14 if shown else 5)):
            at = now - timedelta(hours=dice.uniform(1, 200))
            rows += [Vote(subject=public_id, person=person, voted_at=at)] if person.pk != writer else []
    for public_id, asker in Question.objects.values_list("public_id", "asker"):
        voters = dice.sample(people, dice.randint(0, 6))
        rows += [Vote(subject=public_id, person=person, voted_at=now) for person in voters if person.pk != asker]
    Vote.objects.bulk_create(rows, ignore_conflicts=True)
    with connection.cursor() as cursor:
        for table in ("catalog_review", "catalog_question"):
            cursor.execute(
                f"UPDATE {table} t SET helpful_count = v.many FROM (SELECT subject, count(*) AS many"  # noqa: S608
                " FROM catalog_vote GROUP BY subject) AS v WHERE v.subject = t.public_id"
            )


def _follow(dice: random.Random, people: list[User], now: datetime) -> None:
    shops = list(Shop.objects.filter(status=Shop.Status.OPEN).order_by("pk"))
    for person in dice.sample(people, min(FOLLOWERS, len(people))):
        for shop in dice.sample(shops, min(3, len(shops))):
            favorites.follow(shopper=person, shop=shop, now=now - timedelta(days=dice.uniform(1, 60)))


def _demonstrator(person: User, now: datetime) -> None:
    """Her lists have something to show."""
    best = list(Product.objects.visible().order_by("-stats__sold_count", "pk")[:16])
    for product in best[:8]:
        favorites.keep(shopper=person, product=product, now=now - timedelta(days=3))
    for product in best[:3]:
        watches.watch(shopper=person, product=product, kind="price", now=now - timedelta(days=3))
    looks = [history.Look(product.public_id, now - timedelta(hours=7 * place)) for place, product in enumerate(best)]
    history.pour(shopper=person, looks=looks, now=now)
    for shop in Shop.objects.filter(status=Shop.Status.OPEN).order_by("pk")[:4]:
        favorites.follow(shopper=person, shop=shop, now=now)


def _for_staff(dice: random.Random, people: list[User], owners: dict[str, User], now: datetime) -> None:
    """Two reports and two appeals wait for a verdict."""
    poor = list(Review.objects.filter(stars=1).exclude(text="").select_related("shop").order_by("-pk")[:4])
    for review, reason in zip(poor[:2], ("fake", "abuse"), strict=False):
        try:
            report(subject=review.public_id, person=dice.choice(people), reason=reason, now=now - timedelta(hours=5))
        except Refusal:
            continue  # it is her own
    for review, reason, words in zip(
        poor[2:],
        ("rival", "not_ours"),
        ("该账号近一周在三家同类店铺留下相同差评，附聊天记录。", "破损由承运商造成，已理赔，与商品质量无关。"),
        strict=False,
    ):
        appeal(review=review, reason=reason, words=words, by=owners[review.shop.slug], now=now - timedelta(hours=9))
