"""Codes without network: taking a list along, checking by it, and handing in what was noted."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Warehouse
from mall import clock
from mall.refusals import Refusal
from merchants.access import shop_right
from orders import offline
from orders.models import OfflineList, OfflineUse

SHOWN = 30


class _Store(forms.ModelChoiceField):
    def label_from_instance(self, store: Warehouse) -> str:
        return str(store.name)


class TakeForm(forms.Form):
    """Which device takes a list along, and of which store."""

    device = forms.CharField(
        label=gettext_lazy("Device"),
        max_length=60,
        help_text=gettext_lazy("A name by which you know it again, such as Tablet at the counter."),
    )
    store = _Store(
        label=gettext_lazy("Codes of"),
        queryset=Warehouse.objects.none(),
        required=False,
        empty_label=gettext_lazy("The whole shop, with appointments"),
    )

    def __init__(self, *args, shop, **kwargs):
        super().__init__(*args, **kwargs)
        stores = Warehouse.objects.owned_by(shop).open().filter(kind=Warehouse.Kind.STORE)
        self.fields["store"].queryset = stores.order_by("position", "pk")


class HandInForm(forms.Form):
    """What was noted, and the mark of the list."""

    uses = forms.CharField(
        label=gettext_lazy("Codes and when they were used"),
        max_length=120_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("One in a line: 1234 5678 9012, 2026-05-01 10:30. The page above fills this in itself."),
    )
    signature = forms.CharField(widget=forms.HiddenInput, max_length=100)


@shop_right("orders.ship")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """The lists that devices took, what was used twice, and a new list."""
    form = TakeForm(request.POST or None, shop=request.shop)
    if form.is_valid():
        taken = offline.take_list(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        return redirect("backoffice:orders:offline-list", request.shop.slug, taken.public_id)
    context = {
        "form": form,
        "lists": offline.lists_of(request.shop, SHOWN),
        "conflicts": offline.conflicts_of(request.shop, SHOWN),
        "now": clock.now(),
    }
    return render(request, "backoffice/orders/offline.html", context)


@shop_right("orders.ship")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page that stays open on the device; and where it hands in what it has noted."""
    taken = _mine(request, public_id)
    form = HandInForm(request.POST or None, initial={"signature": offline.signature_of(taken)})
    if form.is_valid():
        try:
            uses = offline.read_uses(form.cleaned_data["uses"])
            came = offline.hand_in(
                taken=taken, signature=form.cleaned_data["signature"], uses=uses, by=request.user, now=clock.now()
            )
        except Refusal as refusal:
            form.add_error("uses", str(refusal))
        else:
            bad = sum(row.outcome != OfflineUse.Outcome.USED for row in came)
            if bad:
                words = _("Handed in. %(bad)d of %(all)d codes did not count: look below.")
                messages.warning(request, words % {"bad": bad, "all": len(came)})
            else:
                messages.success(request, _("Handed in, every code counts."))
            return redirect("backoffice:orders:offline-list", request.shop.slug, taken.public_id)
    uses = offline.uses_of(taken)
    context = {
        "taken": taken,
        "form": form,
        "file": offline.as_file(taken),
        "is_over": taken.expires_at <= clock.now(),
        "uses": uses,
        "counted": [f"{row.code_end} {round(row.noted_at.timestamp() * 1000)}" for row in uses],
        "words": {
            "good": _("The code is right. It is noted, hand it in when there is network."),
            "twice": _("This device has noted this code already. Do not hand anything over."),
            "unknown": _("This code is not on the list. Do not hand anything over."),
            "short": _("A code has twelve digits."),
            "over": _("The list has ended: take a new one."),
            "unchecked": _("This browser cannot check codes here. It is noted, and checked when you hand it in."),
            "offline": _("There is no network yet. Nothing is lost: keep this page and hand in later."),
        },
    }
    return render(request, "backoffice/orders/offline_list.html", context)


@shop_right("orders.ship")
@never_cache
@require_safe
def list_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The list as a file, for a device with a program of its own."""
    taken = _mine(request, public_id)
    answer = JsonResponse(offline.as_file(taken))
    answer["Content-Disposition"] = f'attachment; filename="{taken.public_id}.json"'
    return answer


def _mine(request: HttpRequest, public_id: str) -> OfflineList:
    mine = OfflineList.objects.owned_by(request.shop).select_related("store", "shop", "by")
    return get_object_or_404(mine, public_id=public_id)
