"""
Pictures of the demonstration: one small 3D object on a softly lit studio ground.

`compose` makes product pictures, `banner` the wide ones of the home page, `logo` a shop's sign, each in all its sizes.
The objects are the 256 px images kept in `assets/` (MIT, see `assets/LICENSE`), named in `data.emoji`. Everything is
computed from the arguments alone: asked twice, the bytes are the same.
"""

import colorsys
import math
import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, ImageStat

from mall.pictures import Picture

ASSETS = Path(__file__).parent / "assets"

QUALITY = 82
# Encoding is half of the time a picture takes; method 2 takes half of the default's and adds one part in twenty.
WEBP_METHOD = 2

PALE_BODIES = {"coffee", "pot", "radio", "plate", "microphone"}
"""Objects whose pale part is what a tint dyes, although something brighter stands in it."""

MAIN_HUES = {"nail_polish": 190, "bicycle": 247, "bed": 132}
"""Objects whose main hue (0 to 255) is not the one that covers most of them: the varnish, not the fingers."""

SINGLE, PAIR, CLOSE_UP, TRIO = range(4)
"""What `seed % 4` arranges. With a companion object, any seed arranges the two together."""


def compose(
    emoji_key: str, *, tint: str | None, ground: str, seed: int, size: int = 800, companion: str | None = None
) -> Picture:
    """
    A square WebP of the object on a ground of that color.

    `tint` ("#c0392b") dyes the object's main color and keeps its light and shade; None leaves it as it is.
    `seed % 4` chooses the arrangement (SINGLE, PAIR, CLOSE_UP, TRIO), the rest of it a gentle turn and shift. A
    `companion` is a second, untinted object standing beside the first.
    """
    dice = random.Random(f"{emoji_key}/{seed}")
    picture = _studio(ground, size, size).copy()
    turn = dice.uniform(-4, 4)
    shift = dice.uniform(-0.012, 0.012)

    if companion:
        side = dice.choice((-1, 1))
        stage = [
            (companion, None, 0.34, 0.5 + side * 0.27, 0.745, 0),
            (emoji_key, tint, 0.56, 0.5 - side * 0.10, 0.82, 0),
        ]
    elif seed % 4 == PAIR:
        stage = [
            (emoji_key, tint, 0.42, 0.34, 0.70, 5 + turn),
            (emoji_key, tint, 0.50, 0.62, 0.80, -7 + turn),
        ]
    elif seed % 4 == CLOSE_UP:
        stage = [(emoji_key, tint, 1.04, 0.5 + shift * 4, 1.0, turn * 2.2)]
    elif seed % 4 == TRIO:
        stage = [
            (emoji_key, tint, 0.34, 0.26, 0.66, 8 + turn),
            (emoji_key, tint, 0.34, 0.74, 0.66, -8 + turn),
            (emoji_key, tint, 0.44, 0.50, 0.81, turn),
        ]
    else:
        stage = [(emoji_key, tint, 0.65, 0.5 + shift, 0.825, 0)]

    for key, dye, share, x, base, angle in stage:
        _stand(picture, _object(key, dye), share=share, x=x, base=base, angle=angle, ground=ground)
    return _webp(picture)


def banner(
    emoji_keys: Sequence[str],
    *,
    tints: Mapping[str, str] | None = None,
    ground: str,
    accent: str,
    seed: int,
    width: int = 1600,
    height: int = 600,
) -> Picture:
    """
    A wide WebP with the objects grouped at its right; the left half stays calm for words laid over it.

    Up to five objects, the leading one first; `tints` dyes some of them.
    """
    dice = random.Random(f"banner/{seed}")
    picture = _wide_ground(ground, accent, width, height)
    # The leading object stands in the middle; two behind it, two small ones in front, drawn from back to front.
    places = {
        1: (0.605, 0.70, 0.36),
        2: (0.895, 0.71, 0.38),
        0: (0.75, 0.86, 0.64),
        3: (0.645, 0.94, 0.27),
        4: (0.868, 0.94, 0.29),
    }
    for place, (x, base, share) in places.items():
        if place < len(emoji_keys):
            thing = _object(emoji_keys[place], (tints or {}).get(emoji_keys[place]))
            angle = dice.uniform(-5, 5) if place else 0
            _stand(picture, thing, share=share, x=x, base=base, angle=angle, ground=ground)
    return _webp(picture, quality=90)


