"""
Another address for an order, before it is handed over (2.15): at once while nothing is packed, else the shop is asked.

The freight was computed for the province, so that stays as it is. What was asked, by whom it was answered and how the
address was before stands in ``AddressChange``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.accounts.addresses import with_divisions
from mall.audit.trail import record
from mall.crypto import normal_phone
from mall.events.bus import publish
from mall.events.orders import AddressChangeAnswered, AddressChangeAsked
from mall.places import region
from mall.refusals import Refusal
from orders.locks import lock_order
from orders.models import AddressChange, Order, OrderStep
from orders.steps import write_steps

Status = AddressChange.Status
BEFORE_HANDOVER = (Order.Status.UNPAID, Order.Status.DEPOSIT_PAID, Order.Status.PAID)


class AddressFixed(Refusal):
    """The goods are with the carrier, or need none."""

    code = "address-fixed"


class OtherProvince(Refusal):
    """The freight was computed for another province."""

    code = "other-province"
    status = 400


class AddressAsked(Refusal):
    """The shop has not answered the last wish yet."""

    code = "address-asked"


class SameAddress(Refusal):
    """That is where it goes already."""

    code = "same-address"
    status = 400


def can_change(order: Order) -> bool:
    """Whether an order may still go elsewhere."""
    return order.is_sent and order.status in BEFORE_HANDOVER and not order.is_partly_shipped


def open_change(order: Order) -> AddressChange | None:
    """What the shop has not answered yet."""
    return AddressChange.objects.filter(order=order, status=Status.ASKED).first()


def check_province(order: Order, province: str) -> None:
    """:raises OtherProvince: the freight would be another"""
    if region(province) != region(order.province):
        raise OtherProvince(
            _("The freight was computed for %(province)s. For another province cancel, and order anew.")
            % {"province": order.province}
        )


@transaction.atomic
def change_address(*, order: Order, fields: Mapping[str, str], by, now: datetime) -> AddressChange:
    """
    The shopper wants it brought elsewhere in the province: done at once, or asked of the shop when it is packed.

    :param fields: ``consignee, phone, province, city, district, line``
    :raises AddressFixed: handed to a carrier, at least in part, or never sent at all
    :raises OtherProvince: the freight would be another
    :raises AddressAsked: the shop has still to answer
    :raises SameAddress: nothing would change
    :raises django.core.exceptions.ValidationError: China has no such city or district there
    """
    order = lock_order(order.pk)
    if not can_change(order):
        raise AddressFixed(_("It is with the carrier already: the address cannot be changed here any more."))
    check_province(order, fields["province"])
    fields = with_divisions(fields)
    if open_change(order):
        raise AddressAsked(_("The shop has not answered your last wish yet."))
    change = AddressChange(
        shop_id=order.shop_id,
        order=order,
        consignee=fields["consignee"],
        phone=normal_phone(fields["phone"]),
        city=fields["city"],
        district=fields.get("district", ""),
        address_line=fields["line"],
        former_consignee=order.consignee.reveal(),
        former_phone=order.phone.reveal(),
        former_city=order.city,
        former_district=order.district,
        former_address_line=order.address_line.reveal(),
        asked_at=now,
    )
    if _is_same(change):
        raise SameAddress(_("That is where it goes already."))
    if order.packed_at is None:
        AddressChange.FLOW.move(change, Status.DONE)
        change.answered_at = now
    change.save()
    change.refresh_from_db()
    change.order = order
    if change.status == Status.DONE:
        _apply(change, by=by, now=now)
    else:
        publish(
            AddressChangeAsked(
                change_id=change.public_id, order_id=order.public_id, shop_id=order.shop.public_id, asked_at=now
            )
        )
    _on_record("orders.change_address", change, by, now)
    return change


def _is_same(change: AddressChange) -> bool:
    return all(
        _plain(getattr(change, name)) == _plain(getattr(change, f"former_{name}"))
        for name in ("consignee", "phone", "city", "district", "address_line")
    )


def _plain(value) -> str:
    return value.reveal() if hasattr(value, "reveal") else value


@transaction.atomic
def answer_change(*, change: AddressChange, is_accepted: bool, answer: str = "", by, now: datetime) -> AddressChange:
    """
    The shop says whether what is packed goes to the other address.

    :raises WrongStatus: it was answered already
    :raises AddressFixed: it was handed over meanwhile
    """
    order = lock_order(change.order_id)
    change = AddressChange.objects.select_for_update(no_key=True).get(pk=change.pk)
    change.order = order
    AddressChange.FLOW.move(change, Status.DONE if is_accepted else Status.REFUSED)
    if is_accepted and not can_change(order):
        raise AddressFixed(_("It is with the carrier already: the address cannot be changed here any more."))
    change.answered_at, change.answered_by, change.answer = now, by, answer.strip()[:200]
    change.save(update_fields=["status", "answered_at", "answered_by", "answer"])
    if is_accepted:
        _apply(change, by=by, now=now)
    _on_record("orders.answer_address_change", change, by, now)
    publish(
        AddressChangeAnswered(
            change_id=change.public_id,
            order_id=order.public_id,
            shop_id=order.shop.public_id,
            is_done=is_accepted,
            answered_at=now,
        )
    )
    return change


def _apply(change: AddressChange, *, by, now: datetime) -> None:
    """The order, locked by the caller, goes to the other address from now on; what was printed is not true any more."""
    order = change.order
    order.consignee, order.phone = change.consignee.reveal(), change.phone.reveal()
    order.city, order.district, order.address_line = change.city, change.district, change.address_line.reveal()
    order.packed_at = None
    order.save(update_fields=["consignee", "phone", "phone_index", "city", "district", "address_line", "packed_at"])
    write_steps([order], OrderStep.Kind.ADDRESS, at=now, by=by)


def _on_record(action: str, change: AddressChange, by, now: datetime) -> None:
    record(
        action,
        change.order.public_id,
        by=by,
        now=now,
        shop_slug=change.order.shop.slug,
        after={"change": change.public_id, "status": str(change.status)},
    )


def lapse_changes(orders: Iterable[Order], *, now: datetime) -> None:
    """These orders, locked by the caller, go nowhere: what was asked about their addresses has come to nothing."""
    asked = AddressChange.objects.filter(order__in=[order.pk for order in orders], status=Status.ASKED)
    asked.update(status=Status.LAPSED, answered_at=now)


def check_answered(order: Order) -> None:
    """:raises AddressAsked: the shopper wants a packed order to go elsewhere, and nobody has answered her"""
    if order.packed_at and open_change(order):
        raise AddressAsked(_("The shopper asks for another address: answer her before you ship."))


def mark_packed(orders: Iterable[Order], *, now: datetime) -> None:
    """The packing lists of these orders were printed: from now on another address is asked of the shop."""
    waiting = [order.pk for order in orders if order.status == Order.Status.PAID and order.packed_at is None]
    Order.objects.filter(pk__in=waiting, status=Order.Status.PAID, packed_at=None).update(packed_at=now)
