"""S5: the mall's invoice for its commission: one for each accepted month, over the frozen figures, under one number."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction
from django.urls import reverse
from django.utils import translation

from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from mall.sealed_files import document_storage
from mall.tenancy import shop_scope
from merchants.document_files import NotADocument
from orders.invoices import InvoiceNumberTaken, NothingToInvoice, WrongInvoice
from settlement import commission_invoices
from settlement.commission_invoices import CommissionInvoiced, StatementNotFinal, issue_commission_invoice
from settlement.models import CommissionInvoice, Statement
from settlement.staff_queues import waiting
from settlement.statements import accept_statement, freeze_statements
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop
from tests.factories.papers import PDF, pdf, picture
from tests.factories.settlement import LONG_AGO, accepted_month, commission_invoice, month

NUMBER, OTHER = "25332000000012345678", "25332000000012345679"
ENGLISH = {"accept-language": "en"}
LIST = reverse("admin:settlement_statement_changelist")


def issue(statement, number=NUMBER, *, file=None, by=None) -> CommissionInvoice:
    return issue_commission_invoice(statement=statement, number=number, file=file or pdf(), by=by or staff(), now=NOON)


def papers_kept() -> set[str]:
    try:
        return set(document_storage().names(commission_invoices.FOLDER))
    except FileNotFoundError:
        return set()


@pytest.mark.django_db
def test_an_invoice_is_over_what_the_statement_says_and_the_shop_is_told():  # S5
    place, clerk = shop(), staff()
    owner = seat(place).user
    statement = accepted_month(place, 10_600)

    invoice = issue(statement, " 2533 2000 0000 1234 5678 ", by=clerk)
    deliver_everything()

    assert (invoice.shop, invoice.statement, invoice.number, invoice.by) == (place, statement, NUMBER, clerk)
    assert (invoice.net, invoice.tax, invoice.gross) == (Money(10_000), Money(600), Money(10_600))
    assert (invoice.tax_bps, invoice.issued_at) == (statement.tax_bps, NOON)
    statement.refresh_from_db()
    assert (statement.invoice_issued_at, statement.is_to_invoice) == (NOON, False)
    assert AuditRecord.objects.get(action="settlement.issue_commission_invoice").after["number"] == NUMBER
    notice = Notice.objects.get(kind="settlement.commission_invoiced", person=owner)
    assert (notice.facts["number"], notice.facts["amount"]) == (NUMBER, str(Money(10_600)))


@pytest.mark.django_db
def test_the_paper_lies_sealed():
    invoice = commission_invoice(shop())

    with open(document_storage().path(invoice.file), "rb") as stored:
        assert b"%PDF" not in stored.read()
    with document_storage().open(invoice.file) as opened:
        assert opened.read() == PDF


@pytest.mark.django_db
def test_a_month_is_invoiced_once():
    statement = accepted_month(shop())
    issue(statement)

    with pytest.raises(CommissionInvoiced):
        issue(statement, OTHER)

    assert CommissionInvoice.objects.get().number == NUMBER


@pytest.mark.django_db
def test_a_number_is_used_once_in_the_whole_mall():
    issue(accepted_month(shop()))

    with pytest.raises(InvoiceNumberTaken):
        issue(accepted_month(shop()), "2533 2000 0000 1234 5678")

    assert CommissionInvoice.objects.count() == 1


@pytest.mark.django_db
def test_only_an_accepted_month_with_commission_is_invoiced():  # S5
    made, nothing, gone_back = month(shop()), accepted_month(shop(), 0), accepted_month(shop(), -500)
    freeze_statements(now=NOON, kinds=("daily",))
    day = Statement.objects.filter(kind="daily").earliest("pk")
    accept_statement(statement=day, by=shopper(), now=NOON)
    late, kept = month(shop()), papers_kept()  # nobody has looked at it yet

    for statement, refusal in (
        (late, StatementNotFinal), (day, StatementNotFinal), (nothing, NothingToInvoice), (gone_back, NothingToInvoice),
    ):  # fmt: skip
        with pytest.raises(refusal):
            issue(statement)

    assert (CommissionInvoice.objects.count(), papers_kept()) == (0, kept)
    assert list(Statement.objects.to_invoice()) == [made]  # accepted along with the others meanwhile


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "file", "refusal"),
    [
        ("12", pdf, WrongInvoice),
        ("2533200000001234567x", pdf, WrongInvoice),
        ("２５３３２０００", pdf, WrongInvoice),
        (NUMBER, picture, NotADocument),
        (NUMBER, lambda: SimpleUploadedFile("a.pdf", b"%PDF-1.4 /JavaScript %%EOF"), NotADocument),
    ],
)
def test_a_bad_number_or_file_issues_nothing(number, file, refusal):
    statement = accepted_month(shop())

    with pytest.raises(refusal):
        issue(statement, number, file=file())

    statement.refresh_from_db()
    assert (statement.invoice_issued_at, CommissionInvoice.objects.count()) == (None, 0)


@pytest.mark.django_db
def test_the_database_holds_what_an_invoice_promises():
    place = shop()
    statement, invoice = accepted_month(place), commission_invoice(shop())
    fields = {
        "shop": place, "statement": statement, "number": OTHER, "net": 100, "tax": 6, "gross": 106, "tax_bps": 600,
        "file": "x", "issued_at": NOON, "by": staff(),
    }  # fmt: skip
    wrong = [{"gross": 107}, {"net": 0, "tax": 0, "gross": 0}, {"number": "1234"}, {"number": invoice.number},
             {"statement": invoice.statement}]  # fmt: skip
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            CommissionInvoice.objects.create(**fields | change)

    for write in (lambda rows: rows.update(number=OTHER), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            write(CommissionInvoice.objects.filter(pk=invoice.pk))
    with pytest.raises(DatabaseError, match="permission"), transaction.atomic(), shop_scope(place.pk):
        CommissionInvoice.objects.create(**fields)
    with shop_scope(place.pk):
        assert not CommissionInvoice.objects.exists()  # of another shop


# Two officers at once


def issued_at_once(statements, numbers) -> list[str]:
    """Everybody issues at the same moment, over a connection of her own; what came of each."""
    people, gate = [staff() for _ in statements], Barrier(len(statements))

    def one(place):
        close_old_connections()
        try:
            gate.wait(30)
            issue(statements[place], numbers[place], by=people[place])
        except Exception as error:  # what is raised is what the test looks at
            return type(error).__name__
        finally:
            connection.close()
        return "issued"

    with ThreadPoolExecutor(len(statements)) as threads:
        return sorted(threads.map(one, range(len(statements))))


def test_eight_who_give_one_number_to_eight_months_issue_one_invoice(committed_db):
    statements = [accepted_month(shop()) for _ in range(8)]

    assert issued_at_once(statements, [NUMBER] * 8) == ["InvoiceNumberTaken"] * 7 + ["issued"]
    invoice = CommissionInvoice.objects.get()
    assert Statement.objects.filter(invoice_issued_at__isnull=False).get() == invoice.statement
    assert len(papers_kept() & {invoice.file}) == 1


def test_the_number_is_the_databases_to_guard_when_all_have_looked_before(committed_db, monkeypatch):
    """All have asked whether it is free before any has written it."""
    statements, looked = [accepted_month(shop()) for _ in range(3)], Barrier(3)
    ask = commission_invoices.checked_new_number

    def ask_together(text):
        found = ask(text)
        looked.wait(30)
        return found

    before = papers_kept()
    monkeypatch.setattr(commission_invoices, "checked_new_number", ask_together)
    assert issued_at_once(statements, [NUMBER] * 3) == ["InvoiceNumberTaken"] * 2 + ["issued"]
    assert papers_kept() - before == {CommissionInvoice.objects.get().file}  # those of the others are gone


def test_eight_who_invoice_one_month_issue_one_invoice(committed_db):
    statement = accepted_month(shop())

    numbers = [f"2533200000000000000{place}" for place in range(8)]
    assert issued_at_once([statement] * 8, numbers) == ["CommissionInvoiced"] * 7 + ["issued"]
    assert CommissionInvoice.objects.count() == 1


# At the desk, and in the shop


@pytest.mark.django_db
def test_staff_issue_it_on_the_page_of_the_statement_and_it_leaves_the_queue(client):
    clerk, place = staff(), shop()
    taken = commission_invoice(shop(), digits=OTHER)
    statement = accepted_month(place, 10_600)
    client.force_login(clerk)
    page = client.get(reverse("admin:settlement_statement_change", args=[statement.pk])).content.decode()
    with translation.override("en"):
        (queue,) = [row for row in waiting(clerk) if row.label == "Commission invoices to issue"]
    form = {"action": "issue_invoice", "_selected_action": [statement.pk], "confirmed": "yes"}

    listed = [row.pk for row in client.get(queue.url).context["cl"].result_list]
    asked = client.post(LIST, {name: form[name] for name in ("action", "_selected_action")}, headers=ENGLISH)
    wrong = client.post(LIST, form | {"number": taken.number, "file": picture()}, headers=ENGLISH)
    done = client.post(LIST, form | {"number": NUMBER, "file": pdf()}, headers=ENGLISH)

    assert 'value="issue_invoice"' in page
    assert (queue.count, queue.since, listed) == (1, statement.accepted_at, [statement.pk])
    assert not client.get(queue.url).context["cl"].result_list  # it is issued now
    shown = asked.content.decode()
    assert 'enctype="multipart/form-data"' in shown
    told = [place.merchant.name, place.merchant.credit_code, str(Money(10_600)), str(Money(600))]
    assert [words for words in told if words not in shown] == []
    assert set(wrong.context_data["form"].errors) == {"number", "file"}
    assert OTHER in wrong.content.decode()  # what was typed is still there
    assert done.status_code == 302
    assert CommissionInvoice.objects.get(statement=statement).number == NUMBER


@pytest.mark.django_db
def test_each_statement_has_an_invoice_of_its_own(client):
    clerk, rows = staff(), [accepted_month(shop()), accepted_month(shop())]
    client.force_login(clerk)

    page = client.post(
        LIST,
        {"action": "issue_invoice", "_selected_action": [row.pk for row in rows], "confirmed": "yes", "number": NUMBER,
         "file": pdf()},
    )  # fmt: skip

    assert (page.status_code, page.context_data["form"].errors.keys()) == (200, {"__all__"})
    assert not CommissionInvoice.objects.exists()


@pytest.mark.django_db
def test_who_may_not_issue_it_sees_neither_queue_nor_button(client):  # A4
    statement, clerk = accepted_month(shop()), staff(superuser=False)
    clerk.user_permissions.add(Permission.objects.get(codename="view_statement"))
    client.force_login(clerk)

    page = client.get(reverse("admin:settlement_statement_change", args=[statement.pk])).content.decode()
    client.post(LIST, {"action": "issue_invoice", "_selected_action": [statement.pk], "confirmed": "yes",
                       "number": NUMBER, "file": pdf()})  # fmt: skip

    assert "issue_invoice" not in page
    with translation.override("en"):
        assert "Commission invoices to issue" not in [row.label for row in waiting(clerk)]
    assert not CommissionInvoice.objects.exists()


@pytest.mark.django_db
def test_the_shop_reads_number_and_amount_and_fetches_the_paper(client):  # S5
    place = shop()
    owner = seat(place).user
    statement = month(place, 10_600, at=LONG_AGO)
    client.force_login(owner)
    address = reverse("backoffice:settlement:statement", args=[place.slug, statement.public_id])
    file = reverse("backoffice:settlement:statement-invoice", args=[place.slug, statement.public_id])

    before = client.get(address, headers=ENGLISH).content.decode()
    accept_statement(statement=statement, by=owner, now=NOON + timedelta(hours=1))
    accepted, missing = client.get(address, headers=ENGLISH).content.decode(), client.get(file)
    issue(statement)
    page, paper = client.get(address, headers=ENGLISH).content.decode(), client.get(file)

    assert "Issued after the statement is accepted" in before
    assert ("Not issued yet" in accepted, missing.status_code) == (True, 404)
    assert [words for words in (NUMBER, "<small>¥</small>106<small>.00</small>", "2 Mar 2026", file) if words not in page] == []
    assert "Not issued yet" not in page
    assert (paper.content, paper["Content-Type"], paper["Cache-Control"]) == (
        PDF, "application/pdf", "private, no-store",
    )  # fmt: skip
    assert AuditRecord.objects.get(action="settlement.fetch_commission_invoice").actor == owner
