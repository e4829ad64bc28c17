"""Addresses of price lists."""

from __future__ import annotations

from django.urls import path

from wharfinger.pricing.pages import lists, prices, rates

app_name = "pricing"
urlpatterns = [
    path("price-lists/", lists.lists, name="price_lists"),
    path("price-lists/new/", lists.new_list, name="new_price_list"),
    path("price-lists/<int:pk>/", lists.price_list, name="price_list"),
    path("price-lists/<int:pk>/change/", lists.change_list, name="change_price_list"),
    path("price-lists/<int:pk>/copy/", lists.copy_list, name="copy_price_list"),
    path("price-lists/<int:pk>/raise/", lists.raise_list, name="raise_prices"),
    path("settings/rates/", rates.rates, name="rates"),
    path("settings/rates/new/", rates.set_rate, name="new_rate"),
    path("settings/rates/new/<str:currency>/", rates.set_rate, name="set_rate"),
    path("prices/", prices.prices, name="prices"),
]
