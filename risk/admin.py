"""What platform staff do with holds, word packs and reports."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mall import clock
from mall.staff import SpeaksTexts, Verb, VerbAdmin, Verbs
from risk import trade_admin  # noqa: F401 (it registers its own)
from risk.complaints import dismiss_complaint, uphold_complaint
from risk.holds import place_hold, release_hold
from risk.models import BannedWord, Complaint, Hold, WordPack
from risk.models.word import Severity
from risk.packs import COLUMNS, LARGEST_FILE, WrongFile, read_words, write_words
from risk.screening import is_a_word
from risk.words import allow_word, ban_word, drop_pack, fill_pack, save_pack


@admin.register(Hold)
class HoldAdmin(Verbs, admin.ModelAdmin):
    """Staff place a hold and release it; a hold is never edited or deleted."""

    noun = "hold"
    verbs = [
        Verb(
            name="release",
            label=_("Release the hold"),
            call=release_hold,
            permission="risk.release_hold",
            fits=lambda hold: hold.released_at is None,
        )
    ]
    fields = ["kind", "subject_id", "reason"]
    list_display = ["subject_id", "kind", "reason", "placed_at", "placed_by", "released_at", "released_by"]
    list_filter = ["kind", ("released_at", admin.EmptyFieldListFilter)]
    list_select_related = ["placed_by", "released_by"]
    search_fields = ["=subject_id", "=public_id"]
    date_hierarchy = "placed_at"
    ordering = ["-pk"]
    show_full_result_count = False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        placed = ["public_id", "placed_at", "placed_by", "released_at", "released_by"]
        return self.fields if obj is None else [*self.fields, *placed]

    def save_model(self, request, obj, form, change):
        standing = place_hold(
            kind=obj.kind, subject_id=obj.subject_id.strip(), reason=obj.reason, by=request.user, now=clock.now()
        )
        obj.__dict__.update(standing.__dict__)


class BannedWordForm(forms.ModelForm):
    class Meta:
        model = BannedWord
        fields = ["pack", "word", "severity", "why", "unless"]

    def clean_word(self):
        word = self.cleaned_data["word"].strip()
        if not is_a_word(word):
            raise ValidationError(_("Enter a word with at least one letter, digit or character."))
        return word

    def clean(self):
        said = super().clean()
        pack = said.get("pack") if "pack" in self.fields else self.instance.pack
        if pack is None and not said.get("why"):
            self.add_error("why", _("Say why: a word without a pack has no other reason."))
        return said


@admin.register(BannedWord)
class BannedWordAdmin(admin.ModelAdmin):
    form = BannedWordForm
    list_display = ["word", "pack", "severity", "why", "unless"]
    list_filter = ["severity", "pack"]
    list_select_related = ["pack"]
    search_fields = ["word"]
    ordering = ["word"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["pack", "word"]

    def save_model(self, request, obj, form, change):
        row = ban_word(
            word=obj.word, severity=obj.severity, why=obj.why, pack=obj.pack, unless=obj.unless, by=request.user,
            now=clock.now(),
        )  # fmt: skip
        obj.pk, obj._state.adding = row.pk, False

    def delete_model(self, request, obj):
        allow_word(word=obj, by=request.user, now=clock.now())

    def delete_queryset(self, request, queryset):
        for word in queryset:
            self.delete_model(request, word)


class FileForm(forms.Form):
    """A file of words for a pack."""

    file = forms.FileField(label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))
    replaces = forms.BooleanField(
        label=_("The pack shall hold these words only"), required=False, help_text=_("Words that are not in it go.")
    )


@admin.register(WordPack)
class WordPackAdmin(SpeaksTexts, admin.ModelAdmin):
    """Packs of words; their words come and go one by one, or as a file."""

    change_form_template = "admin/risk/pack_change_form.html"
    fields = ["slug", "name", "kind", "severity", "why", "scope", "is_active"]
    list_display = ["name", "kind", "severity", "word_count", "scope", "is_active"]
    list_filter = ["kind", "severity", "is_active"]
    search_fields = ["slug", "name"]
    ordering = ["slug"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(word_count=Count("words"))

    @admin.display(description=_("words"))
    def word_count(self, pack: WordPack) -> int:
        return pack.word_count

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["slug"]

    def save_model(self, request, obj, form, change):
        save_pack(pack=obj, by=request.user, now=clock.now())

    def delete_model(self, request, obj):
        drop_pack(pack=obj, by=request.user, now=clock.now())

    def delete_queryset(self, request, queryset):
        for pack in queryset.order_by("pk"):
            self.delete_model(request, pack)

    def get_urls(self):
        view = self.admin_site.admin_view
        ours = [
            path("<int:pk>/words.csv", view(self.export), name="risk_wordpack_export"),
            path("<int:pk>/import/", view(self.bring), name="risk_wordpack_import"),
        ]
        return [*ours, *super().get_urls()]

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_safe(self._export)(request, pk)

    def _export(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        pack = get_object_or_404(WordPack, pk=pk)
        name = f'attachment; filename="words-{pack.slug}.csv"'
        return HttpResponse(
            write_words(pack), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
        )

    def bring(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a file of words into the pack: all of it, or nothing and what is wrong in which line."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        pack = get_object_or_404(WordPack, pk=pk)
        form, wrong = FileForm(request.POST or None, request.FILES or None), ()
        if request.method == "POST" and form.is_valid():
            try:
                file = form.cleaned_data["file"]
                words = read_words(file.read(LARGEST_FILE + 1), pack)
                came, changed, went = fill_pack(
                    pack=pack, words=words, replaces=form.cleaned_data["replaces"], by=request.user, now=clock.now()
                )
            except WrongFile as refusal:
                form.add_error("file", str(refusal))
                wrong = refusal.lines
            else:
                messages.success(
                    request,
                    _("Words that came: %(came)d, that changed: %(changed)d, that went: %(went)d.")
                    % {"came": came, "changed": changed, "went": went},
                )
                return redirect("admin:risk_wordpack_change", pack.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Words from a file"),
            "subtitle": str(pack),
            "opts": self.opts,
            "pack": pack,
            "form": form,
            "wrong": wrong,
            "columns": COLUMNS,
            "severities": Severity.choices,
        }
        return TemplateResponse(request, "admin/risk/import_words.html", context, status=422 if form.errors else 200)


def _waits(complaint: Complaint) -> bool:
    return complaint.status == Complaint.Status.OPEN


@admin.register(Complaint)
class ComplaintAdmin(VerbAdmin):
    """The queue of reported goods and shops, oldest first. One verdict answers all open reports alike."""

    noun = "complaint"
    verbs = [
        Verb(
            name="uphold",
            label=_("Uphold"),
            call=uphold_complaint,
            permission="risk.decide_complaint",
            fits=_waits,
            asks="verdict",
            asks_label=_("Reason, for who reported it and for the shop"),
            warning=_("It counts against the product. To take it down at once, use the button on its own page."),
            is_grave=True,
        ),
        Verb(
            name="dismiss",
            label=_("Dismiss"),
            call=dismiss_complaint,
            permission="risk.decide_complaint",
            fits=_waits,
            asks="verdict",
            asks_label=_("Reason, for who reported it"),
        ),
    ]
    list_display = ["reported_at", "subject_name", "kind", "reason", "words", "alike", "status"]
    list_display_links = ["subject_name"]
    list_filter = ["status", "kind", "reason", "reported_at"]
    search_fields = ["=public_id", "=subject_id", "=shop_id", "subject_name"]
    ordering = ["reported_at"]
    fields = [
        "public_id", "page", "kind", "subject_id", "shop_id", "reason", "words", "alike", "reporter", "reported_at",
        "status", "verdict", "decided_at", "decided_by",
    ]  # fmt: skip

    def get_queryset(self, request):
        others = Complaint.objects.filter(
            subject_id=OuterRef("subject_id"), reason=OuterRef("reason"), status=Complaint.Status.OPEN
        )
        count = others.order_by().values("subject_id").annotate(count=Count("pk")).values("count")
        return super().get_queryset(request).annotate(open_alike=Coalesce(Subquery(count), 0))

    @admin.display(description=_("open reports alike"))
    def alike(self, complaint: Complaint) -> int:
        return complaint.open_alike

    @admin.display(description=_("what is reported"))
    def page(self, complaint: Complaint) -> str:
        if complaint.kind == Complaint.Kind.SHOP:
            lists = reverse("admin:merchants_shop_changelist")
        else:
            lists = reverse("admin:catalog_product_changelist")
        return format_html('<a href="{}?q={}">{}</a>', lists, complaint.subject_id, complaint)
