"""
What each kind of promotion does beside its rule when it is saved, started and stopped (K1): one table, ``tool_of``.

Most kinds only have a rule (``marketing.rules``). Those that sell a number of pieces write units from it, look at the
goods, and some stay as they were announced while they run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import stock
from catalog.models import Product, Sku
from mall.money import Money
from mall.refusals import Refusal
from marketing import rules
from marketing.bargaining import units as bargain_units
from marketing.crowdfunding.backing import write_funding
from marketing.deals import deposits
from marketing.deals import units as deal_units
from marketing.flash import units as flash_units
from marketing.models import Promotion
from marketing.rules import RuleMakesNoSense
from marketing.trials import units as trial_units


class CannotStart(Refusal):
    """The promotion, or its shop, is not in a state to start it."""

    code = "cannot-start"


class ChangedMeanwhile(Refusal):
    """A running promotion cannot be changed, or not to less than it has promised."""

    code = "changed-meanwhile"


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A promotion as somebody wants it to be.

    :ivar rule: clean (``rules.checked``)
    :ivar promotion: as it was before; ``None``: a new one
    """

    shop: object
    rule: Mapping
    starts_at: datetime
    ends_at: datetime
    budget: Money | None
    promotion: Promotion | None
    now: datetime


class Tool:
    """
    One kind of promotion; what it does not say, it does not do.

    :cvar stays: the words with which a change is refused while it runs; empty: it may be changed
    """

    stays: str | Promise = ""

    def check(self, plan: Plan) -> None:
        """
        What is planned makes sense today.

        :raises RuleMakesNoSense: with the words for what does not, beside its field
        """

    def check_change(self, promotion: Promotion) -> None:
        """:raises ChangedMeanwhile: it stays as it is"""
        if self.stays and promotion.status == Promotion.Status.LIVE:
            raise ChangedMeanwhile(str(self.stays))

    def write(self, promotion: Promotion) -> None:
        """
        The rows that its rule asks for, after it is saved.

        :raises RuleMakesNoSense: less than was promised
        """

    def check_start(self, promotion: Promotion) -> None:
        """:raises CannotStart: it is over for good"""

    def open(self, promotion: Promotion, *, now: datetime) -> None:
        """
        What has to happen when it starts.

        :raises RuleMakesNoSense, stock.OutOfStock: the goods are not any more what they were when it was saved
        """

    def close(self, promotion: Promotion, *, now: datetime) -> None:
        """What has to happen when it is stopped."""


class Coupon(Tool):
    def check(self, plan: Plan) -> None:
        if plan.budget is not None and not rules.worth(plan.rule):
            raise RuleMakesNoSense(_("With a budget a percentage needs a highest amount."), field="budget")


class Gift(Tool):
    def check(self, plan: Plan) -> None:
        if not Sku.objects.filter(pk=plan.rule["sku_id"], product__kind=Product.Kind.PHYSICAL).exists():
            sentence = _("A gift goes into the parcel: choose goods that you have and ship.")
            raise RuleMakesNoSense(sentence, field="sku_id")


class FlashSale(Tool):
    stays = gettext_lazy("A flash sale that is started stays as it is announced; stop it first.")

    def check(self, plan: Plan) -> None:
        flash_units.check_goods(
            shop=plan.shop,
            rule=plan.rule,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            promotion=plan.promotion,
            now=plan.now,
        )

    def write(self, promotion: Promotion) -> None:
        flash_units.write_units(promotion)

    def open(self, promotion: Promotion, *, now: datetime) -> None:
        """The goods are set aside first: their lock decides which of two sales at one time has them."""
        flash_units.open_units(promotion, now=now)
        self.check(_as_it_is(promotion, now))

    def close(self, promotion: Promotion, *, now: datetime) -> None:
        flash_units.close_units(promotion, now=now)


