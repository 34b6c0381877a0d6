"""Parts of parties with real connections: booked once by whoever comes, and checked against what was frozen."""

import threading

from django.db import connections

from orders.models import Order
from settlement import parties
from settlement.models import PartyShare
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.parties import part_in_force
from tests.journeys import paid_order, placed_order
from tests.settlement.test_parties import completed, goods, held, is_sound


def test_the_verification_finds_a_part_that_is_not_what_was_frozen(committed_db, owner_connection):
    pot = goods()
    part_in_force(pot.shop, bps=2_000)
    order = completed(paid_order(skus={pot: 2}))
    assert is_sound()

    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE orders_partypart SET amount = amount - 1")

    found = verify_ledger()
    assert (found.party_faults, found.ok) == (2, False), found.faults
    assert all(order.public_id in fault for fault in found.faults)


def test_who_sets_aside_at_the_same_time_books_once(committed_db):
    pot = goods()
    supplier = part_in_force(pot.shop, bps=2_000).rule.party
    order = placed_order(skus={pot: 2})
    Order.objects.filter(pk=order.pk).update(paid_at=NOON, status="paid")
    order.refresh_from_db()
    booked, gate = [], threading.Barrier(6)

    def book():
        gate.wait()
        booked.append(parties.set_aside(order=order))
        connections.close_all()

    threads = [threading.Thread(target=book) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(booked), sum(entry is not None for entry in booked)) == (6, 1)
    assert held(supplier)["pending"] == PartyShare.objects.get().amount.minor == 1_333
