"""The shopper's pages: cart, checkout, payment, orders. Everything starts from the shopper or her session."""

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Product, Sku, Warehouse
from mall import clock
from mall.accounts.addresses import MOST_ADDRESSES
from mall.accounts.marks import marks_of, number_device
from mall.accounts.models import Address
from mall.forms import as_typed
from mall.money import Money
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from mall.storefront.first_view import dressed
from mall.storefront.shell import framed
from mall.templatetags.mall import plain_moment
from marketing import perks
from marketing.deals import Deal, DealGone, page_of, waiting_words
from orders import tunables
from orders.addresses import can_change
from orders.after_sales.amounts import left_of
from orders.after_sales.asking import kinds_for
from orders.after_sales.queries import cases_of
from orders.cancellation import cancel_order
from orders.cart import CartView, add_to_cart, cart_view, change_line
from orders.checkout import (
    AddressBookFull,
    AddressNeeded,
    DealWanted,
    DepositNotAgreed,
    EmptyCart,
    NotDelivered,
    PriceChanged,
    address_with,
    deal_view,
    minutes_to_pay,
    place_order,
)
from orders.customs import ImporterNeeded, WrongIdentity, forget_importer, importer_of, save_importer
from orders.fulfillment import extend_completion, mark_delivered
from orders.gateways.base import ChannelUnavailable
from orders.gift_cards import CardsChanged, cards_of, show_cards, whole_cards
from orders.handing_over import show_codes
from orders.invoices import can_ask
from orders.models import AddressChange, Order, OrderGroup, OrderLine, OrderStep, Payment, Refund
from orders.offering import breakdown, freight_notes
from orders.payments import NoticeRefused, ask_about_payment, owed_now, payment_page_url, receive_notice, start_payment
from orders.pick_up import StoreNotPossible, code_of, pick_up_choices, show_code, stores_named
from orders.queries import counts_by_status, open_balances, unreviewed_lines, with_parcels
from orders.ship_clock import expected_on, ship_by
from orders.storefront import passing
from orders.storefront.card_choices import CardChoice, card_choices, chosen_shops, paid_by
from orders.storefront.carts import cart_owner, pieces_in, with_count
from orders.storefront.coupons import chosen_coupons, coupon_choices
from orders.storefront.destinations import RegionForm, keep_region, posted_to, region_form, where_to
from orders.storefront.forms import (
    CancelForm,
    CartAddForm,
    CartChangeForm,
    CheckoutForm,
    cards_in,
    changes_since,
    chosen_stores,
    fingerprint_of,
    posted_shops,
    shown,
)
from orders.storefront.presales import is_balance_open, is_before_balance, presale_of
from orders.storefront.scanning import drawn
from orders.storefront.ways import first_way, ways_to_pay
from orders.vouchers import vouchers_of

QUANTITY = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)

# Cart


@never_cache
@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    view = cart_view(**cart_owner(request), to=where_to(request))
    context = {"cart": view, "region": region_form(request)}
    return with_count(dressed(render(request, "storefront/orders/cart.html", context)), view.count)


@require_POST
def cart_region(request: HttpRequest) -> HttpResponse:
    """What delivery costs there: the region is kept until she names another, or takes that of her address."""
    form = RegionForm(request.POST)
    if form.is_valid():
        keep_region(request, **form.cleaned_data)
    else:
        messages.error(request, _("Choose a province."))
    return redirect("storefront:orders:cart")


@require_POST
def cart_add(request: HttpRequest) -> HttpResponse:
    owner = cart_owner(request, make=True)
    form = CartAddForm(request.POST)
    refused, pieces = "" if form.is_valid() else _("Choose an item and a quantity."), 0
    if not refused:
        try:
            pieces = add_to_cart(**owner, **form.cleaned_data, now=clock.now())
        except Refusal as refusal:
            refused = str(refusal)
    if refused:
        messages.error(request, refused)
        return redirect(_came_from(request))
    if request.POST.get("next") == "checkout":
        response = redirect("storefront:orders:checkout")
    else:
        messages.success(request, _("It is in your cart."))
        response = redirect("storefront:orders:cart")
    return with_count(response, pieces)


