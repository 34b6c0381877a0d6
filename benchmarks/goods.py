"""The demonstration's shops and products without its ninety days of trade: what pages and checkouts are measured on."""

from datetime import datetime, timedelta


def stock_the_shelves(now: datetime) -> None:
    """Twelve merchants, fourteen shops, three hundred products, made by the verbs."""
    from mall.celery import app
    from mall.events import deliver_everything
    from settlement.demo import goods, shops

    app.conf.broker_url = "memory://"
    staff, expert = shops.make_staff()
    goods.make_categories()
    goods.make_brands()
    goods.make_banners(now)
    opened, owners = shops.make_shops(staff=staff, expert=expert, now=now)
    deliver_everything()
    goods.make_products(shops=opened, owners=owners, expert=expert, first_day=now - timedelta(days=90))
    deliver_everything()
