"""Pages for shops about what shoppers say: reviews with answer and appeal, questions with an answer."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from catalog import questions
from catalog.backoffice.review_lists import QUESTIONS, REVIEWS
from catalog.models import Question, Review, ReviewAppeal
from catalog.questions import answer_for_shop
from catalog.reviews import answer_review, appeals
from catalog.reviews.evidence import shown as shown_evidence
from mall import clock
from mall.backoffice.lists import open_list
from mall.refusals import Refusal
from merchants.access import shop_right


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Answer, for all to read"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class AppealForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Why should it not count?"), choices=ReviewAppeal.Reason.choices)
    words = forms.CharField(label=gettext_lazy("The facts"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


@shop_right("reviews.see")
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    listed = open_list(REVIEWS, request, Review.objects.owned_by(request.shop).shown(), dress=_with_product)
    return render(request, "backoffice/reviews/list.html", {"list": listed, "page": listed.page})


def _with_product(rows):
    return rows.select_related("product", "shopper", "appeal").defer("product__description", "product__attributes")


@shop_right("reviews.see")
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _mine(request, public_id))


@shop_right("reviews.answer")
@require_POST
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    review = _mine(request, public_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_review(review=review, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your answer stands below the review."))
            return redirect("backoffice:reviews:detail", request.shop.slug, public_id)
    return _page(request, review, answer_form=form)


@shop_right("reviews.answer")
@require_POST
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    """``evidence`` holds the files."""
    review = _mine(request, public_id)
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            appeals.appeal(
                review=review,
                evidence=request.FILES.getlist("evidence"),
                by=request.user,
                now=clock.now(),
                **form.cleaned_data,
            )
        except appeals.AlreadyAppealed as refusal:
            messages.error(request, str(refusal))
            return redirect("backoffice:reviews:detail", request.shop.slug, public_id)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your appeal is with the platform's staff. You will be told of the verdict."))
            return redirect("backoffice:reviews:detail", request.shop.slug, public_id)
    return _page(request, review, appeal_form=form)


@shop_right("reviews.see")
@require_safe
def evidence(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    made = getattr(_mine(request, public_id), "appeal", None)
    if made is None or not 0 < number <= len(made.evidence):
        raise Http404
    return shown_evidence(made, number)


def _page(request: HttpRequest, review: Review, *, answer_form=None, appeal_form=None) -> HttpResponse:
    may_answer = request.seat.can("reviews.answer")
    made = getattr(review, "appeal", None)
    context = {
        "review": review,
        "appeal": made,
        "answer_form": (answer_form or AnswerForm(initial={"text": review.answer})) if may_answer else None,
        "appeal_form": (appeal_form or AppealForm()) if may_answer and made is None else None,
        "is_appealing": appeal_form is not None,
    }
    return render(request, "backoffice/reviews/detail.html", context)


@shop_right("reviews.see")
@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    listed = open_list(QUESTIONS, request, Question.objects.owned_by(request.shop).shown(), dress=_with_asker)
    return render(request, "backoffice/reviews/questions.html", {"list": listed, "page": listed.page})


def _with_asker(rows):
    return rows.select_related("product", "asker").defer("product__description", "product__attributes")


@shop_right("reviews.see")
@require_safe
def question(request: HttpRequest, public_id: str) -> HttpResponse:
    return _question_page(request, _question(request, public_id))


@shop_right("reviews.answer")
@require_POST
def question_answer(request: HttpRequest, public_id: str) -> HttpResponse:
    asked = _question(request, public_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_for_shop(question=asked, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your answer stands below the question."))
            return redirect("backoffice:reviews:question", request.shop.slug, public_id)
    return _question_page(request, asked, form=form)


def _question_page(request: HttpRequest, asked: Question, *, form=None) -> HttpResponse:
    [shown] = questions.shown(Question.objects.filter(pk=asked.pk), most_answers=100)
    ours = next((given.text for given in shown.answers if given.is_shop), "")
    form = form or AnswerForm(initial={"text": ours})
    context = {
        "question": shown,
        "product": asked.product,
        "form": form if request.seat.can("reviews.answer") else None,
    }
    return render(request, "backoffice/reviews/question.html", context)


def _question(request: HttpRequest, public_id: str) -> Question:
    rows = Question.objects.owned_by(request.shop).shown().select_related("product")
    return get_object_or_404(rows, public_id=public_id)


def _mine(request: HttpRequest, public_id: str) -> Review:
    rows = Review.objects.owned_by(request.shop).shown().select_related("product", "shopper", "appeal")
    return get_object_or_404(rows, public_id=public_id)
