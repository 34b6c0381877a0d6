"""
Rows as products: what a file tells of each, before anybody looks at the shop.

Rows of one product stand together and carry the same handle. The first tells of the product, each row with a price or
a combination of a SKU, each with a picture of a picture; blank cells say nothing new. A column that the file does not
have leaves what is there as it is.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog.customs import ORIGINS
from catalog.gallery import LONGEST_ALT, MOST_PICTURES
from catalog.kinds import Kind
from catalog.products import LONGEST_TITLE
from catalog.stock import LARGEST_COUNT
from catalog.terms import MOST_LIMIT
from catalog.transfer.cells import Row, UnreadableFile, Wrong
from catalog.transfer.columns import CUSTOMS, LANGUAGES, LIMITS, OPTIONS, RATES, Columns
from mall.money import Money
from mall.texts import Text, in_all_languages

LONGEST_HANDLE = 255
LONGEST_CODE = 60
LONGEST_BARCODE = 40
LONGEST_TAGS = 1_000
MOST_GRAMS = 1_000_000
MOST_VOLUME = 100_000_000
MOST_ROWS_OF_PRODUCT = 1_000
MOST_SCATTERED = 500
LARGEST_PRICE = 10**11  # fen
ACTIVE, DRAFT = "active", "draft"
SHOPIFYS_CUSTOMS = {"hs_code", "origin"}  # which files of goods at home carry as well
_KEPT_AS = {"customs_record": "record", **{key: f"{key}_bps" for key in RATES}}
_RATE = re.compile(r"\d{1,3}(\.\d{1,2})?")
_AMOUNT = re.compile(r"(?:¥|￥|CNY)?\s*(\d{1,12}|\d{1,3}(?:,\d{3})+)(\.\d+)?")
_YES, _NO = {"true", "yes", "y", "1", "是"}, {"false", "no", "n", "0", "否"}
_STATUSES = {"active": ACTIVE, "draft": DRAFT, "archived": DRAFT, "unlisted": DRAFT}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is the matter with a row; an error keeps the whole product out."""

    row: int
    column: str
    reason: str
    is_error: bool = True


@dataclass(slots=True)
class ToldSku:
    """A SKU as the file tells of it; ``None`` where the file says nothing."""

    row: int
    values: list[Text]
    price: Money | None = None
    list_price: Money | None = None
    code: str = ""
    grams: int | None = None
    volume: int | None = None
    barcode: str = ""
    quantity: int | None = None
    image: str = ""
    is_offered: bool = True


@dataclass(slots=True)
class ToldPicture:
    """A picture that the file names: its address, or its name in the ZIP."""

    row: int
    source: str
    position: int
    alt: str = ""


@dataclass(slots=True)
class Told:
    """One product as the file tells of it, with what is wrong about it."""

    handle: str
    rows_from: int
    rows_to: int
    row_count: int = 1
    title: Text = field(default_factory=Text)
    subtitle: Text | None = None
    body: Text | None = None
    vendor: str | None = None
    category: str = ""
    type: str | None = None
    tags: str | None = None
    attributes: str | None = None
    values: dict[str, str] = field(default_factory=dict)  # column to what it says for an attribute of the category
    kind: str = ""
    at_home: bool | None = None
    ships_on: date | None = None
    promises: list[str] | None = None
    freight: str | None = None  # the name of a template; empty: the default one
    limits: dict[str, int | None] = field(default_factory=dict)
    customs: dict[str, str | int] = field(default_factory=dict)  # as a product keeps it; only what the file says
    customs_row: int = 0  # where the file says of it what only goods from abroad have
    customs_problems: list[Problem] = field(default_factory=list)  # which matter of goods from abroad alone
    status: str | None = None
    option_names: list[Text] = field(default_factory=list)
    skus: list[ToldSku] = field(default_factory=list)
    pictures: list[ToldPicture] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    def say(self, row: int, column: str, reason: str, *, is_error: bool = True) -> None:
        self.problems.append(Problem(row, column, reason[:500], is_error))


def products_in(
    rows: Iterable[Row], columns: Columns, *, language: str, scattered: Collection[str] = ()
) -> Iterator[Told]:
    """
    The products of a file, one after the other.

    :param rows: without the head
    :param language: of the words in columns that name no language
    :param scattered: handles whose rows do not stand together (:func:`survey`)
    """
    for handle, group in _groups(rows, columns):
        told = _Teller(handle, group, columns, language).told()
        if handle in scattered:
            told.say(
                told.rows_from,
                columns.name("handle"),
                _("Rows of this handle stand in several places. Keep all rows of a product together."),
            )
        yield told


