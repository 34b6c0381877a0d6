"""Doors for the clock."""

from mall import clock
from mall.jobs import job
from orders import cancellation, fulfillment, payments, refunds
from orders.after_sales import clock as after_sales_clock
from orders.gateways import sandbox_bank


@job("orders.close_unpaid_orders")
def close_unpaid_orders() -> dict | None:
    count = cancellation.close_unpaid_orders(now=clock.now())
    return {"closed": count} if count else None


@job("orders.ask_about_payments")
def ask_about_payments() -> dict | None:
    return payments.ask_about_payments(now=clock.now())


@job("orders.finish_refunds")
def finish_refunds() -> dict | None:
    return refunds.finish_refunds(now=clock.now())


@job("orders.follow_after_sales")
def follow_after_sales() -> dict | None:
    return after_sales_clock.run_due(now=clock.now())


@job("orders.deliver_shipped_orders")
def deliver_shipped_orders() -> dict | None:
    count = fulfillment.deliver_shipped_orders(now=clock.now())
    return {"delivered": count} if count else None


@job("orders.complete_delivered_orders")
def complete_delivered_orders() -> dict | None:
    count = fulfillment.complete_delivered_orders(now=clock.now())
    return {"completed": count} if count else None


@job("orders.sandbox_notify")
def sandbox_notify() -> dict | None:
    """The bank's own clock: money that was on its way arrives, and the mall is told."""
    now = clock.now()
    arrived = sandbox_bank.settle_late_trades(now=now)
    told = sandbox_bank.deliver_notices(now=now)
    return {**told, "arrived": arrived} if arrived else told
