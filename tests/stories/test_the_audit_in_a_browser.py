"""Staff audit a merchant in a real browser, on one page (M2)."""

import shutil
from pathlib import Path

from playwright.sync_api import expect

from mall import clock
from mall.audit.models import AuditRecord
from merchants import applications
from merchants.documents import hand_in_document
from merchants.models import Application
from tests.browsing import PHONE, visitor
from tests.factories.accounts import staff
from tests.factories.papers import picture
from tests.factories.papers import said as said_of
from tests.merchants.applying import Status, checked


def test_two_people_audit_a_food_shop_without_leaving_the_case(live_stack, browser):
    case = checked(trades=["food"], kind="individual", now=clock.now())
    _bring_papers(case, live_stack)
    licence = case.documents.get(kind="food-licence")
    auditor, expert = staff(), staff()

    with visitor(browser, live_stack.url, person=auditor) as page:
        page.goto("/admin/")
        page.get_by_role("link", name="Merchants to audit").click()
        page.locator("#result_list").get_by_role("link", name=case.merchant_name).click()
        paper = page.locator(f"#{licence.public_id}")

        paper.get_by_text("Look at the file").click()
        shown = paper.locator("img")
        shown.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=shown.element_handle())
        paper.get_by_text("Refuse the document").first.click()
        paper.get_by_label("Reason").fill("The number cannot be read")
        paper.get_by_role("button", name="Refuse the document").click()
        expect(page.locator(f"#{licence.public_id}")).to_contain_text("The number cannot be read")
        page.get_by_text("Request changes").first.click()
        page.get_by_label("Reason").first.fill("Please send the licence again")
        page.get_by_role("button", name="Request changes").click()
        expect(page.locator(".case-status").first).to_have_text("Changes requested")
        assert f"/application/{case.pk}/" in page.url
        assert page.complaints == []

    looks = AuditRecord.objects.filter(action="merchants.look_at_document", subject=licence.public_id)
    assert looks.count() == 1
    _hand_in_again(case, live_stack)

    with visitor(browser, live_stack.url, person=auditor, width=PHONE) as page:  # on her way home
        page.goto(f"/admin/merchants/application/{case.pk}/change/")
        page.get_by_role("button", name="Agree and pass on to an expert").click()
        expect(page.locator(".case-status").first).to_have_text("Awaiting an expert")
        page.get_by_role("button", name="Approve").click()
        expect(
            page.locator(".errornote, .messagelist .error").first
        ).to_be_visible()  # the same person does not count twice
        expect(page.locator(".case-status").first).to_have_text("Awaiting an expert")
    with visitor(browser, live_stack.url, person=expert) as page:
        page.goto(f"/admin/merchants/application/{case.pk}/change/")
        page.get_by_role("button", name="Approve").click()
        expect(page.locator(".case-status").first).to_have_text("Approved: agreement to accept")

    case.refresh_from_db()
    assert (case.status, case.reviewed_by, case.expert_by, case.round) == (Status.APPROVED, auditor, expert, 2)


def _bring_papers(case: Application, stack) -> None:
    """Files handed in by this process are put where the running mall looks for them."""
    for document in case.documents.all():
        there = Path(stack.env["MALL_VAR"]) / "private" / "documents" / document.file.name
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(document.file.path, there)


def _hand_in_again(case: Application, stack) -> None:
    now = clock.now()
    case.refresh_from_db()
    hand_in_document(
        application=case,
        kind="food-licence",
        said=said_of("food-licence", code=case.credit_code),
        file=picture(),
        by=case.applicant,
        now=now,
    )
    applications.check_application(application=applications.submit_application(application=case, now=now), now=now)
    _bring_papers(case, stack)
