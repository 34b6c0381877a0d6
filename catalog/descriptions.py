"""Descriptions: the little HTML that shops may write."""

import re
from html import unescape

import nh3
from django.conf import settings
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

_SAID_OF = re.compile(r'(?:alt|title)="([^"]+)"')
TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "blockquote", "img", "a",
    "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "span", "div",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}


def cleaned(text: str) -> str:
    """What shops may write of this text: the allowed tags, pictures from our own media only. Plain text stays plain."""
    if not nh3.is_html(text):
        return text
    return nh3.clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_own_pictures_only,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )


def _own_pictures_only(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) != ("img", "src"):
        return value
    ours = value.startswith(settings.MEDIA_URL) and ".." not in value and not value.startswith("//")
    return value if ours else None


def as_text(text: str) -> str:
    """A stored description without its markup, for who reads words only."""
    return unescape(nh3.clean(text.replace("<", " <"), tags=set())) if nh3.is_html(text) else text


def words_of(text: str) -> str:
    """All that can be read in a stored description, and what is said of its pictures and links."""
    if not nh3.is_html(text):
        return text
    said = _SAID_OF.findall(text)
    return "\n".join([as_text(text), *map(unescape, said)])


def as_html(text: str) -> SafeString:
    """A stored description for the page; cleaned again, so that nothing rests on how it got into the database."""
    if not nh3.is_html(text):
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 - escaped by linebreaks
    return mark_safe(cleaned(text))  # noqa: S308 - cleaned
