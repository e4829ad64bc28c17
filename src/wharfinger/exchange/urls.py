"""Addresses of the import."""

from __future__ import annotations

from django.urls import path

from wharfinger.exchange import pages
from wharfinger.exchange.pages import accounting

app_name = "exchange"
urlpatterns = [
    path("import/", pages.upload, name="import"),
    path("import/templates/<slug:kind>.<slug:form>", pages.template, name="template"),
    path("export/", pages.export, name="export"),
    path("export/everything-<slug:form>.zip", pages.archive, name="archive"),
    path("export/<slug:kind>.<slug:form>", pages.leaving, name="leaving"),
    path("accounting/", accounting.accounting, name="accounting"),
    path("accounting/accounts/", accounting.accounts, name="accounts"),
    path("accounting/<int:pk>.csv", accounting.file, name="accounting_file"),
    path("import/<int:pk>/", pages.run, name="run"),
    path("import/<int:pk>/proceed/", pages.proceed, name="proceed"),
    path("import/<int:pk>/roll-back/", pages.roll_back, name="roll_back"),
    path("import/<int:pk>/go-back/", pages.go_back, name="go_back"),
    path("import/mappings/<int:pk>/drop/", pages.drop_mapping, name="drop_mapping"),
]
