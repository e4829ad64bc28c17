"""Where verbs that span modules are on the web."""

from django.urls import path

from wharfinger.flows import pages

app_name = "flows"
urlpatterns = [
    path("cancel-delivery/", pages.cancel_units, name="cancel_delivery"),
    path("documents/<int:pk>/cancel-delivery/", pages.cancel_delivery_of, name="cancel_delivery_of"),
    path("orders/<int:order>/reopen/", pages.reopen_order, name="reopen"),
    path("orders/<int:order>/cancel-purchased/", pages.cancel_purchased, name="cancel_order"),
    path("work-orders/<int:pk>/remove/", pages.remove_goods, name="remove"),
]
