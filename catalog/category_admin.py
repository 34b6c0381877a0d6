"""What platform staff do with the category tree: its nodes, what they ask of goods, and what they take."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from treebeard.admin import TreeAdmin
from treebeard.forms import MoveNodeForm, movenodeform_factory

from catalog import attributes, categories
from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.models import Attribute, AttributeChoice, AttributeOverride, Category, CommissionChange
from mall import clock
from mall.audit.trail import record
from mall.refusals import Refusal
from mall.staff import SpeaksTexts


class KeepsUsed(BaseInlineFormSet):
    """Rows that products use cannot be removed; it says how many do."""

    why_stays = staticmethod(lambda row: "")

    def clean(self):
        super().clean()
        for form in self.forms:
            is_going = self.can_delete and self._should_delete_form(form) and form.instance.pk
            if is_going and (why := self.why_stays(form.instance)):
                raise ValidationError(why)


class KeepsAttributes(KeepsUsed):
    why_stays = staticmethod(attributes.why_attribute_stays)


class KeepsChoices(KeepsUsed):
    why_stays = staticmethod(attributes.why_choice_stays)


class SaysHowMany:
    """Instead of listing every row that stands in the way of a removal; our formset says how many they are."""

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.hand_clean_DELETE = lambda form: None
        return formset


class AsItsPage:
    """Rows that whoever may see or write their page may see or write too; they want no permission of their own."""

    page = "category"

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(f"catalog.view_{self.page}") or self.has_change_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(f"catalog.change_{self.page}")

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class AttributeForm(forms.ModelForm):
    """The kind stays once products say something; ranges and bounds are for numbers."""

    def clean(self) -> dict:
        cleaned = super().clean()
        kind, before = cleaned.get("kind"), self.instance
        if before.pk and "kind" in self.changed_data and before.values.exists():
            self.add_error("kind", _("Products say something for it already: make a new attribute instead."))
        if kind and kind != Attribute.Kind.NUMBER:
            for name in ("minimum", "maximum", "steps"):
                if cleaned.get(name):
                    self.add_error(name, _("This is for numbers only."))
        low, high = cleaned.get("minimum"), cleaned.get("maximum")
        if low is not None and high is not None and low > high:
            self.add_error("maximum", _("The greatest is below the least."))
        if steps := cleaned.get("steps"):
            cleaned["steps"] = sorted(set(steps))
        return cleaned


class OverrideForm(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "attribute" in self.fields:
            self.fields["attribute"].queryset = Attribute.objects.select_related("category").order_by(
                "category__path", "position"
            )
            self.fields["attribute"].label_from_instance = lambda row: f"{row.category} · {row}"


class AttributesOfCategory(SaysHowMany, SpeaksTexts, admin.StackedInline):
    model = Attribute
    form = AttributeForm
    formset = KeepsAttributes
    extra = 0
    show_change_link = True
    ordering = ["position", "pk"]
    fields = [
        "name", ("kind", "position"), "unit", ("minimum", "maximum", "steps"),
        ("is_required", "is_filterable", "in_specifications", "is_compared"),
    ]  # fmt: skip


class OverridesOfCategory(AsItsPage, admin.TabularInline):
    model = AttributeOverride
    form = OverrideForm
    extra = 0
    ordering = ["pk"]


class CommissionsOfCategory(admin.TabularInline):
    """Planned changes and those that came; one is planned by adding a row."""

    model = CommissionChange
    extra = 0
    can_delete = False
    ordering = ["-effective_at"]
    fields = ["commission_bps", "effective_at", "applied_at", "decided_by"]
    readonly_fields = ["applied_at", "decided_by"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("catalog.view_category")

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm("catalog.change_category")


class CategoryForm(MoveNodeForm):
    def clean_own_commission_bps(self):
        bps = self.cleaned_data["own_commission_bps"]
        if bps is not None and bps > categories.HIGHEST_COMMISSION_BPS:
            raise ValidationError(
                _("A commission lies between 0 and %(most)d."), params={"most": categories.HIGHEST_COMMISSION_BPS}
            )
        return bps


@admin.register(Category)
class CategoryAdmin(SpeaksTexts, TreeAdmin):
    """The platform's tree; every change is on the record."""

    form = movenodeform_factory(Category, form=CategoryForm, exclude=["path", "depth", "numchild", "commission_bps"])
    inlines = [AttributesOfCategory, OverridesOfCategory, CommissionsOfCategory]
    list_display = ["name", "slug", "commission_bps", "risk", "trade", "is_hidden"]
    list_select_related = ["trade"]
    search_fields = ["slug", "name"]

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else []

    def get_readonly_fields(self, request, obj=None):
        return ["own_commission_bps", "takes", "papers", "asks"] if obj else []

    def get_fields(self, request, obj=None):
        told = ["own_commission_bps", "takes", "papers", "asks"]
        return [name for name in super().get_fields(request, obj) if not (obj and name in told)] + (told if obj else [])

    @admin.display(description=_("commission that applies"))
    def takes(self, category: Category) -> str:
        return f"{category.commission_bps / 100:g} %"

    @admin.display(description=_("required documents"))
    def papers(self, category: Category) -> str:
        return format_html_join(", ", "{}", ((row.name,) for row in categories.documents_of(category))) or "–"

    @admin.display(description=_("attributes in effect"))
    def asks(self, category: Category) -> str:
        flags = {
            "is_required": gettext("required"), "is_filterable": gettext("lists can be narrowed by it"),
            "in_specifications": gettext("shown among the specifications"), "is_compared": gettext("compared"),
        }  # fmt: skip

        def line(told: dict) -> tuple:
            row, origin = told["row"], told["origin"]
            said = ", ".join(label for name, label in flags.items() if getattr(row, name))
            address = reverse("admin:catalog_category_change", args=[origin.pk])
            source = gettext("its own") if told["is_own"] else format_html('<a href="{}">{}</a>', address, origin)
            return (
                reverse("admin:catalog_attribute_change", args=[row.attribute_id]), row.attribute,
                row.attribute.get_kind_display(), source, said,
            )  # fmt: skip

        rows = map(line, attributes.inherited(category))
        return format_html_join("", '<div><a href="{}">{}</a> ({}) – {} – {}</div>', rows) or "–"

    def save_model(self, request, obj, form, change):
        request.slug_before = (
            Category.objects.filter(pk=obj.pk).values_list("slug", flat=True).first() if change else ""
        )
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        if formset.model is not CommissionChange:
            return super().save_formset(request, form, formset, change)
        for row in formset.save(commit=False):
            try:
                categories.plan_commission(
                    category=form.instance,
                    commission_bps=row.commission_bps,
                    effective_at=row.effective_at,
                    by=request.user,
                    now=clock.now(),
                )
            except Refusal as refusal:
                messages.error(request, str(refusal))
        return None

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        category = Category.objects.get(pk=form.instance.pk)
        touched = [
            attribute
            for formset in formsets
            if formset.model is Attribute
            for attribute in [*formset.new_objects, *(row for row, _changed in formset.changed_objects)]
        ]
        now = clock.now()
        categories.category_changed(
            category=category, slug_before=request.slug_before, changed=form.changed_data, by=request.user, now=now
        )
        if touched or any(formset.has_changed() for formset in formsets):
            attributes.template_changed(category=category, attributes=touched, by=request.user, now=now)

    def move_node(self, request):
        answer = super().move_node(request)
        key = request.POST.get("node", "")
        if answer.status_code == 200 and key.isdigit() and (row := Category.objects.filter(pk=key).first()):
            categories.category_moved(category=row, by=request.user, now=clock.now())
        return answer

    def delete_queryset(self, request, queryset):
        for category in queryset:
            self.delete_model(request, category)

    def delete_model(self, request, obj):
        record("catalog.remove_category", obj.slug, by=request.user, now=clock.now())
        super().delete_model(request, obj)
        forget(CATALOGUE, SHOPS)


