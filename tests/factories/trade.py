"""Cases of fake trade at rest."""

from dataclasses import asdict
from datetime import timedelta

from mall.crypto import blind_index
from risk.fake_trade.cases import open_case
from risk.fake_trade.observing import Traits, observe
from risk.fake_trade.rings import Sign
from risk.models import TradeCase
from tests.conftest import NOON
from tests.factories import number

SIGNS = [Sign("device", 10_000, 30, True), Sign("network", 10_000, 10, False), Sign("young_accounts", 9_000, 15, False)]


def trade_case(shop_id: str = "shp_ring", *, now=NOON, buyers: int = 5) -> TradeCase:
    """A case in shadow: buyers with one device, an order each; nothing follows from it."""
    ids = [f"ord_{number():020d}" for _buyer in range(buyers)]
    for place, order_id in enumerate(ids):
        observe(
            Traits(
                order_id=order_id, shop_id=shop_id, buyer=blind_index(order_id), device=blind_index(ids[0]),
                paid_at=now - timedelta(days=place % 3 + 1), worth=1_000, paid=1_000, stars=5,
            ),
            now=now,
        )  # fmt: skip
    facts = {
        "points": 55, "live_points": 30, "is_live": False, "buyer_count": buyers,
        "signs": [asdict(sign) for sign in SIGNS],
    }  # fmt: skip
    return open_case(shop_id=shop_id, order_ids=ids, facts=facts, now=now)
