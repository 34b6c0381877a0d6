"""
What shops and platform staff do with promotions: make, change, start, stop, join (K1).

A running promotion may be changed: orders keep what they were placed under, and its version counts up. Who may start
one says ``merchants.standing``: a shop with a health score below 60, or in a state that does not allow promoting, may
not.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.generation import SHOPS, forget
from catalog.kinds import takes_offers
from catalog.models import Category, Product, ShopCategory, Sku
from mall.audit.trail import record
from mall.money import Money
from mall.refusals import Refusal
from mall.texts import Text
from marketing import promising, rules, tunables
from marketing.models import Campaign, Promotion, PromotionShare
from marketing.rules import RuleMakesNoSense
from marketing.tools import CannotStart, ChangedMeanwhile, Plan, open_tool, tool_of
from merchants import standing

MOST_CHOSEN = 500
KINDS_OF_THE_MALL = (Promotion.Kind.COUPON, Promotion.Kind.FULL_REDUCTION)


class CodeTaken(Refusal):
    """Another campaign has this code."""

    code = "code-taken"


@transaction.atomic
def save_promotion(
    *,
    promotion: Promotion | None = None,
    shop,
    kind: str,
    name: Text,
    starts_at: datetime,
    ends_at: datetime,
    rule: Mapping,
    scope: str = Promotion.Scope.ALL,
    scope_ids: Collection[int] = (),
    excludes: Collection[str] = (),
    shop_bps: int | None = None,
    budget: Money | None = None,
    code: str = "",
    is_open: bool = True,
    total_limit: int | None = None,
    daily_limit: int | None = None,
    person_limit: int = 1,
    period: str = Promotion.Period.EVER,
    audience: str = Promotion.Audience.EVERYBODY,
    given_from: Money | None = None,
    valid_days: int | None = None,
    by,
    now: datetime,
) -> Promotion:
    """
    Make a promotion, or change one; a new one is a draft.

    :param shop: whose it is; ``None``: the mall's
    :raises RuleMakesNoSense: numbers, goods or days contradict each other; ``details["field"]`` says which
    :raises CodeTaken: another campaign has this code
    :raises ChangedMeanwhile: less than it has given already
    """
    kind = Promotion.Kind(kind)
    if shop is None and kind not in KINDS_OF_THE_MALL:
        raise RuleMakesNoSense(_("The mall itself offers coupons and reductions only."), field="kind")
    clean = rules.checked(kind, rule)
    _check(ends_at > starts_at, "ends_at", _("It ends after it starts."))
    _check(ends_at > now, "ends_at", _("That moment has passed already."))
    scope_ids = _checked_scope(shop, scope, scope_ids)
    _check_skus(shop, rules.sku_ids_in(kind, clean))
    promising.check(shop=shop, rule=clean)
    tool = tool_of(kind)
    tool.check(Plan(shop, clean, starts_at, ends_at, budget=budget, promotion=promotion, now=now))
    _check(budget is None or budget.minor > 0, "budget", _("Enter an amount above zero."))

    before = {}
    if promotion is None:
        promotion = Promotion(shop=shop, kind=kind, made_at=now)
    else:
        promotion = Promotion.objects.select_for_update(of=("self",)).get(pk=promotion.pk)
        before = {"rule": promotion.rule, "version": promotion.version}
        _check_promised(promotion, total_limit, budget)
        tool.check_change(promotion)
        promotion.version += 1
    promotion.name, promotion.rule = name, clean
    promotion.starts_at, promotion.ends_at = starts_at, ends_at
    promotion.scope, promotion.scope_ids, promotion.excludes = scope, scope_ids, sorted(set(excludes))
    promotion.shop_bps = 10_000 if shop is not None else (shop_bps or 0)
    promotion.budget = budget
    if kind == Promotion.Kind.COUPON:
        _set_ways(
            promotion, code=code, is_open=is_open, audience=audience, given_from=given_from,
            total_limit=total_limit, daily_limit=daily_limit, person_limit=person_limit, period=period,
            valid_days=valid_days,
        )  # fmt: skip
    try:
        with transaction.atomic():
            promotion.save()
    except IntegrityError as error:
        if "code" not in str(error):
            raise
        raise CodeTaken(_("Another coupon has this code; choose one of your own."), field="code") from None
    tool.write(promotion)
    record(
        "marketing.save_promotion",
        promotion.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug if shop else "",
        before=before,
        after={"kind": kind, "rule": clean, "version": promotion.version},
    )
    _show_anew(promotion)
    return promotion


@transaction.atomic
def start_promotion(*, promotion: Promotion, by, now: datetime) -> Promotion:
    """
    From now on (or from the moment it names) the promotion counts.

    :raises BarredFromCampaigns: the shop's health score or state keeps it from promoting
    :raises CannotStart: its days are over, its budget is used up, or too many run already; of a flash sale, the stock
        has fewer pieces, or another one has them at that time
    :raises WrongStatus: it runs already
    """
    promotion = _locked(promotion)
    if promotion.shop is not None:
        standing.check_may_join(promotion.shop)
        running = Promotion.objects.owned_by(promotion.shop).filter(
            status=Promotion.Status.LIVE, ends_at__gt=now
        )  # fmt: skip
        most = tunables.MOST_LIVE_PROMOTIONS.value
        if running.count() >= most:
            raise CannotStart(_("At most %(most)d promotions run at the same time; stop one first.") % {"most": most})
    if promotion.ends_at <= now:
        raise CannotStart(_("Its days are over; give it a later end first."))
    if is_spent(promotion):
        raise CannotStart(_("Its budget is used up; give it a higher one first."))
    tool_of(promotion.kind).check_start(promotion)
    Promotion.FLOW.move(promotion, Promotion.Status.LIVE)
    promotion.started_at, promotion.stopped_at, promotion.stop_reason = now, None, ""
    promotion.save(update_fields=["status", "started_at", "stopped_at", "stop_reason"])
    open_tool(promotion, now=now)
    _note("marketing.start_promotion", promotion, by=by, now=now)
    return promotion


@transaction.atomic
def stop_promotion(*, promotion: Promotion, by, now: datetime, reason: str = "") -> Promotion:
    """
    The promotion takes nothing off any more; coupons in shoppers' hands stay good.

    :raises WrongStatus: it does not run
    """
    promotion = _locked(promotion)
    Promotion.FLOW.move(promotion, Promotion.Status.STOPPED)
    promotion.stopped_at, promotion.stop_reason = now, reason[:200]
    promotion.save(update_fields=["status", "stopped_at", "stop_reason"])
    tool_of(promotion.kind).close(promotion, now=now)
    _note("marketing.stop_promotion", promotion, by=by, now=now)
    return promotion


@transaction.atomic
def stop_promotions_of_shop(*, shop_id: str, now: datetime, is_barred: bool = False) -> int:
    """
    A shop (public id) that is frozen, leaves or is barred (M6) promotes nothing: what runs there stops, and it bears a
    part of none of the mall's promotions. Returns how many stopped; again: none.
    """
    with override("zh-hans"):
        barred, silent = _("The shop's health score is below 60"), _("The shop is not selling at the moment")
    reason = barred if is_barred else silent
    for share in PromotionShare.objects.filter(shop__public_id=shop_id).select_related("promotion", "shop"):
        leave_promotion(promotion=share.promotion, shop=share.shop, by=None, now=now)
    running = Promotion.objects.filter(shop__public_id=shop_id, status=Promotion.Status.LIVE).order_by("pk")
    if is_barred:  # what shoppers were promised in a campaign that runs is kept
        running = running.exclude(enrolments__campaign__status=Campaign.Status.LIVE)
    count = 0
    for promotion in running:
        stop_promotion(promotion=promotion, by=None, now=now, reason=reason)
        count += 1
    return count


@transaction.atomic
def join_promotion(*, promotion: Promotion, shop, by, now: datetime) -> PromotionShare:
    """
    The shop agrees to bear its part of one of the mall's promotions, as it stands now.

    :raises BarredFromCampaigns: the shop's health score or state keeps it from promoting
    :raises CannotStart: the promotion asks no shop to bear anything, or is over
    """
    standing.check_may_join(shop)
    if promotion.shop_id is not None or not promotion.shop_bps or promotion.ends_at <= now:
        raise CannotStart(_("This promotion does not ask shops to join."))
    share, _made = PromotionShare.objects.get_or_create(
        promotion=promotion,
        shop=shop,
        defaults={"shop_bps": promotion.shop_bps, "joined_at": now, "joined_by": by},
    )
    record(
        "marketing.join_promotion",
        promotion.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"shop_bps": share.shop_bps},
    )
    transaction.on_commit(lambda: forget(SHOPS), robust=True)
    return share


@transaction.atomic
def leave_promotion(*, promotion: Promotion, shop, by, now: datetime) -> bool:
    """The shop bears nothing of it from now on; orders placed before keep what they were placed under."""
    gone, _rows = PromotionShare.objects.filter(promotion=promotion, shop=shop).delete()
    if gone:
        record("marketing.leave_promotion", promotion.public_id, by=by, now=now, shop_slug=shop.slug)
        transaction.on_commit(lambda: forget(SHOPS), robust=True)
    return bool(gone)


def campaign_of(promotion: Promotion) -> Campaign | None:
    """The mall's campaign that made this promotion of a shop, which therefore leaves it alone."""
    return Campaign.objects.filter(enrolments__promotion=promotion).first()


