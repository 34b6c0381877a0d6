"""Who finds what helpful: one vote a person, her own words none."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _

from catalog.models import Vote
from catalog.reviews.subjects import author_of, find
from catalog.tunables import MOST_VOTES_A_DAY
from mall.pace import keep_pace
from mall.refusals import Refusal


class OwnWords(Refusal):
    """Nobody votes for herself."""

    code = "own-words"
    status = 403


@transaction.atomic
def vote(*, subject: str, person, now: datetime) -> Model:
    """
    Find a review, a question or an answer helpful. A second vote is the first one.

    :raises NoSuchWords: nothing that stands there has this number
    :raises OwnWords: she wrote it herself
    :raises TooOften: she voted often enough for today
    """
    row = find(subject)
    if author_of(row) == person.pk:
        raise OwnWords(_("These are your own words."))
    keep_pace(Vote.objects.filter(person=person), "voted_at", most=MOST_VOTES_A_DAY.value, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_vote (subject, person_id, voted_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [subject, person.pk, now],
        )
        is_new = cursor.rowcount == 1
    if is_new:
        type(row).objects.filter(pk=row.pk).update(helpful_count=F("helpful_count") + 1)
        row.refresh_from_db(fields=["helpful_count"])
    return row


@transaction.atomic
def take_vote_back(*, subject: str, person) -> Model:
    """
    Not helpful after all; without a vote nothing happens.

    :raises NoSuchWords: nothing that stands there has this number
    """
    row = find(subject)
    deleted, _by_model = Vote.objects.filter(subject=subject, person=person).delete()
    if deleted:
        type(row).objects.filter(pk=row.pk).update(helpful_count=F("helpful_count") - 1)
        row.refresh_from_db(fields=["helpful_count"])
    return row
