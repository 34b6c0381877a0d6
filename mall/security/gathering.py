"""What the report says of a quarter, section by section, in the language that is active."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks
from django.db.models import Count, Q, Sum
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from mall.accounts.factors import REAL_FACTORS
from mall.accounts.models import SignInTrouble, User
from mall.accounts.staff_groups import ADMINISTRATOR, STAFF_GROUPS, label_of
from mall.accounts.tunables import STALE_DAYS
from mall.audit.models import AuditRecord
from mall.audit.trail import SEALED
from mall.clock import BUSINESS_ZONE, start_of
from mall.security.advisories import Advisories

QUARTER = re.compile(r"(20\d\d)Q([1-4])")


@dataclass
class Section:
    """One part: a table with its heads, whether somebody has to act, and a sentence."""

    title: str
    heads: Sequence[str]
    rows: list[Sequence] = field(default_factory=list)
    is_ok: bool = True
    words: str = ""


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months, by their first day and the first day after them."""

    name: str
    first: date
    after: date

    @property
    def since(self) -> datetime:
        return start_of(self.first)

    @property
    def until(self) -> datetime:
        return start_of(self.after)


def quarter_named(name: str) -> Quarter:
    """
    ``2026Q3``.

    :raises ValueError: that is no quarter
    """
    found = QUARTER.fullmatch(name)
    if not found:
        raise ValueError(f"{name!r} is no quarter, such as 2026Q3")
    year, number = int(found[1]), int(found[2])
    after = date(year + 1, 1, 1) if number == 4 else date(year, number * 3 + 1, 1)
    return Quarter(name, date(year, number * 3 - 2, 1), after)


def quarter_before(day: date) -> Quarter:
    """The quarter that ended last before this day."""
    month = (day.month - 1) // 3
    return quarter_named(f"{day.year}Q{month}" if month else f"{day.year - 1}Q4")


def sections(*, quarter: Quarter, known: Advisories, now: datetime) -> list[Section]:
    """Everything, in the order in which it is read."""
    own = [
        _permissions(),
        _without_factor(),
        _stale(now),
        _changes_of_rights(quarter),
        _sign_ins(quarter),
    ]
    told = [section for wire in settings.SECURITY_SECTIONS for section in import_string(wire)(now)]
    return [*own, *told, _chain(), _libraries(known), _settings()]


def _permissions() -> Section:
    """Who may do what: each group, its people, its permissions, and where they differ from the house's table."""
    heads = [_("Group"), _("People"), _("Permissions"), _("Against the table")]
    part = Section(_("Groups of staff and their permissions"), heads)
    active = Count("user", filter=Q(user__is_active=True), distinct=True)
    groups = Group.objects.annotate(people=active).order_by("name")
    for group in groups.prefetch_related("permissions__content_type"):
        held = {f"{row.content_type.app_label}.{row.codename}" for row in group.permissions.all()}
        table = STAFF_GROUPS.get(group.name)
        if table is None:
            against = _("made here")
        elif group.name == ADMINISTRATOR:
            against = _("as it should be") if len(held) == Permission.objects.count() else _("fewer than all")
        else:
            extra = sorted(held ^ table.permissions)
            against = ", ".join(extra) if extra else _("as it should be")
            part.is_ok = part.is_ok and not extra
        shown = _("all") if group.name == ADMINISTRATOR else ", ".join(sorted(held))
        part.rows.append([label_of(group.name), group.people, shown or "–", against])
    boss = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").values_list("email", flat=True)
    part.words = _("Superusers, who may do everything: %(people)s.") % {"people": ", ".join(boss) or "–"}
    return part


def _without_factor() -> Section:
    guarded = Authenticator.objects.filter(type__in=REAL_FACTORS).values("user")
    bare = User.objects.filter(is_staff=True, is_active=True).exclude(pk__in=guarded).order_by("pk")
    rows = [[person.email, _moment(person.last_login)] for person in bare]
    words = _("Without one nobody reaches a page for staff; these accounts cannot work, or were never used.")
    return Section(_("Staff without a second factor"), [_("Person"), _("Last signed in")], rows, not rows, words)


