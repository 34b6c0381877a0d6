"""Answers made small arrive whole."""

import gzip
from random import Random

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from mall import compression
from mall.compression import compress, joined, part

READS_GZIP = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


@pytest.mark.parametrize(
    "texts",
    [[], [""], ["a"], ["青瓷" * 5_000, "", "<b>x</b>" * 900, "y"], ["x" * 999, "x" * 1001] * 3, ["z" * 200_000]],
)
def test_parts_join_to_one_file(texts):
    assert gzip.decompress(joined(part(text) for text in texts)).decode() == "".join(texts)


def test_what_is_kept_is_made_small_but_short_gaps_are_left():
    long, short = part("<li>tea</li>" * 1000), part("token")

    assert len(long[1]) < 200
    assert b"token" in short[1]


def test_no_part_looks_at_another():
    """The same words in two parts weigh twice: a length tells nothing of the other part."""
    words = "".join(Random(1).choices("abcdefghij", k=3000))

    assert len(joined([part(words), part(words)])) > 1.9 * len(joined([part(words)]))


@pytest.mark.django_db
def test_a_kept_page_is_the_same_for_a_browser_that_reads_gzip(client):
    plain = client.get("/c/nothing/")
    small = client.get("/", **READS_GZIP)

    assert "Content-Encoding" not in plain
    assert (small["Content-Encoding"], "Accept-Encoding" in small["Vary"]) == ("gzip", True)
    text = gzip.decompress(small.content).decode()
    assert text.rstrip().endswith("</html>")
    assert "mark" + "0" * 8 not in text
    without_token = [line for line in text.splitlines() if "csrfmiddlewaretoken" not in line]
    again = client.get("/").content.decode()
    assert without_token == [line for line in again.splitlines() if "csrfmiddlewaretoken" not in line]


def answered(response, **headers) -> HttpResponse:
    return compress(lambda request: response)(RequestFactory().get("/", **headers))


def test_other_pages_are_compressed_on_their_way():
    response = answered(HttpResponse("<p>tea</p>" * 500), **READS_GZIP)

    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == b"<p>tea</p>" * 500


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(b"x" * 5_000, content_type="image/webp"),
        StreamingHttpResponse(iter(["a" * 5_000]), content_type="text/csv"),
        FileResponse(iter([b"a" * 5_000]), content_type="text/plain"),
        HttpResponse("short"),
    ],
)
def test_pictures_streams_and_short_answers_stay_as_they_are(response):
    assert "Content-Encoding" not in answered(response, **READS_GZIP)


def test_a_browser_that_reads_no_gzip_gets_none():
    assert "Content-Encoding" not in answered(HttpResponse("<p>tea</p>" * 500))
    assert not compression.is_wanted(RequestFactory().get("/"))