@require_POST
def cart_change(request: HttpRequest) -> HttpResponse:
    owner = cart_owner(request)
    form = CartChangeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an item and a quantity."))
    else:
        try:
            change_line(**owner, **form.cleaned_data, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
    return with_count(redirect("storefront:orders:cart"), pieces_in(owner))


def _came_from(request: HttpRequest) -> str:
    """The mall's page on which she pressed the button, else the cart."""
    page = request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return page
    return reverse("storefront:orders:cart")


# Checkout


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    owner = cart_owner(request)
    if request.method == "POST":
        return _place(request)

    addresses = _addresses(request)
    view = cart_view(**owner, to=posted_to({}, addresses))
    if not view.lines:
        messages.info(request, _("Your cart is empty."))
        return redirect("storefront:orders:cart")
    if view.has_problems:
        messages.error(request, _("Please look at the marked items first."))
        return redirect("storefront:orders:cart")
    if kept_out := passing.kept_out(request, passing.named_in(view)):
        return kept_out
    form = CheckoutForm(addresses=addresses, shops=view.shops)
    return _checkout_page(request, form, view, card_choices(view, request.user), key=str(uuid4()))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deal_checkout(request: HttpRequest, key: str, sku: str) -> HttpResponse:
    """
    The checkout of a deal, which is ordered by itself (``?quantity=``, else one piece); the cart stays as it is.

    Who cannot have it (any more) comes back to the page of the product and reads why.
    """
    sent = request.POST if request.method == "POST" else request.GET
    quantity = sent.get("quantity", "1")
    wanted = DealWanted(key, sku, int(quantity) if QUANTITY.fullmatch(quantity) else 1)
    addresses = _addresses(request)
    try:
        if request.method == "POST":
            return _place(request, wanted)
        view, deal = _view(request, wanted, addresses)
    except DealGone as gone:
        messages.error(request, str(gone))
        product = get_object_or_404(Sku.objects.values_list("product__public_id", flat=True), public_id=sku)
        return redirect(f"{reverse('storefront:catalog:product', args=[product])}?sku={sku}")
    form = CheckoutForm(addresses=addresses, shops=view.shops)
    cards = card_choices(view, request.user)
    return _checkout_page(request, form, view, cards, key=str(uuid4()), wanted=wanted, deal=deal)


def _view(
    request: HttpRequest, wanted: DealWanted | None, addresses: list[Address], coupons: Collection[str] | None = None
) -> tuple[CartView, Deal | None]:
    """
    What would be ordered, to where she says: the cart, or a deal.

    :raises DealGone: she cannot have it (any more)
    """
    to = posted_to(request.POST, addresses)
    if wanted is None:
        picked_up = _stores(request)
        return cart_view(shopper=request.user, coupons=coupons, to=to, picked_up=picked_up), None
    deal, view = deal_view(wanted, shopper=request.user, coupons=coupons, now=clock.now(), to=to)
    return view, deal


def _place(request: HttpRequest, wanted: DealWanted | None = None) -> HttpResponse:
    """
    Place the order; whatever stands in the way is said on the same page, with everything she typed.

    :raises DealGone: of a deal, she cannot have it (any more)
    """
    addresses = _addresses(request)
    form = CheckoutForm(request.POST, addresses=addresses, shops=posted_shops(request.POST))
    field = problem = None
    price_changed = False
    if "look" in request.POST:  # other coupons or another address are chosen: what would it cost?
        return _looked(request, addresses, wanted)
    if kept_out := passing.kept_out(request, passing.posted(request)):
        return kept_out
    if form.is_valid():
        try:
            group = _placed_before(request, form) or _place_order(request, form, wanted)
        except EmptyCart as refusal:
            messages.info(request, str(refusal))
            return redirect("storefront:orders:cart")
        except (AddressBookFull, AddressNeeded, NotDelivered) as refusal:
            field, problem = "address", str(refusal)
        except (ImporterNeeded, WrongIdentity) as refusal:
            field, problem = refusal.details.get("field", "importer_name"), str(refusal)
        except DepositNotAgreed as refusal:
            field, problem = "knows_deposit", str(refusal)
        except StoreNotPossible as refusal:
            field, problem = f"store_{refusal.details['shop']}", str(refusal)
        except DealGone:
            raise
        except Refusal as refusal:  # sold out or withdrawn: the cart says at which line
            price_changed, problem = isinstance(refusal, PriceChanged | CardsChanged), str(refusal)
            passing.asked_in_vain(request)
        else:
            answer = redirect("storefront:orders:pay", group.public_id)
            return answer if wanted else with_count(answer, 0)

    view, deal = _view(request, wanted, addresses, chosen_coupons(request.POST))
    form = CheckoutForm(request.POST, addresses=addresses, shops=view.shops)
    form.full_clean()
    if problem:
        form.add_error(field if field in form.fields else None, problem)
    cards = card_choices(view, request.user, chosen_shops(request.POST))
    changes = changes_since(form.cleaned_data["fingerprint"], view, paid_by(cards)) if price_changed else []
    key = str(form.cleaned_data.get("checkout_key") or uuid4())
    return _checkout_page(request, form, view, cards, key=key, changes=changes, wanted=wanted, deal=deal)


def _looked(request: HttpRequest, addresses: list, wanted: DealWanted | None) -> HttpResponse:
    """The checkout with the coupons and gift cards she has chosen now; nothing is ordered, what she typed stays."""
    view, deal = _view(request, wanted, addresses, chosen_coupons(request.POST))
    if not view.lines:
        return redirect("storefront:orders:cart")
    form = CheckoutForm(request.POST, addresses=addresses, shops=view.shops)
    form.full_clean()
    as_typed(form.invoice)
    form.errors.clear()  # she has not asked to order: what is missing is told when she does
    cards = card_choices(view, request.user, chosen_shops(request.POST))
    key = request.POST.get("checkout_key") or str(uuid4())
    return _checkout_page(request, form, view, cards, key=key, wanted=wanted, deal=deal)


def _placed_before(request: HttpRequest, form: CheckoutForm) -> OrderGroup | None:
    """The group of this checkout key, asked beforehand where placing would first write a new address into the book."""
    if form.chosen or form.goes_nowhere:
        return None
    return OrderGroup.objects.filter(shopper=request.user, checkout_key=form.cleaned_data["checkout_key"]).first()


def _place_order(request: HttpRequest, form: CheckoutForm, wanted: DealWanted | None) -> OrderGroup:
    seen = cards_in(form.cleaned_data["fingerprint"])
    if set(seen) != chosen_shops(request.POST):  # she has ticked a box and not looked what it comes to
        raise CardsChanged(_("Look at what your gift cards pay, then place the order."))
    if form.says_importer:
        said = form.cleaned_data
        save_importer(shopper=request.user, name=said["importer_name"], id_number=said["importer_id"], now=clock.now())
    return place_order(
        shopper=request.user,
        checkout_key=form.cleaned_data["checkout_key"],
        address=_address(request, form),
        expected=fingerprint_of(form.cleaned_data["fingerprint"]),
        messages=form.messages,
        coupons=chosen_coupons(request.POST),
        cards={shop_id: Money(fen) for shop_id, fen in seen.items()},
        wanted=wanted,
        invoice=form.invoice.wanted,
        stores=None if wanted else stores_named(chosen_stores(request.POST)),
        marks=marks_of(request),
        knows_deposit=form.cleaned_data["knows_deposit"],
        now=clock.now(),
    )


def _stores(request: HttpRequest) -> dict[int, Warehouse]:
    """Where she picks goods up, as far as the stores she has posted are there; placing says of the others why not."""
    try:
        return stores_named(chosen_stores(request.POST))
    except StoreNotPossible:
        return {}


def _address(request: HttpRequest, form: CheckoutForm) -> Address | None:
    if form.goes_nowhere:
        return None
    return form.chosen or address_with(shopper=request.user, fields=form.typed_address)


def _checkout_page(
    request: HttpRequest,
    form: CheckoutForm,
    view: CartView,
    cards: list[CardChoice],
    *,
    key: str,
    changes: list[str] | None = None,
    wanted: DealWanted | None = None,
    deal: Deal | None = None,
) -> HttpResponse:
    if deal and deal.deposit:
        cards = []
    paid = paid_by(cards)
    by_cards = Money.total(paid.values(), view.total.currency)
    deposit = deal.deposit.deposit * wanted.quantity if deal and deal.deposit else None
    if not form.is_bound:
        form.invoice.prefill(request.user)
    pick_ups = [] if wanted else pick_up_choices(view, _stores(request), view.to)
    context = {
        "cart": view,
        "pick_ups": [(choice, form[choice.field]) for choice in pick_ups],
        "addresses": list(form.addresses.values()),
        "form": form,
        "checkout_key": key,
        "fingerprint": shown(view, paid),
        "changes": changes or [],
        "coupons": coupon_choices(view),
        "cards": cards,
        "by_cards": by_cards,
        "to_pay": deposit or view.total - by_cards,
        "deposit": deposit,
        "rest": view.total - deposit if deposit else None,
        "flash": passing.named_in(view),
        "minutes": minutes_to_pay(has_flash=bool(view.quote.flash_units), deal=deal),
        "deal": deal,
        "wanted": wanted,
        "importer": importer_of(request.user) if view.needs_importer else None,
    }
    answer = framed(request, "storefront/orders/checkout.html", "storefront/orders/_checkout_main.html", context)
    number_device(request, answer)
    return answer if wanted else with_count(answer, view.count)


@login_required
@require_POST
def importer_forget(request: HttpRequest) -> HttpResponse:
    """She takes back who she is for customs; the next order of goods from abroad asks again."""
    forget_importer(shopper=request.user, now=clock.now())
    messages.success(request, _("Your name and ID number for customs are deleted."))
    return redirect("storefront:orders:checkout")


def _addresses(request: HttpRequest) -> list:
    return list(request.user.addresses.order_by("-is_default", "-pk")[:MOST_ADDRESSES])


# Payment


@login_required
@never_cache
@require_safe
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    group = get_object_or_404(request.user.order_groups, public_id=public_id)
    orders = list(group.orders.select_related("shop").prefetch_related("lines").order_by("pk"))
    owed = owed_now(group, orders)
    state = _state(group, orders)
    context = {
        "group": group,
        "orders": orders,
        "ways": ways_to_pay(owed, group, orders, shopper=request.user) if state == "open" else [],
        "state": state,
        "pay_by": group.pay_by,
        "owed": owed,
        "presale": presale_of(orders[0], now=clock.now()) if orders[0].deposit else None,
    }
    return render(request, "storefront/orders/pay.html", context)


def _state(group: OrderGroup, orders: list[Order]) -> str:
    """What can be done: paid, kept (the deposit is lost), closed, early (the rest cannot be paid yet), or open."""
    now = clock.now()
    if any(order.paid_at for order in orders):
        return "paid"
    if any(order.deposit_kept_at for order in orders):
        return "kept"
    if group.pay_by < now or any(order.status == Order.Status.CANCELED for order in orders):
        return "closed"
    return "early" if any(is_before_balance(order, now) for order in orders) else "open"


@login_required
@require_POST
def pay_start(request: HttpRequest, public_id: str) -> HttpResponse:
    group = get_object_or_404(request.user.order_groups, public_id=public_id)
    channel = request.POST.get("channel") or first_way()
    if channel is None:
        messages.error(request, _("No way to pay is offered at the moment. Your order waits; please try again later."))
        return redirect("storefront:orders:pay", group.public_id)
    try:
        payment = start_payment(group=group, channel=channel, now=clock.now())
        return redirect(payment_page_url(payment))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("storefront:orders:pay", group.public_id)


@login_required
@never_cache
@require_safe
def payment_return(request: HttpRequest, public_id: str) -> HttpResponse:
    """Back from the channel's page: asked there, so that it works when the notice is lost."""
    hers = Q(group__shopper=request.user) | Q(purse__shopper=request.user)
    payments = Payment.objects.select_related("group").filter(hers)
    payment = get_object_or_404(payments, public_id=public_id)
    with suppress(ChannelUnavailable):  # then it goes on waiting; the notice or the clock will tell
        payment = ask_about_payment(payment=payment, now=clock.now())
    if payment.channel == "transfer" and payment.status == Payment.Status.PENDING:
        return redirect("storefront:orders:pay-transfer", payment.public_id)
    states = {Payment.Status.PENDING: "waiting", Payment.Status.SUCCEEDED: "succeeded"}
    context = {
        "payment": payment,
        "group": payment.group,
        "state": "failed" if payment.is_late else states.get(Payment.Status(payment.status), "failed"),
    }
    return render(request, "storefront/orders/paying.html", context)


@csrf_exempt
@require_POST
def payment_notify(request: HttpRequest, channel: str) -> HttpResponse:
    """A channel's server speaks: heard means 200, refused means 400 and not a word more."""
    try:
        receive_notice(channel=channel, headers=request.headers, body=request.body, now=clock.now())
    except (NoticeRefused, ChannelUnavailable) as refused:
        return HttpResponse(status=refused.status)
    return HttpResponse("success", content_type="text/plain")


# Orders


@login_required
@never_cache
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    mine = request.user.orders.all()
    status = request.GET.get("status", "")
    wanted = status if status in Order.Status.values else ""
    rows = mine.filter(_in_tab(wanted, clock.now())) if wanted else mine
    page = paginate(
        rows.select_related("shop", "group")
        .prefetch_related(Prefetch("lines", OrderLine.objects.select_related("slot").order_by("pk")))
        .order_by("-pk"),
        request,
        per_page=10,
    )
    open_now = {order.pk for order in page if is_balance_open(order, clock.now())}
    context = {"tabs": _tabs(mine, wanted), "page": page, "balances": open_now}
    return render(request, "storefront/orders/list.html", context)


def _in_tab(status: str, now: datetime) -> Q:
    """The orders of a state; among those to be paid also those whose rest can be paid."""
    of_status = Q(status=status)
    return of_status | open_balances(now) if status == Order.Status.UNPAID else of_status


def _tabs(orders, wanted: str) -> list[Choice]:
    url, counts = reverse("storefront:orders:list"), counts_by_status(orders)
    everything = Choice("", _("All"), url, selected=not wanted, count=sum(counts.values()))
    if counts[Order.Status.DEPOSIT_PAID]:
        counts[Order.Status.UNPAID] += orders.filter(open_balances(clock.now())).count()
    return [everything] + [
        Choice(status, str(Order.Status(status).label), f"{url}?status={status}", status == wanted, counts[status])
        for status in Order.Status.values
    ]


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    orders = request.user.orders.select_related("shop", "group", "store", "invoice")
    order = get_object_or_404(
        orders.annotate(group_size=Count("group__orders")).prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("slot").order_by("pk")),
            Prefetch("steps", OrderStep.objects.order_by("-pk")),
            with_parcels(),
            Prefetch("address_changes", AddressChange.objects.order_by("-pk")),
            Prefetch("refunds", Refund.objects.order_by("pk")),
        ),
        public_id=public_id,
    )
    is_unpaid = order.status == Order.Status.UNPAID
    changes = list(order.address_changes.all())
    code = code_of(order)
    context = {
        "order": order,
        "pick_up_code": code,
        "is_expired": code is not None and code.expires_at < clock.now(),
        "lines": order.lines.all(),
        "steps": order.steps.all(),
        "parcels": order.parcels.all(),
        "unsent": [line for line in order.lines.all() if line.unsent] if order.is_partly_shipped else [],
        "ship_by": ship_by(order) if order.status == Order.Status.PAID and order.is_sent else None,
        "expected_on": expected_on(order) if order.status == Order.Status.PAID and order.is_sent else None,
        "can_change_address": can_change(order) and not any(change.is_open for change in changes),
        "address_changes": changes,
        "group": order.group,
        "can_cancel": order.can_be_canceled,
        "cancels_group": is_unpaid and order.group_size > 1,  # unpaid groups are canceled whole
        "can_receive": order.status == Order.Status.SHIPPED and order.due_at is not None,  # else a parcel came back
        "has_codes": order.kind == Product.Kind.VIRTUAL and order.delivered_at is not None,
        "gift_cards": cards_of(order) if order.is_of_cards else [],
        "waits_for": waiting_words(order.deal) if order.awaits_deal and order.canceled_at is None else "",
        "extension": tunables.EXTENSION_DAYS.value if order.can_be_extended else 0,
        "can_pay": (is_unpaid or is_balance_open(order, clock.now())) and order.group.pay_by >= clock.now(),
        "presale": presale_of(order, now=clock.now()) if order.deposit else None,
        "loses_deposit": order.status == Order.Status.DEPOSIT_PAID,
        "deal_url": page_of(order.deal),
        "vouchers": vouchers_of(order),
        "reviewable": unreviewed_lines(order),
        "refunds": order.refunds.all(),
        "discounts": breakdown(order, order.lines.all()),
        "perks": perks.of_order(order.public_id),
        "freight_notes": freight_notes(order),
        "after_sales": cases_of(order),
        "askable": {line.pk for line in order.lines.all() if _left(order, line)}
        if kinds_for(order, clock.now())
        else set(),
        "invoice": getattr(order, "invoice", None),
        "can_ask_invoice": can_ask(order),
        "can_complain": order.paid_at is not None or order.deposit_paid_at is not None,
    }
    return render(request, "storefront/orders/detail.html", context)


