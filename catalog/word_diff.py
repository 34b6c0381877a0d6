"""
What changed between two texts, word by word, for who compares them with her eyes.

Letters and digits that stand together are one word; Chinese has no blanks, so each of its characters is a word. A blank
or a sign is a piece of its own. What is put together again gives the texts as they were.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_CHINESE = r"\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECE = re.compile(rf"[{_CHINESE}]|[^\W_{_CHINESE}]+|\s+|.", re.DOTALL)
MOST_PIECES = 6_000  # of both texts together; beyond, whole lines are compared
LONGEST_BRIDGE = 1  # so short a blank or sign between two changes belongs to them


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text, and whether the other side lacks it."""

    text: str
    is_changed: bool = False


def pieces_of(text: str) -> list[str]:
    """The words, blanks and signs of a text, in order."""
    return _PIECE.findall(text)


def compare(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, with what only the one or only the other has marked."""
    if old == new:
        same = [Piece(old)] if old else []
        return same, list(same)
    ours, theirs = pieces_of(old), pieces_of(new)
    if len(ours) + len(theirs) > MOST_PIECES:
        ours, theirs = old.splitlines(keepends=True), new.splitlines(keepends=True)
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for kind, start, end, other_start, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        left += [("".join(ours[start:end]), kind != "equal")]
        right += [("".join(theirs[other_start:other_end]), kind != "equal")]
    return _joined(left), _joined(right)


def _joined(parts: list[tuple[str, bool]]) -> list[Piece]:
    """Neighbours of one kind together; a lone blank or sign between two changes counts as changed with them."""
    parts = [(text, is_changed) for text, is_changed in parts if text]
    for place in range(1, len(parts) - 1):
        text, is_changed = parts[place]
        is_bridge = len(text) <= LONGEST_BRIDGE and not text.isalnum()
        if not is_changed and is_bridge and parts[place - 1][1] and parts[place + 1][1]:
            parts[place] = (text, True)
    pieces: list[Piece] = []
    for text, is_changed in parts:
        if pieces and pieces[-1].is_changed == is_changed:
            pieces[-1] = Piece(pieces[-1].text + text, is_changed)
        else:
            pieces.append(Piece(text, is_changed))
    return pieces
