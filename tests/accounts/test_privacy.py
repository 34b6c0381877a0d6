"""A3: consents are asked for, obeyed and taken back; people take their data away, and are forgotten."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client as DjangoClient
from django.urls import reverse

from catalog.interest import favorites, history
from catalog.models import Favorite, Viewed
from mall import clock
from mall.accounts.devices import see_device
from mall.accounts.models import Address, Consent, Erasure, PersonalFile, User
from mall.accounts.privacy.consents import WORDS, Purpose, among, choose, given_by
from mall.accounts.privacy.downloading import AskedToday, ask_for_data, forget_files, write_waiting
from mall.accounts.privacy.erasing import CannotBeErased, ask_erasure, erase_due, withdraw_erasure
from mall.accounts.privacy.registry import declared
from mall.audit.models import AuditRecord
from mall.audit.trail import SEALED
from mall.crypto import EncryptedTextField
from mall.notifications.models import Notice
from mall.sealed_files import document_storage
from orders.models import Importer, Order, SealedAddress
from orders.sealed_addresses import forget_sealed_addresses
from settlement.verification import verify_ledger
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import completed_order, paid_order

DAY = timedelta(days=1)
PAGE = "storefront:accounts:privacy"
PLANTED = ("planted.person@example.com", "普兰特小姐", "19912345678", "梧桐大街九十九号", "planted")
PASSWORD = "correct-horse-7"


@pytest.fixture
def planted(db) -> User:
    """Somebody who has done a bit of everything."""
    mail, name, phone, line, _word = PLANTED
    person = shopper(email=mail, display_name=name)
    EmailAddress.objects.create(user=person, email=mail, primary=True, verified=True)
    address(person, consignee=name, phone=phone, line=line)
    goods = sku(price="10.00")
    order = completed_order(shopper=person, skus={goods: 1}, now=NOON)
    order.message = f"请打电话 {phone}"
    order.save(update_fields=["message"])
    history.turn_on(shopper=person, now=NOON)
    history.pour(shopper=person, looks=[history.Look(goods.product.public_id, NOON)], now=NOON)
    favorites.keep(shopper=person, product=goods.product, now=NOON)
    see_device(person=person, device="one", user_agent="", network="", now=NOON)
    see_device(person=person, device="two", user_agent=name, network="", now=NOON)
    Importer.objects.create(shopper=person, name=name, id_number="11010519491231002X", said_at=NOON)
    return person


# Consents


def test_everything_is_off_until_a_person_says_yes_and_the_record_keeps_what_she_read(planted):
    other = shopper()
    assert set(given_by(other).values()) == {False}

    new = choose(person=other, choices={Purpose.MARKETING: True}, now=NOON)
    again = choose(person=other, choices={Purpose.MARKETING: True}, now=NOON)
    choose(person=other, choices={Purpose.MARKETING: False}, now=NOON + DAY)

    assert (new, again) == (["marketing"], [])
    assert list(Consent.objects.filter(person=other).order_by("pk").values_list("is_given", "version", "at")) == [
        (True, 1, NOON), (False, 1, NOON + DAY),
    ]  # fmt: skip
    assert among([other.pk, planted.pk], Purpose.MARKETING) == set()


def test_a_yes_to_other_words_is_none(db, monkeypatch):
    person = shopper()
    choose(person=person, choices={Purpose.COOKIES: True}, now=NOON)

    words = WORDS[Purpose.COOKIES]
    monkeypatch.setitem(WORDS, Purpose.COOKIES, type(words)(words.version + 1, words.title, words.text))

    assert not given_by(person)["cookies"]


def test_what_was_agreed_to_is_written_once(db):
    choose(person=shopper(), choices={Purpose.COOKIES: True}, now=NOON)

    for change in ("UPDATE accounts_consent SET is_given = false", "DELETE FROM accounts_consent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


@pytest.mark.django_db
@pytest.mark.parametrize("ticked", [{}, {"marketing": "on", "cookies": "on"}], ids=["nothing", "two"])
def test_at_sign_up_nothing_is_ticked_beforehand_and_what_is_ticked_counts(ticked):
    client, page = Client(), reverse("account_signup")
    form = client.get(page).content.decode()
    for purpose in Purpose:
        assert f'name="{purpose.value}"' in form
    assert "checked" not in form

    client.post(page, {"email": "new@example.com", "password1": PASSWORD, **ticked})

    person = User.objects.get(email="new@example.com")
    assert {name for name, is_given in given_by(person).items() if is_given} == set(ticked)
    assert ("choices" in client.cookies and bool(client.cookies["choices"].value)) == ("cookies" in ticked)


@pytest.mark.django_db
def test_choices_are_changed_on_her_page_and_obeyed_by_the_browser():
    client, person = Client(), shopper()
    client.force_login(person)
    look = reverse("storefront:catalog:product", args=[sku().product.public_id])

    client.get(look)
    assert "seen" not in client.cookies
    client.post(reverse(PAGE), {"agree": "yes", "cookies": "on", "personal": "on"})
    client.get(look)
    assert client.cookies["seen"].value
    client.get(reverse("storefront:catalog:history"))
    assert Viewed.objects.filter(shopper=person).exists()
    client.post(reverse(PAGE), {"agree": "yes"})

    assert set(given_by(person).values()) == {False}
    assert not client.cookies["choices"].value


# Taking away


def files_in(content: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_what_is_known_of_a_person_comes_as_a_zip_of_json_in_clear(planted):
    other = paid_order(now=NOON)

    file = ask_for_data(person=planted, now=NOON)
    assert write_waiting(now=NOON) == 1
    assert write_waiting(now=NOON) == 0

    file.refresh_from_db()
    with document_storage().open(file.name) as kept:
        found = files_in(kept.read())
    for word in PLANTED[:4]:
        assert any(word in text for text in found.values()), word
    (order,) = json.loads(found["orders/orders.json"])
    assert (order["consignee"], order["phone"]) == (PLANTED[1], f"+86{PLANTED[2]}")
    assert other.public_id not in "".join(found.values())
    assert "password" not in json.loads(found["account/profile.json"])[0]
    assert set(found) <= {f"{name}.json" for name in declared()} | {"README.txt"}
    assert Notice.objects.filter(person=planted, kind="accounts.data_ready").exists()
    with pytest.raises(AskedToday):
        ask_for_data(person=planted, now=NOON + DAY / 2)


def test_at_rest_it_is_sealed_and_after_its_days_it_is_gone(planted, django_capture_on_commit_callbacks):
    file = ask_for_data(person=planted, now=NOON)
    write_waiting(now=NOON)
    file.refresh_from_db()
    name = file.name
    with open(document_storage().path(name), "rb") as stored:
        assert not stored.read().startswith(b"PK")

    assert forget_files(now=NOON + 7 * DAY - timedelta(seconds=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_files(now=NOON + 7 * DAY) == 1

    assert not document_storage().exists(name)


@pytest.mark.django_db
def test_only_she_fetches_it_and_only_after_she_has_confirmed_that_it_is_her():
    person, other = shopper(password=PASSWORD), shopper(password=PASSWORD)
    now = clock.now()
    file = ask_for_data(person=person, now=now)
    write_waiting(now=now)
    url = reverse("storefront:accounts:privacy-file", args=[file.public_id])
    mine, hers = DjangoClient(), Client()
    mine.force_login(person)
    hers.post(reverse("account_login"), {"login": other.email, "password": PASSWORD})

    unconfirmed = mine.get(url)
    asked = mine.post(reverse(PAGE), {"erase": "yes"})
    mine.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    confirmed = mine.get(url)

    assert hers.get(url).status_code == 404
    assert unconfirmed.url.startswith(reverse("account_reauthenticate"))
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert "README.txt" in files_in(b"".join(confirmed.streaming_content))
    assert AuditRecord.objects.filter(action="accounts.fetch_data", actor=person).exists()


# Being forgotten


def test_a_person_is_refused_with_every_reason_while_something_is_open(db, in_english):
    person = shopper()
    paid_order(shopper=person, now=NOON)
    seat(shop(), person)

    with pytest.raises(CannotBeErased) as refused:
        ask_erasure(person=person, now=NOON)

    assert str(refused.value).count(".") == 2
    assert not Erasure.objects.exists()
    with pytest.raises(CannotBeErased):
        ask_erasure(person=staff(), now=NOON)


def test_she_may_change_her_mind_and_what_opens_meanwhile_refuses(planted):
    ask_erasure(person=planted, now=NOON)
    withdraw_erasure(person=planted, now=NOON + DAY)
    assert erase_due(now=NOON + 30 * DAY) == {}
    ask_erasure(person=planted, now=NOON)
    assert ask_erasure(person=planted, now=NOON) == Erasure.objects.get(status="asked")
    paid_order(shopper=planted, now=NOON)

    assert erase_due(now=NOON + 15 * DAY - timedelta(seconds=1)) == {}
    assert erase_due(now=NOON + 15 * DAY) == {"refused": 1}

    planted.refresh_from_db()
    assert planted.email == PLANTED[0]
    assert Notice.objects.filter(person=planted, kind="accounts.erasure_refused").exists()


def test_afterwards_nothing_in_the_database_says_who_she_was_and_the_books_stand(planted):
    public_id, orders = planted.public_id, set(planted.orders.values_list("pk", flat=True))
    assert set(places_of(PLANTED)) >= {"accounts_user", "orders_order", "accounts_address"}  # negative control
    SEALED.seal()
    ask_for_data(person=planted, now=NOON)
    write_waiting(now=NOON)
    ask_erasure(person=planted, now=NOON)

    assert erase_due(now=NOON + 15 * DAY) == {"done": 1}

    assert places_of(PLANTED) == {"orders_sealedaddress": 3}
    planted.refresh_from_db()
    assert (planted.email, planted.display_name, planted.is_active) == (f"{public_id}@erased.invalid", "", False)
    assert not planted.has_usable_password()
    assert set(planted.orders.values_list("pk", flat=True)) == orders
    assert (Address.objects.count(), Favorite.objects.count(), Viewed.objects.count()) == (0, 0, 0)
    assert not PersonalFile.objects.exists()
    assert (verify_ledger().faults, SEALED.broken_seals()) == ([], [])


def test_where_parcels_went_is_kept_sealed_for_three_years_and_then_deleted(planted):
    order = Order.objects.get(shopper=planted)
    ended = clock.business_date(order.completed_at)
    ask_erasure(person=planted, now=NOON)
    erase_due(now=NOON + 15 * DAY)

    kept = SealedAddress.objects.get()
    assert (kept.order, kept.keep_until) == (order, ended.replace(year=ended.year + 3))
    assert kept.consignee.reveal() == PLANTED[1]
    last = clock.start_of(kept.keep_until)
    assert forget_sealed_addresses(now=last) == 0
    assert forget_sealed_addresses(now=last + DAY) == 1
    assert places_of(PLANTED) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('mall_shop', 'orders_sealedaddress', 'SELECT')")
        assert cursor.fetchone() == (False,)


def places_of(words: tuple[str, ...]) -> dict[str, int]:
    """In which tables these words stand, row by row and column by column, encrypted ones in clear; how often."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = %s",
            ["BASE TABLE"],
        )
        for (table,) in cursor.fetchall():
            for word in words:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{word}%"])
                (count,) = cursor.fetchone()
                if count:
                    found[table] = found.get(table, 0) + count
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                for row in model._base_manager.all():  # a value is opened by its row
                    value = getattr(row, field.attname)
                    if value and any(word in value.reveal() for word in words):
                        found[model._meta.db_table] = found.get(model._meta.db_table, 0) + 1
    return found


