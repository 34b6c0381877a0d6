"""What a shop can take away of its money: the share of every order, and every booking of the ledger."""

from django.utils.translation import gettext_lazy as _

from mall.exports.registry import Asked, Column, export
from settlement.backoffice.lists import PostingFilter, ShareFilter
from settlement.models import Share
from settlement.queries import postings_of


@export(
    "settlement.shares",
    label=_("Shares, order by order"),
    right="money.see",
    columns=[
        Column(_("Order"), lambda share: share.order_public_id),
        Column(_("State"), lambda share: share.get_status_display()),
        Column(_("Completed"), lambda share: share.completed_at),
        Column(_("Paid by the shopper"), lambda share: share.gross),
        Column(_("Added by the mall"), lambda share: share.subsidy),
        Column(_("Added by other shops"), lambda share: share.from_issuers),
        Column(_("Commission"), lambda share: share.commission),
        Column(_("Parts of others"), lambda share: share.parties),
        Column(_("Your share"), lambda share: share.net),
        Column(_("Currency"), lambda share: share.currency),
        Column(_("Available on"), lambda share: share.due_on),
        Column(_("Available since"), lambda share: share.released_at),
    ],
)
def shares(shop, asked: Asked):
    return ShareFilter(asked.query).narrow(Share.objects.owned_by(shop))


@export(
    "settlement.entries",
    label=_("Bookings"),
    right="money.see",
    columns=[
        Column(_("When"), lambda posting: posting.entry.at),
        Column(_("Booking"), lambda posting: posting.entry.public_id),
        Column(_("What"), lambda posting: posting.entry.get_kind_display()),
        Column(_("Of"), lambda posting: posting.entry.ref),
        Column(_("Account"), lambda posting: posting.account.get_kind_display()),
        Column(_("Amount"), lambda posting: -posting.amount),
        Column(_("Currency"), lambda posting: posting.currency),
    ],
)
def entries(shop, asked: Asked):
    return PostingFilter(asked.query).narrow(postings_of(shop))
