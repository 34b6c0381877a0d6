"""Applications on their way, brought there by the real verbs."""

from collections.abc import Mapping
from datetime import timedelta

from mall.texts import Text
from merchants import applications
from merchants.abandoned import expire_applications
from merchants.documents import hand_in_document
from merchants.models import Application, Seat, Shop, Trade
from merchants.trades import ask_for_trade
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import credit_code
from tests.factories.papers import picture
from tests.factories.papers import said as said_of

Status = Application.Status


def said(**fields) -> dict:
    """What a sound applicant types."""
    return {
        "merchant_name": "杭州云雾茶业有限公司",
        "kind": "enterprise",
        "credit_code": credit_code(),
        "contact_name": "张小云",
        "contact_phone": f"199{number():08d}",
        "shop_name": Text({"zh-hans": "云雾茶铺", "en": "Cloud Tea"}),
        "shop_slug": f"cloud-tea-{number()}",
        "goods": "茶具、瓷器",
        "trades": ["general"],
        **fields,
    }


def draft(applicant=None, *, now=NOON, **fields) -> Application:
    """Filled in, without its papers."""
    return applications.start_application(applicant=applicant or shopper(), fields=said(**fields), now=now)


def with_papers(application: Application, *, now=NOON, papers: Mapping = {}, without: tuple = ()) -> Application:
    """Every paper and statement that is asked for; ``papers`` gives words of some of them."""
    asked = applications.asked_for(application, now=now)
    for requirement in asked.documents:
        if requirement.code not in without:
            hand_in_document(
                application=application,
                kind=requirement.code,
                said=said_of(requirement.code, code=application.credit_code, **papers.get(requirement.code, {})),
                file=picture(),
                by=application.applicant,
                now=now,
            )
    if asked.statements:
        statements = {requirement.code: "日本、新西兰" for requirement in asked.statements}
        application = applications.save_draft(application=application, fields={"statements": statements}, now=now)
    return application


def submitted(applicant=None, *, now=NOON, papers: Mapping = {}, **fields) -> Application:
    """Handed in, not yet checked."""
    application = with_papers(draft(applicant, now=now, **fields), now=now, papers=papers)
    return applications.submit_application(application=application, now=now)


def checked(applicant=None, *, now=NOON, papers: Mapping = {}, **fields) -> Application:
    """Handed in, and the machine has looked at it."""
    application = submitted(applicant, now=now, papers=papers, **fields)
    return applications.check_application(application=application, now=now)


def under_review(applicant=None, **fields) -> Application:
    """Something a person must look at: goods with a doubtful word."""
    return checked(applicant, **{"goods": "减肥茶", **fields})


def in_status(status, applicant=None, **fields) -> Application:
    """An application that came to this status."""
    if status == Status.DRAFT:
        return with_papers(draft(applicant, **fields))
    if status == Status.SUBMITTED:
        return submitted(applicant, **fields)
    if status == Status.WITHDRAWN:
        return applications.withdraw_application(application=draft(applicant, **fields), now=NOON)
    if status == Status.EXPERT:
        row = checked(applicant, **{"trades": ["food"], **fields})
        return applications.approve_application(application=row, by=staff(), now=NOON)
    if status == Status.ADMITTED:
        return admitted(opened(applicant, **fields).shop)
    if status == Status.EXPIRED:
        row = in_status(Status.AGREED, applicant, **fields)
        expire_applications(now=NOON + timedelta(days=30))
        row.refresh_from_db()
        return row
    row = under_review(applicant, **fields)
    if status == Status.CHANGES_REQUESTED:
        return applications.request_changes(application=row, reason="Licence unreadable", by=staff(), now=NOON)
    if status == Status.REJECTED:
        return applications.reject_application(application=row, reason="Not a business", by=staff(), now=NOON)
    if status in Application.LET_IN:
        row = applications.approve_application(application=row, by=staff(), now=NOON)
    if status in {Status.AGREED, Status.OPEN}:
        row = agreed(row)
    if status == Status.OPEN:
        row = applications.take_deposit(application_id=row.public_id, amount=row.deposit, now=NOON)
    return row


def agreed(application: Application, *, now=NOON) -> Application:
    ids = [agreement.pk for agreement in applications.agreements_for(application, now=now)]
    return applications.accept_agreements(
        application=application, agreement_ids=ids, by=application.applicant, now=now
    )  # fmt: skip


def opened(applicant=None, *, now=NOON, **fields) -> Application:
    """Let in by whoever must decide, agreement accepted, deposit taken: the shop is open."""
    row = checked(applicant, now=now, **fields)
    while row.status in Application.WITH_STAFF:
        row = applications.approve_application(application=row, by=staff(), now=now)
    return applications.take_deposit(
        application_id=agreed(row, now=now).public_id, amount=row.deposit, now=now
    )  # fmt: skip


# one more trade


def request(place: Shop, trade: str = "3c", *, now=NOON) -> Application:
    """An owner has begun to ask for one more trade, and said what she will sell."""
    owner = place.seats.filter(role=Seat.Role.OWNER).first().user
    row = ask_for_trade(shop=place, trade=Trade.objects.get(slug=trade), by=owner, now=now)
    return applications.save_draft(application=row, fields={"goods": "耳机、充电器"}, now=now)


def requested(place: Shop, trade: str = "3c", *, now=NOON, papers: Mapping = {}) -> Application:
    """Handed in with all it asks for, and decided by whoever must."""
    row = with_papers(request(place, trade, now=now), now=now, papers=papers)
    row = applications.submit_application(application=row, now=now)
    row = applications.check_application(application=row, now=now)
    while row.status in Application.WITH_STAFF:
        row = applications.approve_application(application=row, by=staff(), now=now)
    return row


def admitted(place: Shop, trade: str = "3c", *, now=NOON) -> Application:
    """What it brings is agreed to, its deposit taken."""
    row = requested(place, trade, now=now)
    if row.status == Status.APPROVED:
        row = agreed(row, now=now)
    if row.status == Status.AGREED:
        row = applications.take_deposit(application_id=row.public_id, amount=row.deposit, now=now)
    return row
