"""The draw, the shop's choice and the moving up on many connections (K1), and what happens without the guard."""

from contextlib import suppress
from threading import Barrier

from mall.refusals import Refusal
from marketing.models import TrialApplication, TrialUnits
from marketing.trials import deciding
from marketing.trials.applying import apply
from marketing.trials.deciding import choose, draw_due, lapse_due
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import trial
from tests.marketing.bargaining.test_at_once import at_once
from tests.marketing.trials.test_trials import DAY, DRAWN, WHY, applied


def count(promotion, status):
    return promotion.trial_applications.filter(status=status).count()


def test_twelve_workers_draw_once(committed_db):  # K1
    promotion = trial({sku(): 3})
    applied(promotion, 12)

    assert sum(at_once(lambda _number: draw_due(now=DRAWN), range(12))) == 1

    assert (count(promotion, "won"), count(promotion, "reserve"), count(promotion, "lost")) == (3, 3, 6)
    assert TrialUnits.objects.get().given == 3


def test_twelve_workers_pass_each_piece_on_once(committed_db):
    promotion = trial({sku(): 3})
    applied(promotion, 12)
    draw_due(now=DRAWN)

    assert sum(at_once(lambda _number: lapse_due(now=DRAWN + 3 * DAY), range(12))) == 3

    assert (count(promotion, "won"), count(promotion, "missed"), count(promotion, "reserve")) == (3, 3, 0)
    assert TrialUnits.objects.get().given == 3


def test_a_shop_that_chooses_with_many_hands_gives_no_more_than_there_is(committed_db):
    promotion, by = trial({sku(): 3}, chosen_by="shop"), staff()
    rows = applied(promotion, 12)

    def pick(row):
        with suppress(Refusal):
            return choose(application=row, by=by, now=NOON)

    assert len([row for row in at_once(pick, rows) if row]) == 3
    assert (count(promotion, "won"), TrialUnits.objects.get().given) == (3, 3)


def test_without_its_statement_it_gives_more(committed_db, monkeypatch):
    """The negative control: hands that look before they give, all at the same moment."""
    promotion, by = trial({sku(): 3}, chosen_by="shop"), staff()
    rows, together = applied(promotion, 8), Barrier(8)

    def look_then_give(units_id):
        left = TrialUnits.objects.get(pk=units_id).left
        together.wait(30)
        return left > 0

    monkeypatch.setattr(deciding, "_give", look_then_give)

    at_once(lambda row: choose(application=row, by=by, now=NOON), rows)

    assert count(promotion, "won") == 8


def test_one_person_who_applies_many_times_has_applied_once(committed_db):
    units, me = trial({sku(): 3}).trial_units.get(), shopper()

    def ask(_number):
        with suppress(Refusal):
            return apply(units=units, shopper=me, words=WHY, now=NOON)

    assert len([row for row in at_once(ask, range(12)) if row]) == 1
    assert TrialApplication.objects.count() == 1
