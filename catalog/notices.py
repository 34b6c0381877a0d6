"""What the catalogue tells people: about reviews, questions, prices and stock (A7)."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

AUTHORIZATION_GRANTED = Kind(
    "catalog.authorization_granted",
    title=_("%(shop)s: you may sell “%(brand)s”"),
    body=_("The authorization holds through %(valid_to)s."),
)
AUTHORIZATION_ENDED = Kind(
    "catalog.authorization_ended",
    title=_("%(shop)s: the authorization of “%(brand)s” is not accepted"),
    body=_("The reason: %(reason)s"),
)
AUTHORIZATION_EXPIRING = Kind(
    "catalog.authorization_expiring",
    title=_("%(shop)s: the authorization of “%(brand)s” runs out in %(days)s days"),
    body=_("Its last day is %(valid_to)s. Without a new one no goods of the brand can be submitted for sale."),
)
REVIEW_ANSWERED = Kind(
    "catalog.review_answered",
    title=_("%(shop)s answered your review"),
    body=_("About “%(product)s”: %(answer)s"),
    is_mailed=False,
)
LOW_REVIEW = Kind(
    "catalog.low_review",
    title=_("%(shop)s: a review with %(stars)s of 5 stars"),
    body=_("About “%(product)s”: %(said)s An answer soon and in kind often wins a shopper back."),
    is_mailed=False,
)
WORDS_HIDDEN = Kind(
    "catalog.words_hidden",
    title=_("Something you wrote is not shown any more"),
    body=_("“%(said)s” – the reason: %(reason)s"),
)
REPORT_HIDDEN = Kind(
    "catalog.report_hidden",
    title=_("What you reported is not shown any more"),
    body=_("“%(said)s” – %(reason)s Thank you for looking out for others."),
    is_mailed=False,
)
REPORT_KEPT = Kind(
    "catalog.report_kept",
    title=_("We looked at what you reported"),
    body=_("“%(said)s” may stand. The reason: %(reason)s"),
    is_mailed=False,
)
APPEAL_GRANTED = Kind(
    "catalog.appeal_granted",
    title=_("%(shop)s: your appeal against a review is granted"),
    body=_("It stands there with a label and counts no more. %(verdict)s"),
)
APPEAL_REJECTED = Kind(
    "catalog.appeal_rejected",
    title=_("%(shop)s: your appeal against a review is rejected"),
    body=_("%(verdict)s"),
)
QUESTION_ASKED = Kind(
    "catalog.question_asked",
    title=_("%(shop)s: a shopper asks about “%(product)s”"),
    body=_("%(question)s"),
    is_mailed=False,
)
QUESTION_ANSWERED = Kind(
    "catalog.question_answered",
    title=_("Your question about “%(product)s” was answered"),
    body=_("%(question)s – %(answer)s"),
)
DO_YOU_KNOW = Kind(
    "catalog.do_you_know",
    title=_("Somebody asks about “%(product)s”, which you bought"),
    body=_("%(question)s – perhaps you know?"),
    is_mailed=False,
)
PRICE_DROPPED = Kind(
    "catalog.price_dropped",
    title=_("“%(product)s” costs less"),
    body=_("From %(before)s down to %(price)s. You asked to be told; we tell you once for each drop."),
)
STOCK_LOW = Kind(
    "catalog.stock_low",
    title=_("%(shop)s: %(count)s SKUs run low"),
    body=_("%(goods)s. You hear of them again when they have been filled up and fall anew."),
    is_mailed=False,
)
BACK_IN_STOCK = Kind(
    "catalog.back_in_stock",
    title=_("“%(product)s” can be bought again"),
    body=_("For %(price)s, as long as there is some. You asked to be told once; with this we have."),
)
PRODUCT_APPROVED = Kind(
    "catalog.product_approved",
    title=_("%(shop)s: “%(product)s” is approved"),
    body=_("A reviewer has looked at it. %(status)s"),
    is_mailed=False,
)
PRODUCT_REFUSED = Kind(
    "catalog.product_refused",
    title=_("%(shop)s: “%(product)s” needs correction"),
    body=_("%(reason)s: %(note)s Please correct it and submit it again."),
)
PRODUCT_TAKEN_DOWN = Kind(
    "catalog.product_taken_down",
    title=_("%(shop)s: “%(product)s” was taken down by the mall"),
    body=_("%(reason)s: %(note)s Please correct it and submit it again."),
)
CHANGE_APPROVED = Kind(
    "catalog.change_approved",
    title=_("%(shop)s: your change of “%(product)s” is approved"),
    body=_("Shoppers see it from now on."),
    is_mailed=False,
)
CHANGE_REFUSED = Kind(
    "catalog.change_refused",
    title=_("%(shop)s: your change of “%(product)s” needs correction"),
    body=_("%(reason)s: %(note)s What was approved stays as it is; you can amend your change and ask again."),
)
SALE_NOT_STARTED = Kind(
    "catalog.sale_not_started",
    title=_("%(shop)s: “%(product)s” did not go on sale"),
    body=_("Its moment has come, but: %(why)s"),
)
COMMISSION_CHANGES = Kind(
    "catalog.commission_changes",
    title=_("%(shop)s: the commission changes on %(day)s"),
    body=_("“%(rule)s”, for %(conditions)s: %(effect)s. The reason: %(reason)s Orders that stand keep theirs."),
)
