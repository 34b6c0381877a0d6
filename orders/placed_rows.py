"""The orders of a checkout as rows: what each keeps of its prices, goods, address and deal (O2)."""

from collections.abc import Mapping

from catalog.commission import Commission
from catalog.offers import BuyableSku
from mall.accounts.models import Address
from mall.money import Money
from mall.rows import insert_rows
from marketing.deals import Deal, DepositTerms
from marketing.pricing import PricedLine
from orders import tunables
from orders.models import Order, OrderGroup, OrderLine, OrderStep
from orders.offering import frozen_duty, frozen_issuers, frozen_parts
from orders.parts import Part
from orders.steps import write_steps

NOWHERE = Address(consignee="", phone="", province="", city="", district="", line="")  # of what is never brought


def write_orders(
    group: OrderGroup,
    parts: list[Part],
    by_cards: list[Money],
    offers: dict[int, BuyableSku],
    slots: Mapping[int, int],
    address: Address | None,
    messages: Mapping[int, str],
    deal: Deal | None,
    commissions: Mapping[int, Commission],
) -> tuple[list[Order], list[OrderLine]]:
    """One order per part with its lines and the first step of its timeline: three statements."""
    orders = insert_rows(
        _order(group, part, paid, address, messages, deal) for part, paid in zip(parts, by_cards, strict=True)
    )
    lines = insert_rows(
        _line(order, priced, offers[priced.sku_id], slots.get(priced.sku_id), commissions.get(priced.sku_id))
        for order, part in zip(orders, parts, strict=True)
        for priced in part.quote.lines
    )
    write_steps(orders, OrderStep.Kind.PLACED, at=group.placed_at, by=group.shopper)
    return orders, lines


def _order(
    group: OrderGroup,
    part: Part,
    by_cards: Money,
    address: Address | None,
    messages: Mapping[int, str],
    deal: Deal | None,
) -> Order:
    quote = part.quote
    where = address if part.needs_address and address else NOWHERE
    order = Order(
        shop_id=quote.shop_id,
        group=group,
        shopper=group.shopper,
        kind=part.kind,
        store_id=part.store_id,
        promised_on=part.promised_on,
        currency=quote.total.currency,
        goods_total=quote.goods_total,
        shipping_fee=quote.shipping_fee,
        discount=quote.discount,
        duty=quote.duty,
        total=quote.total,
        by_cards=by_cards,
        price_trace=quote.trace,
        consignee=where.consignee,
        phone=where.phone,
        province=where.province,
        city=where.city,
        district=where.district,
        address_line=where.line,
        message=messages.get(quote.shop_id, ""),
        deal=deal.key if deal else "",
        awaits_deal=bool(deal and deal.waits),
        placed_at=group.placed_at,
        due_at=group.pay_by,
    )
    if deal and deal.deposit:
        _divide(order, deal.deposit, pieces=sum(line.quantity for line in quote.lines))
    return order


def _divide(order: Order, terms: DepositTerms, *, pieces: int) -> None:
    """It is paid in two parts, and ships from a day on. That the deposit counts for more is in the price already."""
    order.deposit = terms.deposit * pieces
    order.balance_from, order.balance_until = terms.balance_from, terms.balance_until
    order.promised_on = terms.ships_on
    note = {"step": "deposit", "version": 1, "amount": order.deposit.minor, "worth": (terms.worth * pieces).minor}
    order.price_trace = [*order.price_trace, note]


def _line(
    order: Order, priced: PricedLine, offer: BuyableSku, slot_id: int | None, commission: Commission | None
) -> OrderLine:
    return OrderLine(
        shop_id=order.shop_id,
        order=order,
        sku_id=priced.sku_id,
        product_public_id=offer.product_public_id,
        title=offer.title,
        choice_text=offer.choice_text,
        picture=offer.picture,
        slot_id=slot_id,
        quantity=priced.quantity,
        currency=priced.total.currency,
        unit_price=priced.unit_price,
        discount=priced.discount,
        total=priced.total,
        discount_parts=frozen_parts(priced),
        subsidy=priced.borne_by("platform"),
        issuers=frozen_issuers(priced),
        from_issuers=priced.borne_by("issuer"),
        gift_count=priced.gifts,
        duty=priced.duty.amount if priced.duty else Money(0, priced.total.currency),
        duty_parts=frozen_duty(priced, offer),
        commission_bps=offer.commission_bps,
        commission_on_subsidy=bool(tunables.COMMISSION_ON_SUBSIDY.value),
        commission=Money(commission.amount, priced.total.currency) if commission else None,
        commission_rule=commission.as_data() if commission else None,
    )
