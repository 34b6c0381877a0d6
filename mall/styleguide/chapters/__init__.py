"""The chapters of the style guide, in order."""

from datetime import datetime

from mall.styleguide.chapters.campaigns import campaigns
from mall.styleguide.chapters.controls import controls
from mall.styleguide.chapters.decoration import decoration
from mall.styleguide.chapters.goods import goods
from mall.styleguide.chapters.ground import ground
from mall.styleguide.chapters.lists import charts, lists
from mall.styleguide.chapters.sayings import sayings
from mall.styleguide.chapters.talk import talk
from mall.styleguide.specimen import Chapter

__all__ = ["chapters", "charts"]


def chapters(now: datetime) -> list[Chapter]:
    return [
        ground(),
        controls(),
        sayings(),
        goods(now),
        lists(now),
        campaigns(now),
        talk(now),
        decoration(),
    ]
