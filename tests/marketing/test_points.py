"""K1: the port for points: nothing is there while nobody is named, and who is named is asked."""

from marketing import points


class Kept:
    def balance(self, *, person_id: int) -> int:
        return 7 * person_id


KEPT = Kept()


def test_without_a_name_the_mall_has_no_points(settings):
    assert settings.MARKETING_POINTS is None
    assert points.ledger() is None


def test_who_is_named_keeps_the_points(settings):
    settings.MARKETING_POINTS = f"{__name__}.KEPT"

    assert points.ledger().balance(person_id=6) == 42
