"""Who hears of what happens to a shop: who may change it, its applicant, the merchant's owners, administrators."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from mall import clock
from mall.accounts.models import User
from mall.accounts.staff_groups import ADMINISTRATOR
from mall.notifications.kinds import Kind
from mall.notifications.sending import notify
from merchants.models import Agreement, Application, Document, Seat, Shop, Trade

LED_BY = tuple(role for role in Seat.Role if "shop.edit" in Seat.RIGHTS[role])


def tell_shop(
    *, shop_id: str, kind: Kind, page: str, now: datetime, roles: tuple = LED_BY, address: tuple = (), **facts
) -> None:
    """
    Tell the people of these roles; the notice leads to a page of the shop's back office.

    :param address: of another app's page, its name and what it takes beside the shop
    """
    shop = Shop.objects.get(public_id=shop_id)
    people = User.objects.filter(seats__shop=shop, seats__role__in=roles, is_active=True).order_by("pk")
    route, *arguments = address or (f"backoffice:merchants:{page}",)
    url = reverse(route, args=[shop.slug, *arguments])
    notify(people, kind, {"shop": dict(shop.name), **facts}, url=url, now=now)


def tell_of_application(*, application_id: str, kind: Kind, now: datetime, **facts) -> None:
    """Tell the applicant; the notice leads to her application."""
    row = Application.objects.select_related("applicant").get(public_id=application_id)
    if row.is_for_trade:
        facts["trade"] = dict(Trade.objects.get(slug=row.trades[0]).name)
    url = reverse("storefront:merchants:application", args=[row.public_id])
    notify([row.applicant], kind, {"shop": dict(row.shop_name), **facts}, url=url, now=now)


def tell_administrators(*, application_id: str, kind: Kind, now: datetime, due_at: datetime) -> None:
    """Tell who answers for the staff's work; the notice leads to the case."""
    row = Application.objects.get(public_id=application_id)
    above = User.objects.filter(Q(is_superuser=True) | Q(groups__name=ADMINISTRATOR), is_staff=True, is_active=True)
    url = reverse("admin:merchants_application_change", args=[row.pk])
    due = due_at.astimezone(clock.BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    notify(above.order_by("pk").distinct(), kind, {"business": row.merchant_name, "due": due}, url=url, now=now)


def tell_of_paper(*, document_id: str, kind: Kind, now: datetime, **facts) -> None:
    """Tell the owners of the merchant's shops; the notice leads to her papers."""
    document = Document.objects.get(public_id=document_id)
    owners = User.objects.filter(
        seats__shop__merchant=document.merchant_id, seats__role=Seat.Role.OWNER, is_active=True
    ).order_by("pk")
    url = reverse("storefront:merchants:papers")
    notify(owners, kind, {"document": dict(document.name), **facts}, url=url, now=now)


def tell_of_agreement(*, merchant_id: str, code: str, version: int, kind: Kind, now: datetime, **facts) -> None:
    """Tell every owner of the merchant's shops once; the notice leads to the agreements of a shop that she owns."""
    agreement = Agreement.objects.get(code=code, version=version)
    seats = Seat.objects.filter(shop__merchant__public_id=merchant_id, role=Seat.Role.OWNER, user__is_active=True)
    seats = seats.exclude(shop__status=Shop.Status.CLOSED).select_related("user", "shop").order_by("user", "shop")
    for seat in seats.distinct("user"):
        url = reverse("backoffice:merchants:agreements", args=[seat.shop.slug])
        notify([seat.user], kind, {"agreement": dict(agreement.title), **facts}, url=url, now=now)
