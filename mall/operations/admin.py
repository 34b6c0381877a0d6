"""The watch over operations for platform staff: the page with everything, alerts, and who is told of them (R8)."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mall import clock
from mall.audit.trail import record
from mall.charts import csv_asked
from mall.operations.measures import all_measures
from mall.operations.models import Alert, AlertDelivery, AlertReceiver, Reading, SecurityReport
from mall.operations.showing import SPANS, overview
from mall.operations.telling import WrongReceiver, check_address, renew_secret, save_receiver, send_test
from mall.sealed_files import document_storage
from mall.staff import ReadOnlyAdmin, ReadOnlyRows, Verb, Verbs, known_values


def _named() -> list[tuple[str, str]]:
    return [(measure.name, str(measure.label)) for measure in all_measures()]


@admin.register(SecurityReport)
class SecurityReportAdmin(ReadOnlyAdmin):
    """The reports about security, one for each quarter; who fetches one is on the record."""

    fields = ["public_id", "quarter", "made_at", "to_act", "files"]
    readonly_fields = ["to_act", "files"]
    list_display = ["quarter", "made_at", "open_points", "files"]
    list_filter = ["made_at"]
    search_fields = ["=quarter", "=public_id"]
    ordering = ["-quarter", "-pk"]

    def get_urls(self):
        view = self.admin_site.admin_view
        fetch = path(
            "<int:pk>/pdf/<slug:language>/", view(require_safe(self.fetch)), name="operations_securityreport_pdf"
        )
        return [fetch, *super().get_urls()]

    @admin.display(description=_("where somebody has to act"))
    def to_act(self, report: SecurityReport) -> str:
        return format_html_join("", "<div>{}</div>", ((title,) for title in report.to_do)) or "–"

    @admin.display(description=_("open points"))
    def open_points(self, report: SecurityReport) -> int:
        return len(report.to_do)

    @admin.display(description=_("report"))
    def files(self, report: SecurityReport) -> str:
        names = dict(settings.LANGUAGES)
        place = "admin:operations_securityreport_pdf"
        rows = ((reverse(place, args=[report.pk, code]), code, names[code]) for code in report.digests)
        return format_html_join(" · ", '<a href="{}" lang="{}">PDF {}</a>', rows)

    def fetch(self, request, pk: int, language: str):
        """The PDF in a language, as it was made."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        report = get_object_or_404(SecurityReport, pk=pk)
        if language not in report.digests:
            raise Http404
        content = document_storage().open(report.file_in(language)).read()
        record("operations.fetch_security_report", report.public_id, by=request.user, now=clock.now())
        headers = {"Content-Disposition": f'attachment; filename="security-{report.quarter}-{language}.pdf"'}
        headers |= {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return HttpResponse(content, content_type="application/pdf", headers=headers)


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    """Every reading; the page before it draws them."""

    change_list_template = "admin/operations/readings.html"
    fields = ["label", "at", "shown", "sample", "limit_shown", "is_good", "error"]
    readonly_fields = ["label", "shown", "limit_shown", "is_good"]
    list_display = ["label", "at", "shown", "sample", "limit_shown", "is_good"]
    list_filter = ["is_bad", known_values("measure", _("measure"), _named)]
    search_fields = ["=measure"]
    date_hierarchy = "at"
    ordering = ["-pk"]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [path("overview/", view(self.overview), name="operations_overview"), *super().get_urls()]

    def overview(self, request):
        """How the mall does: every measure now, its plots, the forecast; each plot as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        span = next((span for span in SPANS if span.key == request.GET.get("span")), SPANS[0])
        found = overview(span=span, now=clock.now())
        if download := csv_asked(request, found.charts):
            return download
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Operations"),
            "opts": self.opts,
            "found": found,
            "spans": SPANS,
            "span": span,
        }
        return TemplateResponse(request, "admin/operations/overview.html", context)

    @admin.display(description=_("measure"), ordering="measure")
    def label(self, reading):
        return reading.label

    @admin.display(description=_("within its limit"), boolean=True, ordering="is_bad")
    def is_good(self, reading):
        return not reading.is_bad

    @admin.display(description=_("value"), ordering="value")
    def shown(self, reading):
        return reading.shown

    @admin.display(description=_("limit"))
    def limit_shown(self, reading):
        return reading.limit_shown


class DeliveriesOfAlert(ReadOnlyRows):
    model = AlertDelivery
    fields = ["receiver", "what", "made_at", "delivered_at", "attempts", "last_error"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("receiver").order_by("pk")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What went beyond its limit, how far, for how long, and who was told."""

    fields = ["public_id", "label", "opened_at", "closed_at", "shown", "worst_shown", "limit_shown", "error"]
    readonly_fields = ["label", "shown", "worst_shown", "limit_shown"]
    list_display = ["label", "opened_at", "closed_at", "shown", "worst_shown", "limit_shown"]
    list_filter = [
        ("closed_at", admin.EmptyFieldListFilter), "opened_at", known_values("measure", _("measure"), _named)
    ]  # fmt: skip
    search_fields = ["=public_id", "=measure"]
    ordering = ["-pk"]
    inlines = [DeliveriesOfAlert]

    @admin.display(description=_("measure"), ordering="measure")
    def label(self, alert):
        return alert.label

    @admin.display(description=_("value when it began"))
    def shown(self, alert):
        return alert.shown

    @admin.display(description=_("worst value"))
    def worst_shown(self, alert):
        return alert.worst_shown

    @admin.display(description=_("limit"))
    def limit_shown(self, alert):
        return alert.limit_shown


class ReceiverForm(forms.ModelForm):
    renew = forms.BooleanField(
        label=_("Give it a new secret"),
        required=False,
        help_text=_("Only for programs. What was signed with the old one is known no more."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = AlertReceiver
        fields = ["name", "way", "address", "language", "is_active"]
        help_texts = {
            "address": _("An e-mail address; or of a program an https address in the public web, port 443 or 8443."),
        }

    def clean(self):
        said = super().clean()
        address, way = said.get("address"), said.get("way", self.instance.way)
        if address and way:
            try:
                validate_email(address) if way == AlertReceiver.Way.MAIL else check_address(address)
            except (ValidationError, WrongReceiver) as problem:
                self.add_error("address", str(getattr(problem, "message", problem)))
        if said.get("renew") and way == AlertReceiver.Way.MAIL:
            self.add_error("renew", gettext("A mailbox has no secret."))
        return said


@admin.register(AlertReceiver)
class AlertReceiverAdmin(Verbs, admin.ModelAdmin):
    """Who is told. A program's secret is shown once, when it is made."""

    noun = "receiver"
    verbs = [
        Verb(
            name="test",
            label=_("Send a test"),
            call=send_test,
            permission="operations.change_alertreceiver",
            fits=lambda receiver: receiver.is_active,
            stays=True,
        )
    ]
    form = ReceiverForm
    fields = ["name", "way", "address", "language", "is_active", "renew", "added_at", "ended_at"]
    readonly_fields = ["added_at", "ended_at"]
    list_display = ["name", "way", "address", "is_active", "added_at", "ended_at"]
    list_filter = ["way", "is_active"]
    search_fields = ["name", "address"]
    ordering = ["name", "pk"]

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return ["way", *self.readonly_fields] if obj else self.readonly_fields

    def save_model(self, request, obj, form, change):
        now = clock.now()
        secret = save_receiver(receiver=obj, by=request.user, now=now)
        if change and form.cleaned_data.get("renew"):
            secret = renew_secret(receiver=obj, by=request.user, now=now)
        if secret:
            told = gettext("The secret of %(name)s, shown this once: %(secret)s") % {"name": obj, "secret": secret}
            messages.warning(request, told)


@admin.register(AlertDelivery)
class AlertDeliveryAdmin(ReadOnlyAdmin):
    """What was sent to whom, and whether it arrived."""

    list_display = ["public_id", "receiver", "what", "made_at", "delivered_at", "attempts", "due_at", "last_error"]
    list_filter = ["what", ("delivered_at", admin.EmptyFieldListFilter), "made_at"]
    list_select_related = ["receiver"]
    search_fields = ["=public_id", "=alert__public_id", "last_error"]
    ordering = ["-pk"]
