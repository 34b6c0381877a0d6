"""
What each page of the catalogue shows: its main part, the same for everybody, built without the request.

The key names the page, the generations what it shows, so that an edit is seen at once (``catalog.generation``); how
pages are kept is told in ``mall.storefront.shell``.
"""

from dataclasses import replace
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from catalog import showcase, tunables
from catalog.decoration.drawing import has_published_page, published_page
from catalog.decoration.publishing import page_name
from catalog.generation import CATALOGUE, SHOPS, generation
from catalog.listing import Asked, listing
from catalog.models import Brand, Category
from catalog.navigation import crumbs_of, subtree_ids, without_hidden
from catalog.reviews import listing as reviewed
from catalog.search import hot
from catalog.search.suggestions import suggestions
from catalog.storefront import head
from mall.pages import cached_part
from mall.storefront import shell
from mall.storefront.errors import Gone
from merchants import states


def home(request: HttpRequest, *, now: datetime) -> HttpResponse:
    return _answer(request, "home", "home.html", lambda: _home(now))


def category(request: HttpRequest, slug: str, asked: Asked) -> HttpResponse:
    return _answer(request, asked.key, "category.html", lambda: _category(slug, asked))


def search(request: HttpRequest, asked: Asked, *, now: datetime) -> HttpResponse:
    return _answer(request, asked.key, "search.html", lambda: _search(asked, now))


def brand(request: HttpRequest, slug: str, asked: Asked, *, now: datetime) -> HttpResponse:
    return _answer(request, asked.key, "brand.html", lambda: _brand(slug, asked, now))


def shop(request: HttpRequest, slug: str, asked: Asked) -> HttpResponse:
    shown = (CATALOGUE, SHOPS, page_name(slug))
    return _answer(request, asked.key, "shop.html", lambda: _shop(slug, asked), shown)


def product(request: HttpRequest, public_id: str, sku_public_id: str) -> HttpResponse:
    key, shown = f"product:{public_id}:{sku_public_id}", (public_id, SHOPS)
    return _answer(request, key, "product.html", lambda: _product(public_id, sku_public_id), shown)


def reviews(request: HttpRequest, public_id: str, asked: reviewed.Asked) -> HttpResponse:
    return _answer(request, asked.key, "reviews.html", lambda: _reviews(public_id, asked), (public_id, SHOPS))


def suggested(words: str) -> list[dict]:
    key = f"{generation(CATALOGUE, SHOPS)}:suggest:{words}"
    return cached_part(key, seconds=tunables.PAGE_SECONDS.value, build=lambda: suggestions(words))


def _answer(request: HttpRequest, key: str, template: str, build, shown=(CATALOGUE, SHOPS)) -> HttpResponse:
    return shell.answer(
        request,
        f"{generation(*shown)}:{key}",
        seconds=tunables.PAGE_SECONDS.value,
        template=f"storefront/catalog/{template}",
        build=build,
    )


def _home(now: datetime) -> dict:
    return _part("storefront/catalog/_home_main.html", showcase.home(now=now), head.of_home(), title="")


def _category(slug: str, asked: Asked) -> dict:
    found = Category.objects.filter(slug=slug).first()
    crumbs = crumbs_of(found) if found else []
    if found not in crumbs:
        raise Http404
    context = {
        "kind": "category",
        "category": found,
        "crumbs": crumbs,
        "query": "",
        "subcategories": without_hidden(Category.objects.get_children(found)),
        "listing": listing(replace(asked, category_ids=tuple(subtree_ids(found)))),
    }
    return _part("storefront/catalog/_listing_main.html", context, head.of_category(found, context["crumbs"], asked))


def _search(asked: Asked, now: datetime) -> dict:
    page = listing(asked)
    if asked.words and not asked.is_narrowed:
        hot.note_found(asked.words, page.matching if page.found_all_words and not page.instead else 0, now=now)
    context = {
        "kind": "search",
        "category": None,
        "crumbs": [],
        "query": asked.words,
        "subcategories": [],
        "listing": page,
        "hot_words": hot.hot_words() if not asked.words or not page.cards else [],
    }
    title = _("Search: %(words)s") % {"words": asked.words} if asked.words else _("All goods")
    return _part("storefront/catalog/_listing_main.html", context, head.of_search(title))


def _shop(slug: str, asked: Asked) -> dict:
    found = showcase.find_shop(slug)
    if found is None:
        raise Http404
    if not states.is_seen(found):
        raise Gone
    is_front = asked.is_plain
    page = published_page(found) if is_front else None
    context = showcase.shop_page(found, asked) | {
        "page": page,
        "has_page": page is not None or (not is_front and has_published_page(found)),
        "is_front": is_front,
    }
    of = head.of_shop(found, context["rating"], asked)
    return _part("storefront/catalog/_shop_main.html", context, of, subject=found.public_id)


def _brand(slug: str, asked: Asked, now: datetime) -> dict:
    found = Brand.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    context = showcase.brand_page(found, asked, now=now)
    return _part("storefront/catalog/_brand_main.html", context, head.of_brand(found, asked))


def _product(public_id: str, sku_public_id: str) -> dict:
    found = showcase.find_product(public_id)
    if found is None or not (showcase.is_shown(found) or showcase.was_shown(found)):
        raise Http404
    if not showcase.is_shown(found):
        context, gone = showcase.product_gone(found), head.of_what_is_gone(str(found.title))
        return _part("storefront/catalog/_product_gone_main.html", context, gone, status=410)
    context = showcase.product_page(found, sku_public_id)
    of = head.of_product(found, context)
    return _part("storefront/catalog/_product_main.html", context, of, subject=found.shop.public_id)


def _reviews(public_id: str, asked: reviewed.Asked) -> dict:
    found = showcase.find_product(public_id)
    if found is None or not showcase.is_shown(found):
        raise Http404
    summary = reviewed.summary(found)
    context = {
        "product": found,
        "rating": summary,
        "reviews": reviewed.page_of(found, asked, summary),
        "picture": showcase.first_picture(found),
        "crumbs": crumbs_of(found.category),
    }
    title = _("Reviews of %(product)s") % {"product": found.title}
    return _part("storefront/catalog/_reviews_main.html", context, head.of_reviews(found, asked, title))


def _part(
    template: str, context: dict, of: head.Head, *, title: str | None = None, status: int = 200, subject: str = ""
) -> dict:
    """What the page's own template is handed: the finished main part, and what its head says; ``subject``: whose."""
    fresh = context.get("fresh_part", "")
    mark = {"fresh_mark": mark_safe(shell.FRESH) if fresh else ""}  # noqa: S308 - our own word
    return {
        "main": render_to_string(template, context | mark),
        "head": render_to_string("storefront/catalog/_head.html", {"head": of}),
        "title": of.title if title is None else title,
        "description": of.description,
        "query": context.get("query", ""),
        "status": status,
        "subject": subject,
        "fresh": fresh,
    }
