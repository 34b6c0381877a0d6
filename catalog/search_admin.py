"""What platform staff tell search, what people look for, and why a product stands where it stands."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from catalog import tunables
from catalog.models import ProductSearch, SearchedWords, SearchRule
from catalog.search import ranking
from catalog.search.rules import UselessRule, check_rule, make_synonym, remove_rule, save_rule
from mall import clock
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin
from merchants.models import HealthScore


class SearchRuleForm(forms.ModelForm):
    class Meta:
        model = SearchRule
        fields = ["kind", "words", "target", "place"]

    def clean(self):
        """A rule that could do nothing is told of beside its field."""
        told = super().clean()
        if {"kind", "words"} <= told.keys():
            try:
                check_rule(kind=told["kind"], words=told["words"], target=told.get("target", ""))
            except UselessRule as refusal:
                raise ValidationError(str(refusal)) from refusal
        return told


@admin.register(SearchRule)
class SearchRuleAdmin(admin.ModelAdmin):
    """Synonyms, redirects and hot words; each change is on the record and holds from the next search on."""

    form = SearchRuleForm
    list_display = ["words", "kind", "target", "place"]
    list_filter = ["kind"]
    search_fields = ["words", "target"]
    ordering = ["kind", "place", "words"]
    actions = None

    def save_model(self, request, obj, form, change):
        told = {name: getattr(obj, name) for name in ("kind", "words", "target", "place")}
        row = save_rule(rule=obj if change else None, **told, by=request.user, now=clock.now())
        obj.pk, obj._state.adding = row.pk, False

    def delete_model(self, request, obj):
        remove_rule(rule=obj, by=request.user, now=clock.now())


class Answered(admin.SimpleListFilter):
    """Whether the words found anything."""

    title = _("found")
    parameter_name = "answered"

    def lookups(self, request, model_admin):
        return [("no", _("found nothing")), ("yes", _("found something"))]

    def queryset(self, request, queryset: QuerySet):
        if self.value() == "no":
            return queryset.filter(found=0)
        return queryset.filter(found__gt=0) if self.value() == "yes" else queryset


@admin.register(SearchedWords)
class SearchedWordsAdmin(VerbAdmin):
    """
    What people looked for, day by day, and what found nothing. Nobody is named; words that fewer visitors looked for
    than ``catalog.hot_word_visitors`` are not shown, so that nobody is recognised by what she typed either.
    """

    noun = "searched"
    verbs = [
        Verb(
            name="make_synonym",
            label=_("Make a synonym of it"),
            call=make_synonym,
            permission="catalog.make_synonym",
            asks="same_as",
            asks_label=_("Who types this also finds these words"),
            asks_help=_("Apart by commas."),
        )
    ]
    list_display = ["words", "on", "visitors", "found"]
    list_filter = [Answered, "on"]
    search_fields = ["words"]
    ordering = ["-on", "-visitors", "words"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(visitors__gte=tunables.HOT_WORD_VISITORS.value)


@admin.register(ProductSearch)
class ProductSearchAdmin(ReadOnlyAdmin):
    """How search ranks: each product's weight, and what it comes of."""

    list_display = ["product", "shop", "weight", "why", "is_listed", "in_stock"]
    list_filter = ["is_listed", "in_stock"]
    list_select_related = ["product", "shop"]
    search_fields = ["=product__public_id", "=shop__slug"]
    ordering = ["-weight", "-product"]
    fields = ["product", "shop", "category", "brand", "weight", "why", "is_listed", "in_stock", "sold", "stars"]

    def get_queryset(self, request):
        scores = HealthScore.objects.filter(shop=OuterRef("shop_id")).order_by("-month").values("score")[:1]
        rows = super().get_queryset(request).defer("words", "facets")
        return rows.annotate(score=Subquery(scores))

    @admin.display(description=_("why"))
    def why(self, row: ProductSearch) -> str:
        told = ranking.reasons(row, getattr(row, "score", None))
        return format_html_join("", "<div>{}</div>", ((reason,) for reason in told))
