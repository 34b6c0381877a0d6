"""A shop's board of what its pre-sales with a deposit ask it to make."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mall.pages import paginate
from merchants.access import shop_right
from orders.production import demand_for, units_of_shop

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Exported:
    """What the menu of exports asks of a list: this one is written whole."""

    export: str = "orders.production"
    query: str = ""
    is_narrowed: bool = False
    export_also: tuple = ()


@shop_right("orders.see")
@require_safe
def production(request: HttpRequest) -> HttpResponse:
    page = paginate(units_of_shop(request.shop).order_by("-promotion", "pk"), request, per_page=PER_PAGE)
    context = {"page": page, "rows": demand_for(page.object_list), "list": Exported()}
    return render(request, "backoffice/orders/production.html", context)
