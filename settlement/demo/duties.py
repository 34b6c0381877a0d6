"""What shops that are in still bring: one more trade that waits for staff, and a newer agreement that some accepted."""

from datetime import datetime, timedelta

from mall import clock
from mall.accounts.models import User
from mall.texts import Text
from merchants import agreements, applications
from merchants.models import Agreement, Shop, Trade
from merchants.requirements import publish_agreement
from merchants.trades import ask_for_trade
from settlement.demo import papers

WANTED = (  # the trades that a shop might ask for, the first that it has not got; and what it would sell
    ("health-food", "蜂蜜、蛋白粉"),
    ("cosmetics", "手工皂、护手霜"),
)
CLAUSE = {
    "zh-hans": "\n六、商家应当在发货后二十四小时内回传真实的物流单号。",
    "en": "\n6. The merchant hands in the true tracking number within twenty-four hours of shipping.",
}


def show_duties(shops: dict[str, Shop], *, owners: dict[str, User], staff: User, now: datetime) -> None:
    working = [shop for shop in Shop.objects.select_related("merchant").order_by("pk") if shop.is_at_work]
    for number, shop in enumerate(working[1:3]):
        _ask(shop, owners[shop.slug], number, now - timedelta(days=1, hours=number))
    _newer_agreement(working, owners, staff, now - timedelta(days=3))


def _ask(shop: Shop, owner: User, number: int, at: datetime) -> None:
    admitted = set(shop.merchant.admitted_trades.values_list("trade__slug", flat=True))
    slug, wares = next(((slug, wares) for slug, wares in WANTED if slug not in admitted), (None, ""))
    if slug is None:
        return
    row = ask_for_trade(shop=shop, trade=Trade.objects.get(slug=slug), by=owner, now=at)
    row = applications.save_draft(application=row, fields={"goods": wares}, now=at)
    if number:  # the second is still looking for its papers
        return
    row = papers.hand_in_papers(row, number=50 + number, runs_out={}, now=at)
    row = applications.submit_application(application=row, now=at)
    applications.check_application(application=row, now=at)


def _newer_agreement(shops: list[Shop], owners: dict[str, User], staff: User, at: datetime) -> None:
    latest = Agreement.objects.filter(code="merchant").order_by("-version").first()
    newer = publish_agreement(
        code="merchant",
        title=latest.title,
        text=Text({language: words + CLAUSE.get(language, "") for language, words in latest.text.items()}),
        binds_on=clock.business_date(at) + timedelta(days=45),
        by=staff,
        now=at,
    )
    agreements.ask_merchants(now=at)
    for shop in shops[1::2]:  # the demonstration's own owner still has to
        if agreements.to_accept(shop):
            agreements.accept_renewal(
                shop=shop, code=newer.code, version=newer.version, by=owners[shop.slug], now=at + timedelta(hours=9)
            )  # fmt: skip
