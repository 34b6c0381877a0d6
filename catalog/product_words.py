"""What the screening says of the words of a product, each text with the place where it stands."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from catalog import changes, descriptions, specifications
from catalog.brands import guarded_brands
from catalog.models import Category, Product
from mall.refusals import Refusal
from mall.texts import Text
from risk.alike import LOOKS
from risk.lexicon import EXACT, Lexicon
from risk.screening import Finding, Passage, Verdict, banned_words, screen, screen_names, verdict_of

LONG = frozenset({"description"})  # where something always looks like something: only the very names count


class ForbiddenWords(Refusal):
    """The text holds words that goods must not carry; ``details`` names them, and ``found`` says where they stand."""

    code = "forbidden-words"
    status = 400
    found: Sequence[Finding] = ()


def screening_findings(product: Product, words: Lexicon | None = None, *, now: datetime) -> list[Finding]:
    """What the screening finds in the product's words; ``words`` are read once for many products."""
    return list(screened(product, words, now=now).findings)


def screened(product: Product, words: Lexicon | None = None, *, now: datetime) -> Verdict:
    """
    What the screening says of the product's words as it has them in memory, hints too; with the place of each.
    Protected brands that the shop may not sell, and what looks like them, are for a person to look at.
    """
    words = banned_words() if words is None else words
    passages = list(_passages(product))
    verdict = screen(passages, words, scope=_scope(product, words))
    if "brands" not in words.beside:
        words.beside["brands"] = guarded_brands(now=now)
    names = words.beside["brands"].closed_to(product.shop_id, except_for=product.brand_id)
    found = screen_names(passages, names, why=_why_of_names(), long_fields=LONG) if names else []
    return verdict_of([*verdict.findings, *found], verdict.hints) if found else verdict


def _why_of_names() -> dict[str, str]:
    return {
        EXACT: _("It names a protected brand that your shop is not authorized to sell."),
        LOOKS: _("It looks like the name of a protected brand that your shop is not authorized to sell."),
    }


def forbid(findings: Iterable[Finding]) -> None:
    """:raises ForbiddenWords: one of the findings blocks"""
    blocking = [finding for finding in findings if finding.severity == "block"]
    if not blocking:
        return
    words = [finding.word for finding in blocking]
    refusal = ForbiddenWords(
        _("These words are not allowed: %(words)s.") % {"words": ", ".join(words)},
        words=words,
        findings=[finding.as_data() for finding in blocking],
    )
    refusal.found = blocking
    raise refusal


def _passages(product: Product) -> Iterable[Passage]:
    """Every text of the product, each once, with the place where it stands."""
    names = dict(settings.LANGUAGES)
    passages = [
        Passage(descriptions.words_of(text), f"{label} ({names.get(code, code)})", field)
        for field, label in (("title", _("title")), ("subtitle", _("subtitle")), ("description", _("description")))
        for code, text in getattr(product, field).items()
    ]
    passages += [
        Passage(text, f"{_('attributes')} ({Text(attribute['name'])})", "attributes")
        for attribute in product.attributes
        for text in attribute["value"].values()
    ]
    passages += [
        Passage(text, f"{_('options')} ({Text(option['name'])})", f"option{number}_values")
        for number, option in enumerate(product.options, 1)
        for value in option["values"]
        for text in value["name"].values()
    ]
    passages += [Passage(text, _("attributes")) for text in specifications.words_in(changes.values_of(product))]
    once: dict[str, Passage] = {}
    for passage in passages:
        once.setdefault(passage.text, passage)
    return once.values()


def _scope(product: Product, words: Lexicon) -> set[str]:
    """Of the categories to which packs are bound, those in which the product stands; asked once for many products."""
    if not words.scopes or product.category_id is None:
        return set()
    if words.bound is None:
        bound = Category.objects.filter(slug__in=words.scopes)
        words.bound = dict(bound.values_list("slug", "path"))
    return {slug for slug, path in words.bound.items() if product.category.path.startswith(path)}
