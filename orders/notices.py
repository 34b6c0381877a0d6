"""What orders tell people (A7): that a parcel has left, how an after-sale stands, what is still to be paid."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

PARCEL_SHIPPED = Kind(
    "orders.parcel_shipped",
    title=_("%(shop)s has sent your order"),
    body=_("%(carrier)s %(number)s. Look at the order to see where it is."),
)
PART_SHIPPED = Kind(
    "orders.part_shipped",
    title=_("%(shop)s has sent a part of your order"),
    body=_("%(carrier)s %(number)s. The rest comes in a parcel of its own."),
)
PARCEL_CAME_BACK = Kind(
    "orders.parcel_came_back",
    title=_("A parcel of %(shop)s could not be delivered"),
    body=_("It is with the shop again, which sends it anew; or ask for your money back."),
)
PARCEL_CAME_BACK_TO_SHOP = Kind(
    "orders.parcel_came_back_to_shop",
    title=_("%(shop)s: a parcel came back"),
    body=_("%(carrier)s %(number)s. Send it again, or pay it back."),
    is_mailed=False,
)
SHIP_LATE = Kind(
    "orders.ship_late",
    title=_("%(shop)s: order %(number)s is late"),
    body=_("It was to be shipped within %(hours)s hours."),
    is_mailed=False,
)
ADDRESS_ASKED = Kind(
    "orders.address_asked",
    title=_("%(shop)s: a shopper asks for another address"),
    body=_("Order %(number)s is packed already: say whether it can go elsewhere."),
    is_mailed=False,
)
ADDRESS_CHANGED = Kind(
    "orders.address_changed",
    title=_("%(shop)s sends your order to the other address"),
    body=_("Look at the order to see where it goes."),
    is_mailed=False,
)
ADDRESS_REFUSED = Kind(
    "orders.address_refused",
    title=_("%(shop)s cannot send your order to the other address"),
    body=_("It goes where it was to go. Look at the order to see why."),
)
READY = Kind(
    "orders.ready",
    title=_("Your order lies ready in a store of %(shop)s"),
    body=_("%(store)s, %(place)s. Show the code of your order there until %(until)s."),
)
PICK_UP_REMINDER = Kind(
    "orders.pick_up_reminder",
    title=_("Your order still lies ready in a store of %(shop)s"),
    body=_("%(store)s, %(place)s. Show the code of your order there until %(until)s."),
)
PICK_UP_OVER = Kind(
    "orders.pick_up_over",
    title=_("Nobody has picked up your order with %(shop)s"),
    body=_("Its code has expired. Ask the shop to keep it longer, or cancel it to have your money back."),
)
PICK_UP_OVER_TO_SHOP = Kind(
    "orders.pick_up_over_to_shop",
    title=_("%(shop)s: nobody has picked up order %(number)s"),
    body=_("Its code has expired. Keep it longer, or cancel it and return the money."),
    is_mailed=False,
)
INVOICE_ISSUED = Kind(
    "orders.invoice_issued",
    title=_("%(shop)s has issued the invoice of your order"),
    body=_("Order %(number)s: the PDF is ready to be downloaded."),
)
INVOICE_REFUSED = Kind(
    "orders.invoice_refused",
    title=_("%(shop)s cannot issue the invoice of your order as you asked"),
    body=_("Order %(number)s: read why, and ask again."),
)
INVOICE_CORRECTION_DUE = Kind(
    "orders.invoice_correction_due",
    title=_("%(shop)s: an invoice is to be corrected"),
    body=_("Money of order %(number)s went back after its invoice: issue a red-letter one."),
    is_mailed=False,
)
AFTER_SALE_OPENED = Kind(
    "orders.after_sale_opened",
    title=_("%(shop)s: a shopper asks for “%(wish)s”"),
    body=_("%(reason)s. Without an answer it is agreed to when its time is over."),
    is_mailed=False,
)
COMPLAINT_OPENED = Kind(
    "orders.complaint_opened",
    title=_("%(shop)s: a shopper complains about an order"),
    body=_("%(reason)s. Without an answer it goes to the mall's staff when its time is over."),
    is_mailed=False,
)
AFTER_SALE_ANSWERED = Kind(
    "orders.after_sale_answered",
    title=_("Your after-sale with %(shop)s: %(status)s"),
    body=_("Look at what to do next, and until when."),
)
AFTER_SALE_MOVED = Kind(
    "orders.after_sale_moved",
    title=_("%(shop)s: after-sale %(number)s: %(status)s"),
    body=_("Look at what to do next, and until when."),
    is_mailed=False,
)
AFTER_SALE_SAID = Kind(
    "orders.after_sale_said",
    title=_("Something new about your after-sale with %(shop)s"),
    body=_("Somebody has written about it."),
    is_mailed=False,
)
AFTER_SALE_SAID_TO_SHOP = Kind(
    "orders.after_sale_said_to_shop",
    title=_("%(shop)s: something new about after-sale %(number)s"),
    body=_("Somebody has written about it."),
    is_mailed=False,
)
BALANCE_DUE = {
    "open": Kind(
        "orders.balance_open",
        title=_("You can pay the rest of your order with %(shop)s now"),
        body=_("%(amount)s until %(until)s. Whoever misses it loses the deposit."),
    ),
    "day": Kind(
        "orders.balance_day",
        title=_("Less than a day left to pay the rest of your order with %(shop)s"),
        body=_("%(amount)s until %(until)s. Whoever misses it loses the deposit."),
    ),
    "hours": Kind(
        "orders.balance_hours",
        title=_("A few hours left to pay the rest of your order with %(shop)s"),
        body=_("%(amount)s until %(until)s. Whoever misses it loses the deposit."),
    ),
}
DEPOSIT_KEPT = Kind(
    "orders.deposit_kept",
    title=_("Your order with %(shop)s has ended: the rest was not paid"),
    body=_("The deposit of %(amount)s stays with the shop, as the terms said when you ordered."),
)
