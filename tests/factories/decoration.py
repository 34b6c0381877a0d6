"""Blocks as shops write them, pictures for them, and pages put together by the real verbs."""

import io

from django.core.files.base import ContentFile
from PIL import Image

from catalog.decoration import drafts, publishing
from catalog.decoration.drafts import draft_of, latest_version
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper


def words(zh: str, en: str = "") -> dict:
    return {"zh-hans": zh} | ({"en": en} if en else {})


def picture_file(width: int = 600, height: int = 200, colour: str = "") -> ContentFile:
    """A picture that nobody has sent before."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour or f"#{number() % 0xFFFFFF:06x}").save(written, "PNG")
    return ContentFile(written.getvalue(), name="picture.png")


def kept_picture(shop, by=None) -> str:
    return drafts.keep_picture(shop=shop, image=picture_file(), by=by or shopper(), now=NOON)


def fields_of(kind: str, shop, **instead) -> dict:
    """What a block of this kind may well hold."""
    made = {
        "banners": lambda: {
            "slides": [
                {
                    "picture": kept_picture(shop),
                    "title": words("春茶上新", "Spring tea"),
                    "text": words("头采", "First harvest"),
                    "link": "/search/?q=tea",
                    "alt": {},
                }
            ]
        },
        "goods": lambda: {
            "title": words("热卖", "Best sellers"),
            "which": "popular",
            "count": 4,
            "category": "",
            "products": [],
        },
        "text": lambda: {"title": words("关于", "About"), "text": words("<p>一窑一色</p>", "<p>One kiln</p>")},
        "picture": lambda: {
            "picture": kept_picture(shop),
            "caption": words("窑前"),
            "link": "https://example.com/kiln",
            "alt": words("窑"),
        },
        "pictures": lambda: {
            "pictures": [
                {"picture": kept_picture(shop), "title": words("杯"), "link": "", "alt": {}} for _time in range(2)
            ]
        },
        "strip": lambda: {"text": words("两日内发货", "Shipped in two days"), "link": ""},
        "heading": lambda: {"title": words("新品", "New"), "text": {}},
        "space": lambda: {"size": "small"},
    }
    return made[kind]() | instead


def added(shop, kind: str = "heading", *, by=None, **instead) -> dict:
    """A block at the end of the shop's draft."""
    return drafts.add_block(
        shop=shop,
        kind=kind,
        fields=fields_of(kind, shop, **instead),
        revision=draft_of(shop).revision,
        by=by or shopper(),
        now=NOON,
    )


def published(shop, *, by=None, note: str = ""):
    """The draft as the shop's next version."""
    return publishing.publish_page(shop=shop, revision=draft_of(shop).revision, note=note, by=by or shopper(), now=NOON)


def restored(shop, number: int, *, by=None):
    seen = latest_version(shop).number
    return publishing.restore_version(shop=shop, number=number, seen=seen, by=by or shopper(), now=NOON)
