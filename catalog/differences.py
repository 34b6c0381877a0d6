"""A change side by side: what stands and what is proposed, with the words marked that differ."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from catalog import changes, customs, descriptions, films, specifications, terms
from catalog.changes import Shown
from catalog.lines import line_of
from catalog.models import Attribute, Brand, Category, Product, ProductChange
from catalog.word_diff import Piece, compare
from mall.money import Money
from mall.texts import Text


@dataclass(frozen=True)
class Line:
    """One fact, old and new."""

    label: str
    old: list[Piece]
    new: list[Piece]
    language: str = ""
    is_code: bool = False  # markup rather than words


@dataclass(frozen=True)
class Differences:
    """All that a reviewer compares; of each picture it is told whether the other gallery has it, too."""

    lines: list[Line] = field(default_factory=list)
    old_pictures: list[tuple[Shown, bool]] = field(default_factory=list)
    new_pictures: list[tuple[Shown, bool]] = field(default_factory=list)
    has_old: bool = True
    old_video: dict | None = None
    new_video: dict | None = None


def differences_of(change: ProductChange) -> Differences:
    """
    What a change would do, or did. One that waits is held against the product as it stands now.

    A new product is shown whole; against what was looked at last if it comes back.
    """
    product = change.product
    if change.kind == ProductChange.Kind.NEW:
        new = _whole(product) if change.is_pending else change.proposed
        return differences(product, change.before, new)
    if change.is_pending:
        facts = changes.facts_of(product)
        old = {name: facts[name] for name in change.proposed if name in facts}
        if "pictures" in change.proposed:
            old["pictures"] = changes.gallery_data(changes.gallery_of(product))
        if "skus" in change.proposed:
            old["skus"] = _standing(product, [row["choice"] for row in change.proposed["skus"]])
    else:
        old = change.before
    return differences(product, old, change.proposed)


def differences(product: Product, old: dict, new: dict) -> Differences:
    """What lies between two sets of facts of a product; of an empty old one everything is new."""
    lines = []
    for name, label in (("title", _("title")), ("subtitle", _("selling point"))):
        lines += _texts(label, old.get(name, {}), new.get(name, {}))
    if "kind" in new:
        lines.append(_line(_("kind"), _kind(old), _kind(new)))
    for name, model, label in (("category", Category, _("category")), ("brand", Brand, _("brand"))):
        if name in new:
            lines.append(_line(label, _name(model, old.get(name)), _name(model, new[name])))
    lines += _descriptions(old.get("description", {}), new.get("description", {}))
    lines += _rows(_("attributes"), _attributes(old), _attributes(new)) if "attributes" in new else []
    lines += _values(old.get("values", {}), new["values"]) if "values" in new else []
    lines += _promises(old, new) if "promises" in new else []
    if new.get("customs") or (old.get("customs") and "customs" in new):
        lines += _rows(_("customs"), customs.told(old.get("customs")), customs.told(new["customs"]))
    lines += _rows(_("video"), films.told(old.get("video")), films.told(new["video"])) if "video" in new else []
    lines += _rows(_("options"), _options(old), _options(new)) if "options" in new else []
    names = {value["id"]: value["name"] for facts in (old, new) for option in facts.get("options", ())
             for value in option["values"]}  # fmt: skip
    names = {**{key: dict(name) for key, name in product.option_names.items()}, **names}
    lines += _prices(old.get("skus", ()), new.get("skus", ()), names, product.currency)
    if old:
        lines = [line for line in lines if any(piece.is_changed for piece in line.old + line.new)]
    else:
        lines = [
            Line(line.label, [], [Piece(piece.text) for piece in line.new], line.language, line.is_code)
            for line in lines
            if line.new
        ]
    before, after = ([Shown(**row) for row in facts.get("pictures", ())] for facts in (old, new))
    if "pictures" not in new:
        before = []
    videos = [films.shown(facts.get("video")) if "video" in new else None for facts in (old, new)]
    return Differences(lines, _marked(before, after), _marked(after, before), bool(old), *videos)


def _whole(product: Product) -> dict:
    skus = product.skus.filter(is_active=True).order_by("pk")
    return changes.facts_of(product) | {
        "pictures": changes.gallery_data(changes.gallery_of(product)),
        "skus": [_price(sku) for sku in skus],
    }


def _standing(product: Product, choices: list[list[str]]) -> list[dict]:
    return [_price(sku) for sku in changes.skus_of(product, choices)]


def _price(sku) -> dict:
    list_price = sku.list_price.minor if sku.list_price else None
    return {"choice": list(sku.choice), "price": sku.price.minor, "list_price": list_price, "code": sku.code}


def _marked(pictures: list[Shown], others: list[Shown]) -> list[tuple[Shown, bool]]:
    known = {shown.image for shown in others}
    return [(shown, shown.image in known) for shown in pictures]


def _line(label: str, old: str, new: str, language: str = "", *, is_code: bool = False) -> Line:
    return Line(label, *compare(old, new), language, is_code)


def _values(old: dict, new: dict) -> list[Line]:
    """What it says for the attributes of its category, each by the attribute's name."""
    before, after = specifications.unpacked(old), specifications.unpacked(new)
    asked = Attribute.objects.filter(pk__in={*before, *after}).prefetch_related("choices").order_by("pk")
    return [_line(str(row.name), *(specifications.said(row, said.get(row.pk)) for said in (before, after)))
            for row in asked]  # fmt: skip


