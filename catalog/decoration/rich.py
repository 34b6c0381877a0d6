"""The little HTML of a block of text: as in a description of goods, without pictures, with links like all of a page."""

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

from catalog.decoration import links
from catalog.descriptions import TAGS as OF_GOODS

TAGS = OF_GOODS - {"img", "figure", "figcaption", "h2"}
ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


def cleaned(text: str) -> str:
    """What a page may hold of this text. Plain text stays plain."""
    if not nh3.is_html(text):
        return text
    return nh3.clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_fit,
        url_schemes={"http", "https"},
        link_rel=links.REL,
    )


def _fit(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("a", "href"):
        link = links.link_of(value)
        return link and link.url
    if attribute in {"colspan", "rowspan"}:
        return value if value.isascii() and value.isdigit() and len(value) < 3 else None
    return value


def as_html(text: str) -> SafeString:
    """A stored text for the page; cleaned again, so that nothing rests on how it got into the database."""
    if not nh3.is_html(text):
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 - escaped by linebreaks
    return mark_safe(cleaned(text))  # noqa: S308 - cleaned
