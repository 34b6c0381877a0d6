"""A shop's pages of orders: its own rows only, seen through its own scope."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall import clock
from mall.backoffice.lists import open_list
from mall.refusals import Refusal
from marketing.deals import waiting_words
from merchants.access import shop_right
from orders.addresses import answer_change
from orders.after_sales.giving import may_compensate
from orders.after_sales.queries import cases_of
from orders.backoffice.forms import AddressAnswerForm, CancelForm, ShipmentForm, VoucherForm
from orders.backoffice.lists import ORDERS
from orders.cancellation import cancel_paid_order
from orders.fulfillment import ship_order, unsent_cases
from orders.models import AddressChange, Order, OrderLine, OrderStep, Parcel
from orders.offering import breakdown, freight_notes
from orders.pick_up import code_of
from orders.queries import with_parcels
from orders.routing import can_move, other_places, places_of, told
from orders.ship_clock import ship_by
from orders.tracking import send_again
from orders.vouchers import next_appointments, use_voucher

SHOWN_APPOINTMENTS = 30


@shop_right("orders.see")
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    listed = open_list(
        ORDERS,
        request,
        Order.objects.owned_by(request.shop),
        statuses=Order.Status.choices,
        dress=lambda rows: rows.prefetch_related("lines"),
    )
    context = {"list": listed, "page": listed.page, "can_print": request.seat.can("orders.ship")}
    context["can_invoice"] = request.seat.can("orders.invoice")
    return render(request, "backoffice/orders/list.html", context)


@shop_right("orders.see")
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    orders = (
        Order.objects.owned_by(request.shop)
        .select_related("declaration", "store")
        .prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("slot").order_by("pk")),
            Prefetch("steps", OrderStep.objects.select_related("by").order_by("pk")),
            with_parcels(),
            Prefetch("address_changes", AddressChange.objects.order_by("-pk")),
        )
    )
    order = get_object_or_404(orders, public_id=public_id)
    may_ship = order.status == Order.Status.PAID and not order.awaits_deal and request.seat.can("orders.ship")
    can_end = bool(order.paid_at or order.deposit_paid_at) and order.can_be_canceled
    context = {
        "order": order,
        "lines": order.lines.all(),
        "discounts": breakdown(order, order.lines.all()),
        "freight_notes": freight_notes(order),
        "steps": order.steps.all(),
        "parcels": order.parcels.all(),
        "ship_by": ship_by(order) if order.status == Order.Status.PAID and not order.awaits_deal else None,
        "changes": [
            {"row": change, "wanted": _address_of(change, revealed=request.seat.can("orders.personal"))}
            for change in order.address_changes.all()
        ],
        "consignee": _consignee(order, revealed=request.seat.can("orders.personal")),
        "declared": _declared(order, revealed=request.seat.can("orders.personal")),
        "can_print": request.seat.can("orders.ship"),
        "can_ship": may_ship and (order.paused_at is None or not unsent_cases(order).exists()),
        "unsent": [line for line in order.lines.all() if line.unsent] if order.is_partly_shipped else [],
        "waits_for": waiting_words(order.deal) if order.awaits_deal and order.canceled_at is None else "",
        "can_cancel": can_end and request.seat.can("orders.cancel"),
        "after_sales": cases_of(order),
        "can_compensate": request.seat.can("orders.after_sale") and may_compensate(order),
        **(_routing(order, request) if order.is_sent and order.paid_at else {}),
        **(_pick_up(order) if order.is_picked_up else {}),
    }
    return render(request, "backoffice/orders/detail.html", context)


def _pick_up(order: Order) -> dict:
    """How far its pick-up has come; never the code."""
    code = code_of(order)
    return {"pick_up_code": code, "is_expired": code is not None and code.expires_at < clock.now()}


def _routing(order: Order, request: HttpRequest) -> dict:
    """From where it goes out, why, and where else it could go out from."""
    moves = request.seat.can("orders.ship") and can_move(order)
    return {"places": places_of(order), "told": told(order), "targets": other_places(order) if moves else []}


def _consignee(order: Order, *, revealed: bool) -> dict:
    """Where it goes: whole for who may see it, else with the middle covered."""
    name, phone, line = (
        (value.reveal() if revealed else str(value)) for value in (order.consignee, order.phone, order.address_line)
    )
    place = " ".join(part for part in (order.province, order.city, order.district, line) if part)
    return {"name": name, "phone": phone, "address": place, "is_revealed": revealed}


def _address_of(change: AddressChange, *, revealed: bool) -> str:
    """The address that is wished for, in one line."""
    name, phone, line = (
        (value.reveal() if revealed else str(value)) for value in (change.consignee, change.phone, change.address_line)
    )
    return " ".join(part for part in (name, phone, change.city, change.district, line) if part)


def _declared(order: Order, *, revealed: bool) -> dict | None:
    """Who orders goods from abroad: the name as a consignee's; the ID number is covered for everybody in the shop."""
    declaration = getattr(order, "declaration", None)
    if declaration is None:
        return None
    return {
        "name": declaration.name.reveal() if revealed else str(declaration.name),
        "id_number": str(declaration.id_number),
    }


