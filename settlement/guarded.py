"""What stands covered of money: in whose name and under which number shops are paid."""

from mall.access.guarding import guard
from merchants.guarded import owners_of
from settlement.models import BankAccount

guard(
    BankAccount,
    fields=["holder", "number"],
    permission="settlement.view_bankaccount",
    owners=lambda account: (account.public_id, account.shop.public_id, account.shop.merchant.public_id),
    told=lambda account: owners_of(account.shop.merchant),
)