def survey(rows: Iterable[Row], columns: Columns) -> tuple[int, list[str]]:
    """
    How many rows there are, and which handles come up again after rows of others.

    :raises UnreadableFile: so many that the file is in no order at all
    """
    count, seen, scattered = 0, set(), {}
    for handle, group in _groups(rows, columns):
        count += len(group)
        if handle in seen:
            scattered[handle] = True
            if len(scattered) > MOST_SCATTERED:
                raise UnreadableFile(_("The rows of the products do not stand together. Sort the file by handle."))
        if handle:
            seen.add(handle)
    return count, list(scattered)


def _groups(rows: Iterable[Row], columns: Columns) -> Iterator[tuple[str, list[Row]]]:
    """Rows that stand together and carry the same handle; a row without one is on its own."""
    handle, group, lost = "", [], []
    for row in rows:
        if len(row.cells) == 1 and isinstance(row.cells[0], Wrong):  # nobody knows whose it was
            lost.append(row)
            continue
        own = _handle_of(row, columns)
        if group and own and own == handle and len(group) + len(lost) < MOST_ROWS_OF_PRODUCT:
            group += [*lost, row]  # in the midst of a product: it was a row of it
        else:
            if group:
                yield handle, group
            for one in lost:
                yield "", [one]
            handle, group = own, [row]
        lost = []
    if group:
        yield handle, group
    for one in lost:
        yield "", [one]


def _cell(row: Row, columns: Columns, key: str):
    place = columns.places.get(key)
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _handle_of(row: Row, columns: Columns) -> str:
    handle = _cell(row, columns, "handle")
    if isinstance(handle, str) and (handle := handle.strip()):
        return handle
    title = _cell(row, columns, "title")
    return slugify(title, allow_unicode=True)[:LONGEST_HANDLE] if isinstance(title, str) else ""


