"""Where an order goes, as far as freight asks: the province and the city, before there is an address and with one."""

from dataclasses import dataclass

from catalog.freight.charging import SOMEWHERE, Terms
from catalog.freight.words import not_delivered_to, place_named, told_place
from mall.accounts.models import Address
from mall.places import Region, region


@dataclass(frozen=True, slots=True)
class Destination:
    """A province and maybe a city, as somebody wrote them."""

    province: str
    city: str = ""

    @classmethod
    def of(cls, address: Address) -> "Destination":
        return cls(address.province, address.city)

    @property
    def region(self) -> Region:
        return region(self.province, self.city)

    @property
    def name(self) -> str:
        """In the reader's language."""
        return told_place(self.province, self.city)

    def refuses(self, terms: Terms) -> str:
        """Why goods under these terms are not sent there, in a sentence."""
        return not_delivered_to(place_named(self.region, self.province, self.city, terms))


def region_of(to: Destination | None) -> Region:
    return to.region if to else SOMEWHERE
