"""What staff see of people: who may sign in, and who belongs to the platform. Addresses are not shown."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.accounts.factors import has_factor, reset_factors
from mall.accounts.models import User
from mall.accounts.staff_groups import STAFF_GROUPS, label_of
from mall.audit.trail import record
from mall.crypto import masked
from mall.staff import BoundedPaginator, ChangesWantFreshFactor, ShowsCovered, Verb, Verbs


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "display_name"]
        field_classes = {"email": forms.EmailField}


class GroupsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, group: Group) -> str:
        return label_of(group.name)


@admin.register(User)
class PersonAdmin(ChangesWantFreshFactor, ShowsCovered, Verbs, UserAdmin):
    """
    Who may sign in, and as what. Whoever may change people gives them groups; only a superuser makes another superuser.
    Addresses and names of who is no colleague stand covered.
    """

    fresh_action = "accounts.people"
    noun = "person"
    verbs = [
        Verb(
            name="reset_factors",
            label=_("Take the second factor away"),
            call=reset_factors,
            permission="accounts.change_user",
            fits=has_factor,
            warning=_("Make sure that it is really she who asks. With the password alone a new one is set up."),
            is_grave=True,
            fresh_action="accounts.reset_factors",
        )
    ]
    add_form = PersonCreationForm
    list_display = ["address_shown", "name_shown", "is_staff", "is_active", "joined_at"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["=email", "=public_id", "display_name"]
    ordering = ["-pk"]
    readonly_fields = ["public_id", "address_shown", "name_shown", "joined_at", "last_login"]
    paginator = BoundedPaginator
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["public_id", "email", "display_name", "password"]}),
        (_("Rights on the platform"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Moments"), {"fields": ["joined_at", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "display_name", "usable_password", "password1", "password2"]}),
    ]

    def get_fieldsets(self, request, obj=None):
        """Of others than colleagues address and name are not changed here: each person does that herself."""
        sets = super().get_fieldsets(request, obj)
        if obj is None or obj.is_staff:
            return sets
        (title, first), *others = sets
        fields = ["public_id", "address_shown", "name_shown", "password"]
        return [(title, {**first, "fields": fields}), *others]

    @admin.display(description=_("e-mail address"), ordering="email")
    def address_shown(self, person: User) -> str:
        return str(person)

    @admin.display(description=_("name"), ordering="display_name")
    def name_shown(self, person: User) -> str:
        return person.display_name if person.is_staff else masked(person.display_name) if person.display_name else ""

    def user_change_password(self, request, id, form_url=""):
        return self._stopped(request) or super().user_change_password(request, id, form_url)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "is_superuser"]

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def has_delete_permission(self, request, obj=None):
        return False

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        if db_field.name == "groups":
            kwargs["form_class"] = GroupsField
        return super().formfield_for_manytomany(db_field, request=request, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record(
            "accounts.change_person" if change else "accounts.add_person",
            obj.public_id,
            by=request.user,
            now=clock.now(),
            after={"changed": sorted(form.changed_data)},
        )


class StaffGroupAdmin(ChangesWantFreshFactor, admin.ModelAdmin):
    """The house's own groups are read (``mall/accounts/staff_groups.py``); further ones are made by hand, on record."""

    fresh_action = "accounts.groups"
    list_display = ["called", "purpose"]
    search_fields = ["name"]
    ordering = ["name"]
    filter_horizontal = ["permissions"]

    @admin.display(description=_("group"), ordering="name")
    def called(self, group: Group) -> str:
        return label_of(group.name)

    @admin.display(description=_("what it is for"))
    def purpose(self, group: Group) -> str:
        return str(STAFF_GROUPS[group.name].purpose) if group.name in STAFF_GROUPS else "–"

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.name not in STAFF_GROUPS)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or obj.name not in STAFF_GROUPS)

    def get_actions(self, request):
        return {}

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self._record("accounts.change_group" if change else "accounts.add_group", form.instance, request.user)

    def delete_model(self, request, obj):
        self._record("accounts.remove_group", obj, request.user)
        super().delete_model(request, obj)

    def _record(self, action: str, group: Group, by: User) -> None:
        held = sorted(
            f"{row.content_type.app_label}.{row.codename}" for row in group.permissions.select_related("content_type")
        )
        record(action, f"group_{group.pk}", by=by, now=clock.now(), after={"name": group.name, "permissions": held})
