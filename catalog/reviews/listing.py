"""
The reviews of a product as shoppers leaf through them: narrowed and ordered by links, a page beginning where the last
one ended (no count to the end, nothing skipped over). Two queries: one counts, one reads.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from catalog.models import Product, Review
from mall.pages import Choice

PER_PAGE = 10
SHOWN_ON_PRODUCT = 5
SORTS = ("helpful", "newest", "lowest")
_EDGE = re.compile(r"(\d{1,17})-(\d{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which reviews, in which order, beginning after which."""

    path: str
    stars: int | None = None
    with_pictures: bool = False
    with_follow_up: bool = False
    sort: str = ""
    after: tuple[int, int] | None = None  # the value that the list is ordered by, and the key

    @property
    def order(self) -> str:
        return self.sort or SORTS[0]

    def pairs(self, **instead) -> list[tuple[str, str]]:
        chosen = {name: instead.get(name, getattr(self, name)) for name in self.__dataclass_fields__}
        pairs = [("stars", str(chosen["stars"]))] if chosen["stars"] else []
        pairs += [("pictures", "1")] if chosen["with_pictures"] else []
        pairs += [("follow_up", "1")] if chosen["with_follow_up"] else []
        pairs += [("sort", chosen["sort"])] if chosen["sort"] and chosen["sort"] != SORTS[0] else []
        after = instead.get("after")  # another choice begins anew
        return pairs + ([("after", f"{after[0]}-{after[1]}")] if after else [])

    def url(self, **instead) -> str:
        pairs = self.pairs(**instead)
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    @property
    def key(self) -> str:
        """What tells this list from others, for the cache."""
        return f"{self.path}?{urlencode(self.pairs(after=self.after))}"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.stars or self.with_pictures or self.with_follow_up)


def asked(query: QueryDict, *, path: str) -> Asked:
    """What the query string asks for; what makes no sense is left out."""
    stars, sort, edge = query.get("stars", ""), query.get("sort", ""), _EDGE.fullmatch(query.get("after", ""))
    return Asked(
        path=path,
        stars=int(stars) if stars in {"1", "2", "3", "4", "5"} else None,
        with_pictures=query.get("pictures") == "1",
        with_follow_up=query.get("follow_up") == "1",
        sort=sort if sort in SORTS else "",
        after=(int(edge[1]), int(edge[2])) if edge else None,
    )


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page of reviews, with the ways to narrow and order them."""

    rows: list[Review]
    filters: list[Choice]
    sorts: list[Choice]
    next_url: str
    all_url: str
    is_narrowed: bool
    is_first: bool


def summary(product: Product) -> dict:
    """
    What the reviews of a product come to: average and number of those that count, and how many have which stars,
    pictures or a follow-up. One query.
    """
    shown = Review.objects.shown().filter(product=product).order_by()
    rows = list(
        shown.values("stars", is_out=Q(excluded_at__isnull=False)).annotate(
            count=Count("pk"),
            pictured=Count("pk", filter=~Q(pictures=[]) | ~Q(follow_up_pictures=[])),
            followed=Count("pk", filter=Q(followed_up_at__isnull=False)),
        )
    )
    counted, standing = dict.fromkeys(range(1, 6), 0), dict.fromkeys(range(1, 6), 0)
    for row in rows:
        standing[row["stars"]] += row["count"]
        counted[row["stars"]] += 0 if row["is_out"] else row["count"]
    total = sum(counted.values())
    return {
        "average": product.stats.rating,
        "count": product.stats.review_count,
        "good_percent": round(100 * (counted[5] + counted[4]) / total) if total else None,
        "by_stars": [
            (stars, counted[stars], round(100 * counted[stars] / total) if total else 0) for stars in (5, 4, 3, 2, 1)
        ],
        "standing": standing,
        "pictured": sum(row["pictured"] for row in rows),
        "followed": sum(row["followed"] for row in rows),
    }


def page_of(product: Product, wanted: Asked, counts: dict, *, per_page: int = PER_PAGE) -> ReviewPage:
    """The page asked for; ``counts`` is the product's summary. One query."""
    rows = Review.objects.shown().filter(product=product).select_related("shopper")
    if wanted.stars:
        rows = rows.filter(stars=wanted.stars)
    if wanted.with_pictures:
        rows = rows.filter(~Q(pictures=[]) | ~Q(follow_up_pictures=[]))
    if wanted.with_follow_up:
        rows = rows.filter(followed_up_at__isnull=False)
    found = list(_in_order(rows, wanted)[: per_page + 1])
    has_more, found = len(found) > per_page, found[:per_page]
    return ReviewPage(
        rows=found,
        filters=_filters(wanted, counts),
        sorts=_sorts(wanted),
        next_url=wanted.url(after=_edge_of(found[-1], wanted.order)) if has_more else "",
        all_url=wanted.path,
        is_narrowed=wanted.is_narrowed,
        is_first=wanted.after is None,
    )


def _in_order(rows: QuerySet, wanted: Asked) -> QuerySet:
    """From the edge on. Ties are broken by the key, so no row is passed over or comes twice."""
    if wanted.order == "newest":
        if wanted.after:
            at = _moment(wanted.after[0])
            rows = rows.filter(Q(written_at__lt=at) | Q(written_at=at, pk__lt=wanted.after[1]))
        return rows.order_by("-written_at", "-pk")
    column = "stars" if wanted.order == "lowest" else "helpful_count"
    if wanted.after:
        value, key = min(wanted.after[0], 2**31 - 1), wanted.after[1]
        beyond = Q(**{f"{column}__gt" if column == "stars" else f"{column}__lt": value})
        rows = rows.filter(beyond | Q(**{column: value, "pk__lt": key}))
    return rows.order_by(column if column == "stars" else f"-{column}", "-pk")


def _edge_of(review: Review, order: str) -> tuple[int, int]:
    if order == "newest":
        since = review.written_at - _EPOCH
        return (since.days * 86400 + since.seconds) * 10**6 + since.microseconds, review.pk
    return (review.stars if order == "lowest" else review.helpful_count), review.pk


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=min(microseconds, 10**16))


def _filters(wanted: Asked, counts: dict) -> list[Choice]:
    standing = counts["standing"]
    everything = {"stars": None, "with_pictures": False, "with_follow_up": False}
    choices = [Choice("", _("All"), wanted.url(**everything), not wanted.is_narrowed, sum(standing.values()))]
    if counts["pictured"] or wanted.with_pictures:
        url = wanted.url(**{**everything, "with_pictures": True})
        choices.append(Choice("pictures", _("With pictures"), url, wanted.with_pictures, counts["pictured"]))
    if counts["followed"] or wanted.with_follow_up:
        url = wanted.url(**{**everything, "with_follow_up": True})
        choices.append(Choice("follow_up", _("Followed up"), url, wanted.with_follow_up, counts["followed"]))
    for stars in (5, 4, 3, 2, 1):
        if standing[stars] or wanted.stars == stars:
            url = wanted.url(**{**everything, "stars": stars})
            label = _("%(stars)d stars") % {"stars": stars} if stars > 1 else _("1 star")
            choices.append(Choice(str(stars), label, url, wanted.stars == stars, standing[stars]))
    return choices


def _sorts(wanted: Asked) -> list[Choice]:
    labels = {"helpful": _("Most helpful"), "newest": _("Newest first"), "lowest": _("Fewest stars first")}
    return [Choice(name, label, wanted.url(sort=name), wanted.order == name) for name, label in labels.items()]
