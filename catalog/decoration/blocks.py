"""The kinds of blocks that need nothing but the catalogue."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.decoration.fields import CategoryOf, Choice, Goods, Line, LinkTo, Number, Picture, Rich, Several
from catalog.decoration.kinds import Kind
from catalog.listing import ProductCard, chosen_cards, newest_cards, popular_cards, put_badges
from catalog.models import Category
from catalog.navigation import subtree_ids
from mall import clock
from merchants.models import Shop

PICTURE = gettext_lazy("Picture")
LINK = gettext_lazy("Leads to")
LINK_HELP = gettext_lazy("A page of this mall, such as /shop/…/, or a web address with https://.")
ALT = gettext_lazy("The picture in words")
ALT_HELP = gettext_lazy("For who cannot see it. Leave empty when it only decorates.")


def _leads_with_words(item: dict) -> dict[str, str]:
    """What leads somewhere says where, also to who cannot see the picture."""
    if item["link"] and not (item.get("title") or item["alt"]):
        return {"alt": _("Say in words where this leads.")}
    return {}


def _with_pictures(name: str):
    """Blocks whose pictures are all gone are not drawn."""

    def fill(blocks: list[dict], shop: Shop) -> list[dict | None]:
        seen = [{**block, name: [item for item in block[name] if item["picture"]]} for block in blocks]
        return [block if block[name] else None for block in seen]

    return fill


BANNERS = Kind(
    name="banners",
    label=gettext_lazy("Banners"),
    about=gettext_lazy("Wide pictures with words, one beside the other."),
    sign="layout",
    template="storefront/decoration/_banners.html",
    fields={
        "slides": Several(
            label=gettext_lazy("Banners"),
            one=gettext_lazy("Banner"),
            least=1,
            most=6,
            check=_leads_with_words,
            fields={
                "picture": Picture(
                    label=PICTURE,
                    required=True,
                    help_text=gettext_lazy("Three times as wide as high, from 1200 pixels, looks best."),
                ),
                "title": Line(label=gettext_lazy("Title"), longest=60),
                "text": Line(label=gettext_lazy("Line below"), longest=120),
                "link": LinkTo(label=LINK, help_text=LINK_HELP),
                "alt": Line(label=ALT, help_text=ALT_HELP, longest=120),
            },
        ),
    },
    most=3,
    fill=_with_pictures("slides"),
)


# Goods ---------------------------------------------------------------------------------------------------------------

CHOSEN, NEWEST, POPULAR, CATEGORY = "chosen", "newest", "popular", "category"


def _names_its_goods(fields: dict) -> dict[str, str]:
    if fields["which"] == CHOSEN and not fields["products"]:
        return {"products": _("Choose at least one product.")}
    if fields["which"] == CATEGORY and not fields["category"]:
        return {"category": _("Choose a category.")}
    return {}


def _with_cards(blocks: list[dict], shop: Shop) -> list[dict | None]:
    """
    What can be seen of the shop's goods, for all blocks at once: one query for the chosen ones, one for the newest, one
    for the best-selling, two for each category that is named, one for what is on offer. A block that would stand empty
    is not drawn.
    """

    def most(which: str, **fields) -> int:
        wanted = [block for block in blocks if block["which"] == which and fields.items() <= block.items()]
        return max((block["count"] for block in wanted), default=0)

    chosen = [product for block in blocks if block["which"] == CHOSEN for product in block["products"]]
    cards = {card.public_id: card for card in chosen_cards(dict.fromkeys(chosen), shop_id=shop.pk)} if chosen else {}
    lists: dict[str, list[ProductCard]] = {
        NEWEST: newest_cards(most(NEWEST), shop_id=shop.pk) if most(NEWEST) else [],
        POPULAR: popular_cards(most(POPULAR), shop_id=shop.pk) if most(POPULAR) else [],
    }
    named = {block["category"] for block in blocks if block["which"] == CATEGORY}
    of_category = {
        found.slug: popular_cards(most(CATEGORY, category=found.slug), category_ids=subtree_ids(found), shop_id=shop.pk)
        for found in (Category.objects.filter(slug__in=named) if named else ())
    }
    put_badges(cards.values(), *lists.values(), *of_category.values(), now=clock.now())

    filled: list[dict | None] = []
    for block in blocks:
        if block["which"] == CHOSEN:
            goods = [cards[product] for product in block["products"] if product in cards]
        elif block["which"] == CATEGORY:
            goods = of_category.get(block["category"], [])
        else:
            goods = lists[block["which"]]
        goods = goods[: None if block["which"] == CHOSEN else block["count"]]
        filled.append({**block, "goods": goods} if goods else None)
    return filled


GOODS = Kind(
    name="goods",
    label=gettext_lazy("Products"),
    about=gettext_lazy("A grid of products: chosen ones, the newest, the best-selling, or those of a category."),
    sign="grid",
    template="storefront/decoration/_goods.html",
    fields={
        "title": Line(label=gettext_lazy("Title"), longest=60),
        "which": Choice(
            label=gettext_lazy("Which products"),
            choices={
                POPULAR: gettext_lazy("The best-selling"),
                NEWEST: gettext_lazy("The newest"),
                CATEGORY: gettext_lazy("Of a category, the best-selling first"),
                CHOSEN: gettext_lazy("Chosen by hand"),
            },
        ),
        "count": Number(
            label=gettext_lazy("How many at most"),
            help_text=gettext_lazy("What was chosen by hand is shown whole."),
            least=2,
            most=24,
            usual=8,
        ),
        "category": CategoryOf(label=gettext_lazy("Category")),
        "products": Goods(
            label=gettext_lazy("Products chosen by hand"),
            help_text=gettext_lazy("What is off sale or withheld is left out by itself until it is back."),
        ),
    },
    most=8,
    check=_names_its_goods,
    fill=_with_cards,
)


# Words and pictures --------------------------------------------------------------------------------------------------

TEXT = Kind(
    name="text",
    label=gettext_lazy("Text"),
    about=gettext_lazy("A heading and paragraphs; plain text or simple HTML."),
    sign="list",
    template="storefront/decoration/_text.html",
    fields={
        "title": Line(label=gettext_lazy("Title"), longest=60),
        "text": Rich(
            label=gettext_lazy("Text"),
            required=True,
            help_text=gettext_lazy("Plain text, or simple HTML: paragraphs, lists, tables, links."),
        ),
    },
)


def _seen_picture(blocks: list[dict], shop: Shop) -> list[dict | None]:
    return [block if block["picture"] else None for block in blocks]


PICTURE_WITH_LINK = Kind(
    name="picture",
    label=PICTURE,
    about=gettext_lazy("One picture over the whole width, in its own shape; it may lead somewhere."),
    sign="picture",
    template="storefront/decoration/_picture.html",
    fields={
        "picture": Picture(label=PICTURE, required=True),
        "caption": Line(label=gettext_lazy("Caption"), longest=120),
        "link": LinkTo(label=LINK, help_text=LINK_HELP),
        "alt": Line(label=ALT, help_text=ALT_HELP, longest=120),
    },
    check=_leads_with_words,
    fill=_seen_picture,
)

PICTURES = Kind(
    name="pictures",
    label=gettext_lazy("Pictures side by side"),
    about=gettext_lazy("Two to eight square pictures, each may lead somewhere."),
    sign="columns",
    template="storefront/decoration/_pictures.html",
    fields={
        "pictures": Several(
            label=gettext_lazy("Pictures"),
            one=PICTURE,
            least=2,
            most=8,
            check=_leads_with_words,
            fields={
                "picture": Picture(label=PICTURE, required=True),
                "title": Line(label=gettext_lazy("Words below"), longest=40),
                "link": LinkTo(label=LINK, help_text=LINK_HELP),
                "alt": Line(label=ALT, help_text=ALT_HELP, longest=120),
            },
        ),
    },
    most=6,
    fill=_with_pictures("pictures"),
)

STRIP = Kind(
    name="strip",
    label=gettext_lazy("Announcement"),
    about=gettext_lazy("One line in the colour of the page: news, delivery times, a holiday."),
    sign="megaphone",
    template="storefront/decoration/_strip.html",
    fields={
        "text": Line(label=gettext_lazy("Announcement"), longest=120, required=True),
        "link": LinkTo(label=LINK, help_text=LINK_HELP),
    },
    most=4,
)

HEADING = Kind(
    name="heading",
    label=gettext_lazy("Heading"),
    about=gettext_lazy("Begins a part of the page."),
    sign="rows",
    template="storefront/decoration/_heading.html",
    fields={
        "title": Line(label=gettext_lazy("Title"), longest=60, required=True),
        "text": Line(label=gettext_lazy("Line below"), longest=120),
    },
)

SPACE = Kind(
    name="space",
    label=gettext_lazy("Space"),
    about=gettext_lazy("Keeps two blocks apart."),
    sign="sort",
    template="storefront/decoration/_space.html",
    fields={
        "size": Choice(
            label=gettext_lazy("How much"),
            choices={
                "small": gettext_lazy("A little"),
                "medium": gettext_lazy("Some"),
                "large": gettext_lazy("Much"),
            },
        ),
    },
)
