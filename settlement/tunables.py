"""The numbers of settlement that platform staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable, Unit

SETTLEMENT_DAYS = Tunable(
    "settlement.days",
    default=7,
    least=0,
    most=90,
    sentence=_(
        "Days between an order's completion and the day on which the shop's share becomes available; holds for orders"
        " that complete from now on."
    ),
)
IN_WORKING_DAYS = Tunable(
    "settlement.in_working_days",
    default=0,
    least=0,
    most=1,
    sentence=_(
        "1: these days are working days of the People's Republic of China; 0: any days. Holds for orders that complete"
        " from now on."
    ),
)
RELEASE_BATCH = Tunable(
    "settlement.release_batch",
    default=1000,
    least=1,
    most=20_000,
    sentence=_("Shares made available in one transaction of the daily run."),
)
BANK_ACCOUNT_HOURS = Tunable(
    "settlement.bank_account_hours",
    default=72,
    least=0,
    most=720,
    sentence=_("Hours that a new bank account of a shop waits before money can go to it."),
)
WITHDRAWAL_LEAST = Tunable(
    "settlement.withdrawal_least",
    default=10_000,
    least=1,
    most=10_000_000,
    sentence=_("The smallest withdrawal; a shop that leaves may take less."),
    unit=Unit.YUAN,
)
WITHDRAWAL_FEE = Tunable(
    "settlement.withdrawal_fee",
    default=0,
    least=0,
    most=10_000,
    sentence=_("The fee of a withdrawal; it is taken out of the amount."),
    unit=Unit.YUAN,
)
WITHDRAWAL_DAILY_LIMIT = Tunable(
    "settlement.withdrawal_daily_limit",
    default=100_000_000,
    least=10_000,
    most=100_000_000_000,
    sentence=_("The most that one shop withdraws on one day."),
    unit=Unit.YUAN,
)
WITHDRAWAL_FOUR_EYES = Tunable(
    "settlement.withdrawal_four_eyes",
    default=5_000_000,
    least=0,
    most=100_000_000_000,
    sentence=_("From this amount on two people decide about a withdrawal."),
    unit=Unit.YUAN,
)
WITHDRAWALS_A_DAY = Tunable(
    "settlement.withdrawals_a_day",
    default=3,
    least=1,
    most=1000,
    sentence=_("From this withdrawal of a shop within 24 hours on, a person looks at it."),
)
STATEMENT_DAYS = Tunable(
    "settlement.statement_days",
    default=3,
    least=1,
    most=60,
    sentence=_("Days after which a statement that nobody disputes counts as accepted."),
)
TAX_BPS = Tunable(
    "settlement.tax_bps",
    default=600,
    least=0,
    most=5_000,
    sentence=_("The tax within commission and fees; it is shown on statements."),
    unit=Unit.PERCENT,
)
TRANSIT_ESCROW_DAYS = Tunable(
    "settlement.transit_escrow_days",
    default=60,
    least=1,
    most=365,
    sentence=_("Days after which a paid order that is not completed raises an alarm."),
)
TRANSIT_PENDING_DAYS = Tunable(
    "settlement.transit_pending_days",
    default=30,
    least=1,
    most=365,
    sentence=_("Days after completion from which a share that is still pending raises an alarm."),
)
TRANSIT_PARTY_DAYS = Tunable(
    "settlement.transit_party_days",
    default=60,
    least=1,
    most=365,
    sentence=_("Days after the payment from which what a party gets of an order and is still pending raises an alarm."),
)
TRANSIT_WITHDRAWING_DAYS = Tunable(
    "settlement.transit_withdrawing_days",
    default=3,
    least=1,
    most=365,
    sentence=_("Days after which a withdrawal that is still on its way raises an alarm."),
)
TRANSIT_UNCLAIMED_DAYS = Tunable(
    "settlement.transit_unclaimed_days",
    default=3,
    least=1,
    most=365,
    sentence=_("Days after which a late payment that has not gone back raises an alarm."),
)
TRANSIT_DEPOSIT_DAYS = Tunable(
    "settlement.transit_deposit_days",
    default=60,
    least=1,
    most=365,
    sentence=_("Days after which a deposit that belongs to no shop and has not gone back raises an alarm."),
)
TRANSIT_CUSTOMS_DAYS = Tunable(
    "settlement.transit_customs_days",
    default=30,
    least=1,
    most=365,
    sentence=_("Days after completion from which duty that is not paid over raises an alarm."),
)
MOST_FAULTS = Tunable(
    "settlement.most_faults",
    default=0,
    least=0,
    most=10_000,
    sentence=_("Faults that the nightly checks of the books may find before there is an alert."),
)