def _stale(now: datetime) -> Section:
    days = STALE_DAYS.value
    old = now - timedelta(days=days)
    staff = User.objects.filter(is_staff=True, is_active=True, joined_at__lt=old)
    stale = staff.filter(Q(last_login=None) | Q(last_login__lt=old)).order_by("pk")
    rows = [[person.email, _moment(person.joined_at), _moment(person.last_login)] for person in stale]
    title = _("Staff who have not signed in for %(days)s days") % {"days": days}
    return Section(title, [_("Person"), _("Joined"), _("Last signed in")], rows, not rows)


def _changes_of_rights(quarter: Quarter) -> Section:
    """What was done to people and groups in the quarter, by the audit trail."""
    ours = AuditRecord.objects.filter(at__gte=quarter.since, at__lt=quarter.until, action__startswith="accounts.")
    counted = ours.values("action").annotate(count=Count("pk")).order_by("action")
    rows = [[row["action"], row["count"]] for row in counted]
    everything = AuditRecord.objects.filter(at__gte=quarter.since, at__lt=quarter.until).count()
    words = _("The trail has %(count)s records of the quarter.") % {"count": everything}
    return Section(_("What was done to accounts and rights"), [_("Action"), _("How often")], rows, True, words)


def _sign_ins(quarter: Quarter) -> Section:
    part = Section(_("Failed sign-ins and locks"), [_("Month"), _("Failed"), _("Locked for a while")])
    for month in range(3):
        first = date(quarter.first.year, quarter.first.month + month, 1)
        after = quarter.after if month == 2 else date(first.year, first.month + 1, 1)
        counted = SignInTrouble.objects.filter(hour__gte=start_of(first), hour__lt=start_of(after)).aggregate(
            failed=Sum("count", filter=Q(kind=SignInTrouble.Kind.FAILED)),
            locked=Sum("count", filter=Q(kind=SignInTrouble.Kind.LOCKED)),
        )
        part.rows.append([first.strftime("%Y-%m"), counted["failed"] or 0, counted["locked"] or 0])
    return part


def _chain() -> Section:
    broken = SEALED.broken_seals()
    rows = [[_("Audit trail"), ", ".join(map(str, broken)) or _("whole")]]
    words = _("Each seal was counted again from the rows.")
    return Section(_("The chain of the audit trail"), [_("Chain"), _("Broken seals")], rows, not broken, words)


def _libraries(known: Advisories) -> Section:
    part = Section(
        _("Known holes of libraries"), [_("Library"), _("Version"), _("Hole"), _("Closed in")], is_ok=known.is_ok
    )
    part.rows = [list(hole) for hole in known.holes]
    part.rows += [
        [name, "?", _("FAILURE, nothing is known of it: %(why)s") % {"why": why}, "–"] for name, why in known.unknown
    ]
    if known.failure:
        part.words = _("FAILURE: the libraries were not looked at. %(why)s") % {"why": known.failure}
    elif known.unknown:
        words = _("FAILURE: of %(unknown)s libraries nothing is known; %(looked)s were looked at.")
        part.words = words % {"unknown": len(known.unknown), "looked": known.looked_at}
    else:
        part.words = _("%(looked)s libraries were looked at.") % {"looked": known.looked_at}
    return part


def _settings() -> Section:
    found = [each for each in run_checks(include_deployment_checks=True) if not each.is_silenced()]
    rows = [[each.id or "–", str(each.msg)] for each in found]
    words = _("As the check before deployment tells it (manage.py check --deploy).")
    return Section(_("Settings"), [_("Check"), _("What it says")], rows, not rows, words)


def _moment(at: datetime | None) -> str:
    return at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M") if at else _("never")
