"""Second factors: set up, shown, refused, lost; who needs one, and for what she needs it fresh (A1, A4, H8)."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from catalog.models import CommissionVersion
from mall import clock
from mall.access.models import AccessLook, AccessRequest
from mall.accounts import factors
from mall.accounts.factors import FRESH_ACTIONS, FRESH_SECONDS, NotYours, reset_factors
from mall.accounts.mfa import demonstration_code, give_demonstration_factor
from mall.accounts.models import PersonalFile, User
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from merchants.access import ALL_RIGHTS
from merchants.models import Seat
from orders.bank_statements import read_statement
from orders.cancellation import cancel_order
from orders.models import BankLine, Bill, Difference, PartyRuleVersion, Payment, PurseMove, Refund
from orders.payments import start_payment
from risk.models import MoneyCase
from settlement.models import (
    BankAccount,
    Correction,
    Deposit,
    DepositRefund,
    DutyRemittance,
    Entry,
    PartyBankAccount,
    PartyPayout,
    PayoutFile,
    SeizureOrder,
    Withdrawal,
)
from settlement.release import release_due_shares
from tests.clients import Client, authenticator_of, code_now
from tests.conftest import NOON
from tests.factories.access import asked_access, granted_access
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.commission import proposed_version
from tests.factories.kinds import abroad_sku, importer
from tests.factories.merchants import seat, shop
from tests.factories.parties import part_in_force, party, party_account, proposed_part
from tests.factories.settlement import (
    asked,
    bank_account,
    card,
    held_money,
    proposed_seizure,
    seized_money,
    seizure_order,
    with_money,
)
from tests.journeys import completed_order, paid_order, placed_group, topped_up
from tests.merchants.applying import in_status
from tests.orders.test_bank_statements import line, statement
from tests.settlement.test_deposits import opened

PASSWORD = "correct-horse-7"
LOGIN = "account_login"


@pytest.fixture
def nobody():
    """A browser in which nobody is signed in and nobody has shown anything."""
    return Client()


def sign_in(client, person, **more):
    return client.post(reverse(LOGIN), {"login": person.email, "password": PASSWORD, **more})


def with_factor(**fields) -> User:
    person = shopper(password=PASSWORD, **fields)
    authenticator_of(person)
    return person


def confirms(answer) -> bool:
    """Whether the answer leads to where the factor is shown again."""
    return answer.status_code == 302 and answer["Location"].startswith(reverse("mfa_reauthenticate"))


def sets_up(answer) -> bool:
    return answer.status_code == 302 and answer["Location"] == reverse("mfa_index")


def actions_of(person) -> list[str]:
    return list(AuditRecord.objects.filter(subject=person.public_id).order_by("pk").values_list("action", flat=True))


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


# Setting up


def set_up(client) -> str:
    """Set an app up as a person does; its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_now(secret=secret)})
    return secret


def test_an_app_is_set_up_by_its_first_code_and_brings_recovery_codes(nobody, committed_db):
    person = shopper(password=PASSWORD)
    sign_in(nobody, person)
    nobody.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    secret = set_up(nobody)

    assert sorted(Authenticator.objects.filter(user=person).values_list("type", flat=True)) == [
        "recovery_codes",
        "totp",
    ]
    assert len(secret) == 32
    codes = nobody.get(reverse("mfa_view_recovery_codes"))
    assert len(codes.context["unused_codes"]) == 10
    assert "accounts.add_factor" in actions_of(person)
    assert told(person) == ["accounts.totp_added"]


def test_secrets_lie_encrypted_in_the_row_and_in_the_session(nobody, committed_db):
    person = shopper(password=PASSWORD)
    sign_in(nobody, person)
    nobody.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = nobody.get(reverse("mfa_activate_totp")).context["form"].secret
    waiting = json.dumps(dict(nobody.session))
    nobody.post(reverse("mfa_activate_totp"), {"code": code_now(secret=secret)})

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        (stored,) = cursor.fetchone()

    assert secret not in waiting
    assert secret not in stored
    assert Authenticator.objects.get(user=person, type="totp").wrap().validate_code(code_now(secret=secret, ahead=1))


@pytest.mark.django_db
def test_a_wrong_first_code_sets_nothing_up(nobody):
    person = shopper(password=PASSWORD)
    sign_in(nobody, person)
    nobody.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    nobody.get(reverse("mfa_activate_totp"))

    answer = nobody.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Authenticator.objects.exists()


