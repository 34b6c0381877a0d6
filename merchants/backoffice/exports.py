"""Taking rows away as a file: asked for here, written in the background, fetched by whoever has the right."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.audit.trail import record
from mall.backoffice.bulk import chosen_ids
from mall.backoffice.tables import Sort, read_page
from mall.exports.asking import ask_for_export
from mall.exports.files import CONTENT_TYPES
from mall.exports.models import Export
from mall.exports.registry import all_kinds, kind_of
from mall.exports.writing import storage
from mall.refusals import Refusal
from merchants.access import shop_right
from merchants.backoffice.ways import back_to


@shop_right("shop.see")
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """The exports of the shop that the seat may fetch, newest first."""
    page = read_page(
        _open_to(request), request, sorts=[Sort("number", "", "pk")], default="-number", dress=_with_person
    )
    for export in page:
        export.label = _label(export)
    return TemplateResponse(request, "backoffice/exports/list.html", {"page": page})


def _personal_start(request: HttpRequest) -> str:
    """Where orders go is taken away by who has just shown that it is her."""
    kind = kind_of(request.POST.get("kind", ""))
    return "merchants.personal_exports" if kind is not None and _is_personal(request, kind) else ""


def _personal_file(request: HttpRequest, public_id: str) -> str:
    mine = Export.objects.owned_by(request.shop).filter(public_id=public_id, is_personal=True)
    return "merchants.personal_exports" if mine.exists() else ""


def _is_personal(request: HttpRequest, kind) -> bool:
    return bool(kind.personal_right) and request.seat.can(kind.right) and request.seat.can(kind.personal_right)


@shop_right("shop.see", fresh=_personal_start)
@require_POST
def export_start(request: HttpRequest) -> HttpResponse:
    """
    ``kind`` and ``format`` (or ``also``, both with a colon between them), ``query`` (the list's filter) and perhaps
    ``chosen`` rows; leads to the export's page.
    """
    name, format = request.POST.get("kind", ""), request.POST.get("format", "")
    if "also" in request.POST:
        name, _colon, format = request.POST["also"].partition(":")
    kind = kind_of(name)
    if kind is None or not request.seat.can(kind.right):
        raise Http404
    chosen = chosen_ids(request)
    if "only_chosen" in request.POST and not chosen:
        messages.warning(request, _("Choose at least one row."))
        return redirect(back_to(request))
    try:
        asked = ask_for_export(
            shop=request.shop,
            kind=kind,
            format=format,
            query="" if chosen else request.POST.get("query", ""),
            chosen=chosen,
            is_personal=_is_personal(request, kind),
            by=request.user,
            now=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("backoffice:merchants:exports", request.shop.slug)
    return redirect("backoffice:merchants:export", request.shop.slug, asked.public_id)


@shop_right("shop.see")
@require_safe
def export_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far it has come; asked every second by htmx it answers with that part alone."""
    export = get_object_or_404(_with_person(_open_to(request)), public_id=public_id)
    export.label = _label(export)
    part = "_progress" if request.htmx else "detail"
    return TemplateResponse(request, f"backoffice/exports/{part}.html", {"export": export})


@shop_right("shop.see", fresh=_personal_file)
@require_safe
def export_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The file; it lies where no web server looks, and every fetch is on the record."""
    now = clock.now()
    export = get_object_or_404(_open_to(request), public_id=public_id, status=Export.Status.READY, expires_at__gt=now)
    try:
        file = storage().open(export.file)
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        record("exports.fetch", export.public_id, by=request.user, now=now, shop_slug=request.shop.slug)
    day = clock.business_date(export.asked_at)
    name = f"{request.shop.slug}-{export.kind.partition('.')[2]}-{day:%Y%m%d}.{export.format}"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[export.format])
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _open_to(request: HttpRequest):
    """The shop's exports whose rows, and whose personal data, the seat may see."""
    open_kinds, open_personal = [], []
    for name, kind in all_kinds().items():
        if all(map(request.seat.can, kind.needed_rights(is_personal=False))):
            open_kinds.append(name)
        if all(map(request.seat.can, kind.needed_rights(is_personal=True))):
            open_personal.append(name)
    mine = Export.objects.owned_by(request.shop)
    return mine.filter(kind__in=open_kinds, is_personal=False) | mine.filter(kind__in=open_personal, is_personal=True)


def _with_person(rows):
    return rows.select_related("by")


def _label(export: Export) -> str:
    kind = kind_of(export.kind)
    return str(kind.label) if kind else export.kind
