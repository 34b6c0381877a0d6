"""The groups of platform staff: each may do its own work and nothing else, through the admin's buttons (A4)."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from mall.access.models import AccessRequest
from mall.accounts.staff_groups import ADMINISTRATOR, STAFF_GROUPS, label_of, write_staff_groups
from mall.apps import MallConfig
from merchants.models import Application
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product
from tests.factories.merchants import shop
from tests.house.test_admin import MODELS, VERBS, a_bit_of_everything, list_of
from tests.merchants.applying import under_review

pytestmark = pytest.mark.django_db

# Who may press which button; a verb that is not named here fails the test.
WHO = {
    "merchants.freeze_shop": {"operations", "risk"},
    "merchants.close_shop": set(),
    "merchants.rescore_healthscore": {"operations"},
    "merchants.decide_petition": {"operations"},
    "merchants.lift_sanction": {"operations"},
    "catalog.review_productchange": {"category_expert"},
    "catalog.review_productsample": {"category_expert"},
    "catalog.take_down_product": {"category_expert", "risk"},
    "catalog.decide_report": {"support", "risk"},
    "catalog.decide_reviewappeal": {"support"},
    "catalog.keep_warehouse": {"operations"},
    "catalog.decide_brandauthorization": {"category_expert"},
    "catalog.make_synonym": {"operations", "category_expert"},
    "marketing.run_promotion": {"operations"},
    "marketing.stop_sending": {"operations"},
    "marketing.run_campaign": {"operations"},
    "marketing.audit_campaignenrolment": {"operations"},
    "marketing.revoke_coupon": {"support"},
    "orders.cancel_order": {"support"},
    "orders.decide_aftersale": {"support"},
    "orders.ask_payment": {"finance"},
    "orders.retry_refund": {"finance"},
    "orders.refund_to_balance": {"finance"},
    "orders.read_statement": {"finance"},
    "orders.decide_bankline": {"finance"},
    "orders.send_back": {"finance"},
    "orders.fetch_bill": {"finance"},
    "orders.resolve_difference": {"finance"},
    "risk.release_hold": {"risk"},
    "risk.decide_complaint": {"risk", "support"},
    "risk.decide_tradecase": {"risk"},
    "risk.decide_moneycase": {"risk", "finance"},
    "risk.turn_moneyrule": {"risk", "finance"},
    "risk.decide_moneyruleturn": {"risk", "finance"},
    "settlement.return_deposit": {"finance"},
    "settlement.decide_withdrawal": {"finance"},
    "settlement.pay_withdrawal": {"finance"},
    "settlement.pay_dutyremittance": {"finance"},
    "orders.propose_party": {"finance"},
    "orders.confirm_party": {"finance"},
    "settlement.pay_partypayout": {"finance"},
    "settlement.carry_out_seizureorder": {"finance"},
    "settlement.answer_dispute": {"finance"},
    "settlement.issue_commissioninvoice": {"finance"},
    "settlement.book_correction": {"finance"},
    "settlement.correct_entry": {"finance"},
    "catalog.propose_commission": {"finance"},
    "catalog.confirm_commission": {"finance"},
    "mall.retry_outboxevent": {"operations"},
    "operations.change_alertreceiver": {"operations"},
    "accounts.change_user": set(),
    "access.decide_accessrequest": {"operations", "risk"},
    "access.add_accessrequest": {"auditor", "category_expert", "operations", "finance", "risk", "support"},
}
PLACES = {
    "admin:tunables": {"operations"},
    "admin:risk_hold_add": {"risk"},
    "admin:risk_bannedword_add": {"risk"},
    "admin:risk_wordpack_add": {"risk"},
    "admin:marketing_banner_add": {"operations"},
    "admin:marketing_promotion_add": {"operations"},
    "admin:marketing_campaign_add": {"operations"},
    "admin:catalog_category_add": {"category_expert"},
    "admin:catalog_brand_add": {"category_expert"},
    "admin:catalog_attribute_add": {"category_expert"},
    "admin:catalog_searchrule_add": {"operations", "category_expert"},
    "admin:merchants_trade_add": {"operations"},
    "admin:merchants_requirement_add": {"operations"},
    "admin:merchants_agreement_add": {"operations"},
    "admin:mall_workyear_add": {"operations"},
    "admin:operations_overview": {"operations"},
    "admin:operations_alertreceiver_add": {"operations"},
    "admin:merchants_blacklisted_add": {"auditor", "risk"},
    "admin:settlement_trial_balance": {"finance"},
    "admin:settlement_report": {"finance"},
    "admin:settlement_transit": {"finance"},
    "admin:settlement_simulation": {"finance"},
    "admin:catalog_commissionversion_add": {"finance"},
    "admin:orders_party_add": {"finance"},
    "admin:orders_partyruleversion_add": {"finance"},
    "admin:accounts_user_add": set(),
    "admin:access_accessrequest_add": {"auditor", "category_expert", "operations", "finance", "risk", "support"},
    "admin:auth_group_add": set(),
}


def member(group: str):
    person = staff(superuser=False)
    person.groups.add(Group.objects.get(name=group))
    return person


@pytest.fixture(params=STAFF_GROUPS)
def group(request, client):
    client.force_login(member(request.param))
    return request.param


def test_the_seven_groups_stand_after_the_migrations_and_hold_what_the_table_says():
    for name, described in STAFF_GROUPS.items():
        held = {
            f"{row.content_type.app_label}.{row.codename}"
            for row in Group.objects.get(name=name).permissions.select_related("content_type")
        }
        if name == ADMINISTRATOR:
            assert held >= frozenset().union(*(other.permissions for other in STAFF_GROUPS.values()))
        else:
            assert held == described.permissions


def test_what_somebody_changed_by_hand_is_put_right_at_the_next_migration():
    group = Group.objects.get(name="support")
    group.permissions.add(Permission.objects.get(codename="run_job"))

    from django.apps import apps

    write_staff_groups(apps.get_app_config("mall"))

    assert not group.permissions.filter(codename="run_job").exists()
    assert isinstance(apps.get_app_config("mall"), MallConfig)


@pytest.mark.parametrize(("model", "verb"), VERBS, ids=lambda given: getattr(given, "name", None))
def test_every_verb_is_for_its_groups(client, model, verb):
    """The button is offered to, and the verb is done for, whoever holds the permission; nobody else gets that far."""
    allowed = WHO[verb.permission] | {ADMINISTRATOR}
    a_bit_of_everything()
    row = model._default_manager.order_by("pk").first()

    reached = set()
    for name in STAFF_GROUPS:
        client.force_login(person := member(name))
        if model is AccessRequest:  # who does not decide sees her own
            AccessRequest.objects.update(asked_by=person)
        answer = client.post(list_of(model), {"action": verb.name, "_selected_action": [row.pk]})
        if answer.status_code == 200 and getattr(answer, "context_data", {}).get("verb") == verb:
            reached.add(name)

    assert reached == allowed


@pytest.mark.parametrize("place", PLACES)
def test_every_form_is_for_its_groups(client, place):
    reached = set()
    for name in STAFF_GROUPS:
        client.force_login(member(name))
        if client.get(reverse(place)).status_code == 200:
            reached.add(name)

    assert reached == PLACES[place] | {ADMINISTRATOR}


def test_a_group_sees_the_lists_it_works_with_and_no_other(client, group):
    seen = {model._meta.label_lower for model in MODELS if client.get(list_of(model)).status_code == 200}
    if group == ADMINISTRATOR:
        assert seen == {model._meta.label_lower for model in MODELS}
    else:
        views = {name.replace("view_", "") for name in STAFF_GROUPS[group].permissions if ".view_" in name}
        adds = {name.replace("change_", "") for name in STAFF_GROUPS[group].permissions if ".change_" in name}
        assert seen == {name for name in views | adds if name != "mall.turned"}


def test_the_first_page_opens_for_each_group_and_says_who_she_is_here(client, group):
    a_bit_of_everything()

    page = client.get(reverse("admin:index"))

    assert page.status_code == 200
    assert page.context["groups"] == [label_of(group)]
    for queue in page.context["queues"]:
        assert client.get(queue.url).status_code == 200, queue


def test_an_auditor_audits_and_does_not_review_goods(client):
    client.force_login(member("auditor"))
    application, goods = under_review(), product(status="in_review")

    client.post(reverse("admin:merchants_application_decide", args=[application.pk]), {"approve": "1"})
    answer = client.get(reverse("admin:catalog_product_change", args=[goods.pk]))

    application.refresh_from_db()
    assert (application.status, answer.status_code) == (Application.Status.APPROVED, 403)


def test_whoever_may_change_people_makes_no_superuser_and_touches_none(client):
    boss, administrator, newcomer = staff(), member(ADMINISTRATOR), shopper()
    client.force_login(administrator)
    form = {"email": newcomer.email, "display_name": "", "is_active": "on", "is_staff": "on", "is_superuser": "on"}

    client.post(reverse("admin:accounts_user_change", args=[newcomer.pk]), form)
    answer = client.post(reverse("admin:accounts_user_change", args=[boss.pk]), {**form, "email": boss.email})

    newcomer.refresh_from_db()
    assert (newcomer.is_staff, newcomer.is_superuser, answer.status_code) == (True, False, 403)


def test_the_houses_own_groups_are_read_and_others_written(client):
    client.force_login(staff())
    own = Group.objects.get(name="auditor")
    free = Group.objects.create(name="Trainees")

    answers = [
        client.post(reverse("admin:auth_group_change", args=[row.pk]), {"name": "x"}).status_code for row in (own, free)
    ]

    assert answers == [403, 302]


def test_one_door_to_sign_in(client):
    page = reverse("admin:index")

    nobody = client.get(page, follow=True)
    client.force_login(shopper())
    stranger = client.get(page, follow=True)

    assert nobody.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert stranger.status_code == 403


def test_a_frozen_shop_is_nobodys_to_close_but_an_administrators(client):
    place = shop(frozen_at=NOON, status="frozen")
    client.force_login(member("operations"))
    offered = client.get(reverse("admin:merchants_shop_change", args=[place.pk])).context["verbs"]

    assert [verb.name for verb in offered] == ["thaw"]
