"""Invoices of the demonstration: asked for, refused, issued; one whose order is refunded later wants a correction."""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from catalog.models import Product
from mall.accounts.models import User
from mall.events import deliver_everything
from orders.invoices import InvoiceWanted, ask_invoice, can_ask, issue_invoice, refuse_invoice
from orders.models import Invoice, Order
from settlement.demo.data.credit_codes import credit_code
from settlement.demo.papers import example_page
from settlement.demo.shops import OWNER, SHOPPER

CODE = credit_code(kind="91", region="330100", organization="MAEXAM01")  # of a company that does not exist
WISHES = (  # for whom, what becomes of it
    ("company", "asked"),
    ("company", "refused"),
    ("personal", "issued"),
    ("company", "issued"),
    ("personal", "issued"),
    ("personal", "asked"),
)
REASON = "抬头与税号不一致，请核对后重新申请。"


def show_invoices(*, owners: dict[str, User], now: datetime) -> list[Invoice]:
    """An invoice for each wish, about orders that arrived of late; those of the demonstration's own people first."""
    recent = Order.objects.filter(
        status=Order.Status.DELIVERED, kind=Product.Kind.PHYSICAL, delivered_at__gt=now - timedelta(days=6)
    )
    found = [
        order
        for order in recent.select_related("shop", "shopper").prefetch_related("lines").order_by("-pk")[:400]
        if order.shop.slug in owners and can_ask(order)
    ]
    found.sort(key=lambda order: (order.shopper.email != SHOPPER, owners[order.shop.slug].email != OWNER))
    made = [
        _tell(order, owners[order.shop.slug], now, number, *wish)
        for number, (order, wish) in enumerate(zip(found, WISHES, strict=False), start=1)
    ]
    deliver_everything()
    return made


def _tell(order: Order, owner: User, now: datetime, number: int, kind: str, until: str) -> Invoice:
    asked_at = max(order.delivered_at, now - timedelta(hours=30))
    title = "云和示例茶文化有限公司" if kind == "company" else order.consignee.reveal()
    tax_number = CODE if kind == "company" else ""
    wanted = InvoiceWanted(kind, title, order.shopper.email, tax_number)
    invoice = ask_invoice(order=order, wanted=wanted, by=order.shopper, now=asked_at)
    if until == "issued":
        file = ContentFile(example_page(f"invoice {order.public_id}"), name="invoice.pdf")
        issue_invoice(invoice=invoice, number=f"2533{number:016d}", file=file, by=owner, now=asked_at)
    elif until == "refused":
        refuse_invoice(invoice=invoice, reason=REASON, by=owner, now=asked_at)
    return invoice
