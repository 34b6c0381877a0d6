"""C2, C3: a product's video: judged by its container, kept without what phones add, reviewed like pictures."""

import struct

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation

from catalog.changes import pending_of
from catalog.copying import copy_product
from catalog.differences import differences_of
from catalog.films import WordsNeeded, remove_video, set_video
from catalog.models import Product
from catalog.reviewing import approve_change, claim_change
from catalog.showcase import find_product, product_page
from mall.texts import Text
from mall.videos import LARGEST_FILE, NotAVideo, make_video
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.decoration import picture_file
from tests.factories.films import box, mp4, upload, webm
from tests.factories.merchants import shop

WORDS = Text({"zh-hans": "转一圈，看釉色。", "en": "Once around, to see the glaze."})


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_the_container_says_what_it_is_and_how_long_it_plays():
    files = (mp4(12), mp4(30, version=1), webm(9_400), webm(7_600, says_length=False))
    told = [(video.container, video.type, video.seconds) for video in (make_video(upload(file)) for file in files)]

    assert told[:2] == [("mp4", "video/mp4", 12), ("mp4", "video/mp4", 30)]
    assert told[2:] == [("webm", "video/webm", 9), ("webm", "video/webm", 8)]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"GIF89a", b"<html>ftyp</html>", mp4()[:-5], mp4()[:60], mp4().replace(b"mdat", b"skip"), mp4(0), mp4(61),
        mp4().replace(b"mvhd", b"xvhd"), webm(60_600), webm(60_600, says_length=False), webm(kind=b"matroska"),
        webm()[:20],
        box(b"ftyp", b"isom") + box(b"moov", b"\0\0\0\7trak"), struct.pack(">I4s", 1, b"ftyp"),
        b"\0\0\0\1ftyp" + b"\xff" * 8, mp4().replace(b"film", b"fil") ,
    ],
)  # fmt: skip
def test_what_is_no_whole_short_film_is_refused(content):
    with pytest.raises(NotAVideo):
        make_video(upload(content))


def test_what_is_too_large_is_not_even_read():
    large = upload(b"")
    large.size = LARGEST_FILE + 1
    with pytest.raises(NotAVideo, match="30 MB"):
        make_video(large)


def test_where_it_was_taken_is_not_kept():
    kept = make_video(upload(mp4())).content
    assert b"+30.2741" in mp4() and b"120.1551" not in kept and b"udta" not in kept
    assert len(kept) == len(mp4()) and kept.endswith(b"film" * 9)


@pytest.mark.django_db
def test_it_stands_beside_the_pictures_with_poster_and_words_and_plays_when_asked(client):
    row = sku(product=product()).product
    with pytest.raises(WordsNeeded):
        set_video(product=row, video=upload(mp4()), words=Text({"zh-hans": " "}), by=shopper(), now=NOON)
    assert not set_video(product=row, video=upload(mp4()), words=WORDS, poster=picture_file(), by=shopper(), now=NOON)

    page = product_page(find_product(row.public_id))
    assert (page["video"]["seconds"], page["video"]["type"], page["video"]["width"]) == (12, "video/mp4", 600)
    shown = client.get(reverse("storefront:catalog:product", args=[row.public_id]), headers={"accept-language": "en"})
    assert '<video controls preload="none"' in shown.text and "autoplay" not in shown.text
    assert "Once around, to see the glaze." in shown.text
    answer = client.get(page["video"]["url"], headers={"range": "bytes=4-7"})
    assert (answer.status_code, answer["Content-Type"], answer.content) == (206, "video/mp4", b"ftyp")
    assert (answer["Content-Range"], answer["X-Content-Type-Options"]) == (f"bytes 4-7/{len(mp4())}", "nosniff")
    assert client.get(page["video"]["url"], headers={"range": "bytes=9999-"}).status_code == 416
    assert client.get(page["video"]["url"]).status_code == 200
    row.refresh_from_db()
    assert copy_product(product=row, by=shopper(), now=NOON).video == row.video

    remove_video(product=row, by=shopper(), now=NOON)
    assert product_page(find_product(row.public_id))["video"] is None


@pytest.mark.django_db
def test_where_pictures_wait_for_a_reviewer_so_does_the_video():
    row = sku(product=product(category=category(needs_review=True))).product
    assert set_video(product=row, video=upload(webm(), "x.webm"), words=WORDS, by=shopper(), now=NOON)
    change = pending_of(row)
    assert Product.objects.get(pk=row.pk).video is None and set(change.proposed) == {"video"}
    seen = differences_of(change)
    assert (seen.old_video, seen.new_video["type"]) == (None, "video/webm")
    assert "Once around" in "".join(piece.text for line in seen.lines for piece in line.new)

    officer = staff()
    claim_change(change=change, by=officer, now=NOON)
    approve_change(change=change, by=officer, now=NOON)
    kept = Product.objects.get(pk=row.pk)
    assert kept.video["seconds"] == 9 and default_storage.exists(kept.video["file"])
    assert remove_video(product=kept, by=shopper(), now=NOON) and Product.objects.get(pk=row.pk).video


@pytest.mark.django_db
def test_a_shop_puts_it_up_and_takes_it_away(client):
    owner = shopper()
    place = shop(owner=owner)
    row = sku(product=product(shop=place)).product
    client.force_login(owner)
    url = reverse("backoffice:catalog:video", args=[place.slug, row.public_id])
    given = {"action": "set", "words_zh_hans": "转一圈", "words_en": "Once around"}

    for sent, field in (
        ({"video": upload(b"<html>")}, "video"),
        ({}, "video"),
        ({"video": upload(mp4()), "words_zh_hans": " ", "words_en": ""}, "words"),
        ({"video": upload(mp4()), "poster": upload(b"<html>")}, "poster"),
    ):
        refused = client.post(url, given | sent)
        assert (refused.status_code, list(refused.context["video_form"].errors)) == (400, [field])
        assert field == "words" or "Once around" in refused.text, "what was typed is still there"
        assert Product.objects.get(pk=row.pk).video is None
    client.post(url, given | {"video": upload(mp4(), "../../evil.html")})
    kept = Product.objects.get(pk=row.pk).video
    assert kept["file"].startswith("videos/") and kept["file"].endswith(".mp4") and kept["poster"] == ""
    page = client.get(reverse("backoffice:catalog:edit", args=[place.slug, row.public_id]))
    assert kept["file"] in page.text
    client.post(url, {"action": "remove"})
    assert Product.objects.get(pk=row.pk).video is None
