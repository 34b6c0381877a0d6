"""Pages on which a shop puts its front page together, looks at it, publishes it, and goes back."""

from collections import Counter

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from catalog.decoration import drafts, publishing
from catalog.decoration.backoffice.forms import BlockForm, PublishForm, RestoreForm, RevisionForm, ThemeForm
from catalog.decoration.content import MOST_BLOCKS, Content, content_of, find, kind_of
from catalog.decoration.drafts import DraftChanged, draft_of, is_changed, latest_version
from catalog.decoration.drawing import drawn
from catalog.decoration.kinds import Kind, WrongBlock, kinds
from catalog.decoration.models import PageVersion
from catalog.decoration.themes import THEMES
from catalog.listing import Asked
from catalog.showcase import find_shop, shop_page
from mall import clock
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from merchants.access import shop_right
from merchants.models import Shop

WIDTHS = {"phone": gettext_lazy("On a phone"), "desktop": gettext_lazy("On a desktop")}


@shop_right("shop.see")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The blocks of the draft with what can be done to each, and how they look."""
    shop, draft = request.shop, draft_of(request.shop)
    return TemplateResponse(request, "backoffice/decoration/page.html", _page_context(request, shop, draft))


def _page_context(request: HttpRequest, shop: Shop, draft, publish_form: PublishForm | None = None) -> dict:
    latest, content = latest_version(shop), content_of(draft)
    width = request.GET.get("width", "")
    width = width if width in WIDTHS else "phone"
    seen = drawn(content, shop)
    return {
        "draft": draft,
        "latest": latest,
        "is_changed": is_changed(draft, latest),
        "can_edit": request.seat.can("shop.decorate"),
        "rows": [_row(block) for block in content.blocks],
        "kinds": _kinds_that_fit(content),
        "most": MOST_BLOCKS,
        "themes": [(name, label, name == content.theme) for name, label in THEMES.items()],
        "publish_form": publish_form or PublishForm(initial={"revision": draft.revision}),
        "width": width,
        "choices": [Choice(name, str(label), f"?width={name}", name == width) for name, label in WIDTHS.items()],
        "theme": content.theme,
        "blocks": seen["blocks"] if seen else [],
    }


def _row(block: dict) -> dict:
    kind = kind_of(block)
    return {
        "id": block["id"],
        "hidden": block["hidden"],
        "kind": kind,
        "said": kind.said(block["fields"]) if kind else "",
    }


def _kinds_that_fit(content: Content) -> list[Kind]:
    """Of which kinds one more has room."""
    if len(content.blocks) >= MOST_BLOCKS:
        return []
    count = Counter(block["kind"] for block in content.blocks)
    return [kind for kind in kinds().values() if count[kind.name] < kind.most]


# Blocks


@shop_right("shop.decorate")
def add(request: HttpRequest) -> HttpResponse:
    """``?kind=`` says what is added; without one of ours it is chosen first."""
    kind = kinds().get(request.GET.get("kind", ""))
    if kind is None:
        context = {"kinds": _kinds_that_fit(content_of(draft_of(request.shop))), "most": MOST_BLOCKS}
        return TemplateResponse(request, "backoffice/decoration/add.html", context)
    return _form(request, kind, None)


@shop_right("shop.decorate")
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    block = find(content_of(draft_of(request.shop)), public_id)
    kind = block and kind_of(block)
    if kind is None:
        raise Http404
    return _form(request, kind, block)


def _form(request: HttpRequest, kind: Kind, block: dict | None) -> HttpResponse:
    shop, posted = request.shop, request.method == "POST"
    form = BlockForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        kind=kind,
        shop=shop,
        values=block["fields"] if block else None,
        revision=draft_of(shop).revision,
    )
    if posted and form.is_sent(by=request.user, now=clock.now()):
        saved = _saved(request, form, kind, block)
        if saved is not None:
            messages.success(request, _("Saved in the draft. Shoppers see it when you publish."))
            return _to_page(request, saved["id"])
    elif posted and not form.has_errors:
        form.refuse(form.wrong_revision())
        form.follow(draft_of(shop).revision)
    context = {"form": form, "kind": kind, "is_new": block is None}
    return TemplateResponse(request, "backoffice/decoration/block.html", context)


def _saved(request: HttpRequest, form: BlockForm, kind: Kind, block: dict | None) -> dict | None:
    """The block as it was written, or nothing, with the form telling why."""
    given = {
        "shop": request.shop,
        "fields": form.values(),
        "revision": form.revision.cleaned_data["revision"],
        "by": request.user,
        "now": clock.now(),
    }
    try:
        if block is None:
            return drafts.add_block(kind=kind.name, **given)
        return drafts.save_block(block_id=block["id"], **given)
    except WrongBlock as wrong:
        form.tell(wrong)
    except DraftChanged as refusal:
        form.refuse(f"{refusal} {_('What you typed is still here: save it again if it still fits.')}")
        form.follow(draft_of(request.shop).revision)
    except Refusal as refusal:
        form.refuse(str(refusal))
    return None


_DO = {
    "up": lambda **given: drafts.move_block(by_places=-1, **given),
    "down": lambda **given: drafts.move_block(by_places=1, **given),
    "hide": lambda **given: drafts.hide_block(hidden=True, **given),
    "show": lambda **given: drafts.hide_block(hidden=False, **given),
    "copy": drafts.copy_block,
    "remove": drafts.remove_block,
}


@shop_right("shop.decorate")
@require_POST
def do(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: up, down, hide, show, copy, remove."""
    if find(content_of(draft_of(request.shop)), public_id) is None:
        raise Http404
    verb = _DO.get(request.POST.get("action", ""))
    if verb is None:
        messages.error(request, _("Choose what to do."))
        return _to_page(request)
    done = _tried(request, verb, block_id=public_id)
    if done is False or request.POST["action"] == "remove":
        return _to_page(request)
    return _to_page(request, done["id"] if isinstance(done, dict) else public_id)