@pytest.mark.django_db
def test_without_the_password_said_again_nobody_sets_a_factor_up(client):
    client.force_login(shopper(password=PASSWORD), factor=False)

    answer = client.get(reverse("mfa_activate_totp"))

    assert answer["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.django_db
def test_whose_address_is_not_confirmed_is_told_so(client):  # or a stranger would lock the owner of the address out
    person = shopper(password=PASSWORD)
    person.emailaddress_set.create(email=person.email, verified=False, primary=True)
    client.force_login(person, factor=False)

    answer = client.get(reverse("mfa_activate_totp"), follow=True, headers={"accept-language": "en"})

    assert answer.redirect_chain[-1][0] == reverse("mfa_index")
    assert "Confirm your e-mail address first" in answer.content.decode()


@pytest.mark.django_db
def test_who_has_a_factor_changes_it_only_with_the_factor_never_with_the_password(client):
    person = with_factor()
    client.force_login(person, factor=False)

    pages = [client.get(reverse(name)) for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes")]
    by_password = client.get(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert all(map(confirms, [*pages, by_password]))
    assert confirms(client.post(reverse("mfa_deactivate_totp")))
    assert Authenticator.objects.filter(user=person).exists()


def test_an_app_is_removed_with_its_recovery_codes_and_everybody_concerned_knows(client, committed_db):
    person = with_factor()
    client.force_login(person)
    client.post(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()
    assert actions_of(person) == ["accounts.renew_recovery_codes", "accounts.remove_factor", "accounts.remove_factor"]
    assert told(person) == ["accounts.recovery_codes_renewed", "accounts.totp_removed"]


@pytest.mark.django_db
def test_who_has_no_factor_adds_an_address_without_saying_her_password_again(client):
    person = shopper(password=PASSWORD)
    client.force_login(person, factor=False)

    client.post(reverse("account_email"), {"action_add": "", "email": "second@example.com"})

    assert person.emailaddress_set.filter(email="second@example.com").exists()


# Signing in


@pytest.mark.django_db
def test_signing_in_takes_the_password_and_then_the_code(nobody):
    person = with_factor()

    after_password = sign_in(nobody, person)
    still_out = nobody.get(reverse("storefront:accounts:home"))
    after_code = nobody.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert after_password["Location"] == reverse("mfa_authenticate")
    assert still_out["Location"].startswith(reverse(LOGIN))
    assert after_code["Location"] == reverse("storefront:catalog:home")
    assert nobody.get(reverse("storefront:accounts:home")).status_code == 200


@pytest.mark.django_db
def test_it_leads_to_where_the_person_wanted_to_go(nobody):
    person = with_factor()

    sign_in(nobody, person, next=reverse("storefront:accounts:addresses"))
    answer = nobody.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert answer["Location"] == reverse("storefront:accounts:addresses")


@pytest.mark.django_db
def test_a_code_opens_once_even_when_the_cache_forgets(nobody, settings):
    from django.core.cache import cache

    person, code = with_factor(), code_now()
    sign_in(nobody, person)
    nobody.post(reverse("mfa_authenticate"), {"code": code})
    cache.clear()

    again = Client()
    sign_in(again, person)
    answer = again.post(reverse("mfa_authenticate"), {"code": code})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert again.get(reverse("storefront:accounts:home")).status_code == 302
    assert actions_of(person) == ["accounts.fail_factor"]


@pytest.mark.django_db
def test_an_older_code_is_worth_nothing_after_a_newer_one(nobody):
    person = with_factor()
    sign_in(nobody, person)
    nobody.post(reverse("mfa_authenticate"), {"code": code_now(ahead=1)})

    again = Client()
    sign_in(again, person)

    assert again.post(reverse("mfa_authenticate"), {"code": code_now()}).status_code == 200


def test_a_code_sent_twice_at_once_opens_once(committed_db):
    person, code = with_factor(), code_now()

    def shown(_number) -> int:
        client = Client()
        sign_in(client, person)
        try:
            return client.post(reverse("mfa_authenticate"), {"code": code}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(shown, range(4)))

    assert sorted(answers) == [200, 200, 200, 302]


def test_the_code_with_which_an_app_was_set_up_does_not_sign_in(nobody, committed_db):
    person = shopper(password=PASSWORD)
    sign_in(nobody, person)
    nobody.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = set_up(nobody)

    again = Client()
    sign_in(again, person)

    assert again.post(reverse("mfa_authenticate"), {"code": code_now(secret=secret)}).status_code == 200


@pytest.mark.django_db
def test_wrong_codes_are_counted_and_after_five_the_right_one_waits_too(nobody):
    person = with_factor()
    sign_in(nobody, person)

    wrong = [nobody.post(reverse("mfa_authenticate"), {"code": "000000"}) for _ in range(5)]
    right = nobody.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert {answer.status_code for answer in wrong} == {200}
    assert right.status_code == 200
    assert wrong[0].context["form"].errors != right.context["form"].errors
    assert nobody.get(reverse("storefront:accounts:home")).status_code == 302
    assert actions_of(person) == ["accounts.fail_factor"] * 5


def test_a_recovery_code_opens_once(client, nobody, committed_db):
    person = with_factor()
    client.force_login(person)
    client.post(reverse("mfa_generate_recovery_codes"))
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][3]
    again = Client()

    sign_in(nobody, person)
    first = nobody.post(reverse("mfa_authenticate"), {"code": code})
    sign_in(again, person)
    second = again.post(reverse("mfa_authenticate"), {"code": code})

    assert (first.status_code, second.status_code) == (302, 200)
    assert len(client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]) == 9
    assert "accounts.use_recovery_code" in actions_of(person)
    used = Notice.objects.get(kind="accounts.recovery_code_used")
    assert used.facts == {"left": 9}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "nonsense",
    ["{}", "[]", '"x"', "null", '{"id": 5}', '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'],
)
def test_a_passkey_of_nonsense_is_wrong_and_no_fault(client, nobody, nonsense):
    person = with_factor()
    client.force_login(person)
    client.get(reverse("mfa_add_webauthn"))
    sign_in(nobody, person)
    nobody.get(reverse("mfa_authenticate"))

    added = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": nonsense})
    shown = nobody.post(reverse("mfa_authenticate"), {"credential": nonsense})

    assert (added.status_code, shown.status_code) == (200, 200)
    assert not Authenticator.objects.filter(type="webauthn").exists()


# Who needs one


def admin_pages() -> list[str]:
    """Every address of the admin, its arguments filled with something."""

    def walk(resolver, prefix=""):
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, prefix)
            elif isinstance(entry, URLPattern) and entry.name:
                yield entry.name, tuple(entry.pattern.regex.groupindex)

    (site,) = (entry for entry in get_resolver().url_patterns if getattr(entry, "namespace", "") == "admin")
    words = {
        "app_label": "accounts",
        "object_id": "1",
        "content_type_id": 1,
        "public_id": "x",
        "pk": 1,
        "id": 1,
        "number": 1,
        "note": 1,
        "language": "en",
        "kind": "orders.order",
    }
    return sorted({reverse(f"admin:{name}", kwargs={key: words[key] for key in taken}) for name, taken in walk(site)})


