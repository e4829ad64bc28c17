"""Addresses of products, tax codes and warranty policies."""

from __future__ import annotations

from django.urls import path

from wharfinger.catalog.pages import products

app_name = "catalog"
urlpatterns = [
    path("products/", products.products, name="products"),
    path("products/new/", products.new_product, name="new_product"),
    path("products/<int:pk>/", products.product, name="product"),
    path("products/<int:pk>/change/", products.change_product, name="change_product"),
]
