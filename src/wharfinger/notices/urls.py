"""Addresses of webhooks, notification rules and messages."""

from __future__ import annotations

from django.urls import path

from wharfinger.notices import pages

app_name = "notices"
urlpatterns = [
    path("settings/webhooks/", pages.webhooks, name="webhooks"),
    path("settings/webhooks/new/", pages.new_webhook, name="new_webhook"),
    path("settings/webhooks/<int:pk>/", pages.webhook, name="webhook"),
    path("settings/notifications/", pages.rules, name="rules"),
    path("settings/notifications/<slug:event>/", pages.set_rule, name="set_rule"),
    path("account/mails/", pages.own_mails, name="own_mails"),
    path("settings/messages/", pages.messages, name="messages"),
    path("settings/messages/send-again/", pages.send_again, name="send_again"),
]
