"""C3: what changed in a text is marked by words; Chinese, which has no blanks, by characters."""

import time

import pytest

from catalog.word_diff import compare, pieces_of


def shown(pieces):
    return "".join(f"[{piece.text}]" if piece.is_changed else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("青瓷盖碗", "白瓷盖碗", "[青]瓷盖碗", "[白]瓷盖碗"),
        ("手工青瓷", "青瓷", "[手工]青瓷", "青瓷"),
        ("Celadon gaiwan", "White gaiwan", "[Celadon] gaiwan", "[White] gaiwan"),
        ("a red cup", "a red tea cup", "a red cup", "a red [tea ]cup"),
        ("500ml 装", "750ml 装", "[500ml] 装", "[750ml] 装"),
        ("第一 行", "最好 的", "[第一 行]", "[最好 的]"),
        ("same", "same", "same", "same"),
        ("", "新", "", "[新]"),
        ("旧", "", "[旧]", ""),
        ("", "", "", ""),
    ],
)
def test_words_that_differ_are_marked(old, new, left, right):
    assert tuple(map(shown, compare(old, new))) == (left, right)


@pytest.mark.parametrize("text", ["青瓷 gaiwan, 500ml（手工）\n\n第二行 _x_", "😀 emoji\u200b", "𠮷野家"])
def test_the_pieces_make_up_the_text_again(text):
    assert "".join(pieces_of(text)) == text
    assert "".join(piece.text for piece in compare(text, "别的 words")[0]) == text


def test_very_long_texts_are_compared_by_lines_and_quickly():
    old = "".join(f"第{number}行的文字说明\n" for number in range(2000))
    new = old.replace("第7行", "第七行")

    started = time.monotonic()
    left, _right = compare(old, new)

    assert [piece.text for piece in left if piece.is_changed] == ["第7行的文字说明\n"]
    assert time.monotonic() - started < 2
