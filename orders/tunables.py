"""Numbers of orders that staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

UNPAID_MINUTES = Tunable(
    "orders.unpaid_minutes",
    default=30,
    least=1,
    most=1440,
    sentence=_("Minutes until an unpaid order closes and its goods are given back."),
)
DELIVERY_DAYS = Tunable(
    "orders.delivery_days",
    default=10,
    least=1,
    most=60,
    sentence=_("Days after shipping until an order that nobody confirmed counts as delivered."),
)
COMPLETION_DAYS = Tunable(
    "orders.completion_days",
    default=7,
    least=1,
    most=60,
    sentence=_("Days after delivery until an order completes by itself."),
)
ASK_AFTER_MINUTES = Tunable(
    "orders.ask_after_minutes",
    default=2,
    least=1,
    most=60,
    sentence=_("Minutes after which the channel is asked about a payment that it has told nothing of."),
)
SHIPPING_HOURS = Tunable(
    "orders.shipping_hours",
    default=48,
    least=1,
    most=720,
    sentence=_("Hours after payment from which an order that is not shipped counts as overdue."),
)
COMMISSION_ON_SUBSIDY = Tunable(
    "orders.commission_on_subsidy",
    default=1,
    least=0,
    most=1,
    sentence=_("Whether the commission is also taken of the part of a price that the mall bears (1), or not (0)."),
)
