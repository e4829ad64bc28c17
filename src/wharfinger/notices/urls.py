"""Addresses of webhooks, notification rules, messages and attached files."""

from __future__ import annotations

from django.urls import path

from wharfinger.notices import pages
from wharfinger.notices.pages import attachments, bell, mailed, talking

app_name = "notices"
urlpatterns = [
    path("settings/webhooks/", pages.webhooks, name="webhooks"),
    path("settings/webhooks/new/", pages.new_webhook, name="new_webhook"),
    path("settings/webhooks/<int:pk>/", pages.webhook, name="webhook"),
    path("settings/notifications/", pages.rules, name="rules"),
    path("settings/notifications/<slug:event>/", pages.set_rule, name="set_rule"),
    path("notes/write/", talking.note, name="write_note"),
    path("todos/", talking.todos, name="todos"),
    path("todos/add/", talking.add, name="add_todo"),
    path("todos/finish/", talking.finish, name="finish_todos"),
    path("todos/<int:pk>/", talking.todo, name="todo"),
    path("attachments/attach/", attachments.attach, name="attach"),
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("attachments/<int:pk>/change/", attachments.change, name="change_attachment"),
    path("attachments/<int:pk>/detach/", attachments.detach, name="detach"),
    path("attachments/<int:pk>/erase/", attachments.erase, name="erase"),
    path("attachments/<int:pk>/first/", attachments.first, name="first_attachment"),
    path("attachments/<int:pk>/<slug:size>/", attachments.picture, name="picture"),
    path("account/mails/", bell.own_mails, name="own_mails"),
    path("notices/", bell.notices, name="notices"),
    path("notices/read/", bell.read, name="read"),
    path("notices/read-all/", bell.read_all, name="read_all"),
    path("notices/<int:pk>/", bell.open_notice, name="open"),
    path("settings/messages/", pages.messages, name="messages"),
    path("settings/letters/", mailed.letters, name="letters"),
    path("letters/<int:pk>/", mailed.letter, name="letter"),
    path("settings/messages/send-again/", pages.send_again, name="send_again"),
]
