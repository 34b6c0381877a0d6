"""A2: people and shops of the demonstration live in real divisions."""

from mall.divisions import find
from settlement.demo.data.merchants_and_shops import SHOPS
from settlement.demo.data.people import shoppers


def test_everybody_lives_where_there_is_such_a_place():  # A2
    homes = [person.address for person in shoppers(400)]

    assert [home for home in homes if find(home.province, home.city, home.district) is None] == []
    assert [shop.slug for shop in SHOPS if find(shop.province, shop.city) is None] == []
