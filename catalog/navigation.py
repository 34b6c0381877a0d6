"""The category tree as pages show it."""

from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.urls import reverse

from catalog.models import Category


def category_menu() -> list[dict]:
    """The top of the tree and one level below, in one query: ``name, url, slug, icon_url, children``."""
    menu: list[dict] = []
    for category in without_hidden(Category.objects.filter(depth__lte=2).order_by("path")):
        entry = {
            "name": category.name,
            "url": reverse("storefront:catalog:category", args=[category.slug]),
            "slug": category.slug,
            "icon_url": default_storage.url(category.icon.name) if category.icon else "",
            "children": [],
        }
        if category.depth == 1:
            menu.append(entry)
        elif menu:
            menu[-1]["children"].append(entry)
    return menu


def without_hidden(categories: Iterable[Category]) -> list[Category]:
    """These without what staff have hidden and what is below it; in the order of the tree."""
    shown, hidden = [], None
    for category in categories:
        if hidden and category.path.startswith(hidden):
            continue
        if category.is_hidden:
            hidden = category.path
        else:
            shown.append(category)
    return shown


def way_to(category: Category) -> list[Category]:
    """From the top of the tree to a category, itself included, hidden or not."""
    step = Category.steplen
    paths = [category.path[:end] for end in range(step, len(category.path) + 1, step)]
    return list(Category.objects.filter(path__in=paths).order_by("path"))


def crumbs_of(category: Category) -> list[Category]:
    """The way from the top of the tree to a category, itself included, as far as it has pages."""
    return without_hidden(way_to(category))


def subtree_ids(category: Category) -> list[int]:
    """The keys of a category and of everything below it."""
    return list(Category.objects.filter(path__startswith=category.path).order_by().values_list("pk", flat=True))
