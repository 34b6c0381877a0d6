"""Doors for the clock."""

from mall import clock
from mall.jobs import job
from settlement import (
    bank_accounts,
    deposits,
    ledger,
    party_payouts,
    payouts,
    release,
    seizure_orders,
    statements,
    transit,
    verification,
    withdrawals,
)


@job("settlement.release_due_shares")
def release_due_shares() -> dict:
    count = release.release_due_shares(now=clock.of_the_database())
    return {"released": count} if count else {}


@job("settlement.continue_release")
def continue_release() -> dict:
    count = release.continue_release(now=clock.of_the_database())
    return {"released": count} if count else {}


@job("settlement.seal_ledger")
def seal_ledger() -> dict:
    count = ledger.seal_ledger()
    return {"sealed": count} if count else {}


@job("settlement.verify_ledger")
def verify_ledger() -> dict:
    """What does not add up stays in the summary of the run, from which the staff's queue reads it."""
    found = verification.verify_ledger()
    return {} if found.ok else {"faults": found.faults}


@job("settlement.watch_transit")
def watch_transit() -> dict:
    """What lies on its way for too long stays in the summary of the run, from which the staff's queue reads it."""
    late = transit.too_long(now=clock.now())
    return {"faults": late} if late else {}


@job("settlement.ask_about_deposits")
def ask_about_deposits() -> dict:
    return deposits.ask_about_deposits(now=clock.now())


@job("settlement.finish_deposits")
def finish_deposits() -> dict:
    return deposits.finish_deposits(now=clock.now())


@job("settlement.verify_bank_accounts")
def verify_bank_accounts() -> dict:
    now = clock.now()
    of_parties = party_payouts.verify_accounts(now=now)
    return bank_accounts.verify_bank_accounts(now=now) | ({"of_parties": of_parties} if of_parties else {})


@job("settlement.check_withdrawals")
def check_withdrawals() -> dict:
    return withdrawals.check_withdrawals(now=clock.now())


@job("settlement.pay_withdrawals")
def pay_withdrawals() -> dict:
    return payouts.pay_withdrawals(now=clock.now())


@job("settlement.pay_seizure_orders")
def pay_seizure_orders() -> dict:
    return seizure_orders.pay_seizure_orders(now=clock.now())


@job("settlement.ask_about_payouts")
def ask_about_payouts() -> dict:
    return payouts.ask_about_payouts(now=clock.now())


@job("settlement.freeze_statements")
def freeze_statements() -> dict:
    return statements.freeze_statements(now=clock.now())


@job("settlement.accept_due_statements")
def accept_due_statements() -> dict:
    count = statements.accept_due_statements(now=clock.now())
    return {"accepted": count} if count else {}
