"""The double-entry ledger (S1): accounts, entries, postings. Entries and postings are written once."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwnedQuerySet
from merchants.models import Shop
from orders.models import Party


class Account(models.Model):
    """
    One account, of the platform, of a shop, of a shopper or of a party, in one currency; written once.

    Postings are positive for debit, negative for credit. What a shop is owed stands on the credit side: its balance in
    the shop's eyes is the negated sum of its postings.
    """

    class Kind(models.TextChoices):
        CUSTODIAN = "custodian", _("Money held by the payment provider")  # asset
        ESCROW = "escrow", _("Paid, not yet completed")  # owed to shoppers and shops
        CUSTOMS = "customs", _("Duty collected for customs")  # owed to the State
        UNCLAIMED = "unclaimed", _("Came too late, goes back")  # owed to shoppers and other payers
        SHOP_PENDING = "shop_pending", _("Shop: pending")  # owed to a shop, within T+7
        SHOP_AVAILABLE = "shop_available", _("Shop: available")  # owed to a shop, may be withdrawn
        SHOP_WITHDRAWING = "shop_withdrawing", _("Shop: on its way to the bank")  # owed to a shop until the bank paid
        SHOP_CARDS = "shop_cards", _("Shop: on gift cards")  # owed to who holds its cards, until they spend it
        PURSE = "purse", _("Shopper: balance")  # owed to a shopper, who spends it in any shop
        PARTY_PENDING = "party_pending", _("Party: pending")  # owed to a party, until the shop's T+7
        PARTY_AVAILABLE = "party_available", _("Party: available")  # owed to a party, is paid out
        PARTY_PAYING = "party_paying", _("Party: on its way to the bank")  # owed to a party until the bank paid
        COMMISSION = "commission", _("Platform commission")  # income
        SUBSIDY = "subsidy", _("Discounts that the mall bears")  # expense
        PASSED_ON = "passed_on", _("Commission passed on to parties")  # expense
        FEES = "fees", _("Fees for withdrawals")  # income
        FINES = "fines", _("Fines of shops")  # income
        CORRECTIONS = "corrections", _("Corrections borne by the mall")  # expense, or income
        SEIZED = "seized", _("Seized by decision")  # owed to whoever ordered it, or to the shop again
        SEIZED_PAYING = "seized_paying", _("Seized: on its way by an order")  # owed to an authority until the bank paid
        DEPOSIT = "deposit", _("Deposits on their way")  # owed to applicants, and to shops that have closed
        SHOP_DEPOSIT = "shop_deposit", _("Shop: deposit")  # owed to a shop when it has closed

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="accounts", verbose_name=_("shop"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("shopper")
    )
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="accounts", verbose_name=_("party"))
    currency = CurrencyField()

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "shop", "shopper", "party", "currency"], name="account_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(kind__startswith="party_", party__isnull=False, shop=None)
                | (~Q(kind__startswith="party_") & Q(party=None)),
                name="account_of_a_party_has_one",
            ),
            models.CheckConstraint(
                condition=Q(kind__startswith="shop_", shop__isnull=False)
                | (~Q(kind__startswith="shop_") & Q(shop=None)),
                name="account_of_a_shop_has_one",
            ),
            models.CheckConstraint(
                condition=Q(kind="purse", shopper__isnull=False) | ~Q(kind="purse") & Q(shopper=None),
                name="account_of_a_shopper_has_one",
            ),
        ]

    def __str__(self) -> str:
        owner = self.shop or self.party or self.shopper_id
        whose = f" · {owner}" if owner else ""
        return f"{self.get_kind_display()}{whose} · {self.currency}"


class Entry(models.Model):
    """One booking: why (kind), of what (ref, a public id), when. Its postings sum to zero per currency."""

    class Kind(models.TextChoices):
        PAID = "paid", _("Order paid")
        ORDER_DEPOSIT = "order_deposit", _("Deposit of an order paid")
        DEPOSIT_KEPT = "deposit_kept", _("Deposit of an order kept")
        COMPLETED = "completed", _("Order completed, split")
        RELEASED = "released", _("T+7: share available")
        RELEASED_PART = "released_part", _("T+7: the undisputed part available")
        REFUNDED = "refunded", _("Order refunded")
        REVERSED = "reversed", _("Refund after completion")
        LATE = "late", _("Late payment received")
        LATE_RETURNED = "late_returned", _("Late payment returned")
        DEPOSIT = "deposit", _("Deposit paid")
        DEPOSIT_HELD = "deposit_held", _("Deposit held for a shop")
        DEPOSIT_FREED = "deposit_freed", _("Deposit to be returned")
        DEPOSIT_BACK = "deposit_back", _("Deposit returned")
        WITHDRAWN = "withdrawn", _("Withdrawal asked for")
        PAID_OUT = "paid_out", _("Withdrawal paid out")
        WITHDRAW_BACK = "withdraw_back", _("Withdrawal came back")
        DUTY_PAID = "duty_paid", _("Duty paid over to customs")
        CORRECTED = "corrected", _("Correction")
        FINED = "fined", _("Fine")
        FINE_BACK = "fine_back", _("Fine given back")
        TOPPED_UP = "topped_up", _("Balance topped up")
        TRANSFER_OPEN = "transfer_open", _("Transfer that pays nothing yet")
        TRANSFER_USED = "transfer_used", _("Such a transfer has paid")
        TRANSFER_BACK = "transfer_back", _("Such a transfer went back")
        SEIZED = "seized", _("Seized by decision")
        SEIZED_BACK = "seized_back", _("Seizure given back")
        SEIZED_DRAWN = "seized_drawn", _("Order about seized money drawn up")
        SEIZED_PAID = "seized_paid", _("Seized money paid over")
        SEIZED_KEPT = "seized_kept", _("Order about seized money failed or discarded")
        SEIZED_LIFTED = "seized_lifted", _("Seizure lifted by order")
        JOINT = "joint", _("Joint promotion: the issuer's part")
        JOINT_BACK = "joint_back", _("Joint promotion: the issuer's part goes back")
        PARTS = "parts", _("Parts of others set aside")
        PARTS_BACK = "parts_back", _("Parts of others go back: a refund")
        PARTS_RELEASED = "parts_released", _("T+7: parts of others available")
        PARTY_DRAWN = "party_drawn", _("Payout to a party drawn up")
        PARTY_PAID = "party_paid", _("Payout to a party paid")
        PARTY_RETURNED = "party_returned", _("Payout to a party discarded")

    public_id = PublicIdField(prefix="ent")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    ref = models.CharField(_("of"), max_length=40)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("entry"), _("entries")
        permissions = [("correct_entry", "Can draw up corrections of entries")]
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="entry_once_per_reason")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Posting(models.Model):
    """
    One leg of an entry: so much on one account, debit positive, credit negative (fen). ``shop`` is the account's.

    The trigger ``posting_fits`` checks that entry, account and shop are there, for all postings of a statement at once;
    entries and accounts are never deleted, so foreign keys would only ask again, row by row.
    """

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="postings", db_constraint=False, verbose_name=_("entry")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="postings", db_index=False, db_constraint=False, verbose_name=_("account")
    )
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False, verbose_name=_("shop")
    )
    currency = CurrencyField()
    amount = MoneyField(_("amount"))

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("posting"), _("postings")
        indexes = [  # a balance is summed from the index alone
            models.Index(fields=["account", "-id"], include=["amount"], name="posting_of_account")
        ]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="posting_not_zero")]
