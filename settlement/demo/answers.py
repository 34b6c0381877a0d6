"""How the lines of the demonstration's goods answer what their categories ask."""

import random
import re
from decimal import Decimal

from catalog.models import Attribute
from mall.texts import Text
from settlement.demo.data import shapes

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FLAGS = {"可": True, "不建议": False, "不可": False}


def answer(attribute: Attribute, line: shapes.Words):
    """The line as a value of the attribute; nothing where it says more, or something else, than that."""
    said, kind = line["zh-hans"], attribute.kind
    if kind == Attribute.Kind.TEXT:
        return Text(line)
    if kind == Attribute.Kind.FLAG:
        return _FLAGS.get(said)
    if kind == Attribute.Kind.NUMBER:
        if said == "平底":
            return Decimal(0)
        numbers = _NUMBER.findall(said.replace(",", ""))
        if len(numbers) != 1 or any(sign in said for sign in "×、–"):
            return None
        if attribute.unit.get("en") == "months" and "天" in said:
            return None
        return Decimal(numbers[0]) * _factor(attribute, said)
    choices = {choice.name["zh-hans"]: choice.pk for choice in attribute.choices.all()}
    if kind == Attribute.Kind.CHOICE:
        return choices.get(said)
    if said == "四季":
        return sorted(choices.values())
    return [choices[part] for part in said if part in choices] or None


def _factor(attribute: Attribute, said: str) -> Decimal:
    """From the unit of the line to that of the attribute."""
    unit = attribute.unit.get("en", "")
    if unit == "ml" and re.search(r"\bL\b", said):
        return Decimal(1000)
    if unit == "hours" and "天" in said:
        return Decimal(24)
    return Decimal(1)


def hidden_answers(listing: shapes.Product) -> list[tuple[str, object]]:
    """What follows from the words of a listing: whether sound comes without a cord, and the year of a tea."""
    if listing.category == "audio":
        connection = next((line.value["zh-hans"] for line in listing.attributes if line.name["en"] == "Connection"), "")
        told = listing.title["zh-hans"] + listing.description["zh-hans"]
        return [("无线", "蓝牙" in connection or "2.4G" in connection), ("降噪", "降噪" in told)]
    if listing.category == "tea":
        return [("采摘年份", Decimal(random.Random(listing.slug).choice([2023, 2024, 2025])))]
    return []
