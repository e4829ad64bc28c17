"""Where returns and swaps are on the web."""

from django.urls import path

from wharfinger.returns.pages import (
    claims,
    grades,
    on_job,
    recalls,
    repairing,
    rmas,
    settling,
    swapping,
    working,
)

app_name = "returns"
urlpatterns = [
    path("rmas/", rmas.rma_list, name="rmas"),
    path("rmas/new/", working.new_rma, name="new_rma"),
    path("rmas/<int:pk>/", rmas.rma, name="rma"),
    path("rmas/<int:pk>/approve/", rmas.approve, name="approve"),
    path("rmas/<int:pk>/deny/", rmas.deny, name="deny"),
    path("rmas/<int:pk>/remind/", rmas.remind, name="remind"),
    path("rmas/<int:pk>/close/", rmas.close, name="close"),
    path("rmas/<int:pk>/extend/", rmas.extend, name="extend"),
    path("rmas/<int:pk>/charge/", rmas.charge, name="charge"),
    path("rmas/<int:pk>/receive/", working.receive, name="receive"),
    path("rmas/<int:pk>/inspect/", working.inspect, name="inspect"),
    path("rmas/<int:pk>/repair/", repairing.repair, name="repair"),
    path("rmas/<int:pk>/settle/", settling.settle, name="settle"),
    path("vendor-claims/", claims.claim_list, name="claims"),
    path("vendor-claims/new/", claims.new_claim, name="new_claim"),
    path("vendor-claims/<int:pk>/", claims.claim, name="claim"),
    path("vendor-claims/<int:pk>/send/", claims.send, name="send_claim"),
    path("vendor-claims/<int:pk>/answer/", claims.answer, name="answer_claim"),
    path("recalls/", recalls.recall_list, name="recalls"),
    path("recalls/new/", recalls.new_recall, name="new_recall"),
    path("recalls/<int:pk>/", recalls.recall, name="recall"),
    path("recalls/<int:pk>/answer/", recalls.answer, name="answer_recall"),
    path("returns/new/", working.new_return, name="new_return"),
    path("work-orders/<int:pk>/do/", on_job.do, name="do_job"),
    path("returns/grades/", grades.grades, name="grades"),
    path("returns/grades/new/", grades.new_grade, name="new_grade"),
    path("returns/grades/<int:pk>/", grades.grade, name="grade"),
    path("devices/<int:device>/swap/", swapping.swap, name="swap"),
]
