"""What platform staff do with holds and banned words."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.staff import Verb, Verbs
from risk.holds import place_hold, release_hold
from risk.models import BannedWord, Hold
from risk.screening import normal
from risk.words import allow_word, ban_word


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
        fields = ["word", "severity", "why"]

    def clean_word(self):
        word = self.cleaned_data["word"].strip()
        if not any(character.isalnum() for character in normal(word)):
            raise ValidationError(_("Enter a word with at least one letter, digit or character."))
        return word


@admin.register(BannedWord)
class BannedWordAdmin(admin.ModelAdmin):
    form = BannedWordForm
    list_display = ["word", "severity", "why"]
    list_filter = ["severity"]
    search_fields = ["word"]
    ordering = ["word"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["word"]

    def save_model(self, request, obj, form, change):
        row = ban_word(word=obj.word, severity=obj.severity, why=obj.why, by=request.user, now=clock.now())
        obj.pk, obj._state.adding = row.pk, False

    def delete_model(self, request, obj):
        allow_word(word=obj, by=request.user, now=clock.now())

    def delete_queryset(self, request, queryset):
        for word in queryset:
            self.delete_model(request, word)
