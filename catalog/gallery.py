"""
The pictures of a product: added, taken away, put in order. Where a reviewer must look first they wait with the rest of
the change. Files stay: past orders show them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from catalog import changes
from catalog.changes import Shown
from catalog.generation import announce_product
from catalog.models import Product, ProductChange, ProductPicture
from catalog.options import WrongOptions
from catalog.product_words import screening_findings
from catalog.proposals import amend_new, locked, propose, with_change
from mall.audit.trail import record
from mall.pictures import make_ours
from mall.refusals import Refusal

MOST_PICTURES = 12
LONGEST_ALT = 200


class TooManyPictures(Refusal):
    """The gallery is full."""

    code = "too-many-pictures"


@transaction.atomic
def add_picture(
    *, product: Product, image: File, value_id: str = "", alt: str = "", by, now: datetime
) -> ProductPicture | None:
    """
    Put a picture at the end of the gallery; ``value_id`` ties it to an option value, ``alt`` says what it shows.

    Nothing is returned where it waits for a reviewer with the rest of the change.

    :raises NotAPicture: the file is no picture that we can show
    :raises TooManyPictures: the gallery is full
    :raises WrongOptions: the product has no such value
    """
    product, pending, wanted = with_change(product)
    if value_id and value_id not in wanted.option_names:
        raise WrongOptions(_("The product has no such option value."))
    proposed = pending.proposed if pending else {}
    gallery = changes.gallery_of(product, proposed)
    if len(gallery) >= MOST_PICTURES:
        raise TooManyPictures(_("A product shows at most %(most)d pictures.") % {"most": MOST_PICTURES})
    ours = make_ours(image)
    folder = ProductPicture._meta.get_field("image").upload_to
    shown = Shown(
        image=ours.keep(folder), width=ours.width, height=ours.height, value_id=value_id, alt=alt[:LONGEST_ALT]
    )
    if _holds_pictures(product, wanted, pending, [*gallery, shown], by=by, now=now):
        return None
    picture = ProductPicture.objects.create(
        shop_id=product.shop_id,
        product=product,
        image=shown.image,
        width=shown.width,
        height=shown.height,
        value_id=value_id,
        alt=shown.alt,
        position=max(product.pictures.values_list("position", flat=True), default=-1) + 1,
    )
    _pictures_changed(product, "catalog.add_picture", shown.image, by=by, now=now)
    return picture


@transaction.atomic
def remove_picture(*, picture: ProductPicture, by, now: datetime) -> None:
    """Take a picture out of the gallery. The file stays: past orders show it."""
    product, pending, _wanted = with_change(picture.product)
    gallery = changes.gallery_of(product, pending.proposed if pending else {})
    show_gallery(product=product, names=[row.name for row in gallery if row.key != picture.pk], by=by, now=now)


@transaction.atomic
def show_gallery(*, product: Product, names: Sequence[str], by, now: datetime) -> bool:
    """
    Of the pictures that the shop sees show these, in this order; what is not named goes. The files stay.

    Whether it waits for a reviewer now: taking away may, as may whatever meets a gallery that waits already.
    """
    product, pending, wanted = with_change(product)
    proposed = pending.proposed if pending else {}
    known = {row.name: row for row in changes.gallery_of(product, proposed)}
    gallery = [known[name] for name in dict.fromkeys(names) if name in known]
    if len(gallery) == len(known) and "pictures" not in proposed:
        arrange_pictures(product=product, picture_ids=[row.key for row in gallery if row.key], by=by, now=now)
        return False
    if _holds_pictures(product, wanted, pending, gallery, by=by, now=now):
        return True
    gone = [row.image for name, row in known.items() if name not in names]
    hang(product, gallery)
    _pictures_changed(product, "catalog.remove_picture", ", ".join(gone)[:500], by=by, now=now)
    return False


@transaction.atomic
def arrange_pictures(*, product: Product, picture_ids: Iterable[int], by, now: datetime) -> None:
    """Show these pictures first, in this order; the others follow as they were. No person needs to look at that."""
    product = locked(product)
    wanted = {pk: place for place, pk in enumerate(picture_ids)}
    pictures = sorted(
        product.pictures.order_by("position", "pk"), key=lambda picture: wanted.get(picture.pk, len(wanted))
    )
    for place, picture in enumerate(pictures):
        picture.position = place
    ProductPicture.objects.bulk_update(pictures, ["position"])
    record("catalog.arrange_pictures", product.public_id, by=by, now=now, shop_slug=product.shop.slug)
    announce_product(product, now)


def hang(product: Product, gallery: Sequence[Shown]) -> None:
    """The gallery is these pictures, in this order; those that hang already keep their rows."""
    standing = {row.pk: row for row in product.pictures.all()}
    keep = {row.key for row in gallery if row.key in standing}
    product.pictures.exclude(pk__in=keep).delete()
    for place, row in enumerate(gallery):
        fields = {"position": place, "value_id": row.value_id, "alt": row.alt}
        if row.key in standing:
            ProductPicture.objects.filter(pk=row.key).update(**fields)
        else:
            ProductPicture.objects.create(
                shop_id=product.shop_id,
                product=product,
                image=row.image,
                width=row.width,
                height=row.height,
                **fields,
            )


def _holds_pictures(
    product: Product, wanted: Product, pending: ProductChange | None, gallery: list[Shown], *, by, now: datetime
) -> bool:
    """Whether these pictures wait for a reviewer now, and are written so."""
    if product.status not in Product.APPROVED:
        if pending is not None and pending.kind == ProductChange.Kind.NEW:
            shown = [row.image for row in gallery]
            amend_new(product, pending, screening_findings(product, now=now), pictures=shown, by=by, now=now)
        return False
    live, proposed = changes.facts_of(product), dict(pending.proposed) if pending else {}
    proposed.pop("pictures", None)
    if not changes.is_standing(product, gallery):
        proposed["pictures"] = changes.gallery_data(gallery)
    facts = set(proposed) - {"skus"}
    reasons = []
    if facts:
        shown = [row.image for row in gallery] if "pictures" in proposed else []
        reasons = changes.reasons_for(wanted, live, screening_findings(wanted, now=now), pictures=shown)
    if "pictures" in proposed and not reasons:
        return False
    if pending is None and not proposed:
        return False
    prices = [row for row in pending.reasons if row["code"] == ProductChange.Why.PRICE] if pending else []
    propose(product, pending, proposed, live, reasons + prices, by=by, now=now)
    return True


def _pictures_changed(product: Product, action: str, name: str, *, by, now: datetime) -> None:
    product.changed_at = now
    product.save(update_fields=["changed_at"])
    record(action, product.public_id, by=by, now=now, shop_slug=product.shop.slug, after={"picture": name})
    announce_product(product, now)
