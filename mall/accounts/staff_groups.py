"""
The groups of platform staff (A4) and what each may do: one table, written into the database after every migration.

The seven groups are the house's own: what they may do changes here, with a test, and not by hand. Staff may make
further groups in the admin. Apps are named in strings.
"""

from dataclasses import dataclass

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ADMINISTRATOR = "administrator"
SEES_SHOPS = {"merchants.view_merchant", "merchants.view_shop"}
SEES_GOODS = {
    "catalog.view_product", "catalog.view_productchange", "catalog.view_category", "catalog.view_brand",
    "catalog.view_review", "catalog.view_question", "catalog.view_answer",
}  # fmt: skip
KEEPS_ATTRIBUTES = {
    "catalog.view_attribute", "catalog.add_attribute", "catalog.change_attribute", "catalog.delete_attribute",
}  # fmt: skip
KEEPS_PROMISES = {"catalog.view_servicepromise", "catalog.add_servicepromise", "catalog.change_servicepromise"}
KEEPS_SEARCH = {
    "catalog.view_productsearch", "catalog.view_searchedwords", "catalog.make_synonym", "catalog.add_searchrule",
    "catalog.change_searchrule", "catalog.delete_searchrule",
}  # fmt: skip
DECIDES_WORDS = {
    "catalog.view_report", "catalog.decide_report", "catalog.view_reviewappeal", "catalog.decide_reviewappeal",
}  # fmt: skip
KEEPS_WORDS = {
    f"risk.{verb}_{thing}" for thing in ("bannedword", "wordpack") for verb in ("view", "add", "change", "delete")
}
WATCHES_TRADE = {
    "risk.view_tradecase",
    "risk.decide_tradecase",
    "risk.view_tradefact",
    "risk.view_traderule",
    "risk.change_traderule",
}
GUARDS_MONEY = {
    "risk.view_moneycase",
    "risk.decide_moneycase",
    "risk.view_moneylook",
    "risk.view_moneyrule",
    "risk.turn_moneyrule",
    "risk.view_moneyruleturn",
    "risk.decide_moneyruleturn",
}
RUNS_CAMPAIGNS = {
    "marketing.run_campaign", "marketing.audit_campaignenrolment", "marketing.view_campaign",
    "marketing.view_campaigninvitation", "marketing.view_campaignenrolment", "marketing.view_campaignresult",
}  # fmt: skip
WATCHES_OPERATIONS = {
    "operations.view_reading", "operations.view_alert", "operations.view_alertdelivery",
    "operations.view_alertreceiver", "operations.add_alertreceiver", "operations.change_alertreceiver",
    "operations.view_securityreport",
}  # fmt: skip
ASKS_FOR_ACCESS = {"access.view_accessrequest", "access.add_accessrequest"}
SEES_ORDERS = {"orders.view_order", "orders.view_ordergroup", "orders.view_invoice"}
SEES_MONEY = {
    "orders.view_payment", "orders.view_paymentnotice", "orders.view_refund", "orders.view_giftcard",
    "orders.view_purse", "orders.view_bankstatement", "orders.view_bankline", "orders.view_sentback",
}  # fmt: skip


@dataclass(frozen=True)
class StaffGroup:
    """A group: its name in the database, how people call it, what it is for, and its permissions."""

    name: str
    label: Promise
    purpose: Promise
    permissions: frozenset[str]


def _group(name: str, label: Promise, purpose: Promise, *permissions: str) -> StaffGroup:
    return StaffGroup(name, label, purpose, frozenset(permissions))


