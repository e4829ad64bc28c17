"""Addresses of the lists' own affairs."""

from django.urls import path

from wharfinger.boards import pages

app_name = "boards"
urlpatterns = [
    path("views/save", pages.save_view, name="save_view"),
    path("views/<int:view>/delete", pages.drop_view, name="drop_view"),
]
