"""Where tickets, projects, contracts and jobs are on the web."""

from django.urls import path

from wharfinger.work import pages, promising, providing
from wharfinger.work.pages import ending, job_types

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
    path("settings/job-types/", job_types.job_types, name="job_types"),
    path("settings/job-types/new/", job_types.new_job_type, name="new_job_type"),
    path("settings/job-types/<int:pk>/", job_types.job_type, name="job_type"),
    path("work-orders/<int:pk>/", pages.work_order, name="work_order"),
    path("work-orders/<int:pk>/edit/", pages.edit, name="edit"),
    path("work-orders/<int:pk>/start/", ending.start, name="start"),
    path("work-orders/<int:pk>/complete/", ending.complete, name="complete"),
    path("work-orders/<int:pk>/cancel/", ending.cancel, name="cancel"),
    path("work-orders/<int:pk>/promise/", promising.promise, name="promise"),
    path("work-orders/<int:pk>/provide/", providing.provide, name="provide"),
]
