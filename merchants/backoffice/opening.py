"""The page with the first steps of a new shop."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from merchants.access import shop_right
from merchants.opening import first_steps


@shop_right("shop.see")
def opening(request: HttpRequest) -> HttpResponse:
    steps = [
        {"step": step, "url": reverse(step.address, args=[request.shop.slug])} for step in first_steps(request.shop)
    ]
    done = sum(row["step"].is_done for row in steps)
    context = {"shop": request.shop, "steps": steps, "done": done}
    return TemplateResponse(request, "backoffice/merchants/opening.html", context)
