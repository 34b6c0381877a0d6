"""Template filters and tags of the ground floor: money, moments, statuses, stars, icons, pictures."""

from datetime import date, datetime
from functools import lru_cache

import phonenumbers
from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import dateformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from mall import clock
from mall.backoffice.tables import shown_count
from mall.backoffice.undo import undo_of
from mall.clock import BUSINESS_ZONE
from mall.divisions import find
from mall.money import SIGNS, Money
from mall.pictures import sizes_of
from mall.places import romanized

register = template.Library()

PLACEHOLDER, PLACEHOLDER_SIDE = "img/no-picture.svg", 400
PLAIN_WIDTH = 800  # for a browser that knows no srcset
DAY = {"zh-hans": "Y年n月j日", "en": "j M Y"}
SHORT_DAY = {"zh-hans": "n月j日", "en": "j M"}
TIME = "H:i"
TONES = {
    "good": {
        "open",
        "granted",
        "on_sale",
        "delivered",
        "completed",
        "succeeded",
        "approved",
        "released",
        "paid_out",
        "ready",
        "accepted",
        "agreed",
        "done",
        "received",
        "applied",
        "verified",
    },
    "info": {
        "checked",
        "checking",
        "importing",
        "started",
        "paid",
        "booked",
        "shipped",
        "in_review",
        "submitted",
        "asked",
        "running",
        "review",
        "expert",
        "sent",
        "answered",
        "awaiting_return",
        "returning",
        "inspecting",
        "resending",
        "resent",
        "refunding",
        "paying",
        "issued",
    },
    "warn": {
        "holiday",
        "exiting",
        "unpaid",
        "deposit_paid",
        "pending",
        "waiting",
        "refused",
        "changes",
        "arbitration",
        "decided",
        "disputed",
        "due",
    },
    "bad": {"frozen", "restricted", "failed", "rejected", "taken_down", "withheld"},
}  # every other status is quiet
_TONE_OF = {status: tone for tone, statuses in TONES.items() for status in statuses}


# Money ---------------------------------------------------------------------------------------------------------------


@register.filter
def money(amount: Money | None) -> SafeString:
    """An amount with a small sign and small cents, its figures of equal width; nothing for ``None``."""
    if not isinstance(amount, Money):
        return mark_safe("")
    whole, point, cents = f"{abs(amount.decimal):,}".partition(".")
    minus = "−" if amount.minor < 0 else ""
    sign = SIGNS.get(amount.currency, f"{amount.currency} ")
    return mark_safe(  # noqa: S308 digits and a sign from our own table
        f'<span class="money">{minus}<small>{sign}</small>{whole}<small>{point}{cents}</small></span>'
    )


@register.filter
def signed_money(amount: Money | None) -> SafeString:
    """An amount that always says whether it came or went."""
    shown = money(amount)
    if isinstance(amount, Money) and amount.minor > 0:
        return mark_safe(shown.replace('<span class="money">', '<span class="money money-in">+', 1))  # noqa: S308
    return shown


@register.filter
def yuan(amount: Money | None) -> str:
    """The amount as a person types it (``12.30``), for the value of an input."""
    return f"{amount.decimal}" if isinstance(amount, Money) else ""


# Moments -------------------------------------------------------------------------------------------------------------


def _in_business_zone(value: date | datetime) -> date | datetime:
    return value.astimezone(BUSINESS_ZONE) if isinstance(value, datetime) else value


def _pattern(patterns: dict[str, str]) -> str:
    return patterns.get(get_language() or "", patterns["en"])


