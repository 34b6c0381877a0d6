"""
What a file would do to a shop: each told product is new, changed, unchanged or cannot be.

Plans are made for a few hundred rows at a time, with a handful of questions to the database. A product is the shop's
own one with the same handle (or number), else the one that owns the codes of its SKUs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog import descriptions, kinds, specifications
from catalog.brands import may_use
from catalog.changes import ProposalOutdated, lay_over, skus_with
from catalog.lines import line_of, lines_of, text_of
from catalog.models import (
    Brand,
    Category,
    CategoryAttribute,
    FreightTemplate,
    ImportedPicture,
    Product,
    ProductChange,
    ProductImport,
    ProductPicture,
    ProductValue,
    Sku,
    Stock,
)
from catalog.navigation import without_hidden
from catalog.options import keep_ids
from catalog.products import Drafted, draft_product, is_sellable
from catalog.skus import SkuDraft
from catalog.transfer.columns import ATTRIBUTE, CUSTOMS, LANGUAGES, LIMITS, RATES, Columns, attribute_called
from catalog.transfer.sources import own_name
from catalog.transfer.telling import ACTIVE, DRAFT, Told, ToldSku
from mall.fetching import LONGEST_ADDRESS
from mall.refusals import Refusal
from mall.texts import Text
from risk.lexicon import Lexicon
from risk.screening import banned_words

MAIN = LANGUAGES[0]
TAGS = {"zh-hans": "标签", "en": "Tags"}
BRAND = {"zh-hans": "品牌", "en": "Brand"}
KIND = {"zh-hans": "类型", "en": "Type"}
LONGEST_ATTRIBUTES = 4_000
CREATE, UPDATE, KEEP, FAIL = "created", "updated", "unchanged", "failed"


@dataclass
class Plan:
    """What becomes of a told product. ``fields`` and ``skus`` are what the verb will be handed."""

    told: Told
    product: Product | None = None
    fields: dict = field(default_factory=dict)
    skus: list[SkuDraft] = field(default_factory=list)
    drafted: Drafted | None = None
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)  # choice to stock
    pictures: list[dict] = field(default_factory=list)  # those that are not there yet, as fields of ImportedPicture
    submits: bool = False
    takes_off: bool = False
    freight: FreightTemplate | None = None  # none: the default one
    sets_freight: bool = False
    rewrites: bool = False  # whether more changes than stock, pictures and state
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # column, before, after

    @property
    def outcome(self) -> str:
        if self.told.has_errors:
            return FAIL
        if self.product is None:
            return CREATE
        return UPDATE if self.changes else KEEP


class Planner:
    """Makes plans for one import; what is the same for all of its products is read once."""

    def __init__(self, job: ProductImport, columns: Columns, *, zip_names: dict[str, str], now: datetime):
        self.job, self.columns, self.zip_names, self.now = job, columns, zip_names, now
        self.shop = job.shop
        self.names_options = any(key.startswith(("option1_name", "option1_value")) for key in columns.places)
        self._code_of: dict[str, str] = {}  # code to the handle that brought it in this file
        self._meant_by: dict[int, str] = {}  # product to the handle that means it in this file
        self._sellable: dict[int, bool] = {}
        self._usable: dict[int, bool] = {}
        self._templates: dict[int, list[CategoryAttribute]] = {}

    @cached_property
    def words(self) -> Lexicon:
        return banned_words()

    @cached_property
    def brands(self) -> dict[str, Brand]:
        found = {}
        for brand in Brand.objects.order_by("pk"):
            for name in [brand.slug, *brand.name.values()]:
                found.setdefault(_plain(name), brand)
        return found

    @cached_property
    def freights(self) -> dict[str, FreightTemplate]:
        """The shop's templates by name in any language."""
        found: dict[str, FreightTemplate] = {}
        for row in FreightTemplate.objects.owned_by(self.shop).order_by("-is_default", "pk"):
            for name in [row.public_id, *row.name.values()]:
                found.setdefault(_plain(name), row)
        return found

    @cached_property
    def categories(self) -> dict[str, Category | None]:
        """By slug, by path and by name in any language; ``None`` where a name means several."""
        rows = without_hidden(Category.objects.select_related("trade").order_by("path"))
        by_path = {category.path: category for category in rows}
        found: dict[str, Category | None] = {}
        for category in rows:
            above = [category.path[:end] for end in range(Category.steplen, len(category.path) + 1, Category.steplen)]
            for code in LANGUAGES:
                names = [by_path[path].name.get(code) or str(by_path[path].name) for path in above if path in by_path]
                found[_plain(" > ".join(names))] = category
        for category in rows:
            for name in dict.fromkeys(_plain(name) for name in category.name.values()):
                if name in found and found[name] is not None and found[name] != category:
                    if " > " not in name and found[name].depth != 1:
                        found[name] = None
                else:
                    found.setdefault(name, category)
        for category in rows:
            found[category.slug] = category
        return found

    def plans(self, batch: Sequence[Told]) -> list[Plan]:
        """What becomes of each of these."""
        known = self._known([told for told in batch if not told.has_errors])
        result = []
        for told in batch:
            plan = Plan(told)
            if not told.has_errors:
                try:
                    self._plan(plan, known)
                except Refusal as refusal:
                    told.say(told.rows_from, self._column_of(refusal), str(refusal))
            result.append(plan)
        return result

    def _column_of(self, refusal: Refusal) -> str:
        key = (
            refusal.details.get("field")
            if refusal.code in {"wrong-terms", "wrong-customs", "not-cross-border"}
            else {
                "wrong-price": "price",
                "wrong-options": "option1_name",
                "duplicate-code": "sku",
                "incomplete-product": "body",
            }.get(refusal.code)
        )
        return self.columns.name(key) if key else ""

    # Who is it?

    def _known(self, batch: Sequence[Told]) -> "_Known":
        handles = [told.handle for told in batch]
        codes = [sku.code for told in batch for sku in told.skus if sku.code]
        mine = Product.objects.owned_by(self.shop)
        by_code = dict(
            Sku.objects.owned_by(self.shop).filter(code__in=codes).values_list("code", "product_id")
        ) if codes else {}  # fmt: skip
        named = Q(handle__in=handles) | Q(public_id__in=handles) | Q(pk__in=set(by_code.values()))
        products = {
            product.pk: product
            for product in mine.filter(named)
            .select_related("category__trade", "brand", "shop", "freight")
            .order_by("pk")
        }
        skus: dict[int, list[Sku]] = {}
        for sku in Sku.objects.owned_by(self.shop).filter(product__in=products).order_by("pk"):
            skus.setdefault(sku.product_id, []).append(sku)
        self._lay_changes_over(products, skus)
        stocks = dict(
            Stock.objects.owned_by(self.shop)
            .filter(sku__product__in=products, warehouse__is_default=True)
            .values_list("sku_id", "on_hand")
        )
        pictures: dict[int, dict[str, ImportedPicture]] = {}
        for row in ImportedPicture.objects.owned_by(self.shop).filter(product__in=products):
            pictures.setdefault(row.product_id, {})[row.source_key] = row
        shown: dict[int, set[str]] = {}
        for product_id, image in (
            ProductPicture.objects.owned_by(self.shop).filter(product__in=products).values_list("product_id", "image")
        ):
            shown.setdefault(product_id, set()).add(image)
        said: dict[int, list[ProductValue]] = {}
        for row in ProductValue.objects.owned_by(self.shop).filter(product__in=products):
            said.setdefault(row.product_id, []).append(row)
        values = {pk: specifications.values_in(rows) for pk, rows in said.items()}
        values |= {pk: product.said_values for pk, product in products.items() if hasattr(product, "said_values")}
        by_name = {product.public_id: product for product in products.values()}
        by_name |= {product.handle: product for product in products.values() if product.handle}
        return _Known(products, by_name, by_code, skus, stocks, pictures, shown, values)

    def _lay_changes_over(self, products: dict[int, Product], skus: dict[int, list[Sku]]) -> None:
        """Where a change waits for a reviewer the file is held against that: what it says again changes nothing."""
        waiting = ProductChange.objects.owned_by(self.shop).filter(
            product__in=products, status=ProductChange.Status.PENDING, kind=ProductChange.Kind.EDIT
        )
        for change in waiting:
            product = products[change.product_id]
            try:
                lay_over(product, change.proposed)
            except ProposalOutdated:  # the file then amends what stands
                continue
            skus[product.pk] = skus_with(skus.get(product.pk, []), product, change.proposed)

    def _plan(self, plan: Plan, known: "_Known") -> None:
        told = plan.told
        plan.product = self._match(told, known)
        if told.has_errors:
            return
        for sku in told.skus:
            owner = known.by_code.get(sku.code)
            is_taken = owner and (plan.product is None or owner != plan.product.pk)
            if sku.code and (is_taken or self._code_of.get(sku.code, told.handle) != told.handle):
                told.say(
                    sku.row,
                    self.columns.name("sku"),
                    _("Another SKU of the shop has the code %(code)s.") % {"code": sku.code},
                )
        if told.has_errors:
            return
        self._code_of.update((sku.code, told.handle) for sku in told.skus if sku.code)
        before = plan.product
        self._write_fields(plan)
        if told.has_errors:
            return
        self._write_values(plan, known.values.get(before.pk, {}) if before else {})
        if told.has_errors:
            return
        self._find_freight(plan)
        if told.has_errors:
            return
        skus = known.skus.get(before.pk, []) if before else []
        self._write_skus(plan, skus)
        if told.has_errors:
            return
        plan.drafted = draft_product(
            shop=self.shop,
            fields=plan.fields,
            skus=plan.skus,
            now=self.now,
            words=self.words,
            template=self._template(plan.fields["category"]),
        )
        self._count(plan, skus, known.stocks)
        self._name_pictures(
            plan,
            known.pictures.get(before.pk, {}) if before else {},
            known.shown.get(before.pk, set()) if before else set(),
        )
        self._decide_status(plan)
        if before:
            others = len(plan.changes)
            self._compare(plan, skus)
            self._compare_values(plan, known.values.get(before.pk, {}))
            plan.rewrites = len(plan.changes) > others

    def _match(self, told: Told, known: "_Known") -> Product | None:
        found = known.by_name.get(told.handle)
        owners = {known.by_code[sku.code] for sku in told.skus if sku.code in known.by_code}
        if found is None and len(owners) > 1:
            told.say(told.rows_from, self.columns.name("sku"), _("Its codes belong to several products of the shop."))
        elif found is None and owners:
            found = known.products[owners.pop()]
            if found.handle:
                told.say(
                    told.rows_from,
                    self.columns.name("sku"),
                    _("Its codes belong to the product “%(handle)s” of the shop.") % {"handle": found.handle},
                )
        if found and self._meant_by.setdefault(found.pk, told.handle) != told.handle:
            told.say(
                told.rows_from,
                self.columns.name("handle"),
                _("The file means this product of the shop twice, the other time as “%(handle)s”.")
                % {"handle": self._meant_by[found.pk]},
            )
        return found

    # What of it

    def _write_fields(self, plan: Plan) -> None:
        told, before = plan.told, plan.product
        fields = {
            "handle": before.handle if before and before.public_id == told.handle else told.handle,
            "title": self._merged(before.title if before else {}, told.title, "title"),
            "subtitle": before.subtitle if before else Text(),
            "description": before.description if before else Text(),
            "brand": before.brand if before else None,
            "attributes": list(before.attributes) if before else [],
            "options": self._options(told, before.options if before else []),
        }
        if told.subtitle is not None:
            fields["subtitle"] = self._merged(fields["subtitle"], told.subtitle, "subtitle")
        if told.body is not None:
            fields["description"] = self._merged(fields["description"], told.body, "body")
        if told.attributes is not None:
            fields["attributes"] = self._attributes(plan, fields["attributes"])
        fields["kind"] = told.kind or (before.kind if before else Product.Kind.PHYSICAL)
        if before and before.kind != fields["kind"] and before.status not in kinds.STILL_OPEN:
            told.say(told.rows_from, self.columns.name("kind"), _("The kind stays once a product was approved."))
        fields["at_home"] = told.at_home if told.at_home is not None else bool(before and before.at_home)
        fields["ships_on"] = told.ships_on if "ships_on" in self.columns else before and before.ships_on
        if told.promises is not None:
            fields["promises"] = told.promises
        elif before:
            fields["promises"] = list(before.promises)
        fields |= {key: told.limits.get(key, getattr(before, key, None)) for key in LIMITS}
        self._write_customs(plan, fields)
        self._find_brand(plan, fields)
        self._find_category(plan, fields)
        if told.tags is not None:
            self._put(fields["attributes"], TAGS, told.tags)
        fields["attributes"] = self._in_order(fields["attributes"], before.attributes if before else [])
        plan.fields = fields

    def _write_customs(self, plan: Plan, fields: dict) -> None:
        """What is stated of goods from abroad; an HS code and a country stand in Shopify's files of other goods too."""
        told, before = plan.told, plan.product
        if fields["kind"] == Product.Kind.CROSS_BORDER:
            fields["customs"] = {**((before and before.customs) or {}), **told.customs}
            told.problems += told.customs_problems
            return
        fields["customs"] = None
        if told.customs_row:
            why = _("Only goods from abroad have a statement for customs.")
            told.say(told.customs_row, self.columns.name("customs_record"), why)

    def _merged(self, before: dict, told: Text, key: str) -> Text:
        """
        The words with those of the file: a column that names its language says all of that language.

        Of a column that names none: where Chinese is missing, the words stand for it until somebody translates them; so
        they change together. No words at all take all away.
        """
        named = [code for code in LANGUAGES if f"{key}:{code}" in self.columns]
        kept = {**before, **dict.fromkeys(named, "")} if named else before if told else {}
        after = {**kept, **told}
        if told and MAIN not in told and (not named or (key == "title" and not after.get(MAIN))):
            stand_in = next(iter(told))
            if not before.get(MAIN) or before.get(MAIN) == before.get(stand_in):
                after[MAIN] = told[stand_in]
        return Text({code: after[code] for code in LANGUAGES if after.get(code)})

    def _options(self, told: Told, before: list[dict]) -> list[dict]:
        if not self.names_options:
            return before
        options = []
        for place, name in enumerate(told.option_names):
            values: dict[tuple, Text] = {}
            for sku in told.skus:
                values.setdefault(_key(sku.values[place]), sku.values[place])
            options.append({"name": dict(name), "values": [{"name": dict(value)} for value in values.values()]})
        kept = keep_ids(options, before)
        old_names = {row["id"]: row["name"] for option in before for row in [option, *option["values"]]}
        for n, option in enumerate(kept, 1):
            for row in [option, *option["values"]]:
                key = f"option{n}_name" if row is option else f"option{n}_value"
                row["name"] = dict(self._merged(old_names.get(row["id"], {}), Text(row["name"]), key))
        return kept

    def _attributes(self, plan: Plan, before: list[dict]) -> list[dict]:
        """What the column of attributes says, line by line; tags, and what stands in for brand and type, are apart."""
        told, apart = plan.told, (TAGS, BRAND, KIND)
        rows = [row for row in before if row["name"] in apart]
        if len(told.attributes or "") > LONGEST_ATTRIBUTES:
            told.say(
                told.rows_from,
                self.columns.name("attributes"),
                _("At most %(most)d characters.") % {"most": LONGEST_ATTRIBUTES},
            )
        for line in lines_of(told.attributes or ""):
            name, equals, value = line.partition("=")
            if not equals or not name.strip() or not value.strip():
                told.say(
                    told.rows_from,
                    self.columns.name("attributes"),
                    _("Write “name = value” in every line: %(line)s") % {"line": line[:100]},
                )
            elif dict(text_of(name)) not in apart:
                rows.append({"name": dict(text_of(name)), "value": dict(text_of(value))})
        return rows

    def _find_brand(self, plan: Plan, fields: dict) -> None:
        """The brand that the vendor names; one that the mall does not know stays as an attribute."""
        vendor = plan.told.vendor
        if vendor is None:
            return
        own = {_plain(name) for name in self.shop.name.values()}
        fields["brand"] = self.brands.get(_plain(vendor)) if vendor else None
        if fields["brand"] and not self._may_use(fields["brand"]):
            self._say_protected(plan, fields["brand"])
        unknown = vendor if vendor and not fields["brand"] and _plain(vendor) not in own else ""
        self._put(fields["attributes"], BRAND, unknown)

    def _may_use(self, brand: Brand) -> bool:
        if brand.pk not in self._usable:
            self._usable[brand.pk] = may_use(self.shop, brand, now=self.now)
        return self._usable[brand.pk]

    def _say_protected(self, plan: Plan, brand: Brand) -> None:
        if plan.product is None or plan.product.brand_id != brand.pk:
            plan.told.say(
                plan.told.rows_from,
                self.columns.name("vendor"),
                _("“%(brand)s” is a protected brand: ask for its authorization first, below Products, Brands.")
                % {"brand": brand},
            )

    def _find_freight(self, plan: Plan) -> None:
        """By which template its delivery is charged: one of the shop's by its name, or the default one."""
        told, before = plan.told, plan.product
        if told.freight is None:
            return
        found = self.freights.get(_plain(told.freight)) if told.freight else None
        if told.freight and found is None:
            why = _("Your shop has no freight template “%(name)s”.") % {"name": told.freight[:60]}
            told.say(told.rows_from, self.columns.name("freight"), why)
            return
        old = before.freight if before else None
        plan.freight, plan.sets_freight = found, old != found
        if before and plan.sets_freight:
            plan.changes.append((self.columns.name("freight"), *(str(one.name) if one else "" for one in (old, found))))

    def _find_category(self, plan: Plan, fields: dict) -> None:
        """The mall's category of that name or path, else of that type, else the one chosen for the rest."""
        told, before = plan.told, plan.product
        found = None
        for name in (told.category, told.category.rpartition(">")[2], told.type or ""):
            found = found or self.categories.get(_plain(name) if ">" in name else _plain(name).strip())
        category = found or (before.category if before else None) or self.job.category
        if told.type is not None:
            is_category = told.type and self.categories.get(_plain(told.type)) == category
            self._put(fields["attributes"], KIND, "" if is_category else told.type)
        if category is None:
            said = told.category or told.type or ""
            told.say(
                told.rows_from,
                self.columns.name("category" if told.category or not told.type else "type"),
                _("The mall has no category “%(name)s”, and none was chosen for such goods.") % {"name": said[:100]}
                if said
                else _("It names no category, and none was chosen for such goods."),
            )
            return
        fields["category"] = category

    def _put(self, attributes: list[dict], name: dict, value: str) -> None:
        """Set the attribute of that name, where it stands; nothing takes it away."""
        old = next((row for row in attributes if row["name"] == name), None)
        if not value:
            if old:
                attributes.remove(old)
            return
        if old and value in old["value"].values():
            return
        row = {"name": dict(name), "value": dict.fromkeys(LANGUAGES, value)}
        if old:
            attributes[attributes.index(old)] = row
        else:
            attributes.append(row)

    def _in_order(self, attributes: list[dict], before: list[dict]) -> list[dict]:
        """What stands for brand, type and tags first; the same attributes as before stay in the order of the shop."""
        if sorted(map(str, attributes)) == sorted(map(str, before)):
            return before
        first = [row for name in (BRAND, KIND, TAGS) for row in attributes if row["name"] == name]
        return first + [row for row in attributes if row["name"] not in (BRAND, KIND, TAGS)]

    # What its category asks

    def _template(self, category: Category) -> list[CategoryAttribute]:
        if category.pk not in self._templates:
            self._templates[category.pk] = specifications.template_of(category.pk)
        return self._templates[category.pk]

    def _write_values(self, plan: Plan, before: dict) -> None:
        """What the columns of attributes say; what has no column stays as it is."""
        told, values = plan.told, dict(before)
        asked = {
            name.casefold(): row
            for row in reversed(self._template(plan.fields["category"]))
            for name in row.attribute.name.values()
        }
        for column, words in told.values.items():
            row = asked.get(attribute_called(column))
            if row is None:
                if words:
                    told.say(told.rows_from, self.columns.name(column), _("Goods of this category are not asked that."))
                continue
            try:
                said = {row.attribute_id: specifications.read(row.attribute, words)}
                values[row.attribute_id] = specifications.checked([row], said).get(row.attribute_id)
            except specifications.WrongValue as refusal:
                told.say(told.rows_from, self.columns.name(column), refusal.details["why"])
        plan.fields["values"] = values

    def _compare_values(self, plan: Plan, before: dict) -> None:
        after = plan.drafted.values
        for row in self._template(plan.fields["category"]):
            pair = [specifications.said(row.attribute, said.get(row.attribute_id)) for said in (before, after)]
            if pair[0] != pair[1]:
                plan.changes.append((f"{ATTRIBUTE}{row.attribute.name}", *pair))

    # Its SKUs

    def _write_skus(self, plan: Plan, before: Sequence[Sku]) -> None:
        told, options = plan.told, plan.fields["options"]
        old = {tuple(sku.choice): sku for sku in before}
        if not self.names_options and options:
            self._write_skus_by_code(plan, before)
            return
        for sku in told.skus:
            choice = tuple(
                next((row["id"] for row in option["values"] if _same(row["name"], value)), "")
                for option, value in zip(options, sku.values, strict=True)
            )
            plan.skus.append(self._draft(sku, choice, old.get(choice)))
            if sku.quantity is not None:
                plan.counts[choice] = sku.quantity

    def _write_skus_by_code(self, plan: Plan, before: Sequence[Sku]) -> None:
        """A file without options tells of the SKUs that it names by their codes; the others stay as they are."""
        told = {sku.code: sku for sku in plan.told.skus if sku.code}
        for sku in plan.told.skus:
            if sku.code not in {old.code for old in before if old.code}:
                plan.told.say(
                    sku.row,
                    self.columns.name("sku"),
                    _("The product has combinations, and none of them has this code."),
                )
        for old in before:
            choice, sku = tuple(old.choice), told.get(old.code)
            if sku is not None:
                plan.skus.append(self._draft(sku, choice, old))
                if sku.quantity is not None:
                    plan.counts[choice] = sku.quantity
            else:
                plan.skus.append(
                    SkuDraft(
                        choice=choice,
                        price=old.price,
                        list_price=old.list_price,
                        code=old.code,
                        weight_grams=old.weight_grams,
                        volume_cm3=old.volume_cm3,
                        barcode=old.barcode,
                        is_active=old.is_active,
                    )
                )

    def _draft(self, sku: ToldSku, choice: tuple[str, ...], old: Sku | None) -> SkuDraft:
        """The SKU as told; what the file has no column for stays as it is."""

        def or_old(key: str, value, otherwise):
            return value if key in self.columns or old is None else otherwise

        return SkuDraft(
            choice=choice,
            price=sku.price,
            list_price=or_old("list_price", sku.list_price, old and old.list_price),
            code=or_old("sku", sku.code, old and old.code),
            weight_grams=sku.grams if sku.grams is not None else old.weight_grams if old else 0,
            volume_cm3=sku.volume if sku.volume is not None else old.volume_cm3 if old else 0,
            barcode=or_old("barcode", sku.barcode, old and old.barcode),
            is_active=or_old("offered", sku.is_offered, old and old.is_active),
        )

    def _count(self, plan: Plan, skus: Sequence[Sku], stocks: dict[int, int]) -> None:
        """Keep those counts that change something."""
        if plan.fields["kind"] in kinds.COUNTED_BY_ITSELF:
            plan.counts = {}
            return
        old = {tuple(sku.choice): stocks.get(sku.pk, 0) for sku in skus if sku.pk}
        only_new = self.job.stock_rule == ProductImport.StockRule.NEW
        plan.counts = {
            choice: count
            for choice, count in plan.counts.items()
            if count != old.get(choice, 0) and not (only_new and choice in old)
        }
        for choice, count in plan.counts.items():
            if choice in old:
                plan.changes.append((self.columns.name("quantity"), str(old[choice]), str(count)))

    # Its pictures

    def _name_pictures(self, plan: Plan, known: dict[str, ImportedPicture], shown_names: set[str]) -> None:
        told = plan.told
        shown = self._values_shown(plan)
        for picture in told.pictures:
            source = self._source(told, picture.row, picture.source)
            if source is None or own_name(source) in shown_names:
                continue
            key = sha256(source.encode()).hexdigest()[:40]
            old = known.get(key)
            if old is not None and old.status != ImportedPicture.Status.FAILED:
                continue
            plan.pictures.append(
                {
                    "source": source,
                    "source_key": key,
                    "position": picture.position,
                    "value_id": shown.get(picture.source, ""),
                    "alt": picture.alt,
                    "row": picture.row,
                }
            )
            if plan.product:
                plan.changes.append((self.columns.name("image"), "", picture.source[:200]))

    def _source(self, told: Told, row: int, source: str) -> str | None:
        """Where the picture is to be had: an address on the web, or a name in the ZIP."""
        if source.lower().startswith(("http://", "https://")) and len(source) <= LONGEST_ADDRESS:
            return source
        name = source.replace("\\", "/").rpartition("/")[2].casefold()
        if name in self.zip_names and "://" not in source:
            return f"zip:{self.zip_names[name]}"
        told.say(
            row,
            self.columns.name("image"),
            _("“%(name)s” is neither an address on the web nor in the ZIP of pictures.") % {"name": source[:100]},
        )
        return None

    def _values_shown(self, plan: Plan) -> dict[str, str]:
        """Picture to the option value that it shows: the one that all of its SKUs, and no others, have."""
        told, shown = plan.told, {}
        by_row = {sku.row: draft.choice for sku, draft in zip(told.skus, plan.skus, strict=False)}
        for source in {sku.image for sku in told.skus if sku.image}:
            for place in range(len(told.option_names)):
                mine = {by_row[sku.row][place] for sku in told.skus if sku.image == source and sku.row in by_row}
                others = {
                    by_row[sku.row][place]
                    for sku in told.skus
                    if sku.image and sku.image != source and sku.row in by_row
                }
                if len(mine) == 1 and not mine & others:
                    shown[source] = mine.pop()
                    break
        return shown

    # Its state

    def _decide_status(self, plan: Plan) -> None:
        """Active goods are submitted, others taken off, if the person asked for that."""
        told, before = plan.told, plan.product
        if not self.job.follows_status or told.status is None:
            return
        status = before.status if before else Product.Status.DRAFT
        wants_sale = told.status == ACTIVE and any(draft.is_active for draft in plan.skus)
        if wants_sale and status in {Product.Status.DRAFT, Product.Status.OFF_SALE}:
            category = plan.fields["category"]
            if category.trade_id not in self._sellable:
                self._sellable[category.trade_id] = is_sellable(self.shop, category, now=self.now)
            if self._sellable[category.trade_id]:
                plan.submits = True
            else:
                told.say(
                    told.rows_from,
                    self.columns.name("status"),
                    _("It stays a draft: your business may not sell such goods now."),
                    is_error=False,
                )
        elif told.status == DRAFT and status == Product.Status.ON_SALE:
            plan.takes_off = True
        if before and plan.submits:
            plan.changes.append((self.columns.name("status"), before.get_status_display(), _("submitted for sale")))
        if before and plan.takes_off:
            off = Product.Status.OFF_SALE.label
            plan.changes.append((self.columns.name("status"), before.get_status_display(), str(off)))

    # What changes

    def _compare(self, plan: Plan, skus: Sequence[Sku]) -> None:
        before, after = plan.product, plan.drafted.product
        name = self.columns.name
        for key, attribute in (("title", "title"), ("subtitle", "subtitle"), ("body", "description")):
            old, new = getattr(before, attribute), getattr(after, attribute)
            if _present(old) != _present(new):
                plan.changes.append((name(key), *_told_apart(old, new, is_html=key == "body")))
        if before.handle != after.handle:
            plan.changes.append((name("handle"), before.handle, after.handle))
        if before.category_id != after.category_id:
            plan.changes.append((name("category"), str(before.category), str(after.category)))
        if before.brand_id != after.brand_id:
            plan.changes.append((name("vendor"), str(before.brand or ""), str(after.brand or "")))
        if before.attributes != after.attributes:
            old, new = _lines(before.attributes), _lines(after.attributes)
            plan.changes.append((name("attributes"), old, new))
        if before.kind != after.kind:
            plan.changes.append((name("kind"), before.get_kind_display(), after.get_kind_display()))
        if before.ships_on != after.ships_on:
            plan.changes.append((name("ships_on"), _shown(before.ships_on), _shown(after.ships_on)))
        if before.at_home != after.at_home:
            plan.changes.append((name("at_home"), _shown(before.at_home), _shown(after.at_home)))
        if before.promises != after.promises:
            plan.changes.append((name("promises"), ", ".join(before.promises), ", ".join(after.promises)))
        for key in LIMITS:
            if getattr(before, key) != getattr(after, key):
                plan.changes.append((name(key), _shown(getattr(before, key)), _shown(getattr(after, key))))
        if before.customs != after.customs:
            old, new = customs_cells(before.customs), customs_cells(after.customs)
            plan.changes += [(name(key), old[key], new[key]) for key in CUSTOMS if old[key] != new[key]]
        if before.options != after.options:
            plan.changes.append((name("option1_name"), _named(before.options), _named(after.options)))
        old_skus = {tuple(sku.choice): sku for sku in skus}
        names = after.option_names
        for draft in plan.skus:
            sku = old_skus.pop(draft.choice, None)
            words = " / ".join(str(names[value]) for value in draft.choice if value in names)
            if sku is None:
                plan.changes.append((words or name("sku"), "", f"{draft.price} {draft.code}".strip()))
                continue
            for key, attribute in (
                ("price", "price"), ("list_price", "list_price"), ("sku", "code"), ("grams", "weight_grams"),
                ("volume", "volume_cm3"),
                ("barcode", "barcode"), ("offered", "is_active"),
            ):  # fmt: skip
                old, new = getattr(sku, attribute), getattr(draft, attribute)
                if old != new:
                    label = f"{name(key)} · {words}" if words else name(key)
                    plan.changes.append((label, _shown(old), _shown(new)))
        for choice, sku in old_skus.items():
            if sku.is_active or sku.code:
                words = " / ".join(str(before.option_names.get(value, value)) for value in choice)
                plan.changes.append((words or name("sku"), sku.code or str(sku.price), _("not offered any more")))