def is_spent(promotion: Promotion) -> bool:
    """Whether nothing is left of its budget (for another coupon)."""
    if promotion.budget is None:
        return False
    least = (rules.worth(promotion.rule) or 0) if promotion.is_coupon else 1
    return promotion.spent.minor + least > promotion.budget.minor


def phase(promotion: Promotion, now: datetime) -> str:
    """What it does at this moment: draft, waiting, running, spent, over or stopped."""
    if promotion.status != Promotion.Status.LIVE:
        return "over" if promotion.status == Promotion.Status.STOPPED and promotion.ends_at <= now else promotion.status
    if promotion.ends_at <= now:
        return "over"
    if promotion.starts_at > now:
        return "waiting"
    return "spent" if is_spent(promotion) else "running"


def _set_ways(
    promotion: Promotion, *, code: str, is_open: bool, audience: str, given_from: Money | None, period: str, **limits
) -> None:
    """How shoppers come by a coupon: they claim it, openly or by its code, or are given it; and how many of them."""
    promotion.code, promotion.is_open = code.strip().upper() or None, is_open
    promotion.period, promotion.audience, promotion.given_from = Promotion.Period(period), audience, None
    for name, limit in limits.items():
        setattr(promotion, name, limit)
    if audience in Promotion.CLAIMED_BY:
        _check(is_open or promotion.code, "code", _("What not everybody may claim needs a code."))
        return
    _check(not promotion.code, "code", _("What is given needs no code."))
    promotion.is_open = False
    promotion.given_from = given_from if audience == Promotion.Audience.BUYERS else None


