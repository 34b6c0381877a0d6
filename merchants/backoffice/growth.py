"""The back office's page of the growth file: timeline, facts as charts and as CSV."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from mall import clock
from mall.charts import csv_asked
from merchants import growth as growth_file
from merchants.access import shop_right
from merchants.fact_charts import fact_charts
from merchants.timeline import timeline

PERIODS = (7, 30, 90)


@shop_right("shop.see")
def growth(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in PERIODS else 30
    today = clock.business_date(clock.now())
    charts = fact_charts(request.shop, last=today, days=days)
    if download := csv_asked(request, charts):
        return download
    context = {
        "shop": request.shop,
        "moments": timeline(request.shop),
        "charts": charts,
        "facts": growth_file.sums_of(request.shop, first=today - timedelta(days=days - 1), last=today),
        "days": days,
        "periods": PERIODS,
    }
    return TemplateResponse(request, "backoffice/merchants/growth.html", context)
