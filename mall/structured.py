"""
Structured data (schema.org as JSON-LD): what a page tells machines of itself.

A block of type ``application/ld+json`` is data: no browser executes it, so the strict content policy stands. Whatever
people wrote into a title is escaped, so that no text of theirs can end the block.
"""

import json

from django.utils.safestring import SafeString, mark_safe

_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def json_ld(data: dict) -> SafeString:
    """One block of structured data; entries that are ``None``, empty or missing are left out."""
    text = json.dumps({"@context": "https://schema.org", **_said(data)}, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(f'<script type="application/ld+json">{text.translate(_ESCAPES)}</script>')  # noqa: S308 escaped


def _said(value):
    if isinstance(value, dict):
        said = {key: _said(entry) for key, entry in value.items()}
        return {key: entry for key, entry in said.items() if entry not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_said(entry) for entry in value]
    return value


def breadcrumbs(places: list[tuple[str, str]]) -> dict:
    """The way from the home page to here: names and whole addresses."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": url}
            for number, (name, url) in enumerate(places, 1)
        ],
    }


def rating(average: float | None, count: int) -> dict | None:
    """Stars of people who bought; nothing without a review."""
    if not count:
        return None
    return {"@type": "AggregateRating", "ratingValue": average, "reviewCount": count, "bestRating": 5, "worstRating": 1}
