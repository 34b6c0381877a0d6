"""After-sales of the demonstration's shopper: one in each standing that a visitor should see, on both sides."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from catalog.bulk_edit import change_skus
from catalog.models import Product
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.money import Money
from mall.refusals import Refusal
from merchants.models import Seat
from orders import refunds
from orders.after_sales import amounts, answering, arbitration, asking, gifts, giving, returning, talking
from orders.models import AfterSale, AfterSaleNote, Order, OrderLine
from settlement.demo.shops import OWNER, SHOPPER

Side = AfterSaleNote.Side
WISHES = [  # kind, reason, what she says, what the shop says, how far it goes
    ("return", "damaged", "收到时杯沿有一处磕碰，拍了照片，想退货退款。", "", "asked"),
    ("exchange", "wrong_choice", "颜色和想的不一样，想换一件。", "可以换货，请用原包装寄回。", "awaiting_return"),
    (
        "refund",
        "not_as_described",
        "实物比图片小一圈，希望退一部分。",
        "详情页写明了尺寸，请核对。",
        "refused",
    ),
    ("return", "defective", "用了两次就漏水了。", "出库前都检查过，不接受退货。", "arbitration"),
    ("refund", "damaged", "外盒压坏了，里面也有划痕。", "抱歉给您带来麻烦，同意退款。", "done"),
    ("return", "changed_mind", "家里已经有了，想退。", "同意，请保持商品完好。", "inspecting"),
]


def show_after_sales(*, owners: dict[str, User], now: datetime) -> list[AfterSale]:
    """A case for each wish, about orders that arrived of late; those of the demonstration's own people first."""
    recent = OrderLine.objects.filter(
        order__status=Order.Status.DELIVERED,
        order__kind=Product.Kind.PHYSICAL,
        order__delivered_at__gt=now - timedelta(days=6),
    )
    found = [
        line
        for line in recent.select_related("order__shop", "order__shopper", "sku__product").order_by("-pk")[:400]
        if line.order.shop.slug in owners and amounts.left_of(line)
    ]
    found.sort(key=lambda line: (line.order.shopper.email != SHOPPER, owners[line.order.shop.slug].email != OWNER))
    lines = list({line.order_id: line for line in reversed(found)}.values())[::-1]
    made = [_tell(line, owners[line.order.shop.slug], now, *wish) for line, wish in zip(lines, WISHES, strict=False)]
    rest = lines[len(made) :]
    made += _pay_for_damage(rest.pop(0), owners, now) if rest else []
    made += _lower_a_price(rest, owners, now)
    deliver_everything()
    refunds.finish_refunds(now=now)
    deliver_everything()
    return made


def _pay_for_damage(line: OrderLine, owners: dict[str, User], now: datetime) -> list[AfterSale]:
    """A shop pays for a box that came damaged, and the goods stay."""
    owner, most = owners[line.order.shop.slug], giving.most_for(line)
    words = "外箱压坏了，商品没有影响，补偿您一点心意。"
    seat = Seat.objects.get(shop=line.order.shop, user=owner)
    amount = min(Money(500, line.currency), most)
    given = {"line": line, "amount": amount, "reason": "damaged", "text": words, "seat": seat, "by": owner, "now": now}
    return [giving.compensate(**given)] if most else []


def _lower_a_price(lines: Sequence[OrderLine], owners: dict[str, User], now: datetime) -> list[AfterSale]:
    """Goods that were just bought cost a twentieth less: their shopper gets the difference."""
    for line in lines:
        product, owner = line.sku.product, owners[line.order.shop.slug]
        lower = line.sku.price - line.sku.price.share(500)
        try:
            edits = {line.sku.public_id: {"price": lower}}
            change_skus(product=product, seen_at=product.changed_at, edits=edits, by=owner, now=now)
        except Refusal:
            continue
        line = OrderLine.objects.select_related("order__shop", "sku__product").get(pk=line.pk)
        found = giving.protection_of(line.order, line, now)
        if found and found.difference:
            return [giving.protect_price(line=line, shown=found.difference, by=line.order.shopper, now=now)]
    return []


def _tell(
    line: OrderLine, owner: User, now: datetime, kind: str, reason: str, said: str, answer: str, until: str
) -> AfterSale:
    begun = max(line.order.delivered_at, now - timedelta(hours=20))
    shopper = line.order.shopper
    case = asking.ask(
        line=line,
        kind=kind,
        reason=reason,
        quantity=1,
        text=said,
        choice=gifts.BACK if kind == "return" else gifts.KEEP,
        by=shopper,
        now=begun,
    )
    if until == "asked":
        return case
    how = {"text": answer, "by": owner, "now": begun}
    if until in ("refused", "arbitration"):
        case = answering.refuse(case=case, **how)
    else:
        case = answering.agree(case=case, **how)
    if until == "inspecting":
        case = returning.send_back(
            case=case, carrier="sf", tracking_number=f"SF{8_800_000_000_000 + line.pk:013d}", by=shopper, now=now
        )
        case = returning.note_arrival(case=case, by=owner, now=now)
    if until == "arbitration":
        case = arbitration.escalate(case=case, text="请平台帮忙看看，视频里能看到漏水。", by=shopper, now=now)
        talking.say(case=case, side=Side.SHOPPER, text="漏水的视频截图在这里。", by=shopper, now=now)
    return case
