"""Bringing in files of goods: uploaded here, checked and imported in the background, watched on a page of its own."""

from django.contrib import messages
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.backoffice.forms import ImportForm
from catalog.models import ImportedPicture, ImportProblem, ProductImport
from catalog.transfer import template as templates
from catalog.transfer.asking import ask_for_import, discard_import, start_import
from catalog.transfer.keeping import storage
from mall import clock
from mall.audit.trail import record
from mall.backoffice.tables import Sort, read_page
from mall.exports.files import CONTENT_TYPES
from mall.refusals import Refusal
from merchants.access import shop_right

SHOWN_PROBLEMS = 50
SHOWN_PICTURES = 20


@shop_right("products.edit")
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """The imports of the shop, newest first."""
    mine = ProductImport.objects.owned_by(request.shop)
    page = read_page(
        mine,
        request,
        sorts=[Sort("number", "", "pk")],
        default="-number",
        dress=lambda rows: rows.select_related("by").defer("preview", "layout"),
    )
    return TemplateResponse(request, "backoffice/catalog/imports.html", {"page": page})


@shop_right("products.edit")
def add(request: HttpRequest) -> HttpResponse:
    """Upload a file; it is checked at once, and nothing is written before the person has seen what would be."""
    form = ImportForm(request.POST or None, request.FILES or None, initial={"words_language": get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            job = ask_for_import(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("backoffice:catalog:import", request.shop.slug, job.public_id)
    return TemplateResponse(request, "backoffice/catalog/import_form.html", {"form": form})


@shop_right("products.edit")
@require_safe
def template(request: HttpRequest, format: str) -> HttpResponse:
    """The file to fill in."""
    answer = HttpResponse(templates.template(format), content_type=CONTENT_TYPES[format])
    answer["Content-Disposition"] = f'attachment; filename="products.{format}"'
    return answer


@shop_right("products.edit")
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far it has come and what was found; asked by htmx it answers with that part alone."""
    job = _mine(request, public_id)
    problems = ImportProblem.objects.filter(job=job).order_by("rows_from", "row", "pk")
    pictures = dict(
        ImportedPicture.objects.filter(job=job).values_list("status").annotate(count=Count("pk")).order_by()
    )
    failed = ImportedPicture.objects.filter(job=job, status=ImportedPicture.Status.FAILED).select_related("product")
    context = {
        "job": job,
        "figures": _figures(job),
        "problems": list(problems[:SHOWN_PROBLEMS]),
        "problem_count": problems.count(),
        "pictures": {name: pictures.get(name, 0) for name in ImportedPicture.Status.values},
        "failed_pictures": list(failed.order_by("row", "pk")[:SHOWN_PICTURES]) if pictures.get("failed") else [],
        "picture_count": sum(pictures.values()),
        "pictures_done": sum(pictures.values()) - pictures.get("waiting", 0),
        "is_moving": job.is_at_work or bool(pictures.get("waiting")),
        "may_start": job.status == ProductImport.Status.CHECKED and bool(job.created_count or job.updated_count),
    }
    part = "_import" if request.htmx else "import"
    return TemplateResponse(request, f"backoffice/catalog/{part}.html", context)


def _figures(job: ProductImport) -> list[tuple[str, int, str]]:
    """What became, or would become, of the products: label, how many, tone."""
    return [
        (_("New"), job.created_count, "good"),
        (_("Updated"), job.updated_count, "good"),
        (_("Unchanged"), job.unchanged_count, ""),
        (_("With errors"), job.failed_count, "bad"),
    ]


@shop_right("products.edit")
@require_POST
def start(request: HttpRequest, public_id: str) -> HttpResponse:
    return _do(request, public_id, start_import)


@shop_right("products.edit")
@require_POST
def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    return _do(request, public_id, discard_import)


def _do(request: HttpRequest, public_id: str, verb) -> HttpResponse:
    job = _mine(request, public_id)
    try:
        verb(job=job, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("backoffice:catalog:import", request.shop.slug, public_id)


@shop_right("products.edit")
@require_safe
def errors(request: HttpRequest, public_id: str) -> HttpResponse:
    """The rows that were kept out, each with what is wrong; every fetch is on the record."""
    job = _mine(request, public_id)
    try:
        file = storage().open(job.errors_file) if job.errors_file else None
    except FileNotFoundError:
        file = None
    if file is None:
        raise Http404
    if request.method == "GET":
        record("catalog.fetch_errors", job.public_id, by=request.user, now=clock.now(), shop_slug=request.shop.slug)
    name = f"{job.name.rpartition('.')[0] or job.name}-errors.csv"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES["csv"])
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _mine(request: HttpRequest, public_id: str) -> ProductImport:
    rows = ProductImport.objects.owned_by(request.shop).select_related("by", "shop", "category")
    return get_object_or_404(rows, public_id=public_id)
