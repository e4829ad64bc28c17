"""Addresses of products, tax codes and warranty policies."""

from __future__ import annotations

from django.urls import path

from wharfinger.catalog.pages import categories, codes, families, products, substitutes, units

app_name = "catalog"
urlpatterns = [
    path("products/", products.products, name="products"),
    path("products/new/", products.new_product, name="new_product"),
    path("products/<int:pk>/", products.product, name="product"),
    path("products/<int:pk>/change/", products.change_product, name="change_product"),
    path("products/<int:pk>/units/", units.units, name="units"),
    path("products/<int:pk>/substitutes/", substitutes.substitutes, name="substitutes"),
    path("families/", families.family_list, name="families"),
    path("families/new/", families.new_family, name="new_family"),
    path("families/<int:pk>/", families.family, name="family"),
    path("families/<int:pk>/change/", families.change_family, name="change_family"),
    path("families/<int:pk>/variants/", families.make, name="make_variants"),
    path("families/<int:pk>/join/", families.join, name="join_family"),
    path("families/<int:pk>/rename/", families.rename, name="rename_value"),
    path("families/<int:pk>/leave/<int:product>/", families.leave, name="leave_family"),
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