class _Teller:
    """Reads one group of rows."""

    def __init__(self, handle: str, rows: Sequence[Row], columns: Columns, language: str):
        self.rows, self.columns, self.language = rows, columns, language
        self.result = Told(handle=handle, rows_from=rows[0].number, rows_to=rows[-1].number, row_count=len(rows))

    def told(self) -> Told:
        told, first = self.result, self.rows[0]
        if not self._is_readable():
            return told
        if not told.handle:
            told.say(first.number, self.columns.name("handle"), _("The row has neither a handle nor a title."))
        elif len(told.handle) > LONGEST_HANDLE:
            told.say(first.number, self.columns.name("handle"), _too_long(LONGEST_HANDLE))
            told.handle = told.handle[:LONGEST_HANDLE]
        if len(self.rows) >= MOST_ROWS_OF_PRODUCT:
            told.say(
                first.number,
                self.columns.name("handle"),
                _("A product has fewer than %(most)d rows.") % {"most": MOST_ROWS_OF_PRODUCT},
            )
        self._tell_of_product(first)
        self._tell_of_customs()
        self._tell_of_options(first)
        for row in self.rows:
            self._tell_of_sku(row)
            self._tell_of_picture(row)
        self._look_at_all()
        return told

    def _is_readable(self) -> bool:
        """Whether every cell that matters holds words; what does not is told of."""
        by_place = {place: self.columns.names[key] for key, place in self.columns.places.items()}
        for row in self.rows:
            for place, cell in enumerate(row.cells):
                if isinstance(cell, Wrong) and (place in by_place or len(row.cells) == 1):
                    self.result.say(row.number, by_place.get(place, "") if len(row.cells) > 1 else "", str(cell))
        return not self.result.problems

    def _text(self, row: Row, key: str) -> str:
        return str(_cell(row, self.columns, key)).strip()

    def _words(self, row: Row, key: str) -> Text:
        """What a column says, per language: the columns that name a language count, else the one that does not."""
        found = {code: text for code in LANGUAGES if (text := self._text(row, f"{key}:{code}"))}
        if not found and (text := self._text(row, key)):
            found = {self.language: text}
        return Text(found)

    def _has(self, key: str) -> bool:
        return key in self.columns or any(f"{key}:{code}" in self.columns for code in LANGUAGES)

    # The product

    def _tell_of_product(self, row: Row) -> None:
        told = self.result
        told.title = self._words(row, "title")
        if not told.title:
            told.say(row.number, self.columns.name("title"), _("The first row of a product needs its title."))
        elif any(len(title) > LONGEST_TITLE for title in told.title.values()):
            told.say(row.number, self.columns.name("title"), _too_long(LONGEST_TITLE))
        if self._has("subtitle"):
            told.subtitle = self._words(row, "subtitle")
        if self._has("body"):
            told.body = self._words(row, "body")
            if any(re.search(r"<img\b", text, re.I) for text in told.body.values()):
                told.say(
                    row.number,
                    self.columns.name("body"),
                    _("Pictures inside the description are left out, unless they lie in this mall."),
                    is_error=False,
                )
        if "vendor" in self.columns:
            told.vendor = self._text(row, "vendor")
        told.category = self._text(row, "category")
        if "type" in self.columns:
            told.type = self._text(row, "type")
        if "tags" in self.columns:
            told.tags = self._text(row, "tags")
            if len(told.tags) > LONGEST_TAGS:
                told.say(row.number, self.columns.name("tags"), _too_long(LONGEST_TAGS))
        if "attributes" in self.columns:
            told.attributes = self._text(row, "attributes")
        told.kind = self._text(row, "kind").casefold()
        if told.kind and told.kind not in Kind.values:
            why = _("Write one of these: %(kinds)s.") % {"kinds": ", ".join(Kind.values)}
            told.say(row.number, self.columns.name("kind"), why)
        if "at_home" in self.columns:
            told.at_home = self._text(row, "at_home").casefold() in _YES
        if said := self._text(row, "ships_on"):
            try:
                told.ships_on = date.fromisoformat(said[:10])
            except ValueError:
                told.say(row.number, self.columns.name("ships_on"), _("Write the day as in 2026-12-01."))
        if "promises" in self.columns:
            told.promises = [code for code in re.split(r"[,，;；\s]+", self._text(row, "promises")) if code]
        if "freight" in self.columns:
            told.freight = self._text(row, "freight")
        told.limits = {key: self._whole_number(row, key, MOST_LIMIT) for key in LIMITS if key in self.columns}
        told.values = {key: self._text(row, key) for key in self.columns.asked}
        if self._text(row, "gift_card").casefold() in _YES:  # how Shopify tells the kind
            if told.kind not in {"", Kind.GIFT_CARD}:
                told.say(row.number, self.columns.name("gift_card"), _("The row says two different kinds of goods."))
            told.kind = Kind.GIFT_CARD.value
        self._tell_of_status(row)

    def _tell_of_customs(self) -> None:
        """What is stated for customs: of the whole product, though Shopify repeats it for each SKU."""
        told, readers = self.result, {"hs_code": _hs_code, "origin": origin_called, "customs_record": str}
        for key in CUSTOMS:
            said = [(row, text) for row in self.rows if key in self.columns and (text := self._text(row, key))]
            if not said:
                continue
            row, text = said[0]
            value = self._rate(row, key) if key in RATES else readers[key](text)
            if other := next((row for row, again in said if again != text), None):
                why = _("All rows of a product state the same for customs: row %(row)d says otherwise.")
                told.customs_problems.append(Problem(other.number, self.columns.name(key), why % {"row": row.number}))
            elif value is None and key == "origin":
                why = _("“%(text)s” is no country that goods may come from; write its code, such as JP.")
                told.customs_problems.append(Problem(row.number, self.columns.name(key), why % {"text": text[:40]}))
            elif value is not None:
                told.customs[_KEPT_AS.get(key, key)] = value
                told.customs_row = told.customs_row or (row.number if key not in SHOPIFYS_CUSTOMS else 0)

    def _rate(self, row: Row, key: str) -> int | None:
        """A rate in per cent, as basis points."""
        text = self._text(row, key).rstrip("%％ ")
        match = _RATE.fullmatch(text)
        if match is None:
            why = _("Write a rate in per cent with two decimals at most, such as 13 or 9.1.")
            self.result.say(row.number, self.columns.name(key), why)
            return None
        return int(Decimal(text) * 100)

    def _tell_of_status(self, row: Row) -> None:
        status, published = self._text(row, "status").casefold(), self._text(row, "published").casefold()
        if status and status not in _STATUSES:
            self.result.say(row.number, self.columns.name("status"), _("The status is active, draft or archived."))
        elif published and published not in _YES | _NO:
            self.result.say(row.number, self.columns.name("published"), _("Write TRUE or FALSE."))
        elif status or published:
            is_active = _STATUSES.get(status, ACTIVE) == ACTIVE and published not in _NO
            self.result.status = ACTIVE if is_active else DRAFT

    def _tell_of_options(self, row: Row) -> None:
        names = [self._words(row, f"option{n}_name") for n in OPTIONS]
        if self._is_only_one(row, names):
            names = []
        while names and not names[-1]:
            names.pop()
        for n, name in enumerate(names, 1):
            if not name:
                self.result.say(
                    row.number, self.columns.name(f"option{n}_name"), _("An option before another needs its name.")
                )
        self.result.option_names = names

    def _is_only_one(self, row: Row, names: Sequence[Text]) -> bool:
        """Whether this is how Shopify writes a product without options."""
        value = self._words(row, "option1_value")
        return not any(names[1:]) and set(names[0].values()) <= {"Title"} and set(value.values()) <= {"Default Title"}

    # Its SKUs

    def _tell_of_sku(self, row: Row) -> None:
        told = self.result
        values = [self._words(row, f"option{n + 1}_value") for n in range(len(told.option_names))]
        if not (any(values) or self._text(row, "price") or self._text(row, "sku")) and row is not self.rows[0]:
            return
        sku = ToldSku(row=row.number, values=values)
        for n, value in enumerate(values, 1):
            if not value:
                told.say(row.number, self.columns.name(f"option{n}_value"), _("The combination needs this value."))
        sku.price = self._amount(row, "price")
        if sku.price is None and not self._text(row, "price"):
            told.say(row.number, self.columns.name("price"), _("The price is missing."))
        sku.list_price = self._amount(row, "list_price")
        if sku.list_price is not None and (not sku.list_price.minor or sku.list_price == sku.price):
            sku.list_price = None  # how Shopify writes that nothing is crossed out
        if sku.price is not None and not sku.price.minor:
            told.say(row.number, self.columns.name("price"), _("Enter a price above zero."))
        elif sku.price is not None and sku.list_price is not None and sku.list_price < sku.price:
            why = _("The crossed-out price must be above the price.")
            told.say(row.number, self.columns.name("list_price"), why)
        sku.code = self._limited(row, "sku", LONGEST_CODE)
        sku.barcode = self._barcode(row)
        sku.grams = self._grams(row)
        sku.volume = self._whole_number(row, "volume", MOST_VOLUME)
        sku.quantity = self._quantity(row)
        sku.image = self._text(row, "variant_image")
        sku.is_offered = self._text(row, "offered").casefold() not in _NO
        told.skus.append(sku)

    def _whole_number(self, row: Row, key: str, most: int) -> int | None:
        """A whole number up to the most; nothing where the cell is blank."""
        text = self._text(row, key)
        if not text:
            return None
        plain = text[:-2] if text.endswith(".0") else text
        if not (plain.isascii() and plain.isdigit() and len(plain) < 12 and int(plain) <= most):
            why = _("Write a whole number up to %(most)d.") % {"most": most}
            self.result.say(row.number, self.columns.name(key), why)
            return None
        return int(plain)

    def _limited(self, row: Row, key: str, most: int) -> str:
        text = self._text(row, key)
        if len(text) > most:
            self.result.say(row.number, self.columns.name(key), _too_long(most))
        return text

    def _amount(self, row: Row, key: str) -> Money | None:
        text = self._text(row, key)
        if not text:
            return None
        match = _AMOUNT.fullmatch(text)
        if not match:
            self.result.say(
                row.number,
                self.columns.name(key),
                _("“%(text)s” is no amount in yuan such as 12.30.") % {"text": text[:40]},
            )
            return None
        decimals = (match[2] or "").rstrip("0")
        if len(decimals) > 3:
            self.result.say(
                row.number,
                self.columns.name(key),
                _("“%(text)s” has more than two decimals: there is nothing smaller than a fen.") % {"text": text[:40]},
            )
            return None
        amount = Money.parse(match[1] + (decimals if decimals != "." else ""))
        if amount.minor > LARGEST_PRICE:
            self.result.say(row.number, self.columns.name(key), _("The amount is too large."))
            return None
        return amount

    def _number(self, row: Row, key: str) -> Decimal | None:
        text = self._text(row, key)
        if not text:
            return None
        try:
            number = Decimal(text)
            if number.is_finite() and abs(number) < 10**12:
                return number
        except InvalidOperation:
            pass
        self.result.say(row.number, self.columns.name(key), _("“%(text)s” is no number.") % {"text": text[:40]})
        return None

    def _grams(self, row: Row) -> int | None:
        number = self._number(row, "grams")
        if number is None:
            return None
        grams = int(number.quantize(Decimal(1), ROUND_HALF_UP))
        if not 0 <= grams <= MOST_GRAMS:
            self.result.say(
                row.number,
                self.columns.name("grams"),
                _("The weight is between 0 and %(most)d grams.") % {"most": MOST_GRAMS},
            )
        return grams

    def _quantity(self, row: Row) -> int | None:
        number = self._number(row, "quantity")
        if number is None:
            return None
        if number != number.to_integral_value() or number > LARGEST_COUNT:
            self.result.say(
                row.number,
                self.columns.name("quantity"),
                _("The stock is a whole number up to %(most)d.") % {"most": LARGEST_COUNT},
            )
            return None
        if number < 0:
            self.result.say(
                row.number,
                self.columns.name("quantity"),
                _("Less than nothing counts as nothing."),
                is_error=False,
            )
        return max(int(number), 0)

    def _barcode(self, row: Row) -> str:
        text = self._limited(row, "barcode", LONGEST_BARCODE)
        if re.fullmatch(r"\d(?:[.,]\d+)?E\+\d+", text, re.I):
            self.result.say(
                row.number,
                self.columns.name("barcode"),
                _("“%(text)s” is a number that a spreadsheet has shortened. Write all of its digits.") % {"text": text},
            )
        return text

    # Its pictures

    def _tell_of_picture(self, row: Row) -> None:
        told, source = self.result, self._text(row, "image")
        if source:
            position = self._text(row, "image_position")
            if position and not (position.isascii() and position.isdigit() and len(position) < 5):
                told.say(row.number, self.columns.name("image_position"), _("The position is a number from 1."))
                position = ""
            alt = self._text(row, "image_alt")[:LONGEST_ALT]
            told.pictures.append(ToldPicture(row.number, source, int(position or 0), alt))

    def _look_at_all(self) -> None:
        told = self.result
        told.pictures = _in_order(told.pictures, [(sku.row, sku.image) for sku in told.skus if sku.image])
        for picture in told.pictures[MOST_PICTURES:]:
            told.say(
                picture.row,
                self.columns.name("image"),
                _("A product shows at most %(most)d pictures.") % {"most": MOST_PICTURES},
                is_error=False,
            )
        del told.pictures[MOST_PICTURES:]
        seen: dict[tuple, int] = {}
        for sku in told.skus:
            choice = tuple(tuple(sorted(value.items())) for value in sku.values)
            if choice in seen:
                told.say(
                    sku.row,
                    self.columns.name("option1_value"),
                    _("The combination is there already, in row %(row)d.") % {"row": seen[choice]},
                )
            seen.setdefault(choice, sku.row)


