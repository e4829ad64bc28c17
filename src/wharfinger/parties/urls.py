"""Addresses of organizations and people."""

from __future__ import annotations

from django.urls import path

from wharfinger.parties.pages import organizations

app_name = "parties"
urlpatterns = [
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations/new/", organizations.new_organization, name="new_organization"),
    path("organizations/<int:pk>/", organizations.organization, name="organization"),
    path("organizations/<int:pk>/change/", organizations.change_organization, name="change_organization"),
    path("organizations/<int:pk>/contacts/new/", organizations.new_contact, name="new_contact"),
    path("organizations/<int:pk>/sites/new/", organizations.new_site, name="new_site"),
    path("contacts/<int:pk>/change/", organizations.change_contact, name="change_contact"),
    path("sites/<int:pk>/change/", organizations.change_site, name="change_site"),
]