STAFF_GROUPS = {
    group.name: group
    for group in (
        _group(
            "auditor",
            _("Auditor"),
            _("Decides which businesses may join."),
            *ASKS_FOR_ACCESS,
            *SEES_SHOPS,
            "merchants.view_application",
            "merchants.audit_application",
            "merchants.view_document",
            "merchants.audit_document",
            "merchants.view_trade",
            "merchants.view_requirement",
            "merchants.view_agreement",
            "merchants.view_agreementrenewal",
            "mall.view_workyear",
            "merchants.view_blacklisted",
            "merchants.add_blacklisted",
            "merchants.view_seat",
            "merchants.view_healthscore",
            "risk.view_bannedword",
            "mall.view_auditrecord",
        ),
        _group(
            "category_expert",
            _("Category expert"),
            _("Reviews products and keeps the category tree and the brands."),
            *ASKS_FOR_ACCESS,
            *SEES_SHOPS,
            *SEES_GOODS,
            *KEEPS_SEARCH,
            *KEEPS_ATTRIBUTES,
            *KEEPS_PROMISES,
            "catalog.view_brandauthorization",
            "catalog.decide_brandauthorization",
            "merchants.view_application",
            "merchants.expert_application",
            "merchants.view_document",
            "merchants.audit_document",
            "merchants.view_trade",
            "merchants.view_requirement",
            "catalog.review_productchange",
            "catalog.view_productsample",
            "catalog.review_productsample",
            "catalog.take_down_product",
            "catalog.add_category",
            "catalog.change_category",
            "catalog.add_brand",
            "catalog.change_brand",
            "risk.view_bannedword",
        ),
        _group(
            "operations",
            _("Operations"),
            _("Runs the mall from day to day: shops, front page, jobs, tunables."),
            *ASKS_FOR_ACCESS,
            "access.decide_accessrequest",
            *SEES_SHOPS,
            *SEES_GOODS,
            *SEES_ORDERS,
            *KEEPS_SEARCH,
            *KEEPS_PROMISES,
            "merchants.view_application",
            "merchants.view_trade",
            "merchants.add_trade",
            "merchants.change_trade",
            "merchants.view_requirement",
            "merchants.add_requirement",
            "merchants.change_requirement",
            "merchants.view_agreementrenewal",
            "merchants.view_agreement",
            "merchants.add_agreement",
            "merchants.freeze_shop",
            "merchants.view_seat",
            "merchants.view_dailyfacts",
            "merchants.view_healthscore",
            "merchants.rescore_healthscore",
            "merchants.view_petition",
            "merchants.decide_petition",
            "risk.view_tradecase",
            "merchants.view_holiday",
            "merchants.view_growthentry",
            "merchants.view_sanction",
            "merchants.add_sanction",
            "merchants.lift_sanction",
            "merchants.view_tierrecord",
            "merchants.view_exit",
            "catalog.view_stockmovement",
            "catalog.view_warehouse",
            "catalog.keep_warehouse",
            "catalog.view_report",
            "catalog.view_reviewappeal",
            "marketing.view_banner",
            "marketing.add_banner",
            "marketing.change_banner",
            "marketing.delete_banner",
            "marketing.view_promotion",
            "marketing.run_promotion",
            "marketing.view_couponsending",
            "marketing.stop_sending",
            *RUNS_CAMPAIGNS,
            "marketing.view_promotionuse",
            "marketing.view_jointterms",
            "marketing.view_buyinggroup",
            "marketing.view_funding",
            "marketing.view_coupon",
            "marketing.view_bargain",
            "marketing.view_trialapplication",
            *WATCHES_OPERATIONS,
            "mall.view_jobrun",
            "mall.run_job",
            "mall.view_outboxevent",
            "mall.retry_outboxevent",
            "mall.change_turned",
            "mall.view_workyear",
            "mall.add_workyear",
            "mall.change_workyear",
            "mall.view_auditrecord",
        ),
        _group(
            "finance",
            _("Finance"),
            _("Watches the ledger, payments, refunds and the shops' shares."),
            *ASKS_FOR_ACCESS,
            *SEES_SHOPS,
            *SEES_ORDERS,
            *SEES_MONEY,
            "orders.ask_payment",
            "orders.retry_refund",
            "orders.refund_to_balance",
            "orders.read_statement",
            "orders.decide_bankline",
            "orders.send_back",
            "orders.view_bill",
            "orders.fetch_bill",
            "orders.view_difference",
            "orders.resolve_difference",
            "settlement.view_deposit",
            "settlement.return_deposit",
            "settlement.view_account",
            "settlement.view_entry",
            "settlement.view_share",
            "settlement.view_bankaccount",
            "settlement.view_withdrawal",
            "settlement.decide_withdrawal",
            "settlement.pay_withdrawal",
            "settlement.view_payoutfile",
            "settlement.view_dutyremittance",
            "settlement.pay_dutyremittance",
            "orders.view_party",
            "orders.propose_party",
            "orders.confirm_party",
            "orders.view_partyruleversion",
            "settlement.view_partyshare",
            "settlement.view_partypayout",
            "settlement.pay_partypayout",
            "settlement.view_seizureorder",
            "settlement.carry_out_seizureorder",
            "orders.view_declaration",
            "settlement.view_statement",
            "settlement.view_commissioninvoice",
            "settlement.issue_commissioninvoice",
            "settlement.view_dispute",
            "settlement.answer_dispute",
            "settlement.view_correction",
            "settlement.book_correction",
            "settlement.correct_entry",
            "catalog.view_commissionversion",
            "catalog.propose_commission",
            "catalog.confirm_commission",
            "risk.view_hold",
            *GUARDS_MONEY,
        ),
        _group(
            "risk",
            _("Risk"),
            _("Holds money, freezes shops, takes goods down, keeps the banned words."),
            *ASKS_FOR_ACCESS,
            "access.decide_accessrequest",
            *SEES_SHOPS,
            *SEES_GOODS,
            *SEES_ORDERS,
            *SEES_MONEY,
            "merchants.freeze_shop",
            "merchants.view_application",
            "merchants.view_blacklisted",
            "merchants.add_blacklisted",
            "merchants.delete_blacklisted",
            "merchants.view_seat",
            "merchants.view_dailyfacts",
            "catalog.take_down_product",
            "catalog.view_report",
            "catalog.decide_report",
            "catalog.view_reviewappeal",
            "settlement.view_share",
            "settlement.view_bankaccount",
            "settlement.view_withdrawal",
            "risk.view_hold",
            "risk.add_hold",
            "risk.release_hold",
            *KEEPS_WORDS,
            *WATCHES_TRADE,
            *GUARDS_MONEY,
            "operations.view_securityreport",
            "risk.view_complaint",
            "risk.decide_complaint",
            "mall.view_auditrecord",
        ),
        _group(
            "support",
            _("Support"),
            _("Helps shoppers and shops: finds their orders and cancels one when asked."),
            *ASKS_FOR_ACCESS,
            *SEES_SHOPS,
            *SEES_GOODS,
            *SEES_ORDERS,
            *DECIDES_WORDS,
            "risk.view_complaint",
            "risk.decide_complaint",
            "orders.cancel_order",
            "orders.view_aftersale",
            "orders.view_verdict",
            "orders.decide_aftersale",
            "orders.view_payment",
            "orders.view_refund",
            "marketing.view_promotion",
            "marketing.view_buyinggroup",
            "marketing.view_funding",
            "marketing.view_coupon",
            "marketing.revoke_coupon",
            "accounts.view_user",
        ),
        _group(ADMINISTRATOR, _("Administrator"), _("May do everything, and says who else may do what.")),
    )
}


def write_staff_groups(app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, apps=all_apps, **kwargs) -> None:
    """After an app's migrations: give each group just what the table says of this app's permissions."""
    try:
        Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:  # the tables of groups are not there yet
        return
    create_permissions(app_config, verbosity=0, using=using, apps=apps)
    ours = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using)
        .select_related("content_type")
        .filter(content_type__app_label=app_config.label)
    }
    for group in STAFF_GROUPS.values():
        row, _is_new = Group.objects.using(using).get_or_create(name=group.name)
        wanted = {
            permission.pk
            for name, permission in ours.items()
            if name in group.permissions or group.name == ADMINISTRATOR
        }
        held = set(row.permissions.filter(content_type__app_label=app_config.label).values_list("pk", flat=True))
        row.permissions.add(*wanted - held)
        row.permissions.remove(*held - wanted)


def label_of(name: str) -> str:
    """How people call a group: the house's own in the reader's language, others as they were named."""
    group = STAFF_GROUPS.get(name)
    return str(group.label) if group else name
