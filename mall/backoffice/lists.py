"""A list of the back office, declared once: how it is sorted, filtered, exported; and opened by its view."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mall.backoffice.filters import Chip, ListFilter
from mall.backoffice.models import SavedFilter
from mall.backoffice.saved import saved_filters
from mall.backoffice.tables import (
    COUNTED_AT_MOST,
    PER_PAGE,
    Sort,
    TablePage,
    capped_counts,
    read_page,
    shown_count,
)
from mall.pages import Choice


@dataclass(frozen=True)
class ShopList:
    """
    What a list offers.

    :param key: what its saved filters are kept under
    :param export: the kind of export that writes it, ``""`` for none (see ``mall.exports``)
    :param export_also: (kind, format, label) of what else the menu of exports offers
    :param bulk: (value, label, icon) of each action on the chosen rows
    """

    key: str
    filter: type[ListFilter]
    sorts: Sequence[Sort]
    default: str
    export: str = ""
    export_also: Sequence[tuple[str, str, Promise | str]] = ()
    bulk: Sequence[tuple[str, Promise | str, str]] = ()


@dataclass
class OpenList:
    """What the page of a list shows beside its rows."""

    key: str
    filter: ListFilter
    page: TablePage
    tabs: list[Choice]
    chips: list[Chip]
    query: str
    export: str
    bulk: Sequence[tuple[str, Promise | str, str]]
    found: int | str | None = None
    kept: SavedFilter | None = None  # the saved filter that is open now
    hidden: Mapping[str, str] = field(default_factory=dict)  # what the filter form must carry along
    export_also: Sequence[tuple[str, str, Promise | str]] = ()

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query)

    @property
    def can_be_kept(self) -> bool:
        return bool(self.query) and self.kept is None and set(self.filter.active()) != {"status"}


def open_list(
    declared: ShopList,
    request: HttpRequest,
    rows: QuerySet,
    *,
    statuses: Sequence[tuple[str, str]] = (),
    parts: Callable[[ListFilter], list[QuerySet]] | None = None,
    dress: Callable[[QuerySet], QuerySet] = lambda rows: rows,
) -> OpenList:
    """
    Read the page that is asked for, with the tabs (states, then what the person has kept) and how many rows were found.

    :param rows: all rows of the shop
    :param statuses: value and label of each state that is a tab
    :param parts: the rows that fit, in parts, where the filter itself cannot tell them (see ``read_page``)
    """
    asked = declared.filter(request.GET)
    query = asked.query()
    kept = saved_filters(request.shop, request.user, declared.key)
    now_open = next((saved for saved in kept if saved.query == query), None)

    lists = {value: rows.filter(status=value) for value, _label in statuses}
    tabs = []
    if statuses:
        counts = capped_counts({"": rows, **lists})
        tabs = _tabs(request.path, statuses, counts, asked.value("status") or "", is_kept=now_open is not None)
    tabs += [
        Choice(saved.public_id, saved.name, f"{request.path}?{saved.query}", selected=saved == now_open)
        for saved in kept
    ]
    is_searched = set(asked.active()) - {"status"}
    found = capped_counts({"": asked.narrow(rows)}, cap=COUNTED_AT_MOST)[""] if is_searched else None

    return OpenList(
        key=declared.key,
        filter=asked,
        page=read_page(
            parts(asked) if parts else asked.parts(rows),
            request,
            sorts=declared.sorts,
            default=declared.default,
            per_page=PER_PAGE,
            dress=dress,
        ),
        tabs=tabs,
        chips=asked.chips(),
        query=query,
        export=declared.export,
        export_also=declared.export_also,
        bulk=declared.bulk,
        found=None if found is None else shown_count(found, cap=COUNTED_AT_MOST),
        kept=now_open,
        hidden={name: request.GET[name] for name in ("status", "sort") if request.GET.get(name)},
    )


def _tabs(path: str, statuses, counts: Mapping[str, int], chosen: str, *, is_kept: bool) -> list[Choice]:
    everything = Choice("", _("All"), path, selected=not chosen and not is_kept, count=shown_count(counts[""]))
    return [everything] + [
        Choice(
            value,
            str(label),
            f"{path}?status={value}",
            selected=value == chosen and not is_kept,
            count=shown_count(counts[value]),
        )
        for value, label in statuses
    ]
