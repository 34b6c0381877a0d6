from django.urls import path

from merchants.backoffice import conduct, exports, growth, invitations, licences, life, opening, saved, staff, views

app_name = "merchants"

urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:shop>/", views.dashboard, name="dashboard"),
    path("<slug:shop>/shop/", views.profile, name="shop"),
    path("<slug:shop>/opening/", opening.opening, name="opening"),
    path("<slug:shop>/health/", views.health, name="health"),
    path("<slug:shop>/health/appeal/", views.health_appeal, name="health-appeal"),
    path("<slug:shop>/growth/", growth.growth, name="growth"),
    path("<slug:shop>/life/", life.life, name="life"),
    path("<slug:shop>/life/holiday/start/", life.holiday_start, name="holiday-start"),
    path("<slug:shop>/life/holiday/end/", life.holiday_end, name="holiday-end"),
    path("<slug:shop>/life/revival/", life.revival_ask, name="revival-ask"),
    path("<slug:shop>/trades/", licences.trades_page, name="trades"),
    path("<slug:shop>/trades/agreements/", licences.agreements_page, name="agreements"),
    path("<slug:shop>/trades/agreements/<slug:code>/accept/", licences.agreement_accept, name="agreement-accept"),
    path("<slug:shop>/staff/", staff.staff, name="staff"),
    path("<slug:shop>/staff/<slug:public_id>/role/", staff.role, name="staff-role"),
    path("<slug:shop>/staff/<slug:public_id>/leave/", staff.leave, name="staff-leave"),
    path("<slug:shop>/conduct/", conduct.conduct, name="conduct"),
    path("<slug:shop>/conduct/<slug:public_id>/appeal/", conduct.appeal, name="sanction-appeal"),
    path("<slug:shop>/conduct/cases/<slug:public_id>/appeal/", conduct.appeal_trade, name="trade-appeal"),
    path("<slug:shop>/life/exit/", conduct.leave, name="exit"),
    path("<slug:shop>/life/exit/stay/", conduct.stay, name="exit-stay"),
    path("<slug:shop>/life/exit/data/", conduct.data, name="exit-data"),
    path("<slug:shop>/invitations/", invitations.invited, name="invitations"),
    path("<slug:shop>/invitations/<slug:public_id>/withdraw/", invitations.withdraw, name="invitation-withdraw"),
    path("<slug:shop>/exports/", exports.export_list, name="exports"),
    path("<slug:shop>/exports/start/", exports.export_start, name="export-start"),
    path("<slug:shop>/exports/<slug:public_id>/", exports.export_detail, name="export"),
    path("<slug:shop>/exports/<slug:public_id>/file/", exports.export_file, name="export-file"),
    path("<slug:shop>/filters/", saved.keep, name="filter-keep"),
    path("<slug:shop>/filters/<slug:public_id>/forget/", saved.forget, name="filter-forget"),
]