class ChoicesOfAttribute(AsItsPage, SaysHowMany, admin.TabularInline):
    page = "attribute"
    model = AttributeChoice
    formset = KeepsChoices
    extra = 1
    ordering = ["position", "pk"]


@admin.register(Attribute)
class AttributeAdmin(SpeaksTexts, admin.ModelAdmin):
    """An attribute with its choices; products name a choice by its key, so that it can be renamed at any time."""

    form = AttributeForm
    inlines = [ChoicesOfAttribute]
    list_display = ["name", "category", "kind", "is_required", "is_filterable", "position"]
    list_filter = ["kind", "is_required", "is_filterable"]
    list_select_related = ["category"]
    search_fields = ["name", "=category__slug"]
    ordering = ["category__path", "position", "pk"]
    fields = [
        "category", "name", "kind", "position", "unit", "minimum", "maximum", "steps", "is_required", "is_filterable",
        "in_specifications", "is_compared",
    ]  # fmt: skip

    def get_readonly_fields(self, request, obj=None):
        return ["category"] if obj else []

    def has_delete_permission(self, request, obj=None):
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not attributes.why_attribute_stays(obj))

    def get_actions(self, request):
        return {}  # one by one: each says how many products use it

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        row = Attribute.objects.select_related("category").get(pk=form.instance.pk)
        attributes.template_changed(category=row.category, attributes=[row], by=request.user, now=clock.now())

    def delete_model(self, request, obj):
        attributes.remove_attribute(attribute=obj, by=request.user, now=clock.now())
