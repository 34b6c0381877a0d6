"""The demonstration, built by the real verbs of every room with the clock handed in."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from mall.accounts.models import User
from mall.audit.trail import record
from mall.celery import app
from mall.events import deliver_everything
from settlement.demo import (
    access,
    after_sales,
    bargains,
    brand_halls,
    campaigns,
    changes,
    channel_bills,
    commission,
    deals,
    duties,
    fake_trade,
    freight,
    gift_cards,
    gifts,
    goods,
    invoices,
    joint,
    kinds,
    money,
    operations,
    parcels,
    parties,
    pick_ups,
    privacy,
    promotions,
    search,
    shop_pages,
    shops,
    visits,
    voices,
    warehouses,
    ways_to_pay,
)
from settlement.demo.life import DAYS, Life, make_shoppers, tell_side_by_side
from settlement.demo.side_by_side import deliver_side_by_side, side_by_side


def is_built() -> bool:
    return User.objects.filter(email=shops.STAFF).exists()


def build(*, now: datetime, scale: int = 1, say: Callable[[str], object] = lambda line: None) -> dict[str, int]:
    """
    Fill an empty mall; returns the figures of the ninety days.

    :param scale: makes shoppers, products and orders so many times more
    """
    app.conf.broker_url = "memory://localhost"  # nobody needs nudging: what is announced is delivered here
    connection_created.connect(_commit_without_waiting)
    connections.close_all()
    staff, expert = shops.make_staff()
    goods.make_categories()
    goods.make_brands()
    goods.make_banners(now)
    say("shops")
    opened, owners = shops.make_shops(staff=staff, expert=expert, now=now)
    deliver_everything()
    first_day = now - timedelta(days=DAYS + 5)
    brand_halls.make_halls(shops=opened, owners=owners, expert=expert, first_day=first_day, now=now)
    say("products")
    made = goods.make_products(shops=opened, owners=owners, expert=expert, first_day=first_day, scale=scale)
    commission.make_rules(staff=(staff, expert), now=now)
    parties.make_parties(shops=opened, owners=owners, staff=(staff, expert), now=now)
    deliver_side_by_side()
    freight.make_freight(shops=opened, owners=owners, goods=made, now=first_day)
    shops.make_waiting_applications((staff, expert), now)
    say("ninety days of trade")
    make_shoppers(200 * scale, now - timedelta(days=DAYS))
    figures = tell_side_by_side(Life(shops=opened, goods=made, now=now, scale=scale))
    deliver_everything()  # what one part announced while the other had gone

    def furnish(part: int, _meet) -> None:
        given = {"shops": opened, "owners": owners, "goods": made, "now": now}
        if part == 0:
            brand_halls.sort_goods(**given)
        else:
            shop_pages.make_pages(**given)
            warehouses.make_warehouses(**given, staff=staff)

    side_by_side(furnish)
    kinds.make_kinds(shops=opened, owners=owners, expert=expert, now=now)
    gift_cards.sell_gift_cards(shops=opened, owners=owners, expert=expert, now=now)
    say("questions, votes, favorites")
    voices.speak(owners=owners, staff=staff, now=now)
    deliver_side_by_side()
    search.tell_search(staff=staff, now=now)
    changes.show_changes(shops=opened, owners=owners, goods=made, expert=expert, now=now)
    shops.show_shop_life(opened, owners=owners, staff=staff, now=now)
    invoices.show_invoices(owners=owners, now=now)
    after_sales.show_after_sales(owners=owners, now=now)
    duties.show_duties(opened, owners=owners, staff=staff, now=now)
    promotions.promote(shops=opened, owners=owners, staff=staff, goods=made, now=now)
    bargains.show_bargains_and_trials(shops=opened, owners=owners, goods=made, now=now)
    joint.promote_jointly(shops=opened, owners=owners, now=now)
    gifts.give_gifts(shops=opened, owners=owners, now=now)
    deals.show_deals(shops=opened, owners=owners, goods=made, now=now)
    campaigns.run_campaigns(shops=opened, owners=owners, staff=staff, goods=made, now=now)
    visits.show_visits(shops=opened, now=now)
    parcels.show_parcels(shops=opened, owners=owners, goods=made, now=now)
    pick_ups.show_pick_ups(shops=opened, owners=owners, now=now)
    fake_trade.show_fake_trade(shops=opened, owners=owners, now=now)
    operations.show_operations(now=now)
    access.show_access(staff=staff, now=now)
    parties.pay_parties(staff=(staff, expert), now=now)
    channel_bills.show_bills(staff=(staff, expert), now=now)
    ways_to_pay.show_ways_to_pay(shops=opened, staff=(staff, expert), now=now)
    privacy.show_privacy(now=now)
    money.move_money(shops=opened, owners=owners, staff=(staff, expert), now=now)
    deliver_everything()
    connection_created.disconnect(_commit_without_waiting)
    connections.close_all()
    record(
        "demo.build", "demonstration", now=now, after=figures
    )  # this commit waits for the disk, and for all before it
    return figures


def _commit_without_waiting(connection: BaseDatabaseWrapper, **kwargs) -> None:
    """A demonstration that a power cut interrupts is built anew: its commits need not wait for the disk one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
