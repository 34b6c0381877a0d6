"""
Payouts by file: what is approved waits for a person, who takes a CSV to the bank and tells the mall what came of it.
"""

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from mall.charts import safe_cell
from settlement.gateways.base import Answer, Payout, Standing

COLUMNS = ("reference", "holder", "account", "bank", "branch", "amount", "currency")


class BankFileGateway:
    """Nobody answers here but people."""

    code = "bank_file"
    by_hand = True

    def pay(self, *, payout: Payout, now: datetime) -> Answer:
        return Answer(Standing.WAITING)

    def query(self, *, reference: str, now: datetime) -> Answer:
        return Answer(Standing.WAITING)


def write_file(out: TextIO, payouts: Iterable[Payout]) -> None:
    """One line a payout, as banks read them; words never begin a formula."""
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for payout in payouts:
        words = (payout.reference, payout.holder, payout.number, payout.bank, payout.branch)
        lines.writerow([*map(safe_cell, words), f"{payout.amount.decimal}", payout.amount.currency])