NO_DOOR = {
    "/admin/login/": "leads to where one signs in",
    "/admin/logout/": "the way out",
    "/admin/catalog/category/jsi18n/": "words for scripts, the same for everybody",
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["superuser", "operations"])
def test_no_page_of_the_admin_opens_without_a_second_factor(client, kind):
    person = staff(superuser=kind == "superuser")
    if kind != "superuser":
        person.groups.add(Group.objects.get(name=kind))
    addresses = [address for address in admin_pages() if address not in NO_DOOR]
    assert len(addresses) > 100

    client.force_login(person, factor=False)
    without = {url for url in addresses for ask in (client.get, client.post) if not sets_up(ask(url))}
    authenticator_of(person)
    unshown = {url for url in addresses for ask in (client.get, client.post) if not confirms(ask(url))}
    client.show_factor(person)
    with_it = {url for url in addresses if sets_up(answer := client.get(url)) or confirms(answer)}

    assert (without, unshown, with_it) == (set(), set(), set())


@pytest.mark.django_db
def test_signing_out_of_the_admin_needs_none(client):
    client.force_login(staff(), factor=False)

    assert client.post(reverse("admin:logout")).status_code == 200
    assert client.get(reverse("admin:index"))["Location"].startswith(reverse("admin:login"))


@pytest.mark.django_db
def test_the_door_of_the_admin_is_the_same_door(nobody):
    person = staff(password=PASSWORD)
    authenticator_of(person)

    asked = nobody.get(reverse("admin:login"))
    sign_in(nobody, person, next=reverse("admin:index"))
    before = nobody.get(reverse("admin:index"))
    nobody.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert asked["Location"].startswith(reverse(LOGIN))
    assert before["Location"].startswith(reverse("admin:login"))
    assert nobody.get(reverse("admin:index")).status_code == 200