def logo(emoji_key: str, color: str, *, tint: str | None = None, size: int = 256) -> Picture:
    """A shop's sign: the object on a round of its theme color, the corners transparent."""
    sharp = size * 2
    plate = _gradient(_mix(color, "#ffffff", 0.42), _mix(color, "#ffffff", 0.08), sharp, sharp)
    _stand(plate, _object(emoji_key, tint), share=0.60, x=0.5, base=0.79, angle=0, ground=color)
    round_ = Image.new("L", (sharp, sharp), 0)
    ImageDraw.Draw(round_).ellipse((2, 2, sharp - 3, sharp - 3), fill=255)
    plate.putalpha(round_)
    return _webp(plate.resize((size, size), Image.Resampling.LANCZOS))


# Standing an object on the ground


def _stand(
    picture: Image.Image, thing: Image.Image, *, share: float, x: float, base: float, angle: float, ground: str
) -> None:
    """Put the object's foot at (x, base), its longer side `share` of the picture's height, its shadow under it."""
    height = picture.height
    scale = height * share / max(thing.size)
    if angle:  # turned while small, which costs a quarter of turning it large
        thing = thing.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        thing = thing.crop(thing.getchannel("A").getbbox())
    target = (max(1, round(thing.width * scale)), max(1, round(thing.height * scale)))
    body = _scaled(thing, target)

    left = round(picture.width * x - body.width / 2)
    # Flat things (a shoe, a laptop) stand a little higher, so that they do not cling to the lower edge.
    rise = max(0.0, (height * share - body.height) * 0.42)
    top = round(height * base - body.height - rise)
    _cast_shadow(picture, thing, target, left, top, ground)
    picture.paste(body, (left, top), body)


