"""Where verbs that span modules are on the web."""

from django.urls import path

from wharfinger.flows import pages
from wharfinger.flows.pages import amending, charging, counter, elsewhere, merging, visiting

app_name = "flows"
urlpatterns = [
    path("cancel-delivery/", pages.cancel_units, name="cancel_delivery"),
    path("containers/<int:pk>/cancel-delivery/", pages.cancel_container, name="cancel_container"),
    path("documents/<int:pk>/cancel-delivery/", pages.cancel_delivery_of, name="cancel_delivery_of"),
    path("documents/<int:sheet>/amend/", amending.amend_lines, name="amend"),
    path("documents/<int:sheet>/serve/", charging.serve, name="serve"),
    path("documents/<int:sheet>/order-lacking/", charging.order_lacking, name="order_lacking"),
    path("orders/<int:order>/reopen/", pages.reopen_order, name="reopen"),
    path("orders/<int:order>/cancel-purchased/", pages.cancel_purchased, name="cancel_order"),
    path("transfers-for-lines/", elsewhere.bring, name="elsewhere"),
    path("counter/", counter.counter, name="counter"),
    path("counter/basket/", counter.basket, name="basket"),
    path("doubles/", merging.doubles, name="doubles"),
    path("products/<int:pk>/merge/", merging.merge_product, name="merge_product"),
    path("organizations/<int:pk>/merge/", merging.merge_organization, name="merge_organization"),
    path("my-work/", visiting.my_work, name="my_work"),
    path("work-orders/<int:pk>/visit/", visiting.visit, name="visit"),
    path("work-orders/<int:pk>/remove/", pages.remove_goods, name="remove"),
]