@pytest.mark.django_db
def test_the_api_knows_no_staff_without_a_second_factor(client):
    person = staff()
    client.force_login(person, factor=False)
    refused = client.get("/api/v1/orders/")
    client.show_factor(person)

    assert (refused.status_code, refused.json()["title"]) == (403, "second-factor-required")
    assert client.get("/api/v1/orders/").status_code == 200
    client.force_login(shopper(), factor=False)
    assert client.get("/api/v1/orders/").status_code == 200


def money_pages(place) -> list[tuple[str, str]]:
    """Every address of the back office that opens money or people, and its right."""
    found = []
    for name, view in _views(get_resolver()):
        right = getattr(view, "right", "")
        if right in Seat.NEEDS_FACTOR:
            found.append((name, right))
    return sorted(found)


def _views(resolver, namespace=""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _views(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif entry.name:
            yield f"{namespace}{entry.name}", _inner(entry.callback)


def _inner(view):
    while not hasattr(view, "right") and hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return view


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Seat.Role.OWNER, Seat.Role.FINANCE])
def test_no_page_of_a_shops_money_or_people_opens_without_a_second_factor(client, role):
    place, person = shop(), shopper()
    seat(place, person, role)
    rights = {right for right in Seat.NEEDS_FACTOR if right in Seat.RIGHTS[role]}
    names = [name for name, right in money_pages(place) if right in rights]
    assert names
    urls = [_url(name, place) for name in names]

    client.force_login(person, factor=False)
    without = {url for url in urls for ask in (client.get, client.post) if not sets_up(ask(url))}
    authenticator_of(person)
    unshown = {url for url in urls for ask in (client.get, client.post) if not confirms(ask(url))}
    client.show_factor(person)
    with_it = {url for url in urls if sets_up(answer := client.get(url)) or confirms(answer)}

    assert (without, unshown, with_it) == (set(), set(), set())


def _url(name: str, place) -> str:
    for more in ({}, {"public_id": "x"}, {"public_id": "x", "line": 1}, {"public_id": "x", "ending": "pdf"}):
        try:
            return reverse(name, kwargs={"shop": place.slug, **more})
        except Exception:
            continue
    raise AssertionError(name)


def test_the_money_is_among_what_needs_one():
    names = {name for name, _right in money_pages(None)}

    assert {"backoffice:settlement:home", "backoffice:settlement:entries", "backoffice:merchants:staff"} <= names
    assert Seat.NEEDS_FACTOR <= ALL_RIGHTS


@pytest.mark.django_db
def test_the_rest_of_the_shop_opens_without_and_shows_no_money(client):
    place, person = shop(), shopper()
    seat(place, person, Seat.Role.OWNER)
    client.force_login(person, factor=False)
    first = reverse("backoffice:merchants:dashboard", args=[place.slug])

    page = client.get(first)
    client.show_factor(person)
    whole = client.get(first)

    panels = [[panel["template"] for panel in answer.context["panels"]] for answer in (page, whole)]
    assert "backoffice/panels/money.html" not in panels[0]
    assert "backoffice/panels/money.html" in panels[1]
    assert reverse("backoffice:settlement:home", args=[place.slug]) in page.content.decode()


@pytest.mark.django_db
def test_it_takes_effect_at_the_next_request_when_a_role_is_given_or_a_factor_taken(client):  # issue 4, M3
    place, person = shop(), shopper()
    row = seat(place, person, Seat.Role.READER)
    money = reverse("backoffice:settlement:home", args=[place.slug])
    client.force_login(person, factor=False)
    before = client.get(money)
    row.role = Seat.Role.FINANCE
    row.save()

    granted = client.get(money)
    client.show_factor(person)
    shown = client.get(money)
    Authenticator.objects.filter(user=person).delete()

    assert (before.status_code, shown.status_code) == (403, 200)
    assert sets_up(granted)
    assert sets_up(client.get(money))


@pytest.mark.django_db
def test_becoming_staff_takes_effect_at_the_next_request(client):
    person = shopper()
    client.force_login(person, factor=False)
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)

    assert sets_up(client.get(reverse("admin:index")))


def test_who_sets_one_up_is_led_back_to_where_she_wanted_to_go(nobody, committed_db):
    person = staff(password=PASSWORD)
    sign_in(nobody, person)
    page = reverse("admin:tunables")
    assert sets_up(nobody.get(page))
    nobody.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    before = nobody.get(reverse("mfa_index")).content.decode()
    set_up(nobody)
    codes = nobody.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert f'href="{page}"' not in before.split("<main")[1]
    assert f'href="{page}"' in codes
    assert nobody.get(page).status_code == 200


