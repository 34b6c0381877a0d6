"""The catalogue's addresses for shoppers."""

from django.urls import path

from catalog.storefront import complaints, feeds, interest, sitemaps, views, voices

app_name = "catalog"

urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:slug>/", views.category, name="category"),
    path("brand/<slug:slug>/", views.brand, name="brand"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("p/<slug:public_id>/", views.product, name="product"),
    path("shop/<slug:slug>/", views.shop, name="shop"),
    path("p/<slug:public_id>/report/", complaints.of_product, name="complain-product"),
    path("shop/<slug:slug>/report/", complaints.of_shop, name="complain-shop"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.part, name="sitemap-part"),
    path("p/<slug:public_id>/reviews/", voices.reviews, name="reviews"),
    path("p/<slug:public_id>/questions/", voices.question_list, name="questions"),
    path("questions/<slug:public_id>/", voices.question, name="question"),
    path("said/<slug:public_id>/helpful/", voices.helpful, name="helpful"),
    path("said/<slug:public_id>/report/", voices.report_words, name="report"),
    path("review/<int:order_line_id>/", voices.review, name="review"),
    path("account/reviews/", voices.my_reviews, name="my-reviews"),
    path("account/reviews/<slug:public_id>/", voices.follow_up, name="follow-up"),
    path("account/favorites/", interest.favorite_list, name="favorites"),
    path("account/shops/", interest.followed_shops, name="followed-shops"),
    path("account/alerts/", interest.alerts, name="alerts"),
    path("account/marks/", interest.marks, name="marks"),
    path("favorite/<slug:public_id>/", interest.favorite, name="favorite"),
    path("follow/<slug:slug>/", interest.follow, name="follow"),
    path("history/", interest.history_page, name="history"),
    path("history/change/", interest.history_change, name="history-change"),
    path("compare/", interest.compare_page, name="compare"),
    path("compare/<slug:public_id>/", interest.compare_change, name="compare-change"),
    path("alert/<slug:public_id>/<slug:kind>/", interest.alert, name="alert"),
    path("alert/stop/<str:token>", interest.alert_stop, name="alert-stop"),
    path("feeds/<slug:language>/google.<slug:format>", feeds.feed, name="feed"),
    path("shop/<slug:slug>/feeds/<slug:language>/google.<slug:format>", feeds.feed_of_shop, name="feed-of-shop"),
]