def _time_element(value: date | datetime, shown: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Day and time of day in Shanghai, in the reader's way of writing."""
    if not value:
        return mark_safe("")
    local = _in_business_zone(value)
    return _time_element(local, dateformat.format(local, f"{_pattern(DAY)} {TIME}"))


@register.filter
def plain_moment(value: datetime | None) -> str:
    """The same without markup: where only text may stand."""
    return dateformat.format(_in_business_zone(value), f"{_pattern(DAY)} {TIME}") if value else ""


@register.filter
def clock_time(value: datetime | None) -> str:
    """The time of day alone, in Shanghai."""
    return dateformat.format(_in_business_zone(value), TIME) if value else ""


@register.filter
def day(value: date | datetime | None) -> SafeString:
    """The day in Shanghai, in the reader's way of writing."""
    if not value:
        return mark_safe("")
    local = _in_business_zone(value)
    return _time_element(local, dateformat.format(local, _pattern(DAY)))


@register.filter
def short_moment(value: datetime | None) -> SafeString:
    """Day without the year, and time of day: for dense tables."""
    if not value:
        return mark_safe("")
    local = _in_business_zone(value)
    return _time_element(local, dateformat.format(local, f"{_pattern(SHORT_DAY)} {TIME}"))


@register.filter
def short_day(value: date | datetime | None) -> str:
    """The day without its year, as words: for axes and sentences."""
    return dateformat.format(_in_business_zone(value), _pattern(SHORT_DAY)) if value else ""


@register.filter
def month(value: date | None) -> str:
    """The month of a date."""
    return dateformat.format(value, "Y年n月" if get_language() == "zh-hans" else "F Y") if value else ""


@register.simple_tag
def mall_now() -> datetime:
    """The mall's own time, which a demonstration can move: what counts down counts from here."""
    return clock.now()


# Small marks ---------------------------------------------------------------------------------------------------------


@register.filter
def tone(status: str) -> str:
    """The tone of a status: good, info, warn, bad or quiet."""
    return _TONE_OF.get(str(status), "quiet")


@register.filter
def status_badge(row) -> SafeString:
    """A badge with the row's status in words; the colour only repeats them."""
    return format_html(
        '<span class="badge badge-{}">{}</span>', _TONE_OF.get(str(row.status), "quiet"), row.get_status_display()
    )


@register.filter
def stars(rating: float | int | None) -> SafeString:
    """Five stars filled to half a star; said in words to who cannot see them."""
    if rating is None:
        return mark_safe("")
    said = _("%(rating)s out of 5 stars") % {"rating": f"{float(rating):.1f}".removesuffix(".0")}
    return format_html(
        '<span class="stars stars-{}" role="img" aria-label="{}"></span>', round(float(rating) * 2), said
    )


@register.filter
def compact(count: int | None) -> str:
    """A count as malls write it: 1.2万 in Chinese, 12k in English."""
    count = count or 0
    if get_language() == "zh-hans":
        return f"{count / 10_000:.1f}".removesuffix(".0") + "万" if count >= 10_000 else str(count)
    return f"{count / 1_000:.1f}".removesuffix(".0") + "k" if count >= 1_000 else str(count)


@register.filter
def sold(count: int | None) -> str:
    """How many were sold, as a phrase."""
    return ngettext("%(count)s sold", "%(count)s sold", count or 0) % {"count": compact(count)}


@register.filter
def place(name: str) -> str:
    """A province or city of China as its readers write it: 丽水市 in Chinese, Lishui in English."""
    return name if get_language() == "zh-hans" else romanized(str(name))


@register.filter
def divisions(of: object) -> str:
    """Where an address or an order lies: 浙江省 杭州市 西湖区, or Xihu District, Hangzhou, Zhejiang."""
    names = [getattr(of, name) for name in ("province", "city", "district")]
    if get_language() == "zh-hans":
        return " ".join(dict.fromkeys(name for name in names if name))
    found = [find(*names[:level]) if names[level - 1] else None for level in (1, 2, 3)]
    said = [one.english if one else name for one, name in zip(found, names, strict=True)]
    return ", ".join(dict.fromkeys(name for name in reversed(said) if name))


@register.filter
def phone(number: object) -> str:
    """As people read it: ``199 0000 0001``, ``021 5555 0001``, ``+852 5500 0001``; a covered one as it is."""
    written = str(number)
    try:
        parsed = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException:
        return written
    if "*" in written:  # a covered digit
        return written
    kind = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, kind.NATIONAL if parsed.country_code == 86 else kind.INTERNATIONAL)


@register.filter
def initial(text: object) -> str:
    """The first letter of a name, for a sign without a picture."""
    return str(text).strip()[:1].upper()