@pytest.mark.django_db
def test_a_part_of_a_page_leads_the_whole_page_away(client):
    client.force_login(staff(), factor=False)

    answer = client.get(reverse("admin:index"), headers={"hx-request": "true"})

    assert answer["HX-Redirect"] == reverse("mfa_index")


# For what it must be fresh


def a_withdrawing_action(name: str) -> tuple:
    place, owner = shop(), shopper()
    seat(place, owner)
    if name == "settlement.bank_account":
        url = reverse("backoffice:settlement:bank-accounts", args=[place.slug])
        form = {"kind": "card", "holder": place.merchant.name, "number": card(), "bank": "工商银行", "branch": ""}
        return owner, "post", url, form, BankAccount.objects.exists
    with_money(place, 100_000)
    to = bank_account(place, now=clock.now())
    url = reverse("backoffice:settlement:withdrawals", args=[place.slug])
    form = {"bank_account": to.public_id, "amount": "200", "request_key": str(uuid4())}
    return owner, "post", url, form, Withdrawal.objects.exists


def an_action(name: str, client) -> tuple:
    """How the action is done: who does it, the request, and what tells whether it was done."""
    if name == "merchants.seats":
        place, owner, other = shop(), shopper(), shopper()
        seat(place, owner)
        url = reverse("backoffice:merchants:staff", args=[place.slug])
        form = {"email": other.email, "role": "finance"}
        return owner, "post", url, form, lambda: Seat.objects.filter(shop=place, user=other).exists()
    if name == "merchants.personal_exports":
        place, clerk = shop(), shopper()
        seat(place, clerk, Seat.Role.CLERK)
        url = reverse("backoffice:merchants:export-start", args=[place.slug])
        from mall.exports.models import Export

        return clerk, "post", url, {"kind": "orders.orders", "format": "csv"}, lambda: Export.objects.exists()
    if name in {"settlement.bank_account", "settlement.withdraw"}:
        return a_withdrawing_action(name)
    boss = staff()
    if name == "mall.tunables":
        from mall.tunables.models import Turned

        url = reverse("admin:tunables")
        return boss, "post", url, {"name": "mall.export_days", "value": "9"}, lambda: Turned.objects.exists()
    if name == "accounts.people":
        other = shopper()
        url = reverse("admin:accounts_user_change", args=[other.pk])
        form = {"email": other.email, "display_name": "", "is_active": "on", "is_staff": "on"}
        return boss, "post", url, form, lambda: User.objects.get(pk=other.pk).is_staff
    if name == "accounts.groups":
        row = Group.objects.create(name="Trainees")
        url = reverse("admin:auth_group_change", args=[row.pk])
        return boss, "post", url, {"name": "Learners"}, lambda: Group.objects.filter(name="Learners").exists()
    if name == "accounts.reset_factors":
        other = with_factor()
        form = {"action": "reset_factors", "_selected_action": [other.pk], "confirmed": "yes"}
        gone = Authenticator.objects.filter(user=other)
        return boss, "post", reverse("admin:accounts_user_changelist"), form, lambda: not gone.exists()
    if name == "merchants.documents":
        paper = in_status("review").documents.first()
        url = reverse("admin:merchants_application_file", args=[paper.public_id])
        looked = AuditRecord.objects.filter(subject=paper.public_id, actor=boss)
        return boss, "get", url, {}, looked.exists
    if name == "settlement.return_deposit":
        deposit = Deposit.objects.get(shop=opened(in_status("agreed")))
        form = {"action": "return_it", "_selected_action": [deposit.pk], "confirmed": "yes", "reason": "x"}
        url = reverse("admin:settlement_deposit_changelist")
        return boss, "post", url, form, DepositRefund.objects.exists
    if name == "settlement.decide_withdrawal":
        place = shop()
        with_money(place, 9_000_000)
        withdrawal = asked(place, 9_000_000)
        form = {"action": "reject", "_selected_action": [withdrawal.pk], "confirmed": "yes", "reason": "x"}
        rejected = Withdrawal.objects.filter(status="rejected")
        return boss, "post", reverse("admin:settlement_withdrawal_changelist"), form, rejected.exists
    if name == "settlement.payout_file":
        place = shop()
        with_money(place, 9_000_000)
        facts = {"status": "paying", "channel": "bank_file", "paying_at": NOON, "approved_at": NOON}
        Withdrawal.objects.filter(pk=asked(place, 20_000).pk).update(**facts)
        return boss, "post", reverse("admin:settlement_payoutfile_make"), {}, PayoutFile.objects.exists
    if name == "orders.spend_balance":
        now = clock.now()
        group = placed_group(skus={sku(price="1200.00"): 1}, now=now)
        topped_up(group.shopper, Money(120_000), now=now)
        payment = start_payment(group=group, channel="balance", now=now)
        paid = Payment.objects.filter(pk=payment.pk, status="succeeded")
        return (
            group.shopper,
            "post",
            reverse("storefront:orders:pay-balance", args=[payment.public_id]),
            {},
            paid.exists,
        )
    if name == "orders.decide_transfer":
        row = read_statement(content=statement(line("?")), name="x.csv", now=NOON).lines.get()
        form = {"action": "send_back", "_selected_action": [row.pk], "confirmed": "yes", "reason": "x"}
        proposed = BankLine.objects.filter(status="proposed")
        return boss, "post", reverse("admin:orders_bankline_changelist"), form, proposed.exists
    if name == "orders.refund_to_balance":
        order = paid_order()
        cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
        deliver_everything()
        refund = Refund.objects.get(order=order)
        Refund.objects.update(tried_at=NOON)
        form = {"action": "to_balance", "_selected_action": [refund.pk], "confirmed": "yes", "reason": "x"}
        return boss, "post", reverse("admin:orders_refund_changelist"), form, PurseMove.objects.exists
    if name == "access.look":
        order = paid_order()
        granted_access(boss, order.public_id, ["orders.order.phone"], now=clock.now())
        url = reverse("admin:access_look", args=["orders.order", order.pk])
        return boss, "post", url, {"field": "phone"}, AccessLook.objects.exists
    if name == "access.grant":
        asked_for = asked_access(staff(), paid_order().public_id, ["orders.order.phone"], now=clock.now())
        form = {"action": "grant", "_selected_action": [asked_for.pk], "confirmed": "yes"}
        granted = AccessRequest.objects.filter(status="granted")
        return boss, "post", reverse("admin:access_accessrequest_changelist"), form, granted.exists
    if name == "orders.resolve_difference":
        bill = Bill.objects.create(channel="sandbox", day=NOON.date())
        late = Difference.objects.create(bill=bill, kind="late", movement="payment", found_at=NOON)
        form = {
            "action": "resolve", "_selected_action": [late.pk], "confirmed": "yes", "resolution": "explained",
            "reason": "x",
        }  # fmt: skip
        resolved = Difference.objects.filter(status="resolved")
        return boss, "post", reverse("admin:orders_difference_changelist"), form, resolved.exists
    if name == "settlement.pay_duty":
        importer(buyer := shopper())
        completed_order(shopper=buyer, skus={abroad_sku(): 1})
        return boss, "post", reverse("admin:settlement_dutyremittance_draw_up"), {}, DutyRemittance.objects.exists
    if name == "settlement.party_account":
        of = party("brand")
        form = {"action": "name_account", "_selected_action": [of.pk], "confirmed": "yes", "kind": "company",
                "holder": of.name, "number": "6222021001000011", "bank": "x"}  # fmt: skip
        return boss, "post", reverse("admin:orders_party_changelist"), form, PartyBankAccount.objects.exists
    if name == "orders.confirm_party":
        version = proposed_part(party("brand"), bps=300)
        form = {"action": "confirm", "_selected_action": [version.pk], "confirmed": "yes"}
        confirmed = PartyRuleVersion.objects.filter(status="confirmed")
        return boss, "post", reverse("admin:orders_partyruleversion_changelist"), form, confirmed.exists
    if name == "settlement.pay_party":
        pot = sku(price="100.00")
        of = part_in_force(pot.shop, bps=2_000, now=NOON - timedelta(days=30)).rule.party
        party_account(of)
        completed_order(skus={pot: 1})
        release_due_shares(now=NOON + timedelta(days=8))
        return boss, "post", reverse("admin:settlement_partypayout_draw_up"), {}, PartyPayout.objects.exists
    if name == "accounts.personal_data":
        return boss, "post", reverse("storefront:accounts:privacy"), {"download": "yes"}, PersonalFile.objects.exists
    if name == "risk.money_cases":
        with_money(place := shop(), 100_000)
        case = proposed_seizure(held_money(place))
        form = {"action": "decide", "_selected_action": [case.pk], "confirmed": "yes"}
        seized = MoneyCase.objects.filter(status="seized")
        return boss, "post", reverse("admin:risk_moneycase_changelist"), form, seized.exists
    if name == "settlement.seizure_orders":
        with_money(place := shop(), 100_000)
        order = seizure_order(seized_money(place), now=NOON + timedelta(days=16))
        form = {"action": "approve", "_selected_action": [order.pk], "confirmed": "yes", "number": "330501618327000"}
        agreed = SeizureOrder.objects.filter(status="approved")
        return boss, "post", reverse("admin:settlement_seizureorder_changelist"), form, agreed.exists
    if name == "settlement.correct":
        entry = Entry.objects.get(kind="completed", ref=completed_order().public_id)
        form = {"action": "correct", "_selected_action": [entry.pk], "confirmed": "yes", "direction": "to_shop",
                "side": "fees", "amount": "1", "reason": "x"}  # fmt: skip
        return boss, "post", reverse("admin:settlement_entry_changelist"), form, Correction.objects.exists
    if name == "catalog.confirm_commission":
        version = proposed_version(bps=300, since=clock.now() + timedelta(days=30))
        form = {"action": "confirm", "_selected_action": [version.pk], "confirmed": "yes"}
        confirmed = CommissionVersion.objects.filter(status="confirmed")
        return boss, "post", reverse("admin:catalog_commissionversion_changelist"), form, confirmed.exists
    raise AssertionError(f"{name}: tell here how it is done")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(FRESH_ACTIONS))
