"""Where tickets, projects, contracts and jobs are on the web."""

from django.urls import path

from wharfinger.work import pages, promising, providing

app_name = "work"
urlpatterns = [
    *(
        address
        for kind, plural in pages.PLURALS.items()
        for address in (
            path(f"{plural}/", pages.work_list, {"kind": kind}, name=plural),
            path(f"{plural}/new/", pages.new, {"kind": kind}, name=f"new_{kind}"),
        )
    ),
    path("work-orders/<int:pk>/", pages.work_order, name="work_order"),
    path("work-orders/<int:pk>/edit/", pages.edit, name="edit"),
    path("work-orders/<int:pk>/start/", pages.start, name="start"),
    path("work-orders/<int:pk>/complete/", pages.complete, name="complete"),
    path("work-orders/<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("work-orders/<int:pk>/promise/", promising.promise, name="promise"),
    path("work-orders/<int:pk>/provide/", providing.provide, name="provide"),
]
