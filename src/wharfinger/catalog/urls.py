"""Addresses of products, tax codes and warranty policies."""

from __future__ import annotations

from django.urls import path

from wharfinger.catalog.pages import categories, codes, products, substitutes, units

app_name = "catalog"
urlpatterns = [
    path("products/", products.products, name="products"),
    path("products/new/", products.new_product, name="new_product"),
    path("products/<int:pk>/", products.product, name="product"),
    path("products/<int:pk>/change/", products.change_product, name="change_product"),
    path("products/<int:pk>/units/", units.units, name="units"),
    path("products/<int:pk>/substitutes/", substitutes.substitutes, name="substitutes"),
    path("settings/categories/", categories.category_list, name="categories"),
    path("settings/categories/new/", categories.new_category, name="new_category"),
    path("settings/categories/<int:pk>/", categories.category, name="category"),
    path("settings/categories/<int:pk>/merge/", categories.merge, name="merge_category"),
    path("settings/tax-codes/", codes.tax_codes, name="tax_codes"),
    path("settings/tax-codes/new/", codes.new_tax_code, name="new_tax_code"),
    path("settings/tax-codes/<int:pk>/", codes.tax_code, name="tax_code"),
    path("settings/warranties/", codes.policies, name="warranty_policies"),
    path("settings/warranties/new/", codes.new_policy, name="new_warranty_policy"),
    path("settings/warranties/<int:pk>/", codes.policy, name="warranty_policy"),
]
