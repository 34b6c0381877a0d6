"""How many looked at the demonstration's shops, as fits what was bought; and how much the shops promoted."""

import random
from datetime import datetime, timedelta

from mall import clock
from marketing.participation import tell_participation
from merchants import growth
from merchants.models import DailyFacts, Shop
from settlement.demo.life import DAYS


def show_visits(*, shops: dict[str, Shop], now: datetime) -> None:
    """Of a hundred who look some four buy, and each sees two or three pages; every day that is over, since opening."""
    today = clock.business_date(now)
    for slug, shop in shops.items():
        dice = random.Random(f"visits/{slug}")
        orders = dict(DailyFacts.objects.filter(shop=shop).values_list("on", "paid_orders"))
        opened = max(clock.business_date(shop.opened_at), today - timedelta(days=DAYS))
        for number in range((today - opened).days):
            on = opened + timedelta(days=number)
            visitors = dice.randint(5, 22) + sum(dice.randint(16, 34) for _order in range(orders.get(on, 0)))
            growth.write_day(
                shop_id=shop.public_id,
                name="ShopVisited",
                day=on.isoformat(),
                visitors=visitors,
                page_views=int(visitors * dice.uniform(2.1, 3.4)),
            )
    tell_participation(now=now)