# What nobody forgets to declare

WHO_ACTS = {  # rows that name somebody for what she did in her work, not about herself
    "by", "made_by", "asked_by", "answered_by", "decided_by", "drawn_by", "ended_by", "placed_by", "released_by",
    "proposed_by", "resolved_by", "assigned_to", "claimed_by", "imposed_by", "lifted_by", "added_by", "uploaded_by",
    "published_by", "turned_by", "saved_by", "reviewed_by", "expert_by", "against", "invited_by", "started_by",
    "kept_by", "changed_by", "joined_by", "enrolled_by", "looked_by", "cleared_by", "officer", "earlier_officer",
    "used_by", "accepted_by", "first_by", "approved_by", "appealed_by", "done_by",
    "handed_in_by", "agreed_by", "sent_by",
}  # fmt: skip
COUNTERS = {  # a number for each person, with nothing about her
    "marketing.CouponClaims", "marketing.BargainHelps", "marketing.DepositTaking", "marketing.FlashCount",
    "marketing.BuyingGroup", "settlement.Account",
    "accounts.User_groups", "accounts.User_user_permissions", "admin.LogEntry",
}  # fmt: skip


def test_every_table_that_points_at_a_person_is_declared(db):
    person = shopper()
    known = {known.rows(person).model._meta.label for known in declared().values()}
    points = {
        (relation.related_model._meta.label, relation.field.name)
        for relation in User._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }

    left = {label for label, field in points if field not in WHO_ACTS} - COUNTERS - known

    assert left == set()
    assert settings.AUTH_USER_MODEL in known
    assert date(2026, 3, 2) == clock.business_date(NOON)
