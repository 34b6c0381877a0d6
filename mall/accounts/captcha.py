"""
A question that people answer at a glance and programs do not: signs in a picture, or, for whoever does not see it, a
question in words. One answer to either is enough (H7, decision 85).

Nothing is kept of a question that was asked: the page carries it encrypted, with its answers and its last moment. That
each is answered once is counted like everything else (``mall.limits``).
"""

import base64
import io
import json
import math
import random
import time
import unicodedata
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from PIL import Image, ImageDraw, ImageFont

from mall.crypto import decrypt, encrypt
from mall.limits import Limit, take
from mall.printing import FILE as FONT

SECONDS = 600
SIGNS = "ACDEFHJKLMNPRTUVWXY3479"  # without what looks like another
LENGTH, LONGEST = 5, 40
WIDTH, HEIGHT = 220, 72
PAPER, INKS = (250, 246, 241), [(60, 54, 50), (90, 40, 36), (40, 62, 84)]
CONTEXT = "captcha"

ANIMALS = [
    pgettext_lazy("captcha", "horse"), pgettext_lazy("captcha", "rabbit"), pgettext_lazy("captcha", "tiger"),
    pgettext_lazy("captcha", "panda"), pgettext_lazy("captcha", "sparrow"), pgettext_lazy("captcha", "sheep"),
]  # fmt: skip
COLORS = [
    pgettext_lazy("captcha", "red"), pgettext_lazy("captcha", "green"), pgettext_lazy("captcha", "yellow"),
    pgettext_lazy("captcha", "white"), pgettext_lazy("captcha", "black"), pgettext_lazy("captcha", "purple"),
]  # fmt: skip
FRUITS = [
    pgettext_lazy("captcha", "apple"), pgettext_lazy("captcha", "banana"), pgettext_lazy("captcha", "grape"),
    pgettext_lazy("captcha", "peach"), pgettext_lazy("captcha", "lemon"), pgettext_lazy("captcha", "watermelon"),
]  # fmt: skip
THINGS = [
    pgettext_lazy("captcha", "lamp"), pgettext_lazy("captcha", "bridge"), pgettext_lazy("captcha", "window"),
    pgettext_lazy("captcha", "umbrella"), pgettext_lazy("captcha", "river"), pgettext_lazy("captcha", "spoon"),
    pgettext_lazy("captcha", "train"), pgettext_lazy("captcha", "cloud"), pgettext_lazy("captcha", "key"),
]  # fmt: skip
NUMBERS = [
    pgettext_lazy("captcha", "one"), pgettext_lazy("captcha", "two"), pgettext_lazy("captcha", "three"),
    pgettext_lazy("captcha", "four"), pgettext_lazy("captcha", "five"), pgettext_lazy("captcha", "six"),
    pgettext_lazy("captcha", "seven"), pgettext_lazy("captcha", "eight"), pgettext_lazy("captcha", "nine"),
]  # fmt: skip
_dice = random.SystemRandom()


class Challenge(NamedTuple):
    """What a page shows, and the token that it sends back with the answer."""

    picture: str  # a PNG as the address of an image
    question: str
    token: str


class Wrong(Exception):
    """Not the answer."""


class Stale(Exception):
    """Too old, answered before, or nothing that we have asked."""


def new_challenge(*, now: float | None = None) -> Challenge:
    """
    :param now: seconds, as :func:`time.time` says them
    """
    signs = "".join(_dice.choices(SIGNS, k=LENGTH))
    question, answer = _question()
    asked = {
        "answers": [_plain(signs), _plain(answer)],
        "until": (time.time() if now is None else now) + SECONDS,
        "number": f"{_dice.getrandbits(96):x}",
    }
    return Challenge(_as_address(_drawn(signs)), question, encrypt(json.dumps(asked), context=CONTEXT))


def check_answer(token: str, answer: str, *, now: float | None = None) -> None:
    """
    Each question is answered once, rightly or not.

    :raises Wrong: that was not it
    :raises Stale: too old, answered before, or never asked
    """
    try:
        asked = json.loads(decrypt(token, context=CONTEXT))
    except (ValueError, KeyError, InvalidTag):
        raise Stale from None
    is_late = asked["until"] < (time.time() if now is None else now)
    if is_late or take((Limit("captcha", 1, SECONDS), asked["number"])) is None:
        raise Stale
    if _plain(answer) not in asked["answers"]:
        raise Wrong