def _scaled(thing: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Lanczos in premultiplied colors, so that no dark or light fringe grows along the outline."""
    return thing.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def _cast_shadow(
    picture: Image.Image, thing: Image.Image, size: tuple[int, int], left: int, top: int, ground: str
) -> None:
    """A wide soft shadow and a narrow dark one where the object touches; drawn small, laid on large."""
    step = 8
    silhouette = thing.getchannel("A").resize((max(2, size[0] // step), max(2, size[1] // step)))
    width, tall = silhouette.size
    margin = max(6, width // 3)
    canvas = Image.new("L", (width + 2 * margin, max(8, width // 3) + 2 * margin), 0)

    squashed = silhouette.resize((width, max(3, min(width, tall) // 5)))
    foot = silhouette.crop((0, int(tall * 0.80), width, tall)).getbbox() or (0, 0, width, tall)
    middle = canvas.height // 2

    canvas.paste(squashed.point(lambda a: int(a * 0.62)), (margin + width // 24, middle - squashed.height // 2))
    canvas = canvas.filter(ImageFilter.GaussianBlur(max(1.6, width / 15)))
    contact = Image.new("L", canvas.size, 0)
    half = max(1, width // 36)
    ImageDraw.Draw(contact).ellipse(
        (margin + foot[0], middle - half - 1, margin + foot[2] - 1, middle + half - 1), fill=150
    )
    contact = contact.filter(ImageFilter.GaussianBlur(max(1.0, width / 34)))
    canvas = ImageChops.lighter(canvas, contact)

    shade = canvas.resize((canvas.width * step, canvas.height * step), Image.Resampling.BICUBIC)
    color = _mix(_mix(ground, "#2b2340", 0.62), "#1d1a2b", 0.15)
    at = (left - margin * step, top + size[1] - middle * step - step // 2)
    picture.paste(Image.new("RGB", shade.size, color), at, shade)


# Dyeing an object


@lru_cache(maxsize=512)
def _object(key: str, tint: str | None) -> Image.Image:
    """The object alone, cropped to what is seen of it; dyed when a tint is given."""
    if tint is None:
        with Image.open(ASSETS / f"{key}.webp") as stored:
            whole = stored.convert("RGBA")
        alpha = whole.getchannel("A")
        # Sharpened before it is scaled up, so that edges inside the object stay crisp at twice the size; the outline
        # itself is left alone, for what lies beyond it has no color to sharpen against.
        plain = whole.convert("RGB")
        sharp = plain.filter(ImageFilter.UnsharpMask(radius=1.1, percent=75, threshold=2))
        inside = alpha.filter(ImageFilter.GaussianBlur(2)).point(lambda a: 255 if a > 247 else 0)
        whole = Image.composite(sharp, plain, inside)
        whole.putalpha(alpha)
        return whole.crop(whole.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox())
    return _dyed(key, _object(key, None), tint)


def _dyed(key: str, thing: Image.Image, tint: str) -> Image.Image:
    alpha = thing.getchannel("A")
    plain = thing.convert("RGB")
    solid = alpha.point(lambda a: 255 if a > 128 else 0)
    where = _pale_parts(plain) if key in PALE_BODIES else _main_color(plain, solid, MAIN_HUES.get(key))

    light = plain.convert("L")
    seen = ImageChops.multiply(where, solid).point(lambda a: 255 if a > 100 else 0)
    counted = light.histogram(seen if seen.getbbox() else solid)
    low, middle, high = (_percentile(counted, share) for share in (0.02, 0.5, 0.98))
    # An evenly lit thing keeps its soft shading: a narrow range of light is not pulled apart to black and white.
    middle = min(max(middle, 60), 225)
    low, high = min(low, middle - 55), max(high, middle + 25)
    dyed = ImageOps.colorize(
        light,
        black=_darker(tint),
        mid=tint,
        white=_mix(tint, "#ffffff", 0.62),
        blackpoint=max(0, low),
        midpoint=middle,
        whitepoint=min(255, high + 5),
    )
    result = Image.composite(dyed, plain, where)
    result.putalpha(alpha)
    return result


def _main_color(plain: Image.Image, solid: Image.Image, main: int | None) -> Image.Image:
    """Where the object shows its main hue (soft mask); a gray or white object is main color all over."""
    hue, saturation, _ = plain.convert("HSV").split()
    if main is None:
        vivid = ImageChops.multiply(saturation.point(lambda s: 255 if s > 70 else 0), solid)
        if ImageStat.Stat(vivid, solid).mean[0] < 64:
            return Image.new("L", plain.size, 255)
        counted = hue.histogram(vivid)
        around = [sum(counted[(h + d) % 256] for d in range(-14, 15)) for h in range(256)]
        main = around.index(max(around))

    def near(h: int) -> int:
        distance = min((h - main) % 256, (main - h) % 256)
        return max(0, min(255, (44 - distance) * 16))

    strong = saturation.point(lambda s: max(0, min(255, (s - 22) * 6)))
    return ImageChops.multiply(hue.point(near), strong).filter(ImageFilter.GaussianBlur(0.8))


def _pale_parts(plain: Image.Image) -> Image.Image:
    """Where the object is whitish or gray (soft mask): the cup, not the coffee in it."""
    _, saturation, value = plain.convert("HSV").split()
    weak = saturation.point(lambda s: max(0, min(255, (104 - s) * 8)))
    bright = value.point(lambda v: max(0, min(255, (v - 70) * 6)))
    return ImageChops.multiply(weak, bright).filter(ImageFilter.GaussianBlur(0.8))


def _percentile(counted: list[int], share: float) -> int:
    left = sum(counted) * share
    for level, count in enumerate(counted):
        left -= count
        if left <= 0:
            return level
    return 255


# Grounds


@lru_cache(maxsize=128)
def _studio(ground: str, width: int, height: int) -> Image.Image:
    """A seamless backdrop: bright behind, a quiet horizon, a deeper floor; drawn small and scaled, for it is soft."""
    across, tall = width // 4, height // 4
    wall = _gradient(_mix(ground, "#ffffff", 0.40), _mix(ground, "#ffffff", 0.12), across, tall)
    floor = _gradient(_mix(ground, "#ffffff", 0.02), _mix(ground, "#ffffff", 0.36), across, tall)
    horizon = Image.new("L", (1, 64), 0)
    for y in range(64):
        horizon.putpixel((0, y), max(0, min(255, int((y - 38) * 21))))
    picture = Image.composite(floor, wall, horizon.resize((across, tall), Image.Resampling.BICUBIC))

    glow = _glow(int(across * 1.3), int(tall * 1.2), 0.60)
    at = (across // 2 - glow.width // 2, int(tall * 0.42) - glow.height // 2)
    picture.paste(Image.new("RGB", glow.size, "#ffffff"), at, glow)
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def _wide_ground(ground: str, accent: str, width: int, height: int) -> Image.Image:
    left = Image.new("RGB", (width, height), _mix(ground, "#ffffff", 0.45))
    right = Image.new("RGB", (width, height), _mix(accent, "#ffffff", 0.35))
    across = Image.linear_gradient("L").rotate(90).resize((width, height), Image.Resampling.BICUBIC)
    picture = Image.composite(right, left, across)
    for x, y, radius, strength in ((0.76, 0.50, 0.62, 0.75), (0.16, 0.10, 0.75, 0.30), (0.98, 1.0, 0.45, 0.25)):
        side = int(height * radius * 2)
        glow = _glow(side, side, strength)
        picture.paste(
            Image.new("RGB", glow.size, "#ffffff"), (int(width * x) - side // 2, int(height * y) - side // 2), glow
        )
    return ImageChops.add(picture, _grain(width, height))


@lru_cache(maxsize=4)
def _grain(width: int, height: int) -> Image.Image:
    """A trace of noise, so that a long soft gradient shows no steps."""
    dots = random.Random("grain").randbytes(256 * 256)
    tile = Image.frombytes("L", (256, 256), dots).point(lambda level: level >> 6)
    grain = Image.new("L", (width, height))
    for left in range(0, width, 256):
        for top in range(0, height, 256):
            grain.paste(tile, (left, top))
    return grain.convert("RGB")


def _glow(width: int, height: int, strength: float) -> Image.Image:
    """A round light that fades out smoothly well inside its square."""
    far = Image.radial_gradient("L")
    soft = far.point(lambda d: round(255 * strength * (math.cos(min(1.0, d / 178) * math.pi) + 1) / 2))
    return soft.resize((width, height), Image.Resampling.BICUBIC)


def _gradient(top: str, bottom: str, width: int, height: int) -> Image.Image:
    across = Image.linear_gradient("L").resize((width, height), Image.Resampling.BICUBIC)
    return ImageOps.colorize(across, black=top, white=bottom)


# Colors


def _mix(color: str, other: str, share: float) -> str:
    """`share` of the other color in the first."""
    pairs = zip(_rgb(color), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _darker(color: str) -> str:
    """The color in shade: darker, a little fuller; white falls to a cool gray rather than to mud."""
    hue, light, full = colorsys.rgb_to_hls(*(part / 255 for part in _rgb(color)))
    if full < 0.12:
        hue, full = 0.66, 0.08
    red, green, blue = colorsys.hls_to_rgb(hue, light * 0.52, min(1.0, full * 1.05))
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _rgb(color: str) -> tuple[int, int, int]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))


def _webp(picture: Image.Image, quality: int = QUALITY) -> Picture:
    return Picture.of(picture, quality=quality, method=WEBP_METHOD)
