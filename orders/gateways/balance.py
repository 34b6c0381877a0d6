"""
The shopper's balance as a way to pay (O3): the money is at the custodian already and only changes whose it is.

Nobody outside is asked, so nothing is told later: she confirms on a page of the mall, and what she has is debited in
the transaction that pays the order (``orders.payments.pay_from_balance``). What goes back is on her balance in the
transaction in which the mall comes to owe it (``orders.refunds``).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.gateways.base import Answer, BadNotice, BillLine, NoBill, Notice, Payable, Returnable, Standing
from orders.models import Payment, PurseMove


class BalanceGateway:
    """Payments of orders from what the shopper has with the mall."""

    code = "balance"
    label = gettext_lazy("My balance")
    pays_orders_only, has_bill = True, False

    def is_configured(self) -> bool:
        return True

    def prepare(self, *, payment: Payable, now: datetime) -> Answer:
        return self.query(payment=payment, now=now)

    def page_url(self, *, payment: Payable) -> str:
        return reverse("storefront:orders:pay-balance", args=[payment.public_id])

    def query(self, *, payment: Payable, now: datetime) -> Answer:
        """Whether it was debited; one that has ended otherwise stays so."""
        if PurseMove.objects.filter(payment__public_id=payment.public_id).exists():
            standing = Standing.SUCCEEDED
        elif Payment.objects.filter(public_id=payment.public_id, status=Payment.Status.CLOSED).exists():
            standing = Standing.CLOSED
        else:
            standing = Standing.WAITING
        return Answer(standing, payment.amount, payment.public_id)

    def close(self, *, payment: Payable, now: datetime) -> Answer:
        """Nothing can be on its way: what is not debited by now is refused as soon as the payment is closed."""
        answer = self.query(payment=payment, now=now)
        return Answer(Standing.CLOSED, answer.amount, answer.reference) if answer.standing == "waiting" else answer

    def refund(self, *, refund: Returnable, now: datetime) -> bool:
        return True

    def query_refund(self, *, refund: Returnable, now: datetime) -> bool | None:
        return True

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        raise BadNotice("a balance sends no messages")

    def bill(self, *, day: date, now: datetime) -> Iterator[BillLine]:
        raise NoBill(_("The channel has no bill of this day."))