def test_every_listed_action_refuses_without_a_fresh_factor(client, name):  # H8
    person, method, url, form, done = an_action(name, client)

    client.force_login(person)
    client.show_factor(person, seconds_ago=FRESH_SECONDS + 1)
    stale = getattr(client, method)(url, form)
    undone = done()
    client.show_factor(person, seconds_ago=FRESH_SECONDS - 30)
    fresh = getattr(client, method)(url, form)

    assert confirms(stale)
    assert not undone
    assert not confirms(fresh)
    assert done()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "way", ["user_add", "user_password", "group_delete", "group_add", "number", "invite", "role", "leave", "file"]
)
def test_every_other_way_to_do_it_refuses_as_well(client, way):
    boss, place = staff(), shop()
    owner = boss
    seat(place, boss)
    clerk = seat(place, role=Seat.Role.CLERK).user
    other, row = shopper(), Group.objects.create(name="Trainees")
    paper = in_status("review").documents.first()
    case = reverse("admin:merchants_application_change", args=[paper.application_id])
    asked = {
        "user_add": ("post", reverse("admin:accounts_user_add")),
        "user_password": ("post", reverse("admin:auth_user_password_change", args=[other.pk])),
        "group_delete": ("post", reverse("admin:auth_group_delete", args=[row.pk])),
        "group_add": ("post", reverse("admin:auth_group_add")),
        "number": ("get", f"{case}?number={paper.public_id}"),
        "file": ("get", reverse("admin:merchants_document_file", args=[paper.public_id])),
        "invite": ("post", reverse("backoffice:merchants:invitations", args=[place.slug])),
        "role": ("post", reverse("backoffice:merchants:staff-role", args=[place.slug, clerk.public_id])),
        "leave": ("post", reverse("backoffice:merchants:staff-leave", args=[place.slug, clerk.public_id])),
    }  # fmt: skip
    method, url = asked[way]
    client.force_login(owner)
    client.show_factor(owner, seconds_ago=FRESH_SECONDS + 1)

    stale = getattr(client, method)(url)
    client.show_factor(owner)
    fresh = getattr(client, method)(url)

    assert confirms(stale)
    assert not confirms(fresh)


