"""O2, O9: invoices, asked for at the checkout or later, issued by the shop, corrected when money goes back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from mall.accounts.models import User
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from mall.sealed_files import document_storage
from mall.tenancy import shop_scope
from merchants.document_files import NotADocument
from merchants.models import Seat
from orders.cancellation import cancel_order
from orders.checkout import place_order
from orders.invoices import (
    InvoiceNumberTaken,
    InvoiceStands,
    InvoiceWanted,
    NothingToInvoice,
    WrongInvoice,
    ask_invoice,
    cash_of,
    correct_invoice,
    forget_titles,
    invoiced_lines,
    issue_invoice,
    issued_amount,
    profile_of,
    refuse_invoice,
    withdraw_invoice,
)
from orders.models import Invoice, InvoicePaper, Order
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import credit_code, seat, shop
from tests.factories.papers import pdf, picture
from tests.journeys import bound_card, delivered_order, filled_cart, paid_group, paid_order, pay, placed_order
from tests.orders.after_sales.cases import a_case, accepted, paid_back, three_cups

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
CHECKOUT = reverse("storefront:orders:checkout")
NUMBER, RED = "25332000000012345678", "25332000000012345679"
Status = Invoice.Status


def company(**said) -> InvoiceWanted:
    said = {"kind": "company", "title": "示例 公司", "email": "pay@example.com", "tax_number": credit_code()} | said
    return InvoiceWanted(**said)


def asked(order: Order | None = None, **said) -> Invoice:
    order = order or paid_order()
    return ask_invoice(order=order, wanted=company(**said), by=order.shopper, now=NOON)


def issued(order: Order | None = None, number: str = NUMBER) -> Invoice:
    invoice = asked(order)
    issue_invoice(invoice=invoice, number=number, file=pdf(), by=shopper(), now=NOON)
    deliver_everything()
    invoice.refresh_from_db()
    return invoice


def test_a_checkout_asks_each_of_its_shops_and_keeps_it_for_the_next_time():  # O2
    me = filled_cart(skus={sku(price="10.00"): 1, sku(price="5.00"): 2})
    wanted = company()

    group = place_order(
        shopper=me, checkout_key=uuid4(), address=me.addresses.get(), invoice=wanted, now=NOON
    )  # fmt: skip

    rows = list(Invoice.objects.order_by("pk"))
    assert [(row.order.shop_id, row.status, row.title.reveal()) for row in rows] == [
        (order.shop_id, "asked", "示例 公司") for order in group.orders.order_by("pk")
    ]
    assert rows[0].tax_number.reveal() == wanted.tax_number
    assert profile_of(me).title.reveal() == "示例 公司"


def test_title_tax_number_and_address_lie_encrypted():  # A2
    invoice = asked()

    with connection.cursor() as cursor:
        cursor.execute("SELECT title, tax_number, email FROM orders_invoice WHERE id = %s", [invoice.pk])
        kept = str(cursor.fetchone())

    assert not any(word in kept for word in ("示例", "pay@", invoice.tax_number.reveal()))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "club"}, "kind"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"tax_number": ""}, "tax_number"),
        ({"tax_number": "91330100MA27XYZ01X"}, "tax_number"),  # the check character belongs to another
        ({"email": "pay"}, "email"),
    ],
)
def test_an_invoice_that_cannot_be_made_out_is_refused_at_its_field(said, field):  # O2
    with pytest.raises(WrongInvoice) as refused:
        asked(**said)

    assert refused.value.details["field"] == field
    assert not Invoice.objects.exists()


def test_a_person_needs_no_tax_number_and_none_is_kept():
    invoice = asked(kind="personal", title="张小云", tax_number="anything")

    assert (invoice.kind, invoice.tax_number.reveal()) == ("personal", "")


def test_it_is_changed_until_it_is_issued_and_not_after():  # O2
    order = paid_order()
    asked(order)
    again = asked(order, title="另一家公司")
    assert (Invoice.objects.count(), again.title.reveal()) == (1, "另一家公司")

    issue_invoice(invoice=again, number=NUMBER, file=pdf(), by=shopper(), now=NOON)

    with pytest.raises(InvoiceStands):
        asked(order)
    with pytest.raises(InvoiceStands):
        withdraw_invoice(order=order, by=order.shopper, now=NOON)


def test_the_shop_issues_it_once_for_what_was_paid_and_the_shopper_is_told():  # O9
    order = paid_order(skus={sku(price="10.00", shop=shop(shipping_fee="6.00")): 2})
    invoice = issued(order)

    paper = invoice.papers.get()
    assert (invoice.status, paper.amount, issued_amount(invoice)) == ("issued", Money(2600), Money(2600))
    assert Notice.objects.get(kind="orders.invoice_issued").person == order.shopper
    with pytest.raises(WrongStatus):
        issue_invoice(invoice=invoice, number=RED, file=pdf(), by=shopper(), now=NOON)
    assert InvoicePaper.objects.count() == 1


def test_before_the_payment_nothing_is_issued():
    invoice = asked(placed_order())

    with pytest.raises(NothingToInvoice):
        issue_invoice(invoice=invoice, number=NUMBER, file=pdf(), by=shopper(), now=NOON)

    invoice.refresh_from_db()
    assert invoice.status == Status.ASKED


@pytest.mark.parametrize(
    ("number", "file", "refusal"),
    [
        ("12", pdf, WrongInvoice),
        ("2533200000001234567x", pdf, WrongInvoice),
        (NUMBER, picture, NotADocument),
        (NUMBER, lambda: SimpleUploadedFile("a.pdf", b"MZ no paper"), NotADocument),
        (NUMBER, lambda: SimpleUploadedFile("a.pdf", b"%PDF-1.4 /JavaScript %%EOF"), NotADocument),
    ],
)
def test_a_bad_number_or_file_issues_nothing(number, file, refusal):  # O9
    invoice = asked()

    with pytest.raises(refusal):
        issue_invoice(invoice=invoice, number=number, file=file(), by=shopper(), now=NOON)

    invoice.refresh_from_db()
    assert (invoice.status, InvoicePaper.objects.count()) == (Status.ASKED, 0)


def test_a_shop_issues_a_number_once():
    place = shop()
    issued(paid_order(skus={sku(shop=place): 1}))
    second = asked(paid_order(skus={sku(shop=place): 1}))

    with pytest.raises(InvoiceNumberTaken):
        issue_invoice(invoice=second, number=NUMBER, file=pdf(), by=shopper(), now=NOON)

    assert issued(number=NUMBER).status == Status.ISSUED  # another shop has numbers of its own


def test_a_refusal_says_why_and_the_shopper_asks_again():  # O9
    invoice = asked()

    with pytest.raises(WrongInvoice):
        refuse_invoice(invoice=invoice, reason=" ", by=shopper(), now=NOON)
    refuse_invoice(invoice=invoice, reason="The title is no company.", by=shopper(), now=NOON)
    deliver_everything()
    assert Notice.objects.get(kind="orders.invoice_refused").person == invoice.order.shopper
    again = asked(invoice.order)

    assert (again.pk, again.status, again.reason) == (invoice.pk, "asked", "")


def test_what_gift_cards_paid_is_not_invoiced_again():  # O2
    place, me = shop(), shopper()
    bound_card(me, place, price="10.00")
    group = paid_group(shopper=me, skus={sku(shop=place, price="8.00"): 1, sku(shop=place, price="6.00"): 2},
                       cards_of=[place])  # fmt: skip
    order = group.orders.get()

    assert (order.total, order.by_cards) == (Money(2000), Money(1000))
    assert cash_of(order) == Money(1000)
    assert sorted(row.amount.minor for row in invoiced_lines(order)) == [400, 600]
    assert issued(order).papers.get().amount == Money(1000)


def test_an_order_that_cards_paid_whole_has_no_invoice():
    place, me = shop(), shopper()
    bound_card(me, place, price="50.00")
    order = paid_group(shopper=me, skus={sku(shop=place, price="8.00"): 1}, cards_of=[place]).orders.get()

    with pytest.raises(NothingToInvoice):
        asked(order)


def test_money_that_goes_back_afterwards_makes_a_correction_due_and_is_taken_back_by_it():  # O9
    order = delivered_order(skus=three_cups(), now=NOON - timedelta(hours=1))  # 3 x 28.00 and 8.00
    owner = seat(order.shop).user
    invoice = issued(order)
    accepted(a_case(order=order, quantity=1))
    paid_back()

    invoice.refresh_from_db()
    order.refresh_from_db()
    due = issued_amount(invoice) - cash_of(order)
    assert (invoice.status, due.minor >= 2800) == ("due", True)
    assert owner in {notice.person for notice in Notice.objects.filter(kind="orders.invoice_correction_due")}
    with pytest.raises(InvoiceStands):
        asked(order)
    red = correct_invoice(invoice=invoice, number=RED, file=pdf(), by=owner, now=NOON)
    invoice.refresh_from_db()

    assert (red.is_red, red.amount, invoice.status) == (True, due, "issued")
    assert issued_amount(invoice) == cash_of(order)
    assert Money.total([row.amount for row in invoiced_lines(order)], order.currency) == cash_of(order)


def test_what_is_asked_for_after_a_refund_is_for_the_rest():  # O9
    order = delivered_order(skus=three_cups(), now=NOON - timedelta(hours=1))
    whole = cash_of(order)
    accepted(a_case(order=order, quantity=1))
    paid_back()
    order.refresh_from_db()

    assert issued(order).papers.get().amount == cash_of(order)
    assert cash_of(order).minor <= whole.minor - 2800


def test_an_order_that_is_canceled_takes_its_wish_along_and_an_issued_one_is_reversed():  # O9
    wish = asked(placed_order())
    cancel_order(order=wish.order, reason="…", by=wish.order.shopper, now=NOON)
    invoice = issued(paid_order())
    cancel_order(order=invoice.order, reason="…", by=invoice.order.shopper, now=NOON)
    paid_back()
    wish.refresh_from_db()
    invoice.refresh_from_db()
    assert (wish.status, invoice.status) == ("withdrawn", "due")

    correct_invoice(invoice=invoice, number=RED, file=pdf(), by=shopper(), now=NOON)
    invoice.refresh_from_db()

    assert (invoice.status, issued_amount(invoice)) == ("reversed", Money(0))


def test_hearing_of_a_refund_twice_asks_for_one_correction():
    invoice = issued(paid_order())
    cancel_order(order=invoice.order, reason="…", by=invoice.order.shopper, now=NOON)
    paid_back()
    correct_invoice(invoice=invoice, number=RED, file=pdf(), by=shopper(), now=NOON)
    paid_back()

    invoice.refresh_from_db()
    assert (invoice.status, invoice.papers.count()) == ("reversed", 2)


def test_a_shop_never_changes_to_whom_it_is_made_out():  # A2
    invoice = asked()
    with shop_scope(invoice.shop_id), pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(title="x")


def test_who_wants_to_be_forgotten_leaves_no_name_on_private_invoices():  # A3
    private, business = issued(), asked(title="示例公司")
    ask_invoice(order=business.order, wanted=company(kind="personal", title="张小云"), by=shopper(), now=NOON)
    forget_titles(Invoice.objects.filter(pk__in=[private.pk, business.pk]), NOON)

    private.refresh_from_db()
    business.refresh_from_db()
    assert (private.title.reveal(), private.email.reveal()) == ("示例 公司", "")
    assert (business.title.reveal(), business.email.reveal()) == ("", "")
    assert private.papers.count() == 1


# Pages


def checkout_form(page) -> dict:
    form = page.context["form"]
    return {
        "checkout_key": page.context["checkout_key"], "fingerprint": page.context["fingerprint"],
        "address": form["address"].value(), **{f"message_{shop_id}": "" for shop_id, _field in form.message_fields},
    }  # fmt: skip


def signed_in(client, person: User):
    client.force_login(person)
    return client


def test_at_the_checkout_a_wrong_tax_number_is_said_at_its_field_and_nothing_is_lost(client):  # O2
    me = filled_cart()
    page = signed_in(client, me).get(CHECKOUT)
    typed = {"invoice-kind": "company", "invoice-title": "示例公司", "invoice-tax_number": "123",
             "invoice-email": "pay@example.com"}  # fmt: skip

    answer = client.post(CHECKOUT, checkout_form(page) | typed)
    assert "tax_number" in answer.context["form"].invoice.errors
    assert 'value="示例公司"' in answer.content.decode()
    assert not Order.objects.exists()
    client.post(CHECKOUT, checkout_form(answer) | typed | {"invoice-tax_number": credit_code()})

    assert Invoice.objects.get().order == Order.objects.get()
    filled_cart(shopper=me)
    assert client.get(CHECKOUT).context["form"].invoice["title"].value() == "示例公司"


def test_who_wants_none_is_asked_nothing(client):
    page = signed_in(client, filled_cart()).get(CHECKOUT)

    client.post(CHECKOUT, checkout_form(page) | {"invoice-kind": "", "invoice-title": "left over"})

    assert Order.objects.exists() and not Invoice.objects.exists()


def test_the_shopper_asks_on_the_page_of_her_order_downloads_it_there_and_nobody_else_does(client):  # O9
    order = paid_order()
    way = reverse("storefront:orders:invoice", args=[order.public_id])
    typed = {"invoice-kind": "company", "invoice-title": "示例公司", "invoice-tax_number": "12",
             "invoice-email": "x@example.com"}  # fmt: skip
    signed_in(client, order.shopper)

    wrong = client.post(way, typed)
    assert "tax_number" in wrong.context["form"].errors and 'value="示例公司"' in wrong.content.decode()
    assert client.post(way, typed | {"invoice-tax_number": credit_code()})["Location"] == way
    issue_invoice(invoice=order.invoice, number=NUMBER, file=pdf(), by=shopper(), now=NOON)
    paper = reverse("storefront:orders:invoice-paper", args=[order.public_id, NUMBER])
    found = client.get(paper)

    assert paper in client.get(way).content.decode()
    assert (found["Content-Type"], found.content.startswith(b"%PDF-")) == ("application/pdf", True)
    assert b"%PDF" not in open(document_storage().path(InvoicePaper.objects.get().file), "rb").read()  # noqa: SIM115
    signed_in(client, shopper())
    assert [client.get(url).status_code for url in (way, paper)] == [404, 404]


def test_the_shop_sees_what_waits_issues_it_and_mends_what_was_wrong(client):  # O9
    order = paid_order()
    invoice = asked(order)
    signed_in(client, seat(order.shop, role=Seat.Role.MANAGER).user)
    page = reverse("backoffice:orders:invoice", args=[order.shop.slug, invoice.public_id])
    answer = reverse("backoffice:orders:invoice-answer", args=[order.shop.slug, invoice.public_id, "issue"])

    listed = client.get(reverse("backoffice:orders:invoices", args=[order.shop.slug]))
    wrong = client.post(answer, {"number": "12", "file": pdf()})
    not_pdf = client.post(answer, {"number": NUMBER, "file": picture()})
    done = client.post(answer, {"number": NUMBER, "file": pdf()})

    assert page in listed.content.decode() and "示例 公司" in client.get(page).content.decode()
    assert "number" in wrong.context["paper_form"].errors and 'value="12"' in wrong.content.decode()
    assert "file" in not_pdf.context["paper_form"].errors
    assert done["Location"] == page
    assert (
        client.get(reverse("backoffice:orders:invoice-paper", args=[order.shop.slug, invoice.public_id, NUMBER]))[
            "Content-Type"
        ]
        == "application/pdf"
    )


def test_who_may_not_issue_invoices_does_not_read_them(client):  # A4
    invoice = asked()
    slug = invoice.shop.slug
    signed_in(client, seat(invoice.shop, role=Seat.Role.READER).user)

    assert client.get(reverse("backoffice:orders:invoices", args=[slug])).status_code == 403
    assert client.get(reverse("backoffice:orders:invoice", args=[slug, invoice.public_id])).status_code == 403


def test_a_wish_is_placed_by_a_late_payer_too():
    me = filled_cart()
    group = place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.get(), invoice=company(), now=NOON)
    invoice = Invoice.objects.get()
    assert not Invoice.objects.to_answer().exists()

    pay(group)

    assert Invoice.objects.to_answer().get() == invoice