def _left(order: Order, line: OrderLine) -> int:
    """How many pieces something may be asked about: of gift cards those that nobody has bound."""
    return whole_cards(line) if order.is_of_cards else left_of(line)


@login_required
@never_cache
@require_POST
def codes(request: HttpRequest, public_id: str) -> HttpResponse:
    """The codes of an order, shown when its shopper asks for them; each look is on the record."""
    mine = request.user.orders.select_related("shop", "store").prefetch_related("lines")
    order = get_object_or_404(mine, public_id=public_id)
    try:
        if order.is_of_cards:
            cards = show_cards(order=order, by=request.user, now=clock.now())
            return render(request, "storefront/orders/cards.html", {"order": order, "cards": cards})
        if order.is_picked_up:
            voucher = show_code(order=order, by=request.user, now=clock.now())
            context = {"order": order, "voucher": voucher, "picture": drawn(voucher.code.reveal())}
            return render(request, "storefront/orders/pick_up_code.html", context)
        found = show_codes(order=order, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("storefront:orders:detail", order.public_id)
    lines = [(line, [code for code in found if code.sku_id == line.sku_id]) for line in order.lines.all()]
    return render(request, "storefront/orders/codes.html", {"order": order, "lines": lines})


@login_required
@require_POST
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(request.user.orders, public_id=public_id)
    form = CancelForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the reason in at most 200 characters."))
    else:
        reason = form.cleaned_data["reason"] or _("The shopper changed her mind")
        try:
            leaves = form.cleaned_data["leaves_deposit"]
            order = cancel_order(
                order=order, reason=reason, by=request.user, leaves_deposit=leaves, now=clock.now()
            )  # fmt: skip
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            if order.deposit_kept_at:
                messages.success(request, _("The order is canceled. The shop keeps the deposit."))
            else:
                messages.success(request, _("The order is canceled. What you paid goes back the way it came."))
    return redirect("storefront:orders:detail", order.public_id)


@login_required
@require_POST
def receive(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(request.user.orders, public_id=public_id)
    try:
        mark_delivered(order=order, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you: the order is delivered."))
    return redirect("storefront:orders:detail", order.public_id)


@login_required
@require_POST
def extend(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(request.user.orders, public_id=public_id)
    try:
        order = extend_completion(order=order, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Put off: it completes by itself on %(at)s.") % {"at": plain_moment(order.due_at)})
    return redirect("storefront:orders:detail", order.public_id)


@login_required
@require_POST
def buy_again(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(request.user.orders.prefetch_related("lines__sku"), public_id=public_id)
    owner = cart_owner(request)
    added = 0
    for line in order.lines.all():
        try:
            add_to_cart(**owner, sku=line.sku.public_id, quantity=line.quantity, now=clock.now())
            added += 1
        except Refusal as refusal:
            messages.warning(request, _("“%(title)s”: %(why)s") % {"title": line.title, "why": refusal})
    if added:
        words = ngettext("%(count)d item is in your cart again.", "%(count)d items are in your cart again.", added)
        messages.success(request, words % {"count": added})
    return with_count(redirect("storefront:orders:cart"), pieces_in(owner))
