"""Doors for the clock."""

from mall import clock
from mall.jobs import job
from settlement import deposits, ledger, release


@job("settlement.release_due_shares")
def release_due_shares() -> dict:
    count = release.release_due_shares(now=clock.now())
    return {"released": count} if count else {}


@job("settlement.continue_release")
def continue_release() -> dict:
    count = release.continue_release(now=clock.now())
    return {"released": count} if count else {}


@job("settlement.seal_ledger")
def seal_ledger() -> dict:
    count = ledger.seal_ledger()
    return {"sealed": count} if count else {}


@job("settlement.ask_about_deposits")
def ask_about_deposits() -> dict:
    return deposits.ask_about_deposits(now=clock.now())


@job("settlement.finish_deposits")
def finish_deposits() -> dict:
    return deposits.finish_deposits(now=clock.now())
