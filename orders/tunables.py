"""Numbers of orders that staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable, Unit

UNPAID_MINUTES = Tunable(
    "orders.unpaid_minutes",
    default=30,
    least=1,
    most=1440,
    sentence=_("Minutes until an unpaid order closes and its goods are given back."),
)
FLASH_UNPAID_MINUTES = Tunable(
    "orders.flash_unpaid_minutes",
    default=10,
    least=1,
    most=60,
    sentence=_("Minutes until an unpaid order with units of a flash sale closes, so that others can have them."),
)
DELIVERY_DAYS = Tunable(
    "orders.delivery_days",
    default=10,
    least=1,
    most=60,
    sentence=_("Days after shipping until an order that nobody confirmed counts as delivered."),
)
TRACKING_MINUTES = Tunable(
    "orders.tracking_minutes",
    default=30,
    least=5,
    most=1440,
    sentence=_("Minutes after which a carrier is asked again where a parcel is."),
)
TRACKING_DAYS = Tunable(
    "orders.tracking_days",
    default=60,
    least=10,
    most=365,
    sentence=_("Days after shipping from which on nobody asks a carrier about a parcel any more."),
)
COMPLETION_DAYS = Tunable(
    "orders.completion_days",
    default=7,
    least=1,
    most=60,
    sentence=_("Days after delivery until an order completes by itself."),
)
EXTENSION_DAYS = Tunable(
    "orders.extension_days",
    default=7,
    least=1,
    most=60,
    sentence=_("Days by which a shopper may put off the completion of an order, once."),
)
ALIPAY_FEE_BPS = Tunable(
    "orders.alipay_fee_bps",
    default=60,
    least=0,
    most=1000,
    sentence=_("Which part of a payment Alipay may keep as its fee; 0: fees on its bills are not compared."),
    unit=Unit.PERCENT,
)
WECHAT_FEE_BPS = Tunable(
    "orders.wechat_fee_bps",
    default=60,
    least=0,
    most=1000,
    sentence=_("Which part of a payment WeChat Pay may keep as its fee; 0: fees are not compared."),
    unit=Unit.PERCENT,
)
STRIPE_FEE_BPS = Tunable(
    "orders.stripe_fee_bps",
    default=0,
    least=0,
    most=1000,
    sentence=_("Which part of a payment Stripe may keep as its fee; 0: fees are not compared."),
    unit=Unit.PERCENT,
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
MISSED_DAYS = Tunable(
    "orders.missed_days",
    default=3,
    least=1,
    most=30,
    sentence=_("Days after an appointment until an order whose code nobody checked is canceled and paid back."),
)
PICK_UP_REMIND_DAYS = Tunable(
    "orders.pick_up_remind_days",
    default=3,
    least=1,
    most=30,
    sentence=_("Days after an order lies ready in a store until its shopper is reminded to pick it up."),
)
PICK_UP_DAYS = Tunable(
    "orders.pick_up_days",
    default=7,
    least=1,
    most=60,
    sentence=_("Days that an order lies ready in a store before its code expires."),
)
WRONG_VOUCHER_CODES = Tunable(
    "orders.wrong_voucher_codes",
    default=30,
    least=5,
    most=1000,
    sentence=_("Wrong codes of appointments and pick-ups that a person may check in 24 hours."),
)
OFFLINE_HOURS = Tunable(
    "orders.offline_hours",
    default=12,
    least=1,
    most=48,
    sentence=_("Hours for which a list of codes that a device has taken with it is good."),
)
COMMISSION_ON_SUBSIDY = Tunable(
    "orders.commission_on_subsidy",
    default=1,
    least=0,
    most=1,
    sentence=_("Whether the commission is also taken of the part of a price that the mall bears (1), or not (0)."),
)
PRICE_PROTECTION_DAYS = Tunable(
    "orders.price_protection_days",
    default=7,
    least=0,
    most=60,
    sentence=_("Days after payment in which a shopper gets the difference when the price has fallen; 0: in none."),
)
MOST_COMPENSATION = Tunable(
    "orders.most_compensation",
    default=20_000,
    least=0,
    most=1_000_000,
    sentence=_("Fen that people of a shop who may not withdraw its money may pay as one compensation."),
)
ANSWER_HOURS = Tunable(
    "orders.after_sale_answer_hours",
    default=48,
    least=1,
    most=720,
    sentence=_("Hours within which a shop answers an after-sale, or else it is agreed to."),
)
UNSHIPPED_HOURS = Tunable(
    "orders.after_sale_unshipped_hours",
    default=24,
    least=1,
    most=720,
    sentence=_("Hours within which a shop answers who wants her money back before shipping, or else it is agreed to."),
)
REPLY_DAYS = Tunable(
    "orders.after_sale_reply_days",
    default=7,
    least=1,
    most=60,
    sentence=_("Days within which a shopper goes on after the shop's answer, or else the case is closed."),
)
RETURN_DAYS = Tunable(
    "orders.after_sale_return_days",
    default=7,
    least=1,
    most=60,
    sentence=_("Days within which goods are to be sent back, or else the case is closed."),
)
TRANSIT_DAYS = Tunable(
    "orders.after_sale_transit_days",
    default=10,
    least=1,
    most=60,
    sentence=_("Days after which goods on their way in an after-sale count as arrived."),
)
INSPECT_DAYS = Tunable(
    "orders.after_sale_inspect_days",
    default=7,
    least=1,
    most=60,
    sentence=_("Days within which a shop inspects what came back, or else it counts as accepted."),
)
RESEND_DAYS = Tunable(
    "orders.after_sale_resend_days",
    default=7,
    least=1,
    most=60,
    sentence=_("Days within which a shop sends what an after-sale owes, or else the money goes back."),
)
EVIDENCE_DAYS = Tunable(
    "orders.after_sale_evidence_days",
    default=3,
    least=1,
    most=30,
    sentence=_("Days in which both sides may show evidence to the mall, unseen by the other."),
)
APPEAL_DAYS = Tunable(
    "orders.after_sale_appeal_days",
    default=3,
    least=1,
    most=30,
    sentence=_("Days in which a decision of the mall may be appealed, before it is carried out."),
)
ASK_DAYS = Tunable(
    "orders.after_sale_ask_days",
    default=15,
    least=1,
    most=365,
    sentence=_("Days after delivery in which money back or an exchange may be asked for."),
)
REPAIR_DAYS = Tunable(
    "orders.after_sale_repair_days",
    default=365,
    least=1,
    most=3650,
    sentence=_("Days after delivery in which a repair may be asked for."),
)
WATCHED_DAYS = Tunable(
    "orders.watched_days",
    default=30,
    least=7,
    most=90,
    sentence=_("For how many days the complaints and returns of goods on sale are counted."),
)
WATCHED_ORDERS = Tunable(
    "orders.watched_orders",
    default=20,
    least=1,
    most=1_000,
    sentence=_("From how many orders on the complaints and returns of goods mean something."),
)
MOST_COMPLAINTS_BPS = Tunable(
    "orders.most_complaints_bps",
    default=500,
    least=100,
    most=10_000,
    sentence=_("Above which part of orders with complaints goods are taken off sale."),
    unit=Unit.PERCENT,
)
MOST_RETURNS_BPS = Tunable(
    "orders.most_returns_bps",
    default=3_000,
    least=100,
    most=10_000,
    sentence=_("Above which part of orders that came back goods are taken off sale."),
    unit=Unit.PERCENT,
)
WRONG_CARD_CODES = Tunable(
    "orders.wrong_card_codes",
    default=10,
    least=1,
    most=1000,
    sentence=_("Wrong codes of gift cards that a person may type in 24 hours."),
)
LEAST_PAYMENT_BPS = Tunable(
    "orders.least_payment_bps",
    default=9_950,
    least=1,
    most=10_000,
    sentence=_("Which part of payments must succeed; below it there is an alert."),
    unit=Unit.PERCENT,
)
PAYMENT_MINUTES = Tunable(
    "orders.payment_minutes", default=60, least=5, most=1440, sentence=_("Minutes over which payments are judged.")
)
PAYMENT_SAMPLE = Tunable(
    "orders.payment_sample",
    default=20,
    least=1,
    most=100_000,
    sentence=_("Payments in these minutes below which their success says nothing."),
)
MOST_DIFFERENCE = Tunable(
    "orders.most_difference",
    default=0,
    least=0,
    most=100_000_000,
    sentence=_("The amount by which channels' bills and our books may disagree before there is an alert."),
    unit=Unit.YUAN,
)
MOST_BALANCE = Tunable(
    "orders.most_balance",
    default=500_000,
    least=0,
    most=100_000_000,
    sentence=_("The amount up to which a shopper may top her balance up; what is returned to her comes on top."),
    unit=Unit.YUAN,
)
FREE_BALANCE = Tunable(
    "orders.free_balance",
    default=100_000,
    least=0,
    most=100_000_000,
    sentence=_("What a shopper's balance pays without a second factor shown just now."),
    unit=Unit.YUAN,
)
TRANSFER_DAYS = Tunable(
    "orders.transfer_days",
    default=3,
    least=1,
    most=15,
    sentence=_("Days that an order waits for a bank transfer, with its goods kept."),
)
LEAST_TRANSFER = Tunable(
    "orders.least_transfer",
    default=10_000,
    least=0,
    most=100_000_000,
    sentence=_("The amount from which on an order may be paid by bank transfer."),
    unit=Unit.YUAN,
)
OPEN_TRANSFERS = Tunable(
    "orders.open_transfers",
    default=3,
    least=1,
    most=100,
    sentence=_("Orders of one shopper that may wait for a bank transfer at the same time."),
)
