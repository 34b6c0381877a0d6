"""
What products say for the attributes of their category: read with the product, checked, written.

``with_specifications`` reads them in the same query as the products. A choice is named by its key and spelled by its
row, so that renaming it changes no product.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.db.models import JSONField, Prefetch, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import formats, translation
from django.utils.translation import gettext as _

from catalog.models import Attribute, AttributeChoice, Category, CategoryAttribute, Product, ProductValue
from mall.refusals import Refusal
from mall.texts import Text

LONGEST_VALUE = 200
LANGUAGES = [code for code, _name in settings.LANGUAGES]
Kind = Attribute.Kind
Value = Decimal | bool | date | Text | int | list[int] | None


class WrongValue(Refusal):
    """Something that the attribute cannot be; ``details["attribute"]`` is its key."""

    code = "wrong-value"
    status = 400


# What a category asks ------------------------------------------------------------------------------------------------


def template_of(category: Category | int) -> list[CategoryAttribute]:
    """The attributes in effect in a category, in order, with their choices in order. Two queries."""
    choices = Prefetch("attribute__choices", AttributeChoice.objects.order_by("position", "pk"))
    rows = CategoryAttribute.objects.filter(category=category).select_related("attribute__category")
    return list(rows.prefetch_related(choices).order_by("place"))


# What a product says -------------------------------------------------------------------------------------------------

_TOLD = """(
    SELECT jsonb_agg(jsonb_build_object(
        'id', a.id, 'name', a.name, 'kind', a.kind, 'unit', a.unit, 'steps', a.steps, 'place', e.place,
        'choice', c.id, 'words', coalesce(c.name, v.text), 'number', v.number::text, 'flag', v.flag, 'date', v.date,
        'filters', e.is_filterable, 'shows', e.in_specifications, 'compares', e.is_compared
    ) ORDER BY e.place, c.position, c.id)
    FROM catalog_productvalue v
    JOIN catalog_categoryattribute e ON e.attribute_id = v.attribute_id AND e.category_id = catalog_product.category_id
    JOIN catalog_attribute a ON a.id = v.attribute_id
    LEFT JOIN catalog_attributechoice c ON c.id = v.choice_id
    WHERE v.product_id = catalog_product.id
)"""


def with_specifications(products: QuerySet) -> QuerySet:
    """The same products, each with what ``specifications_of`` reads; no query more."""
    return products.annotate(told_values=RawSQL(_TOLD, (), output_field=JSONField()))  # noqa: S611 - words of ours


@dataclass(slots=True)
class Specification:
    """An attribute with what a product says for it."""

    id: int
    name: Text
    kind: str
    unit: Text
    steps: tuple[Decimal, ...] = ()
    filters: bool = False
    shows: bool = True
    compares: bool = True
    place: int = 0
    choices: list[tuple[int, Text]] = field(default_factory=list)
    number: Decimal | None = None
    flag: bool | None = None
    day: date | None = None
    words: Text | None = None

    def __str__(self) -> str:
        """In the active language."""
        if self.kind in {Kind.CHOICE, Kind.CHOICES}:
            return _(", ").join(str(name) for _key, name in self.choices)
        if self.kind == Kind.NUMBER:
            return f"{plain(self.number)} {self.unit}".strip()
        if self.kind == Kind.FLAG:
            return _("Yes") if self.flag else _("No")
        if self.kind == Kind.DATE:
            return formats.date_format(self.day, "DATE_FORMAT")
        return str(self.words)

    @property
    def text(self) -> Text:
        """In every language of the mall."""
        said = Text()
        for code in LANGUAGES:
            with translation.override(code):
                said[code] = str(self)
        return said

    @property
    def searchable(self) -> list[str]:
        """The words by which search finds it, in every language."""
        if self.kind in {Kind.CHOICE, Kind.CHOICES}:
            return [words for _key, name in self.choices for words in name.values()]
        if self.kind == Kind.NUMBER:
            return [f"{plain(self.number)} {unit}" for unit in self.unit.values() if unit]
        return list(self.words.values()) if self.words else []

    def features(self) -> Iterator[tuple[str, Text, int]]:
        """What lists count: key, label and place of each choice, of yes or no, or of the range of the number."""
        if self.kind in {Kind.CHOICE, Kind.CHOICES}:
            yield from ((str(key), name, 0) for key, name in self.choices)
        elif self.kind == Kind.FLAG:
            yield ("yes" if self.flag else "no"), self.text, 0
        elif self.kind == Kind.NUMBER:
            yield self._range()

    def _range(self) -> tuple[str, Text, int]:
        """The range in which the number lies; without steps the number itself is one."""
        if not self.steps:
            key, place = plain(self.number), 0
        else:
            steps = sorted(self.steps)
            place = sum(step <= self.number for step in steps) + 1
            low = plain(steps[place - 2]) if place > 1 else ""
            high = plain(steps[place - 1]) if place <= len(steps) else ""
            key = f"{low}..{high}"
        return key, range_label(key, self.unit), place

    @property
    def for_files(self) -> str:
        """As files of goods hold it: one line, read again by :func:`read`."""
        if self.kind in {Kind.CHOICE, Kind.CHOICES}:
            return "; ".join(str(name) for _key, name in self.choices)
        if self.kind == Kind.NUMBER:
            return plain(self.number)
        if self.kind == Kind.FLAG:
            return "TRUE" if self.flag else "FALSE"
        if self.kind == Kind.DATE:
            return self.day.isoformat()
        return " | ".join(words for code in LANGUAGES if (words := self.words.get(code)))


def range_label(key: str, unit: Text) -> Text:
    """What a range of numbers (``10..30``, ``..10``), or a number by itself, is called in every language."""
    low, dots, high = key.partition("..")
    label = Text()
    for code in LANGUAGES:
        with translation.override(code):
            words = {"low": low, "high": high, "unit": unit}
            if not dots:
                label[code] = f"{low} {unit}".strip()
            elif not low:
                label[code] = (_("under %(high)s %(unit)s") % words).strip()
            elif not high:
                label[code] = (_("from %(low)s %(unit)s") % words).strip()
            else:
                label[code] = f"{low}–{high} {unit}".strip()
    return label


def plain(number: Decimal) -> str:
    """A number without idle noughts."""
    return f"{number.normalize():f}"


def specifications_of(product: Product) -> list[Specification]:
    """What a product says, in the order of its category; no query if it came :func:`with_specifications`."""
    if not hasattr(product, "told_values"):
        product.told_values = with_specifications(Product.objects.filter(pk=product.pk)).get().told_values
    found: dict[int, Specification] = {}
    for row in product.told_values or ():
        told = found.get(row["id"])
        if told is None:
            told = found[row["id"]] = Specification(
                id=row["id"],
                name=Text(row["name"]),
                kind=row["kind"],
                unit=Text(row["unit"] or {}),
                steps=tuple(Decimal(str(step)) for step in row["steps"]),
                filters=row["filters"],
                shows=row["shows"],
                compares=row["compares"],
                place=row["place"],
                number=None if row["number"] is None else Decimal(row["number"]),
                flag=row["flag"],
                day=row["date"] and date.fromisoformat(row["date"]),
                words=Text(row["words"]) if row["words"] and row["choice"] is None else None,
            )
        if row["choice"] is not None:
            told.choices.append((row["choice"], Text(row["words"])))
    return list(found.values())


def shown_pairs(product: Product) -> list[tuple[Text, str]]:
    """What the list of specifications shows: attributes of the category, then what the shop has written freely."""
    typed = specifications_of(product)
    names = {name for told in typed for name in told.name.values()}
    pairs = [(told.name, str(told)) for told in typed if told.shows]
    return pairs + [
        (Text(row["name"]), str(Text(row["value"])))
        for row in product.attributes
        if not names & set(row["name"].values())
    ]


def said(attribute: Attribute, value: Value) -> str:
    """A value in words; nothing for nothing."""
    if value is None or value == []:
        return ""
    told = Specification(id=attribute.pk, name=attribute.name, kind=attribute.kind, unit=attribute.unit)
    if attribute.kind in {Kind.CHOICE, Kind.CHOICES}:
        keys = value if isinstance(value, list) else [value]
        told.choices = [(choice.pk, choice.name) for choice in attribute.choices.all() if choice.pk in keys]
    elif attribute.kind == Kind.NUMBER:
        told.number = Decimal(value)
    elif attribute.kind == Kind.FLAG:
        told.flag = value
    elif attribute.kind == Kind.DATE:
        told.day = value
    else:
        told.words = Text(value)
    return str(told)


# Read, check, write --------------------------------------------------------------------------------------------------


def read(attribute: Attribute, said: str) -> Value:
    """
    What a line of a file says for an attribute; nothing for no words.

    :raises WrongValue: it cannot be that
    """
    said = said.strip()
    if not said:
        return None
    if attribute.kind == Kind.TEXT:
        from catalog.lines import text_of

        return text_of(said)
    if attribute.kind == Kind.NUMBER:
        units = sorted((unit for unit in attribute.unit.values() if unit), key=len, reverse=True)
        bare = next((said[: -len(unit)] for unit in units if said.casefold().endswith(unit.casefold())), said)
        try:
            return Decimal(bare.replace(",", "").strip())
        except InvalidOperation:
            raise _wrong(attribute, _("“%(text)s” is no number.") % {"text": said[:40]}) from None
    if attribute.kind == Kind.FLAG:
        yes, no = _in_all_languages("Yes") | {"true", "1"}, _in_all_languages("No") | {"false", "0"}
        if said.casefold() not in yes | no:
            raise _wrong(attribute, _("Write TRUE or FALSE."))
        return said.casefold() in yes
    if attribute.kind == Kind.DATE:
        try:
            return datetime.strptime(said.replace("/", "-")[:10], "%Y-%m-%d").date()  # noqa: DTZ007 - a day
        except ValueError:
            raise _wrong(attribute, _("Write the date as 2026-03-31.")) from None
    parts = [part.strip() for part in said.replace("；", ";").split(";") if part.strip()]
    keys = [_choice_called(attribute, part) for part in dict.fromkeys(parts)]
    if attribute.kind == Kind.CHOICES:
        return keys
    if len(keys) > 1:
        raise _wrong(attribute, _("Choose one only."))
    return keys[0] if keys else None


def _in_all_languages(word: str) -> set[str]:
    said = set()
    for code in LANGUAGES:
        with translation.override(code):
            said.add(_(word).casefold())
    return said


def _choice_called(attribute: Attribute, name: str) -> int:
    wanted = name.casefold()
    for choice in attribute.choices.all():
        if wanted in {words.casefold() for words in choice.name.values()}:
            return choice.pk
    raise _wrong(attribute, _("“%(name)s” is none of its choices.") % {"name": name[:40]})


def checked(template: Sequence[CategoryAttribute], values: Mapping[int, Value]) -> dict[int, Value]:
    """
    The values that say something, each of the kind that its attribute is; what the category does not ask is left out.

    :raises WrongValue: one cannot be that
    """
    result = {}
    for asked in template:
        value = _checked(asked.attribute, values.get(asked.attribute_id))
        if value is not None:
            result[asked.attribute_id] = value
    return result


def _checked(attribute: Attribute, value: Value) -> Value:
    if value is None or value == [] or (isinstance(value, dict) and not any(value.values())):
        return None
    if attribute.kind == Kind.TEXT and isinstance(value, dict):
        text = Text({code: value[code].strip() for code in LANGUAGES if (value.get(code) or "").strip()})
        if any(len(words) > LONGEST_VALUE for words in text.values()):
            raise _wrong(attribute, _("At most %(most)d characters.") % {"most": LONGEST_VALUE})
        return text or None
    if attribute.kind == Kind.NUMBER and isinstance(value, Decimal | int) and not isinstance(value, bool):
        return _in_bounds(attribute, Decimal(value))
    if attribute.kind == Kind.FLAG and isinstance(value, bool):
        return value
    if attribute.kind == Kind.DATE and isinstance(value, date):
        return value
    keys = {choice.pk for choice in attribute.choices.all()}
    if attribute.kind == Kind.CHOICE and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if attribute.kind == Kind.CHOICE and isinstance(value, int) and value in keys:
        return value
    if attribute.kind == Kind.CHOICES and isinstance(value, list) and set(value) <= keys:
        return sorted(set(value))
    raise _wrong(attribute, _("This cannot be chosen."))


def _in_bounds(attribute: Attribute, number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number) >= 10**11:
        raise _wrong(attribute, _("The number is too large."))
    if attribute.minimum is not None and number < attribute.minimum:
        raise _wrong(attribute, _("At least %(least)s.") % {"least": plain(attribute.minimum)})
    if attribute.maximum is not None and number > attribute.maximum:
        raise _wrong(attribute, _("At most %(most)s.") % {"most": plain(attribute.maximum)})
    rounded = number.quantize(Decimal("0.001"))
    if rounded != number:
        raise _wrong(attribute, _("At most three digits behind the point."))
    return rounded


def _wrong(attribute: Attribute, why: str) -> WrongValue:
    return WrongValue(
        _("%(attribute)s: %(why)s") % {"attribute": attribute.name, "why": why}, attribute=attribute.pk, why=why
    )


def values_of(product: Product) -> dict[int, Value]:
    """What a product says now, by attribute, as :func:`checked` has it. One query, or none if prefetched."""
    return values_in(product.values.all()) if product.pk else {}


def values_in(rows: Iterable[ProductValue]) -> dict[int, Value]:
    found: dict[int, Value] = {}
    for row in rows:
        if row.choice_id is not None:
            found.setdefault(row.attribute_id, []).append(row.choice_id)
        else:
            found[row.attribute_id] = next(
                value for value in (row.number, row.flag, row.date, row.text) if value is not None
            )
    return {key: sorted(value) if isinstance(value, list) else value for key, value in found.items()}


def differ(before: Mapping[int, Value], after: Mapping[int, Value]) -> bool:
    """Whether one says something else than the other."""
    return {key: _listed(value) for key, value in before.items()} != {
        key: _listed(value) for key, value in after.items()
    }


def _listed(value):
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


def packed(values: Mapping[int, Value]) -> dict[str, dict]:
    """The same as plain data; :func:`unpacked` makes values of it again."""
    return {str(key): _packed(value) for key, value in sorted(values.items())}


def _packed(value: Value) -> dict:
    if isinstance(value, bool):
        return {"flag": value}
    if isinstance(value, int | list):
        return {"choices": sorted(_listed(value))}
    if isinstance(value, Decimal):
        return {"number": plain(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"text": dict(value)}


def unpacked(data: Mapping[str, dict]) -> dict[int, Value]:
    readers = {"choices": list, "number": Decimal, "date": date.fromisoformat, "text": Text, "flag": bool}
    return {int(key): readers[kind](value) for key, row in data.items() for kind, value in row.items()}


def rows_for(product: Product, values: Mapping[int, Value]) -> Iterator[ProductValue]:
    """The rows that hold these checked values."""
    for attribute_id, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            row = ProductValue(shop_id=product.shop_id, product=product, attribute_id=attribute_id)
            if isinstance(one, bool):
                row.flag = one
            elif isinstance(one, int):
                row.choice_id = one
            elif isinstance(one, Decimal):
                row.number = one
            elif isinstance(one, date):
                row.date = one
            else:
                row.text = one
            yield row


def words_in(values: Mapping[int, Value]) -> list[str]:
    """What the shop has written in words of its own; screened like its other words."""
    return [words for value in values.values() if isinstance(value, dict) for words in value.values()]


def missing(template: Iterable[CategoryAttribute], values: Mapping[int, Value]) -> list[str]:
    """The names of what goods on sale must say, and this one does not."""
    return [str(row.attribute.name) for row in template if row.is_required and row.attribute_id not in values]
