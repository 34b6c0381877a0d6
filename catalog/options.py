"""The options of a product and the combinations they make."""

from collections.abc import Iterable
from itertools import product as combinations

from django.utils.translation import gettext as _

from mall.refusals import Refusal

MOST_OPTIONS = 3
MOST_VALUES = 40
MOST_COMBINATIONS = 200
LONGEST_NAME = 40


class WrongOptions(Refusal):
    """Options that make no matrix: too many, the same twice, without a name."""

    code = "wrong-options"
    status = 400


def matrix(options: Iterable[dict]) -> list[tuple[str, ...]]:
    """Every combination of value ids, in the order of the options; one empty combination without options."""
    return list(combinations(*([value["id"] for value in option["values"]] for option in options)))


def check_options(options: list[dict]) -> None:
    """:raises WrongOptions: these options make no matrix"""
    if len(options) > MOST_OPTIONS:
        raise WrongOptions(_("A product has at most %(most)d options.") % {"most": MOST_OPTIONS})
    ids: list[str] = []
    for option in options:
        values = option["values"]
        if not str(_any(option["name"])) or not values:
            raise WrongOptions(_("Give every option a name and at least one value."))
        if len(values) > MOST_VALUES:
            raise WrongOptions(_("An option has at most %(most)d values.") % {"most": MOST_VALUES})
        names = [_any(value["name"]) for value in values]
        if not all(names) or len(set(names)) != len(names):
            raise WrongOptions(_("The values of an option need different names."))
        if any(len(text) > LONGEST_NAME for name in [option["name"], *(value["name"] for value in values)]
               for text in name.values()):  # fmt: skip
            raise WrongOptions(
                _("Names of options and values have at most %(most)d characters.") % {"most": LONGEST_NAME}
            )
        ids += [value["id"] for value in values]
    if len(set(ids)) != len(ids) or not all(isinstance(value, str) and 0 < len(value) <= 20 for value in ids):
        raise WrongOptions(_("The values of the options are mixed up; please enter them again."))
    if len(matrix(options)) > MOST_COMBINATIONS:
        raise WrongOptions(_("That makes more than %(most)d combinations.") % {"most": MOST_COMBINATIONS})


def _any(name: dict) -> str:
    return next((text for text in name.values() if text), "")


def keep_ids(
    options: list[dict], before: list[dict], *, also: list[dict] = (), taken: Iterable[str] = ()
) -> list[dict]:
    """
    The options with ids: an option or a value that had the same name (in any language) before keeps its id.

    So renaming in one language, reordering and adding change no SKU.

    :param also: options that stand while ``before`` is what is proposed; what a proposal left out and this brings back
        has its old id again
    :param taken: ids of values that SKUs have had, which nothing else may be called
    """
    old_options = _with_also(before, also)
    used = {row["id"] for option in [*before, *also] for row in [option, *option["values"]]} | set(taken)
    result = []
    for option in options:
        old = _namesake(option["name"], old_options)
        if old:
            old_options.remove(old)
        old_values = list(old["values"]) if old else []
        values = []
        for value in option["values"]:
            same = _namesake(value["name"], old_values)
            if same:
                old_values.remove(same)
            kept = {"swatch": same["swatch"]} if same and "swatch" in same else {}
            values.append({**kept, **value, "id": same["id"] if same else _fresh("v", used)})
        result.append({**option, "id": old["id"] if old else _fresh("o", used), "values": values})
    return result


def _with_also(before: list[dict], also: list[dict]) -> list[dict]:
    """The options with the values, and the options, that only ``also`` has behind them."""
    result, known = [], {row["id"] for option in before for row in [option, *option["values"]]}
    others = {option["id"]: option for option in also}
    for option in before:
        other = others.pop(option["id"], {"values": []})
        missing = [value for value in other["values"] if value["id"] not in known]
        result.append({**option, "values": [*option["values"], *missing]})
    return result + list(others.values())


def _namesake(name: dict, candidates: list[dict]) -> dict | None:
    return next(
        (row for row in candidates if any(text and text == row["name"].get(code) for code, text in name.items())), None
    )


def _fresh(letter: str, used: set[str]) -> str:
    number = 1
    while f"{letter}{number}" in used:
        number += 1
    used.add(f"{letter}{number}")
    return f"{letter}{number}"