@dataclass(frozen=True)
class _Known:
    """What of a shop the products of a batch may mean."""

    products: dict[int, Product]
    by_name: dict[str, Product]
    by_code: dict[str, int]
    skus: dict[int, list[Sku]]
    stocks: dict[int, int]
    pictures: dict[int, dict[str, ImportedPicture]]
    shown: dict[int, set[str]]
    values: dict[int, dict]


def _plain(name: str) -> str:
    """A name as it is compared: case and blanks do not count."""
    return " ".join(name.casefold().split())


def _key(value: Text) -> tuple:
    return tuple(sorted(value.items()))


def _same(name: dict, value: Text) -> bool:
    """Whether an option value of that name is meant."""
    return all(name.get(code) == text for code, text in value.items())


def customs_cells(customs: dict | None) -> dict[str, str]:
    """A statement for customs as it stands in a file, by column; blank where nothing is stated."""
    if customs is None:
        return dict.fromkeys(CUSTOMS, "")
    rates = {key: f"{Decimal(customs[f'{key}_bps']) / 100:f}" for key in RATES}
    return {"hs_code": customs["hs_code"], "origin": customs["origin"], "customs_record": customs["record"], **rates}


def _present(text: dict) -> dict:
    return {code: words for code, words in text.items() if words}


def _shown(value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def _told_apart(old: dict, new: dict, *, is_html: bool) -> tuple[str, str]:
    """Both in the first language in which they differ."""
    code = next((code for code in LANGUAGES if old.get(code, "") != new.get(code, "")), MAIN)
    pair = old.get(code, ""), new.get(code, "")
    return tuple(descriptions.as_text(text) for text in pair) if is_html else pair


def _lines(attributes: Iterable[dict]) -> str:
    return "; ".join(f"{line_of(row['name'])} = {line_of(row['value'])}" for row in attributes)


def _named(options: Iterable[dict]) -> str:
    return "; ".join(
        f"{line_of(option['name'])}: {', '.join(line_of(value['name']) for value in option['values'])}"
        for option in options
    )
