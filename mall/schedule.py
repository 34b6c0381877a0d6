"""What runs by itself, when, and why. Days and hours are Asia/Shanghai."""

from dataclasses import dataclass

from celery.schedules import BaseSchedule, crontab, schedule
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Line:
    """One scheduled task: its name, when it runs, why, and whether travelling in time runs it once a day."""

    task: str
    when: BaseSchedule
    why: str  # translated where it is shown
    expires: int = 3600  # seconds after which a late run is dropped: the next one finds the same rows
    daily: bool = False


def every(seconds: int) -> schedule:
    return schedule(run_every=seconds)


def day(hour: int, minute: int = 0) -> crontab:
    return crontab(hour=hour, minute=minute)


SCHEDULE = [
    Line("mall.sweep_events", every(15), _("announcements whose delivery got lost reach their listeners"), expires=15),
    Line("mall.seal_audit_trail", every(600), _("the audit trail joins the hash chain")),
    Line("mall.forget_delivered_events", day(3, 40), _("old announcements that everybody heard make room")),
    Line("mall.continue_exports", every(30), _("an export whose worker was killed is started again"), 30),
    Line("mall.forget_exports", day(3, 50), _("files of exports are deleted after 7 days"), daily=True),
    Line("catalog.continue_imports", every(30), _("an import whose worker was killed goes on"), 30),
    Line("catalog.fetch_pictures", every(60), _("C8: pictures that imported files name are fetched"), 60),
    Line("catalog.forget_imports", day(3, 55), _("files of imports are deleted after 7 days"), daily=True),
    Line("mall.mail_waiting_notices", every(60), _("A7: e-mails of notices that nobody was nudged for"), 60),
    Line("mall.watch_operations", every(60), _("R8: how the mall does is measured and held against limits"), 60),
    Line("mall.send_alerts", every(15), _("R8: alerts go to whom they are for"), 15),
    Line("mall.forget_readings", day(3, 35), _("R8: what was measured long ago is forgotten"), daily=True),
    Line("mall.write_personal_data", every(60), _("A3: what people asked to take away is put together"), 60),
    Line("mall.forget_personal_data", day(3, 52), _("A3: files with personal data are deleted in time"), daily=True),
    Line("mall.erase_people", day(4, 10), _("A3: who asked to be forgotten is forgotten"), daily=True),
    Line("mall.make_security_report", day(6, 30), _("R7: the security report of the quarter that ended"), daily=True),
    Line("orders.close_unpaid_orders", every(60), _("O4: unpaid orders close after 30 minutes"), 60, True),
    Line(
        "orders.follow_balances", every(60), _("K1: who paid a deposit is told of the rest, or has missed it"), 60, True
    ),
    Line("orders.hand_out_codes", every(60), _("C2: paid codes that were missing are handed out"), 60, True),
    Line("orders.ask_about_payments", every(120), _("O3: payments nobody told us about are asked about"), 120, True),
    Line("orders.read_transfers", every(300), _("O3: bank transfers that came are read of, and sent back"), 300, True),
    Line("orders.finish_refunds", every(120), _("O8: refunds not yet confirmed are tried again"), 120, True),
    Line(
        "orders.sandbox_notify",
        every(15),
        _("the sandbox bank tells of payments, again and again until heard"),
        15,
        True,
    ),
    Line("orders.follow_after_sales", every(300), _("O7: after-sales that nobody answered in time go on"), 300, True),
    Line("orders.watch_shipping", every(600), _("O6: orders whose hours to ship are over are late"), 600, True),
    Line("orders.remind_of_pick_ups", every(600), _("O6: who has not picked up an order is reminded"), 600, True),
    Line("orders.follow_parcels", every(300), _("O6: carriers are asked where parcels are"), 300, True),
    Line("orders.deliver_shipped_orders", day(1, 30), _("parcels nobody confirmed count as delivered"), daily=True),
    Line("orders.cancel_missed_appointments", day(1, 45), _("C2: appointments nobody kept are paid back"), daily=True),
    Line("orders.complete_delivered_orders", day(2), _("O5: orders complete 7 days after delivery"), daily=True),
    Line(
        "orders.forget_sealed_addresses",
        day(4, 15),
        _("A3: addresses that were kept for three years are deleted"),
        daily=True,
    ),
    Line("orders.reconcile_bills", every(1800), _("O3: channels' bills are fetched and compared"), 1800, True),
    Line("orders.watch_goods", day(5, 20), _("R2: goods with too many complaints or returns are stopped"), daily=True),
    Line("risk.watch_fake_trade", every(3600), _("R3: rings of buyers who make a shop look busy"), 3600, True),
    Line("risk.forget_traits", day(3, 45), _("R3: what is known of old orders is forgotten"), daily=True),
    Line("settlement.release_due_shares", day(4), _("S3: T+7, the shops' shares become available"), daily=True),
    Line("settlement.continue_release", every(300), _("a T+7 run that was killed is finished"), 300),
    Line("settlement.seal_ledger", every(600), _("the ledger joins the hash chain")),
    Line(
        "settlement.verify_ledger",
        day(5, 40),
        _("S1: the books are added up and held against what happened"),
        daily=True,
    ),
    Line("settlement.watch_transit", day(5, 50), _("S1: money that is on its way for too long is found"), daily=True),
    Line("settlement.ask_about_deposits", every(120), _("S6: unheard deposits are asked about"), 120, True),
    Line("settlement.finish_deposits", every(120), _("S6: deposits go back the way they came"), 120, True),
    Line("settlement.verify_bank_accounts", every(60), _("S4: bank accounts of shops are verified"), 60, True),
    Line("settlement.check_withdrawals", every(60), _("S4: withdrawals are looked at"), 60, True),
    Line("settlement.pay_withdrawals", every(60), _("S4: approved withdrawals are paid"), 60, True),
    Line("settlement.pay_seizure_orders", every(120), _("R4: seized money is paid over by order"), 120, True),
    Line("settlement.ask_about_payouts", every(120), _("S4: payouts not yet known are asked about"), 120, True),
    Line(
        "settlement.freeze_statements", day(5, 30), _("S5: the statements of the day and the month before"), daily=True
    ),
    Line("settlement.accept_due_statements", day(5, 45), _("S5: undisputed statements are accepted"), daily=True),
    Line("merchants.check_applications", every(60), _("M2: applications handed in are checked"), 60, True),
    Line("merchants.escalate_applications", every(600), _("M2: late applications are told of"), 600, True),
    Line(
        "merchants.watch_documents",
        day(0, 5),
        _("M1: documents that run out"),
        daily=True,
    ),
    Line("merchants.watch_abandoned", day(0, 30), _("M2: applications that nobody goes on with"), daily=True),
    Line("merchants.watch_agreements", day(0, 35), _("M2: newer agreements are asked for and reminded of"), daily=True),
    Line("catalog.follow_trades", day(0, 20), _("M1: goods whose papers ran out are withheld"), daily=True),
    Line("catalog.follow_sale_times", every(15), _("C3: goods go on sale, and off sale, at their moments"), 15, True),
    Line("catalog.draw_samples", every(600), _("C3: some of what went on sale by itself is looked at"), 600, True),
    Line("catalog.score_reviews", day(0, 40), _("C6: what is said of late weighs more in a score"), daily=True),
    Line("catalog.forget_history", day(3, 55), _("C7: what was looked at long ago is forgotten"), daily=True),
    Line("catalog.tell_watchers", every(60), _("C7: who waits for a price or for stock is told"), 60, True),
    Line("catalog.expire_reservations", every(300), _("C4: goods that nobody claims are given back"), 300, True),
    Line("catalog.lapse_slots", every(300), _("C2: times that have begun can be chosen no more"), 300, True),
    Line("catalog.watch_low_stock", every(300), _("C4: shops hear once of what runs low"), 300, True),
    Line("catalog.verify_stock", day(3, 30), _("C4: movements and reservations are added up"), daily=True),
    Line("catalog.watch_authorizations", day(0, 10), _("C1: authorizations of brands that run out"), daily=True),
    Line("catalog.follow_commissions", every(60), _("C1: a commission changes at its moment"), 60, True),
    Line(
        "catalog.read_stale_search", every(60), _("C1: goods of what was renamed are found by its new name"), 60, True
    ),
    Line("catalog.count_searches", every(60), _("C5: what people looked for is counted"), 60, True),
    Line(
        "catalog.tend_search", day(3, 20), _("C5: search learns the words of titles; strays are put right"), daily=True
    ),
    Line("marketing.expire_coupons", every(600), _("K1: coupons whose days are over are marked so"), 600, True),
    Line("marketing.follow_trials", every(300), _("K1: free trials are drawn, the next move up"), 300, True),
    Line("marketing.send_coupons", every(30), _("K1: coupons that are sent to many go on their way"), 30, True),
    Line("marketing.follow_flash_sales", every(15), _("K3: flash sales begin and end, gates are put right"), 15, True),
    Line(
        "marketing.follow_bargains",
        every(60),
        _("K1: bargains whose time is over end; who has one hears before"),
        60,
        True,
    ),
    Line("marketing.follow_groups", every(15), _("K4: groups of buyers are completed or given up in time"), 15, True),
    Line("marketing.follow_crowdfundings", every(30), _("K1: orders of crowdfundings hear the outcome"), 30, True),
    Line("catalog.tell_visits", day(0, 25), _("M5: visitors and page views of the day before"), daily=True),
    Line("marketing.follow_campaigns", every(60), _("K5: campaigns of the mall go on at their moments"), 60, True),
    Line("marketing.tell_participation", day(0, 20), _("M5: in how many promotions shops took part"), daily=True),
    Line("merchants.watch_idle_shops", day(4, 30), _("M7: 30 days without an order remind, 60 freeze"), daily=True),
    Line("catalog.tell_main_categories", day(4, 40), _("M6, M8: shops are compared within their category"), daily=True),
    Line("merchants.score_health", crontab(day_of_month=1, hour=5, minute=0), _("M6: the monthly health score")),
    Line("merchants.rank_tiers", crontab(day_of_month=1, hour=5, minute=20), _("M8: the monthly tiers of shops")),
    Line("merchants.enforce_fines", every(600), _("S6: fines against which nobody appealed"), 600, True),
    Line("merchants.expire_points", day(4, 50), _("M9: points of violations expire"), daily=True),
    Line("merchants.advance_exits", day(5, 10), _("M9: shops that leave are cleared and closed"), daily=True),
]
