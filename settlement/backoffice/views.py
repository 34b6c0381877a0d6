"""The shop's money: what is pending, what is available, and why not yet."""

from django.core.paginator import Paginator
from django.template.response import TemplateResponse

from mall import clock
from mall.pages import paginate
from merchants.access import shop_right
from settlement.ledger import balances
from settlement.queries import awaiting_completion, explain, postings_of, shares_of, upcoming_releases

SHARES_PER_PAGE = 20
POSTINGS_PER_PAGE = 20


@shop_right("money.see")
def home(request):
    shares = paginate(shares_of(request.shop), request, per_page=SHARES_PER_PAGE)
    shares.object_list = list(shares.object_list)
    explain(shares.object_list, shop=request.shop, now=clock.now())

    entries = Paginator(postings_of(request.shop), POSTINGS_PER_PAGE).get_page(request.GET.get("entries"))
    entries.object_list = list(entries.object_list)
    for posting in entries.object_list:
        posting.change = -posting.amount  # what is owed to the shop stands on the credit side

    return TemplateResponse(
        request,
        "backoffice/settlement/home.html",
        {
            "balances": balances(request.shop),
            "awaiting": awaiting_completion(request.shop),
            "upcoming": upcoming_releases(request.shop),
            "shares": shares,
            "entries": entries,
        },
    )