@shop_right("orders.ship")
@require_http_methods(["GET", "HEAD", "POST"])
def ship(request: HttpRequest, public_id: str) -> HttpResponse:
    orders = Order.objects.owned_by(request.shop)
    order = get_object_or_404(
        orders.prefetch_related(Prefetch("lines", OrderLine.objects.order_by("pk")), with_parcels()),
        public_id=public_id,
    )
    form = ShipmentForm(request.POST or None, lines=order.lines.all())

    if form.is_valid():
        try:
            parcel = ship_order(order=order, by=request.user, now=clock.now(), **form.said)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            is_whole = parcel.order.status != Order.Status.PAID
            messages.success(
                request,
                _("The order is on its way.") if is_whole else _("The parcel is on its way; the rest waits for you."),
            )
            return redirect("backoffice:orders:detail", request.shop.slug, order.public_id)

    context = {"order": order, "form": form, "parcels": order.parcels.all(), "again": None}
    return render(request, "backoffice/orders/ship.html", context)


@shop_right("orders.ship")
@require_http_methods(["GET", "HEAD", "POST"])
def send_parcel_again(request: HttpRequest, public_id: str, parcel: str) -> HttpResponse:
    """What came back goes out anew, the same goods under another number."""
    order = get_object_or_404(
        Order.objects.owned_by(request.shop).prefetch_related(with_parcels()), public_id=public_id
    )
    former = get_object_or_404(Parcel.objects.owned_by(request.shop), order=order, public_id=parcel)
    form = ShipmentForm(request.POST or None)

    if form.is_valid():
        try:
            send_again(parcel=former, by=request.user, now=clock.now(), **form.where)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The parcel is on its way again."))
            return redirect("backoffice:orders:detail", request.shop.slug, order.public_id)

    shown = [one for one in order.parcels.all() if one.pk == former.pk]
    context = {"order": order, "form": form, "parcels": shown, "again": former}
    return render(request, "backoffice/orders/ship.html", context)


@shop_right("orders.ship")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Who came shows a code: typed here once, her service is done. And who comes next."""
    form, done = VoucherForm(request.POST or None), None
    if form.is_valid():
        try:
            done = use_voucher(shop=request.shop, code=form.cleaned_data["code"], by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            form = VoucherForm()
    coming = next_appointments(request.shop, now=clock.now(), most=SHOWN_APPOINTMENTS)
    return render(request, "backoffice/orders/verify.html", {"form": form, "done": done, "coming": coming})


@shop_right("orders.ship")
@require_POST
def answer_address(request: HttpRequest, public_id: str, change: str) -> HttpResponse:
    """Whether what is packed can go to the other address."""
    changes = AddressChange.objects.owned_by(request.shop)
    asked = get_object_or_404(changes, order__public_id=public_id, public_id=change)
    form = AddressAnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say yes or no; to a no also why, in at most 200 characters."))
    else:
        try:
            answer_change(change=asked, by=request.user, now=clock.now(), **form.said)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The shopper has your answer."))
    return redirect("backoffice:orders:detail", request.shop.slug, public_id)


@shop_right("orders.cancel")
@require_POST
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(Order.objects.owned_by(request.shop), public_id=public_id)
    form = CancelForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason of at most 200 characters for the shopper to read."))
    else:
        try:
            cancel_paid_order(order=order, reason=form.cleaned_data["reason"], by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The order is canceled; the shopper gets the money back."))
    return redirect("backoffice:orders:detail", request.shop.slug, order.public_id)