@register.filter
def capped(count: int) -> int | str:
    """A count that stopped at its cap, as ``999+``."""
    return shown_count(count)


@register.filter
def undo(message) -> dict | None:
    """What a message's button "Undo" posts; ``None`` when it offers none."""
    return undo_of(message)


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite; decoration only, the words stand beside it or in a label."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def constant_part(template_name: str) -> SafeString:
    """A part of a page that is the same for everybody until the code changes: rendered once per language."""
    if settings.DEBUG:
        return render_to_string(template_name)
    return _constant_part(template_name, get_language())


@lru_cache(maxsize=128)
def _constant_part(template_name: str, _language: str | None) -> SafeString:
    return render_to_string(template_name)


@register.filter
def media(path: object) -> str:
    """
    The address of a stored picture (a storage path or a file field); a quiet placeholder when there is none. What
    begins with a slash is an address of ours already.
    """
    if not path:
        return static(PLACEHOLDER)
    return str(path) if str(path).startswith("/") else default_storage.url(str(path))


@register.simple_tag
def stylesheets(audience: str) -> SafeString:
    """The links to the stylesheets of a frame: ``storefront`` or ``backoffice`` (``mall.static_files``)."""
    names = staticfiles_storage.stylesheets(audience)
    return format_html_join("\n  ", '<link rel="stylesheet" href="{}">', ((static(name),) for name in names))


@register.simple_tag
def picture(
    name: object,
    side: int = 0,
    *,
    sizes: str = "100vw",
    alt: object = "",
    eager: bool = False,
    lazy: bool = True,
    **more,
) -> SafeString:
    """
    An ``<img>`` of a picture of ours: the browser takes the size it needs, and knows the shape before it arrives.

    Either ``side``, for a small square of so many pixels, or ``sizes`` as HTML knows it, for one that grows with the
    page. ``eager`` is for the picture that a page is about, ``lazy=False`` for what else stands in the first view.
    Further attributes by their names, ``_`` for ``-``: ``class_="sign"``, ``data_gallery_picture=""``.
    """
    loading = ' fetchpriority="high"' if eager else ' loading="lazy"' if lazy else ""
    return format_html(
        '<img {} alt="{}"{}{} decoding="async">',
        _sources(str(name or ""), side, sizes),
        alt,
        mark_safe(loading),  # noqa: S308 - our own words
        format_html_join("", ' {}="{}"', ((key.rstrip("_").replace("_", "-"), value) for key, value in more.items())),
    )


@lru_cache(maxsize=4096)
def _sources(name: str, side: int, sizes: str) -> SafeString:
    """``src``, ``srcset``, ``sizes`` and the shape; of a stranger's file or none at all just what is known."""
    found = sizes_of(name)
    if not found:
        shape = side or PLACEHOLDER_SIDE
        return format_html('src="{}" width="{}" height="{}"', media(name), shape, shape)
    if side:  # no screen shows more than three of its points for one of ours
        enough = next((place for place, size in enumerate(found, 1) if min(size.width, size.height) >= 3 * side), None)
        found, shape, sizes = found[:enough], (side, side), f"{side}px"
    else:
        shape = (found[-1].width, found[-1].height)
    addresses = [(default_storage.url(size.name), size.width) for size in found]
    plain = next((url for url, width in reversed(addresses) if width <= PLAIN_WIDTH), addresses[0][0])
    shown = format_html('src="{}" width="{}" height="{}"', plain, *shape)
    if len(addresses) == 1:
        return shown
    return format_html('{} srcset="{}" sizes="{}"', shown, _srcset(addresses), sizes)


def _srcset(addresses: list[tuple[str, int]]) -> str:
    return ", ".join(f"{url} {width}w" for url, width in addresses)


@register.filter
def srcset(name: object) -> str:
    """All addresses of a picture of ours with their widths, for a script that changes the picture shown."""
    return _srcset([(default_storage.url(size.name), size.width) for size in sizes_of(str(name or ""))])


@register.filter
def choice_label(field_value: str, choices: object) -> str:
    """The label of a value among a form field's choices."""
    return next((str(label) for value, label in choices if str(value) == str(field_value)), str(field_value))
