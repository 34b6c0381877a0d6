"""O9: one number given to several invoices of a shop at once, over real connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import close_old_connections, connection

from mall.sealed_files import document_storage
from orders import invoices
from orders.invoices import FOLDER, InvoiceWanted, ask_invoice, issue_invoice
from orders.models import Invoice, InvoicePaper
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import credit_code, shop
from tests.factories.papers import pdf
from tests.journeys import paid_order

NUMBER = "25332000000012345678"


def asked_of(place) -> Invoice:
    order = paid_order(skus={sku(shop=place): 1})
    wanted = InvoiceWanted("company", "示例公司", "pay@example.com", credit_code())
    return ask_invoice(order=order, wanted=wanted, by=order.shopper, now=NOON)


def papers_kept() -> set[str]:
    try:
        return set(document_storage().names(FOLDER))
    except FileNotFoundError:
        return set()


def issued_by_four(monkeypatch) -> list[str]:
    """All have examined their paper, and so have found the number free, before any of them writes; what came of each."""
    place, clerk = shop(), shopper()
    wanted = [asked_of(place) for _ in range(4)]
    looked, examine = Barrier(4), invoices.examine

    def examine_together(file):
        looked.wait(30)
        return examine(file)

    def issue(invoice):
        close_old_connections()
        try:
            issue_invoice(invoice=invoice, number=NUMBER, file=pdf(), by=clerk, now=NOON)
        except Exception as error:  # what is raised is what the test looks at
            return type(error).__name__
        finally:
            connection.close()
        return "issued"

    monkeypatch.setattr(invoices, "examine", examine_together)
    with ThreadPoolExecutor(4) as threads:
        return sorted(threads.map(issue, wanted))


def test_a_number_that_four_clerks_find_free_is_issued_once(committed_db, monkeypatch):
    before = papers_kept()

    assert issued_by_four(monkeypatch) == ["InvoiceNumberTaken"] * 3 + ["issued"]
    paper = InvoicePaper.objects.get()
    assert papers_kept() - before == {paper.file}  # those of the others are gone
    assert sorted(Invoice.objects.values_list("status", flat=True)) == ["asked"] * 3 + ["issued"]


def test_without_the_databases_guard_it_is_issued_four_times(owner_connection, monkeypatch):  # negative control
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_invoicepaper DROP CONSTRAINT invoice_number_once_per_shop")

    assert issued_by_four(monkeypatch) == ["issued"] * 4
