"""Addresses of the worklists, their acts, and the lists' own affairs."""

from __future__ import annotations

from django.urls import path

from wharfinger.boards import pages, serving
from wharfinger.boards.acts import buying, goods, money
from wharfinger.boards.worklists import WORKLISTS

app_name = "boards"
urlpatterns = [
    path("views/save", pages.save_view, name="save_view"),
    path("views/<int:view>/delete", pages.drop_view, name="drop_view"),
    *(
        path(f"work/{one.name.replace('_', '-')}/", pages.worklist, {"name": one.name}, name=one.name)
        for one in WORKLISTS
    ),
    *(
        path(f"work/{name.replace('_', '-')}", getattr(where, name), name=name)
        for name in sorted({act.name for one in WORKLISTS for act in one.acts})
        for where in (buying, goods, money, serving)
        if hasattr(where, name)
    ),
]
