"""Doors for the clock."""

from mall import clock
from mall.jobs import job
from orders import (
    balances,
    bank_statements,
    cancellation,
    fulfillment,
    goods_watch,
    handing_over,
    payments,
    pick_up,
    reconciliation,
    refunds,
    sealed_addresses,
    ship_clock,
    tracking,
)
from orders.after_sales import clock as after_sales_clock
from orders.gateways import sandbox_bank


@job("orders.close_unpaid_orders")
def close_unpaid_orders() -> dict | None:
    count = cancellation.close_unpaid_orders(now=clock.now())
    return {"closed": count} if count else None


@job("orders.follow_balances")
def follow_balances() -> dict | None:
    return balances.follow_balances(now=clock.now()) or None


@job("orders.ask_about_payments")
def ask_about_payments() -> dict | None:
    return payments.ask_about_payments(now=clock.now())


@job("orders.finish_refunds")
def finish_refunds() -> dict | None:
    return refunds.finish_refunds(now=clock.now())


@job("orders.follow_after_sales")
def follow_after_sales() -> dict | None:
    return after_sales_clock.run_due(now=clock.now())


@job("orders.watch_shipping")
def watch_shipping() -> dict | None:
    count = ship_clock.watch_shipping(now=clock.now())
    return {"late": count} if count else None


@job("orders.follow_parcels")
def follow_parcels() -> dict | None:
    return tracking.follow_parcels(now=clock.now()) or None


@job("orders.deliver_shipped_orders")
def deliver_shipped_orders() -> dict | None:
    count = fulfillment.deliver_shipped_orders(now=clock.now())
    return {"delivered": count} if count else None


@job("orders.complete_delivered_orders")
def complete_delivered_orders() -> dict | None:
    count = fulfillment.complete_delivered_orders(now=clock.now())
    return {"completed": count} if count else None


@job("orders.watch_goods")
def watch_goods() -> dict | None:
    count = goods_watch.watch_goods(now=clock.now())
    return {"stopped": count} if count else None


@job("orders.hand_out_codes")
def hand_out_codes() -> dict | None:
    count = handing_over.hand_out_codes(now=clock.now())
    return {"handed_out": count} if count else None


@job("orders.remind_of_pick_ups")
def remind_of_pick_ups() -> dict | None:
    count = pick_up.remind_of_pick_ups(now=clock.now())
    return {"told": count} if count else None


@job("orders.cancel_missed_appointments")
def cancel_missed_appointments() -> dict | None:
    count = cancellation.cancel_missed_appointments(now=clock.now())
    return {"canceled": count} if count else None


@job("orders.reconcile_bills")
def reconcile_bills() -> dict | None:
    return reconciliation.reconcile_bills(now=clock.now())


@job("orders.read_transfers")
def read_transfers() -> dict | None:
    now = clock.now()
    told = bank_statements.fetch_statement(now=now)
    if sent := bank_statements.send_back_lines(now=now):
        told["sent_back"] = sent
    return told or None


@job("orders.sandbox_notify")
def sandbox_notify() -> dict | None:
    """The bank's own clock: money that was on its way arrives, and the mall is told."""
    now = clock.now()
    arrived = sandbox_bank.settle_late_trades(now=now)
    told = sandbox_bank.deliver_notices(now=now)
    return {**told, "arrived": arrived} if arrived else told


@job("orders.forget_sealed_addresses")
def forget_sealed_addresses() -> dict | None:
    count = sealed_addresses.forget_sealed_addresses(now=clock.now())
    return {"forgotten": count} if count else None