@pytest.mark.django_db
def test_what_was_typed_waits_and_is_sent_after_the_confirmation(client):
    boss = staff()
    client.force_login(boss)
    client.show_factor(boss, seconds_ago=FRESH_SECONDS + 1)
    url = reverse("admin:tunables")

    asked = client.post(url, {"name": "mall.export_days", "value": "9"})
    kept = json.dumps(dict(client.session))
    confirmed = client.post(asked["Location"], {"code": code_now(), "next": reverse("storefront:accounts:go-on")})
    page = client.get(confirmed["Location"])
    form = page.context["waiting"]
    done = client.post(form.url, dict(form.fields))

    assert "mall.export_days" not in kept  # it lies encrypted
    assert (form.url, dict(form.fields)) == (url, {"name": "mall.export_days", "value": "9"})
    assert done.status_code == 302
    assert AuditRecord.objects.filter(actor=boss, subject="mall.export_days").exists()
    assert client.get(reverse("storefront:accounts:go-on"))["Location"] == reverse("storefront:accounts:home")  # once


@pytest.mark.django_db
def test_passwords_never_wait(client):
    boss, other = staff(), shopper()
    client.force_login(boss)
    client.show_factor(boss, seconds_ago=FRESH_SECONDS + 1)
    url = reverse("admin:auth_user_password_change", args=[other.pk])
    form = {"password1": "a-new-password-9", "password2": "a-new-password-9"}

    asked = client.post(url, form, headers={"referer": f"http://testserver{url}"})

    assert factors._WAITING not in client.session
    assert asked["Location"].endswith(f"?next={url.replace('/', '%2F')}")


