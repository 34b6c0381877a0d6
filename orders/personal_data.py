"""What orders knows of a person (A3), and what must be settled before she is forgotten."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.accounts.privacy.registry import DELETE, KEEP, blank, obstacle, personal
from orders.invoices import forget_titles
from orders.models import (
    AddressChange,
    AfterSale,
    BankLine,
    CardTry,
    Cart,
    Declaration,
    GiftCard,
    Importer,
    Invoice,
    InvoiceProfile,
    Order,
    OrderGroup,
    OrderLine,
    Purse,
    PurseMove,
    Refund,
)
from orders.sealed_addresses import seal_addresses

ENDED = (Order.Status.COMPLETED, Order.Status.CANCELED)
SETTLED = (AfterSale.Status.DONE, AfterSale.Status.CLOSED)

personal("orders/checkouts", lambda person: OrderGroup.objects.filter(shopper=person), erase=KEEP)
personal(
    "orders/address-changes",
    lambda person: AddressChange.objects.filter(order__shopper=person).select_related("order"),
    erase=KEEP,  # emptied with their orders
)
personal(
    "orders/orders", lambda person: Order.objects.filter(shopper=person).select_related("shop"), erase=seal_addresses
)
personal(
    "orders/lines", lambda person: OrderLine.objects.filter(order__shopper=person).select_related("order"), erase=KEEP
)
personal(
    "orders/after-sales", lambda person: AfterSale.objects.filter(shopper=person).select_related("order"), erase=KEEP
)
personal("orders/cart", lambda person: Cart.objects.filter(shopper=person), erase=DELETE)
personal("orders/gift-cards", lambda person: GiftCard.objects.filter(holder=person), erase=KEEP)
personal("orders/gift-card-tries", lambda person: CardTry.objects.filter(person=person), erase=DELETE)
personal("orders/importer", lambda person: Importer.objects.filter(shopper=person), erase=DELETE)
personal("orders/invoice-profile", lambda person: InvoiceProfile.objects.filter(shopper=person), erase=DELETE)
personal(
    "orders/invoices",
    lambda person: Invoice.objects.filter(order__shopper=person).select_related("order"),
    erase=forget_titles,
)
personal(
    "orders/customs",
    lambda person: Declaration.objects.filter(order__shopper=person).select_related("order"),
    erase=KEEP,  # what was declared to customs is theirs as well; encrypted, and each look is on the record
)


personal(
    "orders/bank-lines",
    lambda person: BankLine.objects.filter(payment__group__shopper=person),
    erase=blank(payer_name="", payer_account="", remark=""),  # the bank knows them by its own number
)
personal("orders/invoice-profile", lambda person: InvoiceProfile.objects.filter(shopper=person), erase=DELETE)
personal(
    "orders/invoices",
    lambda person: Invoice.objects.filter(order__shopper=person).select_related("order", "shop"),
    erase=blank(email=""),  # in whose name an invoice was made out stays with the books, encrypted
)
personal("orders/balance", lambda person: Purse.objects.filter(shopper=person), erase=KEEP)
personal(
    "orders/balance-moves",
    lambda person: PurseMove.objects.filter(purse__shopper=person).select_related("payment", "refund"),
    erase=KEEP,
)


@obstacle
def orders_under_way(person) -> list[str]:
    count = Order.objects.filter(shopper=person).exclude(status__in=ENDED).count()
    words = ngettext("%(count)d order is under way.", "%(count)d orders are under way.", count)
    return [words % {"count": count}] if count else []


@obstacle
def cases_that_are_open(person) -> list[str]:
    count = AfterSale.objects.filter(shopper=person).exclude(status__in=SETTLED).count()
    words = ngettext("%(count)d after-sale is open.", "%(count)d after-sales are open.", count)
    return [words % {"count": count}] if count else []


@obstacle
def money_that_is_hers(person) -> list[str]:
    found = []
    if Refund.objects.filter(order__shopper=person, status=Refund.Status.ASKED).exists():
        found.append(_("Money is on its way back to you."))
    if GiftCard.objects.filter(holder=person, balance__gt=0, status=GiftCard.Status.ACTIVE).exists():
        found.append(_("There is money on your gift cards: spend it or give it away first."))
    if Purse.objects.filter(shopper=person, balance__gt=0).exists():
        found.append(_("There is money in your balance: spend it first."))
    return found
