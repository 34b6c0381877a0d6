"""Freight templates of shops."""

from catalog.freight.charging import Zone
from catalog.freight.templates import make_default, save_template
from catalog.models import FreightTemplate
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import shopper

WEST = ("新疆", "西藏")


def zone(*regions, first=1, first_fee=800, further=1, further_fee=300, free_over=None, free_pieces=None) -> Zone:
    return Zone(regions, first, first_fee, further, further_fee, free_over, free_pieces)


def template(*, shop, zones=None, default=False, name="普通快递", english="Standard", **fields) -> FreightTemplate:
    """
    By piece: 8.00 and 3.00 for each further one, free from 99.00; the far west dearer, never free; Taiwan not at all.
    """
    row = save_template(
        shop=shop,
        name=Text({"zh-hans": name, "en": english}),
        zones=zones or [zone(free_over=9900), zone(*WEST, first_fee=2500, further_fee=1500)],
        by=shopper(),
        now=NOON,
        **{"measure": "piece", "nowhere": ["台湾"], **fields},
    )
    if default:
        make_default(template=row, by=shopper(), now=NOON)
        row.refresh_from_db()
    return row
