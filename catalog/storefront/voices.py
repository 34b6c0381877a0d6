"""Pages for shoppers about what others say: reviews, questions, votes, reports; and her own reviews."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import questions
from catalog.models import Answer, Product, Question, Review
from catalog.reviews import NotPurchased, follow_up_review, purchased_line, write_review
from catalog.reviews.listing import asked
from catalog.reviews.reports import report
from catalog.reviews.subjects import NoSuchWords, find, page_of, said_by
from catalog.reviews.votes import take_vote_back, vote
from catalog.reviews.writing import can_follow_up, purchased_lines
from catalog.showcase import first_picture
from catalog.storefront import parts
from catalog.storefront.forms import AnswerForm, FollowUpForm, QuestionForm, ReportForm, ReviewForm
from catalog.storefront.ways import back_to, done, refused, sign_in_first
from mall import clock
from mall.pages import Choice, paginate
from mall.refusals import Refusal

SHOWN_TO_REVIEW = 30


# Reading


@require_safe
def reviews(request: HttpRequest, public_id: str) -> HttpResponse:
    wanted = asked(request.GET, path=reverse("storefront:catalog:reviews", args=[public_id]))
    return parts.reviews(request, public_id, wanted)


@require_http_methods(["GET", "HEAD", "POST"])
def question_list(request: HttpRequest, public_id: str) -> HttpResponse:
    product = _shown_product(public_id)
    form = QuestionForm(request.POST or None)

    if request.method == "POST" and not request.user.is_authenticated:
        return sign_in_first(request, back=request.path)
    if form.is_valid():
        try:
            questions.ask(product=product, shopper=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your question stands here now. You will be told of every answer."))
            return redirect("storefront:catalog:questions", public_id)

    page = paginate(
        Question.objects.shown().filter(product=product).order_by("-helpful_count", "-pk"), request, per_page=15
    )
    context = {
        "product": product,
        "picture": first_picture(product),
        "page": page,
        "questions": _shown(page),
        "form": form,
    }
    return render(request, "storefront/catalog/questions.html", context)


def _shown(page) -> list[questions.ShownQuestion]:
    rows = Question.objects.filter(pk__in=[row.pk for row in page]).order_by("-helpful_count", "-pk")
    return questions.shown(rows)


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Question.objects.shown().select_related("product__shop")
    found = get_object_or_404(rows, public_id=public_id)
    may_answer = request.user.is_authenticated and questions.may_answer(question=found, person=request.user)
    form = AnswerForm(request.POST or None)

    if request.method == "POST" and not request.user.is_authenticated:
        return sign_in_first(request, back=request.path)
    if form.is_valid():
        try:
            questions.answer(question=found, person=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you for your answer."))
            return redirect("storefront:catalog:question", public_id)

    [shown] = questions.shown(Question.objects.filter(pk=found.pk), most_answers=100)
    has_answered = may_answer and Answer.objects.filter(question=found, author=request.user, is_shop=False).exists()
    context = {
        "product": found.product,
        "picture": first_picture(found.product),
        "question": shown,
        "form": form if may_answer and not has_answered else None,
        "is_mine": request.user.is_authenticated and found.asker_id == request.user.pk,
    }
    return render(request, "storefront/catalog/question.html", context)


def _shown_product(public_id: str) -> Product:
    return get_object_or_404(Product.objects.visible().select_related("shop", "stats"), public_id=public_id)


# Buttons on pages that are kept for everybody


@require_POST
def helpful(request: HttpRequest, public_id: str) -> HttpResponse:
    """``do``: keep (the vote is given) or drop (it is taken back); each harmless when repeated."""
    back = back_to(request, reverse("storefront:catalog:home"))
    if not request.user.is_authenticated:
        return sign_in_first(request, back=back)
    is_on = request.POST.get("do") != "drop"
    try:
        if is_on:
            row = vote(subject=public_id, person=request.user, now=clock.now())
        else:
            row = take_vote_back(subject=public_id, person=request.user)
    except Refusal as refusal:
        return refused(request, refusal, back=back)
    said = _("Thank you, that helps others.") if is_on else _("Your vote is taken back.")
    return done(request, said, back=back, is_on=is_on, count=row.helpful_count)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_words(request: HttpRequest, public_id: str) -> HttpResponse:
    try:
        row = find(public_id)
    except NoSuchWords:
        raise Http404 from None
    form = ReportForm(request.POST or None)

    if form.is_valid():
        try:
            report(subject=public_id, person=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. We look at it and tell you what came of it."))
            return redirect(page_of(row))

    context = {"form": form, "said": said_by(row), "back": page_of(row)}
    return render(request, "storefront/catalog/report.html", context)


# Writing


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, order_line_id: int) -> HttpResponse:
    try:
        line = purchased_line(shopper=request.user, order_line_id=order_line_id)
    except NotPurchased:
        raise Http404 from None
    form = ReviewForm(request.POST or None, request.FILES or None)

    if form.is_valid():
        try:
            write_review(shopper=request.user, order_line_id=order_line_id, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you for your review."))
            return redirect("storefront:catalog:reviews", line.product_public_id)

    return render(request, "storefront/catalog/review.html", {"form": form, "line": line})


@login_required
@require_safe
def my_reviews(request: HttpRequest) -> HttpResponse:
    """What she may still review, what she has written, what she asked: three tabs of one page."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in {"written", "questions"} else ""
    labels = {"": _("To review"), "written": _("My reviews"), "questions": _("My questions")}
    context = {
        "tab": tab,
        "tabs": [
            Choice(name, label, f"{request.path}?tab={name}" if name else request.path, name == tab)
            for name, label in labels.items()
        ],
    }
    if tab == "written":
        rows = Review.objects.filter(shopper=request.user).select_related("product__shop").order_by("-pk")
        context["page"] = page = paginate(rows, request, per_page=10)
        now = clock.now()
        for row in page:
            row.may_follow_up = can_follow_up(row, now)
    elif tab == "questions":
        rows = Question.objects.filter(asker=request.user).select_related("product").order_by("-pk")
        context["page"] = paginate(rows, request, per_page=15)
    else:
        context["lines"] = purchased_lines(shopper=request.user, only_unreviewed=True, limit=SHOWN_TO_REVIEW)
    return render(request, "storefront/catalog/my_reviews.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Review.objects.shown().filter(shopper=request.user).select_related("product")
    mine = get_object_or_404(rows, public_id=public_id)
    form = FollowUpForm(request.POST or None, request.FILES or None)

    if form.is_valid():
        try:
            follow_up_review(review=mine, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you: your word stands below your review."))
            return redirect("storefront:catalog:reviews", mine.product.public_id)

    return render(request, "storefront/catalog/follow_up.html", {"form": form, "review": mine})
