"""The back office's pages on how the shop stands: tier and sanctions; and the way out of the mall."""

import csv
import io
import zipfile

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall import clock
from mall.charts import csv_asked, safe_cell
from mall.refusals import Refusal
from merchants import exits, fake_trade, growth, petitions, sanctions, standing, tiers
from merchants.access import shop_right
from merchants.backoffice.life import WordsForm
from merchants.models import DailyFacts, Exit, GrowthEntry, Petition, Sanction, Shop
from merchants.tunables import APPEAL_DAYS


@shop_right("shop.see")
@require_safe
def conduct(request: HttpRequest) -> HttpResponse:
    return _conduct_page(request)


def _conduct_page(request: HttpRequest, form: WordsForm | None = None, appealed: str = "") -> HttpResponse:
    shop, now = request.shop, clock.now()
    records = tiers.history(shop)
    chart = tiers.tier_chart(records)
    if download := csv_asked(request, [chart]):
        return download
    appeals = petitions.petitions_of(shop, Petition.Kind.SANCTION)
    asked = {appeal.subject for appeal in appeals}
    rows = sanctions.sanctions_of(shop, now)
    for row in rows:
        row.can_appeal = row.counts and row.public_id not in asked and request.seat.can("shop.edit")
        row.form = form if row.public_id == appealed else WordsForm(prefix=row.public_id)
        row.fine_said = _fine_said(row, appeals)
    cases = fake_trade.cases_of(shop)
    trade_appeals = petitions.petitions_of(shop, Petition.Kind.TRADE)
    for case in cases:
        since = case.confirmed_at or case.since
        is_asked = any(row.subject == case.case_id and row.asked_at >= since for row in trade_appeals)
        case.can_appeal = not case.is_cleared and not is_asked and request.seat.can("shop.edit")
        case.form = form if case.case_id == appealed else WordsForm(prefix=case.case_id)
    latest = records[0] if records else None
    context = {
        "shop": shop,
        "latest": latest,
        "policy": tiers.POLICY[latest.tier if latest else tiers.Tier.TAIL],
        "steps": tiers.next_steps(latest) if latest else [],
        "chart": chart if len(records) > 1 else None,
        "why_not_join": standing.why_not_join(shop),
        "sanctions": rows,
        "points": sanctions.live_points(shop, now),
        "scale": sanctions.scale(),
        "appeals": appeals,
        "appeal_days": APPEAL_DAYS.value,
        "trade_cases": cases,
        "trade_appeals": trade_appeals,
    }
    return TemplateResponse(request, "backoffice/merchants/conduct.html", context)


def _fine_said(sanction: Sanction, appeals: list[Petition]) -> str:
    """How far the fine of a sanction has come."""
    if sanction.lifted_at:
        return (
            _("Given back: the sanction is lifted.") if sanction.fined_at else _("Not taken: the sanction is lifted.")
        )
    if sanction.fined_at:
        day = date_format(clock.business_date(sanction.fined_at))
        return _("Taken on %(day)s from what you have available.") % {"day": day}
    if any(row.subject == sanction.public_id and row.status == Petition.Status.ASKED for row in appeals):
        return _("It waits for the answer to your appeal.")
    day = date_format(clock.business_date(sanctions.fine_due_at(sanction)))
    return _("It is taken after %(day)s unless you appeal before.") % {"day": day}


@shop_right("shop.edit")
@require_POST
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    sanction = get_object_or_404(Sanction.objects.owned_by(request.shop), public_id=public_id)
    form = WordsForm(request.POST, prefix=sanction.public_id)
    if form.is_valid():
        try:
            petitions.appeal_sanction(sanction=sanction, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your appeal is on its way. Staff will answer here."))
            return redirect("backoffice:merchants:conduct", request.shop.slug)
    return _conduct_page(request, form, public_id)


@shop_right("shop.edit")
@require_POST
def appeal_trade(request: HttpRequest, public_id: str) -> HttpResponse:
    case = fake_trade.case_of(request.shop, public_id)
    if case is None:
        raise Http404
    form = WordsForm(request.POST, prefix=public_id)
    if form.is_valid():
        try:
            petitions.appeal_trade(case=case, shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your appeal is on its way. Staff will answer here."))
            return redirect("backoffice:merchants:conduct", request.shop.slug)
    return _conduct_page(request, form, public_id)


@shop_right("shop.exit")
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """The checklist of a shop that leaves, or the form that asks to."""
    shop, now = request.shop, clock.now()
    form = WordsForm(request.POST or None)
    if form.is_valid():
        try:
            exits.ask_exit(shop=shop, by=request.user, now=now, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your shop is leaving. Finish what is in flight."))
            return redirect("backoffice:merchants:exit", shop.slug)
    leaving = exits.current_exit(shop) or Exit.objects.owned_by(shop).filter(canceled_at=None).order_by("-pk").first()
    context = {
        "shop": shop,
        "exit": leaving,
        "steps": exits.checklist(leaving, now=now) if leaving and not leaving.closed_at else [],
        "can_ask": leaving is None and Shop.FLOW.can(shop, Shop.Status.EXITING),
        "can_stay": leaving is not None and leaving.cleared_at is None,
        "form": form,
    }
    return TemplateResponse(request, "backoffice/merchants/exit.html", context)


@shop_right("shop.exit")
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    try:
        exits.cancel_exit(shop=request.shop, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your shop stays. Put your goods back on sale."))
    return redirect("backoffice:merchants:exit", request.shop.slug)


@shop_right("shop.exit")
@require_POST
def data(request: HttpRequest) -> HttpResponse:
    """The shop's growth file to take away: its facts and its entries as CSV in one archive."""
    shop = request.shop
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        facts = DailyFacts.objects.owned_by(shop).order_by("on").values_list("on", *growth.COUNTS)
        archive.writestr("daily_facts.csv", _csv(["on", *growth.COUNTS], facts))
        columns = ["at", "name", "subject", "counts", "detail"]
        entries = GrowthEntry.objects.owned_by(shop).order_by("at", "pk").values_list(*columns)
        archive.writestr("growth_file.csv", _csv(columns, entries))
    exits.note_data_taken(shop=shop, by=request.user, now=clock.now())
    return HttpResponse(
        packed.getvalue(),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{shop.slug}.zip"'},
    )


def _csv(columns: list[str], rows) -> str:
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(columns)
    for row in rows:
        sheet.writerow([safe_cell(str(getattr(value, "minor", value))) for value in row])
    return "\ufeff" + written.getvalue()
