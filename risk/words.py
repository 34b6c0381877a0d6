"""The lists of banned words are staff's own: they add, change and drop words and packs, on the record (R1)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.refusals import Refusal
from risk.models import BannedWord, WordPack
from risk.screening import is_a_word


class NotAWord(Refusal):
    """There is nothing in it that a text could carry."""

    code = "not-a-word"
    status = 422


@transaction.atomic
def ban_word(
    *, word: str, severity: str, why: str = "", pack: WordPack | None = None, unless: str = "", by, now: datetime
) -> BannedWord:
    """
    Put a word on a list, or change how grave it is there, why, and in which phrases it is harmless.

    :raises NotAWord: it holds neither letter nor digit, so it would be found everywhere
    """
    word = word.strip()
    if not is_a_word(word):
        raise NotAWord(_("Enter a word with at least one letter, digit or character."))
    before = BannedWord.objects.select_for_update().filter(pack=pack, word=word).first()
    facts = {"severity": severity, "why": why.strip(), "unless": unless.strip()}
    row, _is_new = BannedWord.objects.update_or_create(pack=pack, word=word, defaults=facts)
    record(
        "risk.ban_word",
        f"word_{row.pk}",
        by=by,
        now=now,
        before={"severity": before.severity, "why": before.why, "unless": before.unless} if before else None,
        after={"word": word, "pack": pack.slug if pack else "", **facts},
    )
    return row


@transaction.atomic
def allow_word(*, word: BannedWord, by, now: datetime) -> None:
    """Take a word off its list."""
    record("risk.allow_word", f"word_{word.pk}", by=by, now=now, before={"word": word.word, "severity": word.severity})
    word.delete()


@transaction.atomic
def save_pack(*, pack: WordPack, by, now: datetime) -> WordPack:
    """Write a pack as staff have filled it in; new texts are held against it from now on."""
    before = WordPack.objects.select_for_update().filter(pk=pack.pk).first() if pack.pk else None
    pack.save()
    record(
        "risk.save_pack",
        f"pack_{pack.slug}",
        by=by,
        now=now,
        before=_facts(before) if before else None,
        after=_facts(pack),
    )
    return pack


@transaction.atomic
def drop_pack(*, pack: WordPack, by, now: datetime) -> None:
    """Drop a pack with all its words."""
    words = list(pack.words.order_by("word").values_list("word", flat=True))
    record("risk.drop_pack", f"pack_{pack.slug}", by=by, now=now, before={**_facts(pack), "words": words})
    pack.delete()


@transaction.atomic
def fill_pack(
    *, pack: WordPack, words: Iterable[BannedWord], replaces: bool, by, now: datetime
) -> tuple[int, int, int]:
    """
    Write many words into a pack; those that are there already take what is said of them now.

    :param words: checked, each word once (:func:`risk.packs.read_words`)
    :param replaces: what the pack has beside these goes
    :return: how many came, changed and went
    """
    WordPack.objects.select_for_update().get(pk=pack.pk)
    there = {row.word: row for row in pack.words.all()}
    fresh, changed = [], []
    for word in words:
        known = there.pop(word.word, None)
        if known is None:
            word.pack = pack
            fresh.append(word)
        elif (known.severity, known.why, known.unless) != (word.severity, word.why, word.unless):
            known.severity, known.why, known.unless = word.severity, word.why, word.unless
            changed.append(known)
    gone = list(there.values()) if replaces else []
    BannedWord.objects.bulk_create(fresh)
    BannedWord.objects.bulk_update(changed, ["severity", "why", "unless"], batch_size=1000)
    if gone:
        pack.words.filter(pk__in=[row.pk for row in gone]).delete()
    if fresh or changed or gone:
        record(
            "risk.fill_pack",
            f"pack_{pack.slug}",
            by=by,
            now=now,
            before={"went": [row.word for row in gone]},
            after={"came": [row.word for row in fresh], "changed": [row.word for row in changed]},
        )
    return len(fresh), len(changed), len(gone)


def _facts(pack: WordPack) -> dict:
    return {
        "name": dict(pack.name),
        "kind": str(pack.kind),
        "severity": str(pack.severity),
        "why": dict(pack.why),
        "scope": list(pack.scope),
        "is_active": pack.is_active,
    }