def _plain(text: str) -> str:
    """Without width, case, spaces and points, of which nobody thinks."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


# In words


def _question() -> tuple[str, str]:
    return _dice.choice([_of_a_kind, _by_place, _sum])()


def _of_a_kind() -> tuple[str, str]:
    words, sentence = _dice.choice(
        [
            (ANIMALS, _("Which of these words is an animal: %(first)s, %(second)s, %(third)s or %(fourth)s?")),
            (COLORS, _("Which of these words is a color: %(first)s, %(second)s, %(third)s or %(fourth)s?")),
            (FRUITS, _("Which of these words is a fruit: %(first)s, %(second)s, %(third)s or %(fourth)s?")),
        ]
    )
    answer = str(_dice.choice(words))
    shown = [answer, *map(str, _dice.sample(THINGS, 3))]
    _dice.shuffle(shown)
    return sentence % dict(zip(("first", "second", "third", "fourth"), shown, strict=True)), answer


def _by_place() -> tuple[str, str]:
    number, sentence = _dice.choice(
        [
            (0, _("Write down the first of these words: %(first)s, %(second)s, %(third)s, %(fourth)s.")),
            (1, _("Write down the second of these words: %(first)s, %(second)s, %(third)s, %(fourth)s.")),
            (2, _("Write down the third of these words: %(first)s, %(second)s, %(third)s, %(fourth)s.")),
            (3, _("Write down the last of these words: %(first)s, %(second)s, %(third)s, %(fourth)s.")),
        ]
    )
    shown = [str(word) for word in _dice.sample([*ANIMALS, *FRUITS, *THINGS], 4)]
    return sentence % dict(zip(("first", "second", "third", "fourth"), shown, strict=True)), shown[number]


def _sum() -> tuple[str, str]:
    one, other = (_dice.randint(1, len(NUMBERS)) for _time in range(2))
    sentence = _("How much is %(one)s and %(other)s together? Write it in digits.")
    return sentence % {"one": NUMBERS[one - 1], "other": NUMBERS[other - 1]}, str(one + other)


# In a picture


def _drawn(signs: str) -> bytes:
    """Signs of different size and slant, bent by a wave, under lines of their own colors; as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    left = 10
    for sign in signs:
        tile = Image.new("RGBA", (64, 64))
        font = ImageFont.truetype(str(FONT), _dice.randint(36, 44))
        ImageDraw.Draw(tile).text((32, 32), sign, font=font, fill=_dice.choice(INKS), anchor="mm", stroke_width=1)
        tile = tile.rotate(_dice.uniform(-22, 22), resample=Image.Resampling.BICUBIC)
        image.paste(tile, (left - 12, _dice.randint(0, HEIGHT - 64)), tile)
        left += _dice.randint(36, 41)
    image = image.transform(image.size, Image.Transform.MESH, _wave(), Image.Resampling.BICUBIC, fillcolor=PAPER)
    pen = ImageDraw.Draw(image)
    for _time in range(4):
        ends = [(0, _dice.randrange(HEIGHT)), (WIDTH // 2, _dice.randrange(HEIGHT)), (WIDTH, _dice.randrange(HEIGHT))]
        pen.line(ends, fill=_dice.choice(INKS), width=1)
    for _time in range(120):
        pen.point((_dice.randrange(WIDTH), _dice.randrange(HEIGHT)), fill=_dice.choice(INKS))
    file = io.BytesIO()
    image.quantize(32).save(file, "PNG")
    return file.getvalue()


def _wave() -> list[tuple[tuple[int, ...], tuple[float, ...]]]:
    """The picture in upright strips, each taken from a little higher or lower."""
    strip, high, long, start = 4, _dice.uniform(2, 4), _dice.uniform(50, 90), _dice.uniform(0, 2 * math.pi)

    def off(x: int) -> float:
        return high * math.sin(x / long * 2 * math.pi + start)

    return [
        ((x, 0, x + strip, HEIGHT),
         (x, off(x), x, HEIGHT + off(x), x + strip, HEIGHT + off(x + strip), x + strip, off(x + strip)))
        for x in range(0, WIDTH, strip)
    ]  # fmt: skip


def _as_address(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"