def _locked(promotion: Promotion) -> Promotion:
    return Promotion.objects.select_for_update(of=("self",)).select_related("shop").get(pk=promotion.pk)


def _note(action: str, promotion: Promotion, *, by, now: datetime) -> None:
    record(
        action,
        promotion.public_id,
        by=by,
        now=now,
        shop_slug=promotion.shop.slug if promotion.shop else "",
        after={"status": promotion.status, "reason": promotion.stop_reason},
    )
    _show_anew(promotion)


def _show_anew(promotion: Promotion) -> None:
    """Kept pages of goods and shops name what runs there."""
    if promotion.status != Promotion.Status.DRAFT:
        transaction.on_commit(lambda: forget(SHOPS), robust=True)


def _checked_scope(shop, scope: str, scope_ids: Collection[int]) -> list[int]:
    wanted = sorted(set(scope_ids))
    if scope == Promotion.Scope.ALL:
        return []
    _check(wanted, "scope", _("Choose what it applies to."))
    _check(len(wanted) <= MOST_CHOSEN, "scope", _("Choose at most 500."))
    match scope:
        case Promotion.Scope.PRODUCTS:
            found = Product.objects.filter(pk__in=wanted)
            found = found.filter(shop=shop) if shop else found
        case Promotion.Scope.SHELVES:
            found = ShopCategory.objects.filter(pk__in=wanted, shop=shop)
        case _:
            found = Category.objects.filter(pk__in=wanted)
    _check(found.count() == len(wanted), "scope", _("Something that you chose is not there any more."))
    return wanted


def _check_skus(shop, sku_ids: Collection[int]) -> None:
    found = list(Sku.objects.filter(pk__in=sku_ids, shop=shop).values_list("product__kind", flat=True))
    _check(len(found) == len(set(sku_ids)), "rule", _("Something that you chose is not there any more."))
    _check(all(map(takes_offers, found)), "rule", _("No offer can be made with a gift card: it is money."))


def _check_promised(promotion: Promotion, total_limit: int | None, budget: Money | None) -> None:
    if total_limit is not None and total_limit < promotion.claimed_count:
        raise ChangedMeanwhile(
            _("%(count)d are claimed already; it cannot be fewer in all.") % {"count": promotion.claimed_count},
            field="total_limit",
        )
    if budget is not None and budget.minor < promotion.spent.minor:
        raise ChangedMeanwhile(
            _("%(amount)s are given already; the budget cannot be less.") % {"amount": promotion.spent},
            field="budget",
        )


def _check(holds, field: str, sentence: str) -> None:
    if not holds:
        raise RuleMakesNoSense(sentence, field=field)
