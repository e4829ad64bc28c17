"""Addresses of organizations and people."""

from __future__ import annotations

from django.urls import path

from wharfinger.parties.pages import groups, numbers, organizations, own_fields, people, terms, tokens

app_name = "parties"
urlpatterns = [
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations/new/", organizations.new_organization, name="new_organization"),
    path("organizations/<int:pk>/", organizations.organization, name="organization"),
    path("organizations/<int:pk>/hold/", organizations.hold_account, name="hold_account"),
    path("organizations/<int:pk>/treat/", organizations.treat_organization, name="treat_organization"),
    path("organizations/<int:pk>/unhold/", organizations.unhold_account, name="unhold_account"),
    path("organizations/<int:pk>/change/", organizations.change_organization, name="change_organization"),
    path("organizations/<int:pk>/contacts/new/", organizations.new_contact, name="new_contact"),
    path("organizations/<int:pk>/sites/new/", organizations.new_site, name="new_site"),
    path("contacts/<int:pk>/change/", organizations.change_contact, name="change_contact"),
    path("sites/<int:pk>/change/", organizations.change_site, name="change_site"),
    path("settings/terms/", terms.terms_list, name="terms_list"),
    path("settings/terms/new/", terms.new_terms, name="new_terms"),
    path("settings/terms/<int:pk>/", terms.terms, name="terms"),
    path("settings/customer-groups/", groups.groups, name="customer_groups"),
    path("settings/customer-groups/new/", groups.new_group, name="new_customer_group"),
    path("settings/customer-groups/<int:pk>/", groups.group, name="customer_group"),
    path("settings/own-fields/", own_fields.own_fields, name="own_fields"),
    path("settings/own-fields/new/", own_fields.new_own_field, name="new_own_field"),
    path("settings/own-fields/<int:pk>/", own_fields.own_field, name="own_field"),
    path("settings/numbers/", numbers.numbers, name="numbers"),
    path("settings/numbers/<slug:series>/", numbers.number, name="number"),
    path("users/", people.users, name="users"),
    path("users/new/", people.new_user, name="new_user"),
    path("users/<int:pk>/", people.user, name="user"),
    path("users/<int:pk>/tokens/", tokens.tokens, name="tokens_of"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("roles/", people.roles, name="roles"),
    path("roles/new/", people.new_role, name="new_role"),
    path("roles/<int:pk>/", people.role, name="role"),
]