class DepositPresale(Tool):
    stays = gettext_lazy("A pre-sale that is started stays as it is announced; stop it first.")

    def check(self, plan: Plan) -> None:
        deposits.check_goods(
            shop=plan.shop, rule=plan.rule, starts_at=plan.starts_at, ends_at=plan.ends_at, promotion=plan.promotion
        )

    def write(self, promotion: Promotion) -> None:
        deposits.write_units(promotion)

    def open(self, promotion: Promotion, *, now: datetime) -> None:
        """Its goods may have become another kind or cheaper since it was saved."""
        self.check(_as_it_is(promotion, now))


class Bargain(Tool):
    stays = gettext_lazy("Bargaining that is started stays as it is announced; stop it first.")

    def check(self, plan: Plan) -> None:
        bargain_units.check_goods(
            shop=plan.shop, rule=plan.rule, starts_at=plan.starts_at, ends_at=plan.ends_at, promotion=plan.promotion
        )

    def write(self, promotion: Promotion) -> None:
        bargain_units.write_units(promotion)


class FreeTrial(Tool):
    def check(self, plan: Plan) -> None:
        trial_units.check_goods(shop=plan.shop, rule=plan.rule, promotion=plan.promotion)

    def write(self, promotion: Promotion) -> None:
        trial_units.write_units(promotion)

    def check_start(self, promotion: Promotion) -> None:
        if trial_units.is_decided(promotion):
            raise CannotStart(_("Its winners are found already; make a new one."))

    def open(self, promotion: Promotion, *, now: datetime) -> None:
        trial_units.throw_lot(promotion)


class GroupBuying(Tool):
    stays = gettext_lazy("What is announced to shoppers stays as it is while it runs; stop it first.")

    def check(self, plan: Plan) -> None:
        deal_units.check_goods(shop=plan.shop, rule=plan.rule)

    def write(self, promotion: Promotion) -> None:
        deal_units.write_units(promotion)


class Crowdfunding(GroupBuying):
    def check_change(self, promotion: Promotion) -> None:
        super().check_change(promotion)
        if promotion.status == Promotion.Status.STOPPED:
            raise ChangedMeanwhile(_("A crowdfunding that was stopped is over; make a new one."))

    def write(self, promotion: Promotion) -> None:
        super().write(promotion)
        write_funding(promotion)

    def check_start(self, promotion: Promotion) -> None:
        if promotion.status == Promotion.Status.STOPPED:
            raise CannotStart(_("A crowdfunding that was stopped is over; make a new one."))


_PLAIN = Tool()
_TOOLS: dict[str, Tool] = {
    Promotion.Kind.COUPON: Coupon(),
    Promotion.Kind.GIFT: Gift(),
    Promotion.Kind.FLASH_SALE: FlashSale(),
    Promotion.Kind.GROUP_BUYING: GroupBuying(),
    Promotion.Kind.CROWDFUNDING: Crowdfunding(),
    Promotion.Kind.DEPOSIT_PRESALE: DepositPresale(),
    Promotion.Kind.BARGAIN: Bargain(),
    Promotion.Kind.FREE_TRIAL: FreeTrial(),
}


def tool_of(kind: str) -> Tool:
    """What this kind of promotion does beside its rule."""
    return _TOOLS.get(kind, _PLAIN)


def open_tool(promotion: Promotion, *, now: datetime) -> None:
    """
    What has to happen when this promotion starts.

    :raises CannotStart: its goods are not any more what they were when it was saved
    """
    try:
        tool_of(promotion.kind).open(promotion, now=now)
    except (stock.OutOfStock, RuleMakesNoSense) as refusal:
        raise CannotStart(str(refusal)) from None


def _as_it_is(promotion: Promotion, now: datetime) -> Plan:
    return Plan(
        shop=promotion.shop,
        rule=promotion.rule,
        starts_at=promotion.starts_at,
        ends_at=promotion.ends_at,
        budget=promotion.budget,
        promotion=promotion,
        now=now,
    )
