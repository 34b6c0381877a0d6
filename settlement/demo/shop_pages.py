"""Four shops decorate their front pages, block by block, with pictures drawn for them, and publish them."""

from datetime import datetime, timedelta

from catalog.decoration import drafts, publishing
from catalog.models import Product
from mall.accounts.models import User
from merchants.models import Shop
from settlement.demo import data, pictures
from settlement.demo.data.shop_pages import Square, Wide

DAYS_AGO = 20  # after ninety days of trade had begun: what sells is known by then


def make_pages(*, shops: dict[str, Shop], owners: dict[str, User], goods: dict[str, list[Product]], now: datetime):
    for number, page in enumerate(data.shop_pages()):
        at = now - timedelta(days=DAYS_AGO, hours=number)
        _decorate(page, shops[page.shop], owners[page.shop], goods[page.shop], at)


def _decorate(page, shop: Shop, owner: User, goods: list[Product], at: datetime) -> None:
    given = {"shop": shop, "by": owner, "now": at}
    drafts.choose_theme(theme=page.theme, revision=drafts.draft_of(shop).revision, **given)
    for kind, fields in page.blocks:
        drafts.add_block(
            kind=kind,
            fields=_drawn(fields, goods, given),
            revision=drafts.draft_of(shop).revision,
            **given,
        )
    publishing.publish_page(note=page.note, revision=drafts.draft_of(shop).revision, **given)


def _drawn(value, goods: list[Product], given: dict):
    """The same with every picture drawn and kept, and products by their numbers instead of their places."""
    if isinstance(value, dict):
        return {
            name: [goods[place].public_id for place in one if place < len(goods)]
            if name == "products"
            else _drawn(one, goods, given)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_drawn(one, goods, given) for one in value]
    if isinstance(value, Wide):
        image = pictures.banner(
            value.emoji, tints=value.tints, ground=value.ground, accent=value.accent, seed=0, width=1600, height=533
        )
        return drafts.keep_picture(image=image, **given)
    if isinstance(value, Square):
        image = pictures.compose(value.emoji, tint=value.tint, ground=value.ground, seed=value.seed)
        return drafts.keep_picture(image=image, **given)
    return value
