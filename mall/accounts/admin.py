"""What staff see of people: who may sign in, and who belongs to the platform. Addresses are not shown."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.accounts.models import User
from mall.audit.trail import record


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "display_name"]
        field_classes = {"email": forms.EmailField}


@admin.register(User)
class PersonAdmin(UserAdmin):
    add_form = PersonCreationForm
    list_display = ["email", "display_name", "is_staff", "is_active", "joined_at"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["=email", "=public_id", "display_name"]
    ordering = ["-pk"]
    readonly_fields = ["public_id", "joined_at", "last_login"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["public_id", "email", "display_name", "password"]}),
        (_("Rights on the platform"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Moments"), {"fields": ["joined_at", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "display_name", "usable_password", "password1", "password2"]}),
    ]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record(
            "accounts.change_person" if change else "accounts.add_person",
            obj.public_id,
            by=request.user,
            now=clock.now(),
            after={"changed": sorted(form.changed_data)},
        )

    def has_delete_permission(self, request, obj=None):
        return False
