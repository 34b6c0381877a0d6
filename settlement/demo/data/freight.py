"""
Freight templates of the demonstration's shops: the far west dearer, bulky things by volume, groceries by weight.

A template is its shop, names, measure, zones (regions, first units and fee, further units and fee, free from an amount
or from pieces), where nothing goes, and the goods that name it; without any it is the shop's default. Fees are fen.
"""

from settlement.demo.data.shapes import FreightTemplate, FreightZone, words

WEST = ("新疆", "西藏")
OVERSEAS = ("香港", "澳门", "台湾")


def _zone(*regions, first=1, fee=0, further=1, more=0, free_over=None, free_pieces=None) -> FreightZone:
    return FreightZone(
        regions=regions,
        first=first,
        first_fee=fee,
        further=further,
        further_fee=more,
        free_over=free_over,
        free_pieces=free_pieces,
    )


TEMPLATES = [
    FreightTemplate(
        shop="shanlan",
        name=words("茶叶快递", "Tea by courier"),
        measure="piece",
        zones=(
            _zone(fee=800, more=100, free_over=9900),
            _zone("福建", "浙江", "江西", fee=600, more=100, free_over=5900, free_pieces=3),
            _zone(*WEST, fee=2000, more=600),
        ),
        nowhere=OVERSEAS,
    ),
    FreightTemplate(
        shop="hemu",
        name=words("日用快递", "Household parcels"),
        measure="piece",
        zones=(
            _zone(fee=1200, more=200, free_over=16_900),
            _zone("广东", fee=800, more=100, free_over=9900),
            _zone(*WEST, "青海", "内蒙古", fee=2800, more=1200),
        ),
        nowhere=OVERSEAS,
    ),
    FreightTemplate(
        shop="hemu",
        name=words("大件家具物流", "Furniture by road"),
        measure="volume",
        zones=(
            _zone(first=100_000, fee=3000, further=50_000, more=800),
            _zone("广东", "广西", "湖南", "江西", "福建", first=100_000, fee=1800, further=50_000, more=500),
            _zone("黑龙江", "吉林", "内蒙古", "甘肃", "青海", first=100_000, fee=5800, further=50_000, more=1500),
        ),
        nowhere=(*OVERSEAS, *WEST, "海南", "浙江 舟山"),
        goods=(
            "two-seat-fabric-sofa", "oak-windsor-dining-chair", "wood-framed-full-length-mirror",
            "three-step-folding-beech-ladder",
        ),
    ),
    FreightTemplate(
        shop="tianyuan",
        name=words("粮油按重量", "Groceries by weight"),
        measure="weight",
        zones=(
            _zone(first=3000, fee=800, further=1000, more=100, free_over=6900),
            _zone(*WEST, "青海", first=1000, fee=1800, further=1000, more=900),
        ),
        nowhere=OVERSEAS,
    ),
]  # fmt: skip
VOLUMES = {  # cubic centimetres, packed
    "two-seat-fabric-sofa": 620_000,
    "oak-windsor-dining-chair": 180_000,
    "wood-framed-full-length-mirror": 95_000,
    "three-step-folding-beech-ladder": 70_000,
}