@shop_right("shop.decorate")
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """``block``: the ids of the blocks, in the order wanted."""
    _tried(request, drafts.arrange_blocks, block_ids=request.POST.getlist("block")[:MOST_BLOCKS])
    return _to_page(request)


@shop_right("shop.decorate")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    form = ThemeForm(request.POST)
    if form.is_valid() and _tried(request, drafts.choose_theme, theme=form.cleaned_data["theme"]) is not False:
        messages.success(request, _("Saved in the draft. Shoppers see it when you publish."))
    elif not form.is_valid():
        messages.error(request, _("Choose one of these."))
    return _to_page(request)


def _tried(request: HttpRequest, verb, **given) -> object:
    """What the verb returned, ``False`` when it was refused and the page says so."""
    form = RevisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Open this page again: it was not sent whole."))
        return False
    given |= {"shop": request.shop, "revision": form.cleaned_data["revision"]}
    try:
        with transaction.atomic():
            return verb(by=request.user, now=clock.now(), **given)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False


def _to_page(request: HttpRequest, block_id: str = "") -> HttpResponse:
    address = reverse("backoffice:decoration:page", args=[request.shop.slug])
    return redirect(f"{address}#block-{block_id}" if block_id else address)


# Looking, publishing, going back


@shop_right("shop.see")
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The shop's page as shoppers would see it, made of the draft."""
    return _preview(request, content_of(draft_of(request.shop)), _("Preview of the draft"))


@shop_right("shop.see")
@require_safe
def version(request: HttpRequest, public_id: int) -> HttpResponse:
    """The shop's page made of one of its versions."""
    found = PageVersion.objects.owned_by(request.shop).filter(number=public_id).first()
    if found is None:
        raise Http404
    return _preview(request, content_of(found), _("Preview of version %(number)d") % {"number": found.number})


def _preview(request: HttpRequest, content: Content, mark: str) -> HttpResponse:
    shop = find_shop(request.shop.slug) or request.shop
    asked = Asked(path=reverse("storefront:catalog:shop", args=[shop.slug]))
    shown = shop_page(shop, asked) | {"page": drawn(content, shop), "has_page": True, "is_front": True}
    main = render_to_string("storefront/catalog/_shop_main.html", shown)
    context = {"main": main, "title": str(shop.name), "mark": mark, "shop": shop}
    response = TemplateResponse(request, "backoffice/decoration/preview.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@shop_right("shop.decorate")
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    form = PublishForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(said for errors in form.errors.values() for said in errors))
        return _to_page(request)
    done = _tried(request, publishing.publish_page, note=form.cleaned_data["note"])
    if done is not False:
        messages.success(request, _("Published as version %(number)d.") % {"number": done.number})
    return _to_page(request)


@shop_right("shop.decorate")
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    if _tried(request, drafts.discard_draft) is not False:
        messages.success(request, _("The draft begins again from what shoppers see."))
    return _to_page(request)


@shop_right("shop.see")
@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    rows = PageVersion.objects.owned_by(request.shop).select_related("published_by").defer("blocks").order_by("-number")
    context = {
        "page": paginate(rows, request),
        "latest": latest_version(request.shop),
        "can_edit": request.seat.can("shop.decorate"),
    }
    return TemplateResponse(request, "backoffice/decoration/versions.html", context)


@shop_right("shop.decorate")
@require_POST
def restore(request: HttpRequest, public_id: int) -> HttpResponse:
    if not PageVersion.objects.owned_by(request.shop).filter(number=public_id).exists():
        raise Http404
    back = redirect("backoffice:decoration:versions", request.shop.slug)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Open this page again: it was not sent whole."))
        return back
    try:
        with transaction.atomic():
            done = publishing.restore_version(
                shop=request.shop, number=public_id, by=request.user, now=clock.now(), **form.cleaned_data
            )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Version %(older)d is shown again, as version %(number)d.") % {"older": public_id, "number": done.number},
        )
    return back
