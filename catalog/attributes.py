"""
What categories ask of their goods: which attributes are in effect where, and what follows when that changes.

An attribute holds for its category and all below it, unless one of them overrides it. What comes out of that is kept
as rows (``CategoryAttribute``), so that pages and search join one table and climb no tree.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import ngettext

from catalog.generation import CATALOGUE, forget
from catalog.models import Attribute, AttributeChoice, Category, FacetName, FacetValue, ProductValue, StaleSearch
from catalog.search.renaming import read_anew
from catalog.specifications import range_label
from mall.audit.trail import record
from mall.refusals import Refusal
from mall.rows import select_rows


class StillUsed(Refusal):
    """Products say this; ``details["count"]`` is how many."""

    code = "still-used"


_IN_EFFECT = """
    SELECT c.id, a.id,
        row_number() OVER (PARTITION BY c.id ORDER BY up.depth, a.position, a.id),
        coalesce(o.is_required, a.is_required), coalesce(o.is_filterable, a.is_filterable),
        coalesce(o.in_specifications, a.in_specifications), coalesce(o.is_compared, a.is_compared)
    FROM catalog_attribute a
    JOIN catalog_category up ON up.id = a.category_id
    JOIN catalog_category c ON c.path LIKE up.path || '%%'
    LEFT JOIN LATERAL (
        SELECT (array_agg(o.is_left_out ORDER BY oc.depth DESC))[1] AS is_left_out,
            (array_agg(o.is_required ORDER BY oc.depth DESC) FILTER (WHERE o.is_required IS NOT NULL))[1]
                AS is_required,
            (array_agg(o.is_filterable ORDER BY oc.depth DESC) FILTER (WHERE o.is_filterable IS NOT NULL))[1]
                AS is_filterable,
            (array_agg(o.in_specifications ORDER BY oc.depth DESC) FILTER (WHERE o.in_specifications IS NOT NULL))[1]
                AS in_specifications,
            (array_agg(o.is_compared ORDER BY oc.depth DESC) FILTER (WHERE o.is_compared IS NOT NULL))[1]
                AS is_compared
        FROM catalog_attributeoverride o JOIN catalog_category oc ON oc.id = o.category_id
        WHERE o.attribute_id = a.id AND c.path LIKE oc.path || '%%'
    ) o ON true
    WHERE c.path LIKE %s || '%%' AND NOT coalesce(o.is_left_out, false)
"""
_COLUMNS = "category_id, attribute_id, place, is_required, is_filterable, in_specifications, is_compared"
_STANDING = f"""
    SELECT {_COLUMNS} FROM catalog_categoryattribute t JOIN catalog_category c ON c.id = t.category_id
    WHERE c.path LIKE %s || '%%'
"""  # noqa: S608 - words of this module


@transaction.atomic
def settle(category: Category | None = None) -> set[int]:
    """
    Work out anew what is in effect in a category and below it (in the whole tree without one).

    Goods of categories in which something changed are read anew by search; returns the keys of those categories.
    """
    with connection.cursor() as cursor:  # one at a time: two of them would write the same rows
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog.attributes', 0))")
    path = category.path if category else ""
    before, after = set(select_rows(_STANDING, [path])), set(select_rows(_IN_EFFECT, [path]))
    changed = {row[0] for row in before ^ after}
    if changed:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalog_categoryattribute WHERE category_id = ANY(%s)", [list(changed)])
            cursor.execute(
                f"INSERT INTO catalog_categoryattribute ({_COLUMNS}) "  # noqa: S608 - words of this module
                f"SELECT * FROM ({_IN_EFFECT}) e ({_COLUMNS}) WHERE category_id = ANY(%s)",
                [path, list(changed)],
            )
        said = {row[:2] + row[4:5] for row in before} ^ {row[:2] + row[4:5] for row in after}
        read_anew(StaleSearch.Of.CATEGORY, {row[0] for row in said})
    return changed


@transaction.atomic
def template_changed(*, category: Category, attributes: Iterable[Attribute] = (), by, now: datetime) -> None:
    """
    Staff changed what a category asks: its rows follow, and so does search where an attribute is called otherwise.

    :param attributes: those whose own words, unit, ranges or choices changed
    """
    settle(category)
    touched = list(attributes)
    read_anew(StaleSearch.Of.ATTRIBUTE, {attribute.pk for attribute in touched})
    for attribute in touched:
        FacetName.objects.filter(attribute=attribute).update(name=attribute.name)
        for choice in attribute.choices.all():
            FacetValue.objects.filter(of__attribute=attribute, key=str(choice.pk)).update(value=choice.name)
        if attribute.kind == Attribute.Kind.NUMBER:
            ranges = list(FacetValue.objects.filter(of__attribute=attribute))
            for row in ranges:
                row.value = range_label(row.key, attribute.unit)
            FacetValue.objects.bulk_update(ranges, ["value"])
    record(
        "catalog.change_template",
        category.slug,
        by=by,
        now=now,
        after={"attributes": [str(attribute.pk) for attribute in touched]},
    )
    transaction.on_commit(lambda: forget(CATALOGUE), robust=True)


def why_attribute_stays(attribute: Attribute) -> str:
    """Why an attribute cannot be removed; nothing if it can."""
    return _used(ProductValue.objects.filter(attribute=attribute), attribute.name)


def why_choice_stays(choice: AttributeChoice) -> str:
    """Why a choice cannot be removed; nothing if it can."""
    return _used(ProductValue.objects.filter(choice=choice), choice.name)


def _used(rows, name) -> str:
    count = rows.values("product").distinct().count()
    if not count:
        return ""
    return ngettext(
        "“%(name)s” cannot be removed: %(count)d product says it.",
        "“%(name)s” cannot be removed: %(count)d products say it.",
        count,
    ) % {"count": count, "name": name}


@transaction.atomic
def remove_choice(*, choice: AttributeChoice, by, now: datetime) -> None:
    """
    Take a choice away that no product has made.

    :raises StillUsed: products have made it; it says how many
    """
    choice = AttributeChoice.objects.select_for_update().get(pk=choice.pk)
    if why := why_choice_stays(choice):
        raise StillUsed(why)
    record("catalog.remove_choice", str(choice.pk), by=by, now=now, before={"name": dict(choice.name)})
    FacetValue.objects.filter(of__attribute=choice.attribute_id, key=str(choice.pk)).delete()
    choice.delete()


@transaction.atomic
def remove_attribute(*, attribute: Attribute, by, now: datetime) -> None:
    """
    Take an attribute away for which no product says anything.

    :raises StillUsed: products say something for it; it says how many
    """
    attribute = Attribute.objects.select_for_update().get(pk=attribute.pk)
    if why := why_attribute_stays(attribute):
        raise StillUsed(why)
    record("catalog.remove_attribute", str(attribute.pk), by=by, now=now, before={"name": dict(attribute.name)})
    category = attribute.category
    attribute.delete()
    settle(category)
    transaction.on_commit(lambda: forget(CATALOGUE), robust=True)


def inherited(category: Category) -> list[dict]:
    """What a category has in effect and from where, for staff: ``attribute, origin, is_own`` and the flags."""
    rows = category.template.select_related("attribute__category").order_by("place")
    return [
        {"row": row, "origin": row.attribute.category, "is_own": row.attribute.category_id == category.pk}
        for row in rows
    ]
