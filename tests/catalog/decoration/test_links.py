"""Where blocks may lead (M4): pages of this mall and web addresses, nothing else."""

import pytest

from catalog.decoration.links import Link, link_of

REL = "noopener nofollow"


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("/", Link("/")),
        (" /shop/yunjian/?sort=newest#top ", Link("/shop/yunjian/?sort=newest#top")),
        ("/search/?q=%E8%8C%B6", Link("/search/?q=%E8%8C%B6")),
        ("https://example.com/a?b=c#d", Link("https://example.com/a?b=c#d", REL)),
        ("HTTP://EXAMPLE.COM", Link("HTTP://EXAMPLE.COM", REL)),
        ("https://例子.中国/茶", Link("https://例子.中国/茶", REL)),
    ],
)
def test_this_is_a_link(typed, link):
    assert link_of(typed) == link


def test_the_malls_own_address_in_full_becomes_a_path(settings):
    settings.MALL_BASE_URL = "https://mall.example"

    assert link_of("https://mall.example/shop/yunjian/?page=2") == Link("/shop/yunjian/?page=2")
    assert link_of("https://MALL.example") == Link("/")
    assert link_of("https://mall.example/backoffice/") is None
    assert link_of("https://mall.example//evil.example/") is None


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "tea", "#top", "?q=tea", "shop/yunjian/", "/nowhere/at/all/", "/backoffice/", "/admin/",
        "/media/x", "/accounts/logout/", "//evil.example", "///evil.example", "/\\evil.example",
        "\\\\evil.example", "/\t/evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)", "java\tscript:alert(1)", "\x01javascript:x",
        "javascript://example.com/%0aalert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x",
        "blob:x", "file:///etc/passwd", "ftp://example.com/", "mailto:a@example.com", "tel:123", "about:blank",
        "view-source:x", "https:", "https://", "http:///x", "https:evil.example", "https://user@evil.example/",
        "https://a:b@evil.example/", "https://exa mple.com/", 'https://example.com/"onclick="x',
        "https://example.com/<b>", "https://example.com/`", "https://example.com\\@evil.example/",
        "https://example.com:port/", "https://[::1", "http://example.com/\u202etxt", "feed:https://example.com",
        "jar:https://example.com!/x", "https://example.com/" + "x" * 500, "\u2028javascript:x",
    ],
)  # fmt: skip
def test_this_is_none(typed):
    assert link_of(typed) is None
