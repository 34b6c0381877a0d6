"""
The video of a product: one, beside its pictures, with a poster and with words for who cannot see or hear it.

It is shown when somebody plays it, never by itself. Where a reviewer must look at pictures first, she looks at it too.
Files stay, like pictures: the change that showed them can be read later.
"""

from datetime import datetime

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from catalog import changes
from catalog.generation import announce_product
from catalog.models import Product, ProductChange, ProductPicture
from catalog.product_words import screening_findings
from catalog.proposals import amend_new, propose, with_change
from mall.audit.trail import record
from mall.pictures import make_ours, sizes_of
from mall.refusals import Refusal
from mall.texts import Text
from mall.videos import TYPES, make_video

FOLDER = "videos"
LONGEST_WORDS = 500


class WordsNeeded(Refusal):
    """A video without words is lost on whoever cannot see or hear it."""

    code = "words-needed"
    status = 400


@transaction.atomic
def set_video(*, product: Product, video: File, words: Text, poster: File | None = None, by, now: datetime) -> bool:
    """
    Show this video beside the pictures, in place of the one that was there; without a poster the first picture is it.

    Whether it waits for a reviewer now, with the rest of the change.

    :raises WordsNeeded: nothing is said about what it shows
    :raises NotAVideo: too large, too long, or neither MP4 nor WebM
    :raises NotAPicture: the poster is no picture that we can show
    """
    said = {code: text.strip()[:LONGEST_WORDS] for code, text in words.items() if text.strip()}
    if not said:
        raise WordsNeeded(_("Say in words what the video shows and tells."))
    ours = make_video(video)
    film = {
        "file": ours.keep(FOLDER),
        "container": ours.container,
        "seconds": ours.seconds,
        "words": said,
        "poster": make_ours(poster).keep(ProductPicture._meta.get_field("image").upload_to) if poster else "",
    }
    return _show(product, film, "catalog.set_video", by=by, now=now)


@transaction.atomic
def remove_video(*, product: Product, by, now: datetime) -> bool:
    """Show none any more; whether that waits for a reviewer now."""
    return _show(product, None, "catalog.remove_video", by=by, now=now)


def _show(product: Product, film: dict | None, action: str, *, by, now: datetime) -> bool:
    product, pending, wanted = with_change(product)
    wanted.video = film
    if product.status in Product.APPROVED and _waits(product, wanted, pending, film, by=by, now=now):
        return True
    if pending is not None and pending.kind == ProductChange.Kind.NEW:
        amend_new(product, pending, screening_findings(product, now=now), by=by, now=now)
    product.video, product.changed_at = film, now
    product.save(update_fields=["video", "changed_at"])
    record(
        action,
        product.public_id,
        by=by,
        now=now,
        shop_slug=product.shop.slug,
        after={"video": film["file"] if film else ""},
    )
    announce_product(product, now)
    return False


def _waits(
    product: Product, wanted: Product, pending: ProductChange | None, film: dict | None, *, by, now: datetime
) -> bool:
    """Whether the video waits for a reviewer with what else is proposed, and is written so."""
    live, proposed = changes.facts_of(product), dict(pending.proposed) if pending else {}
    proposed.pop("video", None)
    if film != live["video"]:
        proposed["video"] = film
    facts = set(proposed) - {"skus"}
    reasons = []
    if facts:
        shown = [row["image"] for row in proposed.get("pictures", ())]
        reasons = changes.reasons_for(wanted, live, screening_findings(wanted, now=now), pictures=shown)
    if ("video" in proposed and not reasons) or (pending is None and not proposed):
        return False
    prices = [row for row in pending.reasons if row["code"] == ProductChange.Why.PRICE] if pending else []
    propose(product, pending, proposed, live, reasons + prices, by=by, now=now)
    return True


def shown(film: dict | None, *, first_picture: str = "") -> dict | None:
    """What a page shows of a product's video: addresses, type, length, words, and the shape of its poster."""
    if not film:
        return None
    poster = film["poster"] or first_picture
    size = sizes_of(poster)[-1] if poster and sizes_of(poster) else None
    return {
        "url": default_storage.url(film["file"]),
        "type": TYPES[film["container"]],
        "seconds": film["seconds"],
        "words": Text(film["words"]),
        "poster": default_storage.url(poster) if poster else "",
        "width": size.width if size else 0,
        "height": size.height if size else 0,
    }


def told(film: dict | None) -> dict[str, str]:
    """A video in words, for who compares two of them."""
    if not film:
        return {}
    return {
        _("what it shows, in words"): " | ".join(film["words"].values()),
        _("length"): _("%(count)d s") % {"count": film["seconds"]},
        _("file"): film["file"].rpartition("/")[2],
    }