def _hs_code(text: str) -> str:
    """Without the dots and blanks by which people group the digits."""
    return re.sub(r"[\s.]", "", text)


def origin_called(name: str) -> str | None:
    """The code of the country or region that is called so, by its code or its name in any language."""
    wanted = name.strip().casefold()
    return wanted.upper() if wanted.upper() in ORIGINS else _origins().get(wanted)


@lru_cache(maxsize=1)
def _origins() -> dict[str, str]:
    return {
        text.casefold(): code
        for code, name in ORIGINS.items()
        for text in in_all_languages(lambda name=name: name).values()
    }


def _in_order(pictures: list[ToldPicture], of_skus: list[tuple[int, str]]) -> list[ToldPicture]:
    """Each picture once, by its position; those without one, and those of SKUs only, behind."""
    found: dict[str, ToldPicture] = {}
    for picture in sorted(pictures, key=lambda one: one.position or MOST_ROWS_OF_PRODUCT * 10):
        found.setdefault(picture.source, picture)
    for row, source in of_skus:
        found.setdefault(source, ToldPicture(row, source, 0))
    result = list(found.values())
    for place, picture in enumerate(result, 1):
        picture.position = place
    return result


def _too_long(most: int) -> str:
    return _("At most %(most)d characters.") % {"most": most}
