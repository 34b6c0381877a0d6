"""What platform staff do with words: reports and appeals want a verdict; reviews, questions, answers are read."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog.models import Answer, Question, Report, Review, ReviewAppeal
from catalog.reviews import appeals, reports
from catalog.reviews.evidence import shown as shown_evidence
from mall import clock
from mall.audit.trail import record
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin
from mall.templatetags.mall import picture as show_picture


def _pictures(names: list[str]) -> str:
    return format_html_join(" ", "{}", ((show_picture(name, side=96),) for name in names)) or "–"


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["written_at", "product", "shop", "stars", "text", "answer", "hidden_at", "excluded_at"]
    list_filter = ["stars", ("hidden_at", admin.EmptyFieldListFilter), ("excluded_at", admin.EmptyFieldListFilter)]
    list_select_related = ["product", "shop"]
    search_fields = ["=public_id", "=product__public_id", "=shop__slug", "=shopper__email"]
    ordering = ["-pk"]
    fields = [
        "public_id", "product", "shop", "shopper", "choice_text", "stars", "service_stars", "delivery_stars", "text",
        "shown_pictures", "is_anonymous", "written_at", "follow_up", "shown_later_pictures", "followed_up_at", "answer",
        "answered_at", "helpful_count", "hidden_at", "hidden_because", "excluded_at",
    ]  # fmt: skip

    @admin.display(description=_("pictures"))
    def shown_pictures(self, review: Review) -> str:
        return _pictures(review.pictures)

    @admin.display(description=_("pictures of the follow-up"))
    def shown_later_pictures(self, review: Review) -> str:
        return _pictures(review.follow_up_pictures)


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    list_display = ["asked_at", "product", "shop", "text", "answer_count", "hidden_at"]
    list_filter = [("hidden_at", admin.EmptyFieldListFilter), "asked_at"]
    list_select_related = ["product", "shop"]
    search_fields = ["=public_id", "=product__public_id", "=shop__slug", "=asker__email"]
    ordering = ["-pk"]


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    list_display = ["answered_at", "question_text", "shop", "is_shop", "text", "hidden_at"]
    list_filter = ["is_shop", ("hidden_at", admin.EmptyFieldListFilter)]
    list_select_related = ["question", "shop"]
    search_fields = ["=public_id", "=question__public_id", "=shop__slug", "=author__email"]
    ordering = ["-pk"]

    @admin.display(description=_("question"))
    def question_text(self, answer: Answer) -> str:
        return answer.question.text


@admin.register(Report)
class ReportAdmin(VerbAdmin):
    """The queue of reported words. One verdict answers all open reports about the same words."""

    noun = "report"
    verbs = [
        Verb(
            name="hide",
            label=_("Hide it"),
            call=reports.hide_reported,
            permission="catalog.decide_report",
            fits=lambda report: Report.FLOW.can(report, Report.Status.HIDDEN),
            asks="verdict",
            asks_label=_("Reason, for who wrote it and who reported it"),
            is_grave=True,
        ),
        Verb(
            name="keep",
            label=_("Let it stand"),
            call=reports.keep_reported,
            permission="catalog.decide_report",
            fits=lambda report: Report.FLOW.can(report, Report.Status.KEPT),
            asks="verdict",
            asks_label=_("Reason, for who reported it"),
        ),
    ]
    list_display = ["reported_at", "said_short", "reason", "words", "product", "status"]
    list_display_links = ["said_short"]
    list_filter = ["status", "reason", "reported_at"]
    list_select_related = ["product"]
    search_fields = ["=public_id", "=subject", "=product__public_id"]
    ordering = ["reported_at"]
    fields = [
        "public_id", "said", "place", "subject", "product", "reason", "words", "reporter", "reported_at", "status",
        "verdict", "decided_at", "decided_by",
    ]  # fmt: skip

    @admin.display(description=_("what it says"))
    def said_short(self, report: Report) -> str:
        return report.said[:80] or "–"

    @admin.display(description=_("where it stands"))
    def place(self, report: Report) -> str:
        url = reports.page_of_report(report)
        return format_html('<a href="{}#{}">{}</a>', url, report.subject, url) if url else "–"


def _waits(appeal: ReviewAppeal) -> bool:
    return appeal.status == ReviewAppeal.Status.ASKED


@admin.register(ReviewAppeal)
class ReviewAppealAdmin(VerbAdmin):
    """The queue of shops' appeals against reviews, with the review and the evidence."""

    noun = "appeal"
    verbs = [
        Verb(
            name="grant",
            label=_("Grant: it counts no more"),
            call=appeals.grant_appeal,
            permission="catalog.decide_reviewappeal",
            fits=_waits,
            asks="verdict",
            asks_label=_("Words for the shop"),
            warning=_("The review stands there with a label; its stars count neither here nor in the growth file."),
        ),
        Verb(
            name="reject",
            label=_("Reject: it counts"),
            call=appeals.reject_appeal,
            permission="catalog.decide_reviewappeal",
            fits=_waits,
            asks="verdict",
            asks_label=_("Words for the shop"),
        ),
    ]
    list_display = ["asked_at", "shop", "stars", "reason", "words", "status"]
    list_filter = ["status", "reason", "asked_at"]
    list_select_related = ["shop", "review"]
    search_fields = ["=public_id", "=review__public_id", "=shop__slug"]
    ordering = ["asked_at"]
    fields = [
        "public_id", "shop", "review_said", "reason", "words", "files", "asked_at", "asked_by", "status", "verdict",
        "decided_at", "decided_by",
    ]  # fmt: skip

    def get_urls(self):
        address = "<int:pk>/evidence/<int:number>/"
        return [
            path(address, self.admin_site.admin_view(self.file), name="catalog_reviewappeal_evidence"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        return require_safe(self._file)(request, pk, number)

    def _file(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Who of the staff looks at a shop's evidence is written down before it is shown."""
        if not request.user.has_perm("catalog.view_reviewappeal"):
            raise PermissionDenied
        appeal = get_object_or_404(ReviewAppeal.objects.select_related("shop"), pk=pk)
        if not 0 < number <= len(appeal.evidence):
            raise Http404
        record(
            "catalog.look_at_evidence",
            appeal.public_id,
            by=request.user,
            now=clock.now(),
            shop_slug=appeal.shop.slug,
            after={"number": number},
        )
        return shown_evidence(appeal, number)

    @admin.display(description=_("stars"))
    def stars(self, appeal: ReviewAppeal) -> int:
        return appeal.review.stars

    @admin.display(description=_("review"))
    def review_said(self, appeal: ReviewAppeal) -> str:
        review = appeal.review
        url = reverse("admin:catalog_review_change", args=[review.pk])
        return format_html('<a href="{}">{} · {}</a><br>{}', url, review.stars, review.public_id, review.text)

    @admin.display(description=_("evidence"))
    def files(self, appeal: ReviewAppeal) -> str:
        rows = (
            (reverse("admin:catalog_reviewappeal_evidence", args=[appeal.pk, number]), number)
            for number in range(1, len(appeal.evidence) + 1)
        )
        return format_html_join(" · ", '<a href="{}">{}</a>', rows) or "–"
