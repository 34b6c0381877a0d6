"""
She has received it and says what she thinks, with a picture (C6); the shop answers, another shopper finds it helpful, a
stranger cannot review it. Once with scripts and once without. And what she keeps an eye on (C7).
"""

import io
import re

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from catalog.models import Favorite, Review, Sku, Vote
from mall import clock
from mall.accounts.privacy.consents import COOKIE, WORDS, Purpose, choose
from tests import journeys
from tests.browsing import DESKTOP, PHONE, visitor
from tests.factories.accounts import address, shopper


def photo() -> dict:
    image = io.BytesIO()
    Image.new("RGB", (400, 300), "#7fa99b").save(image, "JPEG")
    return {"name": "my-cup.jpg", "mimeType": "image/jpeg", "buffer": image.getvalue()}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "scripts"), [(PHONE, True), (DESKTOP, False)], ids=["on a phone", "without scripts"])
def test_a_buyer_reviews_the_shop_answers_another_votes_and_a_stranger_cannot(furnished_stack, browser, width, scripts):
    scene = furnished_stack.scene
    buyer, reader = shopper(display_name="Ada Lovelace"), shopper()
    address(buyer)
    sku = Sku.objects.filter(product__shop=scene.shop, product__status="on_sale").order_by("pk").first()
    order = journeys.delivered_order(shopper=buyer, skus={sku: 1}, by=scene.owner, now=clock.now())
    line, said = order.lines.get(), f"Light in the hand, {'with' if scripts else 'without'} scripts."
    write = reverse("storefront:catalog:review", args=[line.pk])
    given = {"width": width, "scripts": scripts}

    with visitor(browser, furnished_stack.url, person=reader, **given) as page:
        page.goto(write)
        expect(page.locator("h1")).not_to_have_text("Write a review")

    with visitor(browser, furnished_stack.url, person=buyer, **given) as page:
        page.goto(reverse("storefront:orders:detail", args=[order.public_id]))
        page.get_by_role("link", name="Write a review").first.click()
        for group, stars in (("The goods", 5), ("The shop's service", 4), ("The delivery", 3)):
            page.get_by_role("group", name=group).locator(f"input[value='{stars}']").check(force=True)
        page.get_by_label("What do you think of it?").fill(said)
        page.locator("input[type=file]").set_input_files([photo()])
        page.get_by_role("button", name="Publish the review").click()
        mine = page.locator("li.review", has_text=said)
        expect(mine).to_be_visible()
        expect(mine.locator("img")).to_be_visible()
        expect(mine).to_contain_text("A***e")
        assert page.complaints == []

    review = Review.objects.get(order_line_id=line.pk)
    assert (review.stars, review.service_stars, review.delivery_stars, len(review.pictures)) == (5, 4, 3, 1)

    with visitor(browser, furnished_stack.url, person=scene.owner, **given) as page:
        page.goto(reverse("backoffice:reviews:detail", args=[scene.shop.slug, review.public_id]))
        page.get_by_label("Answer, for all to read").fill("Thank you, Ada.")
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.locator("#messages")).to_contain_text("stands below the review")

    with visitor(browser, furnished_stack.url, person=reader, **given) as page:
        page.goto(reverse("storefront:catalog:product", args=[review.product.public_id]))
        page.locator("#review-part").get_by_role("link", name=re.compile("With pictures")).click()
        expect(page.locator("#review-part .pill[aria-current]", has_text="With pictures")).to_be_visible()
        theirs = page.locator("li.review", has_text=said)
        expect(theirs).to_contain_text("Thank you, Ada.")
        assert ("reviews/" in page.url) is not scripts  # in place, or on a page of its own
        theirs.get_by_role("button", name=re.compile("^Helpful")).click()
        if scripts:
            expect(theirs.locator("[data-mark-count]")).to_have_text("1")
        expect(page.locator("#toasts, #messages").filter(has_text="Thank you, that helps others.")).to_be_visible()
        assert page.complaints == []

    assert list(Vote.objects.filter(subject=review.public_id).values_list("person", flat=True)) == [reader.pk]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_she_keeps_an_eye_on(furnished_stack, browser, scripts):
    scene, person = furnished_stack.scene, shopper()
    choose(person=person, choices={Purpose.PERSONALISATION: True}, now=clock.now())  # no history is kept before (A3)
    title = str(scene.product.title["en"])

    with visitor(browser, furnished_stack.url, person=person, scripts=scripts) as page:
        agreed = {"name": COOKIE, "value": str(WORDS[Purpose.COOKIES].version), "url": furnished_stack.url}
        page.context.add_cookies([agreed])
        page.goto(reverse("storefront:catalog:category", args=[scene.category.slug]))
        card = page.locator("article.goods", has_text=title)
        card.locator("[data-mark=favorite]").click()
        expect(page.locator("#toasts, #messages").filter(has_text="among your favorites")).to_be_visible()
        page.goto(reverse("storefront:catalog:product", args=[scene.product.public_id]))
        heart = page.locator(".product [data-mark=favorite]")
        if scripts:
            expect(heart).to_have_attribute("aria-pressed", "true")
        page.locator(".product [data-mark=price]").click()
        expect(page.locator("#toasts, #messages").filter(has_text="when it costs less")).to_be_visible()
        page.goto(reverse("storefront:catalog:favorites"))
        expect(page.locator(".kept-row")).to_have_count(1)
        page.goto(reverse("storefront:catalog:history"))
        expect(page.locator("article.goods")).to_have_count(1)
        assert page.complaints == []

    assert Favorite.objects.get(shopper=person).product == scene.product
    assert person.watches.get().kind == "price"