def _texts(label: str, old: dict, new: dict) -> list[Line]:
    return [_line(label, old.get(code, ""), new.get(code, ""), code) for code, _name in settings.LANGUAGES
            if code in new or (code in old and new)]  # fmt: skip


def _descriptions(old: dict, new: dict) -> list[Line]:
    """In words; where only the markup differs (a picture, a link), the markup."""
    lines = []
    for code, _name in settings.LANGUAGES if new or old else ():
        before, after = old.get(code, ""), new.get(code, "")
        words = descriptions.as_text(before), descriptions.as_text(after)
        lines.append(_line(_("description"), *words, code))
        if before != after and (words[0] == words[1] or _tags(before) != _tags(after)) and old:
            lines.append(_line(_("description, as it is written"), before, after, code, is_code=True))
    return lines


def _tags(text: str) -> list[str]:
    return [piece.partition(">")[0] for piece in text.split("<")[1:]]


def _name(model: type, key: int | None) -> str:
    row = model.objects.filter(pk=key).first() if key else None
    return str(row) if row else ("–" if key is None else _("no longer there"))


def _attributes(facts: dict) -> dict[str, str]:
    return {line_of(row["name"]): line_of(row["value"]) for row in facts.get("attributes", ())}


def _kind(facts: dict) -> str:
    return str(Product.Kind(facts["kind"]).label) if "kind" in facts else ""


def _promises(old: dict, new: dict) -> list[Line]:
    """What the shop promises, by the names that the mall gives it."""
    known = terms.names_of([*old.get("promises", ()), *new["promises"]])
    words = (_(", ").join(known.get(code, code) for code in facts.get("promises", ())) for facts in (old, new))
    return [_line(_("promises"), *words)]


def _options(facts: dict) -> dict[str, str]:
    return {line_of(option["name"]): _(", ").join(line_of(value["name"]) for value in option["values"])
            for option in facts.get("options", ())}  # fmt: skip


def _rows(label: str, old: dict[str, str], new: dict[str, str]) -> list[Line]:
    return [_line(f"{label}: {name}", old.get(name, ""), new.get(name, "")) for name in dict.fromkeys([*old, *new])]


def _prices(old: Iterable[dict], new: Iterable[dict], names: dict, currency: str) -> list[Line]:
    def told(row: dict | None) -> str:
        if row is None:
            return ""
        price = str(Money(row["price"], currency))
        crossed_out = f" ({Money(row['list_price'], currency)})" if row["list_price"] else ""
        return price + crossed_out

    before = {tuple(row["choice"]): row for row in old}
    lines = []
    for row in new:
        words = " / ".join(str(Text(names.get(value, {"zh-hans": value}))) for value in row["choice"])
        label = f"{_('price')}: {words}" if words else _("price")
        lines.append(_line(label, told(before.get(tuple(row["choice"]))), told(row)))
    return lines