@pytest.mark.django_db
def test_what_waits_too_long_or_before_the_confirmation_is_not_sent(client, monkeypatch):
    boss = staff()
    client.force_login(boss)
    client.show_factor(boss, seconds_ago=FRESH_SECONDS + 1)
    client.post(reverse("admin:tunables"), {"name": "mall.export_days", "value": "9"})

    unconfirmed = client.get(reverse("storefront:accounts:go-on"))

    assert unconfirmed.status_code == 302


@pytest.mark.django_db
def test_a_form_of_another_site_leads_to_no_page_of_theirs(client):
    boss = staff()
    client.force_login(boss)
    client.show_factor(boss, seconds_ago=FRESH_SECONDS + 1)
    form = {"name": "x", "password": "x"}

    asked = client.post(reverse("admin:tunables"), form, headers={"referer": "https://evil.example/x/"})

    assert "evil" not in asked["Location"]


def test_an_unknown_action_is_a_fault_at_once():
    with pytest.raises(ValueError, match="not among"):
        factors.fresh_factor("merchants.sneeze")


# Lost


@pytest.mark.django_db
def test_staff_take_a_lost_factor_away_and_the_sessions_that_had_shown_it_are_no_better(client):
    boss, person = staff(), staff()
    client.force_login(person)
    assert client.get(reverse("admin:index")).status_code == 200

    reset_factors(person=person, by=boss, now=NOON)

    assert sets_up(client.get(reverse("admin:index")))
    assert actions_of(person) == ["accounts.reset_factors"]
    assert told(person) == ["accounts.factors_reset"]


@pytest.mark.django_db
def test_nobody_takes_away_her_own_nor_a_superusers_without_being_one():
    boss, clerk = staff(), staff(superuser=False)
    authenticator_of(boss)

    for by in (boss, clerk):
        with pytest.raises(NotYours):
            reset_factors(person=boss, by=by, now=NOON)
    assert Authenticator.objects.filter(user=boss).exists()


# Around it


@pytest.mark.django_db
def test_a_shops_scope_sees_nobodys_factors():
    from django.db import ProgrammingError, transaction

    place = shop()
    for table in ("mfa_authenticator", "usersessions_usersession"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            shop_scope(place.pk),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT count(*) FROM {table}")


@pytest.mark.django_db
def test_the_demonstrations_factor_is_worth_nothing_outside_the_embedded_mall(nobody, settings):
    person = shopper(password=PASSWORD)
    give_demonstration_factor(person)
    settings.MALL_EMBEDDED = True
    code = demonstration_code(person)
    settings.MALL_EMBEDDED = False
    sign_in(nobody, person)

    outside = nobody.post(reverse("mfa_authenticate"), {"code": code})
    shown = nobody.get(reverse("mfa_authenticate")).content.decode()

    assert outside.status_code == 200
    assert demonstration_code(person) == ""
    assert code not in shown


@pytest.mark.django_db
def test_the_embedded_mall_shows_the_code_of_its_invented_people_and_takes_it(nobody, settings):
    settings.MALL_EMBEDDED = True
    person, real = shopper(password=PASSWORD), with_factor()
    give_demonstration_factor(person)

    sign_in(nobody, person)
    page = nobody.get(reverse("mfa_authenticate")).content.decode()
    answer = nobody.post(reverse("mfa_authenticate"), {"code": (code := demonstration_code(person))})

    assert code in page
    assert answer.status_code == 302
    assert demonstration_code(person) != code  # the next one, for the next time
    assert demonstration_code(real) == ""


def test_production_does_not_start_as_the_embedded_mall():
    both = os.environ | {"MALL_PRODUCTION": "1", "MALL_EMBEDDED": "1"}
    secrets = dict.fromkeys(("MALL_SECRET_KEY", "MALL_FIELD_KEYS", "MALL_BLIND_INDEX_KEY"), "x")

    started = subprocess.run(
        [sys.executable, "-c", "import mall.settings"], env=both | secrets, capture_output=True, text=True, check=False
    )

    assert started.returncode != 0
    assert "exclude each other" in started.stderr
