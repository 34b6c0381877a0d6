"""The catalogue's addresses for shoppers."""

from django.urls import path

from catalog.storefront import feeds, sitemaps, views

app_name = "catalog"

urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:slug>/", views.category, name="category"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("p/<slug:public_id>/", views.product, name="product"),
    path("shop/<slug:slug>/", views.shop, name="shop"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.part, name="sitemap-part"),
    path("feeds/<slug:language>/google.<slug:format>", feeds.feed, name="feed"),
    path("shop/<slug:slug>/feeds/<slug:language>/google.<slug:format>", feeds.feed_of_shop, name="feed-of-shop"),
    path("review/<int:order_line_id>/", views.review, name="review"),
]
