from django.urls import path

from settlement.backoffice import parties, statements, views, withdrawals

app_name = "settlement"

urlpatterns = [
    path("", views.home, name="home"),
    path("orders/<slug:public_id>/", views.order, name="order"),
    path("commission/", views.commission, name="commission"),
    path("entries/", views.entries, name="entries"),
    path("parties/", parties.parties, name="parties"),
    path("parties/<slug:public_id>/", parties.party, name="party"),
    path("parties/<slug:public_id>/bank-account/", parties.party_account, name="party-account"),
    path("parties/<slug:public_id>/end/", parties.party_end, name="party-end"),
    path("party-rules/<slug:public_id>/agree/", parties.party_rule_agree, name="party-rule-agree"),
    path("party-rules/<slug:public_id>/end/", parties.party_rule_end, name="party-rule-end"),
    path("bank-accounts/", withdrawals.bank_accounts, name="bank-accounts"),
    path("bank-accounts/<slug:public_id>/remove/", withdrawals.bank_account_remove, name="bank-account-remove"),
    path("withdrawals/", withdrawals.withdrawals, name="withdrawals"),
    path("withdrawals/<slug:public_id>/", withdrawals.withdrawal, name="withdrawal"),
    path("held/<slug:public_id>/", withdrawals.money_case, name="money-case"),
    path("statements/", statements.statements, name="statements"),
    path("statements/<slug:public_id>/", statements.statement, name="statement"),
    path("statements/<slug:public_id>/accept/", statements.accept, name="statement-accept"),
    path("statements/<slug:public_id>/lines/<int:line>/dispute/", statements.line_dispute, name="line-dispute"),
    path("statements/<slug:public_id>/invoice/", statements.commission_invoice, name="statement-invoice"),
    path("statements/<slug:public_id>/file/<slug:ending>/", statements.statement_file, name="statement-file"),
]
