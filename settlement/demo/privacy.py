"""What shoppers of the demonstration agreed to, and one who has asked for her data and wants to be forgotten (A3)."""

from datetime import datetime, timedelta

from mall.accounts.models import User
from mall.accounts.privacy.consents import Purpose, choose
from mall.accounts.privacy.downloading import ask_for_data, write_waiting
from mall.accounts.privacy.erasing import ask_erasure
from settlement.demo.people import make_person

DAY = timedelta(days=1)


def show_privacy(*, now: datetime) -> None:
    """Every second shopper wants offers, every third is remembered; one who has bought nothing leaves."""
    people = User.objects.filter(is_staff=False, is_active=True, seats=None).order_by("pk")
    for number, person in enumerate(people):
        agreed = {Purpose.MARKETING: number % 2 == 0, Purpose.PERSONALISATION: number % 3 == 0}
        choose(person=person, choices=agreed, now=person.joined_at)
    leaving = make_person("leaving@demo.example.com", "周小姐", joined_at=now - 60 * DAY)
    ask_for_data(person=leaving, now=now - DAY)
    write_waiting(now=now - DAY)
    ask_erasure(person=leaving, now=now - DAY)
