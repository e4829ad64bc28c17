"""Where fulfilment is on the web."""

from django.urls import path

from wharfinger.fulfilment.pages import (
    carriers,
    carrying,
    containers,
    filling,
    goods,
    handing,
    runs,
    shipments,
    walking,
)

app_name = "fulfilment"
urlpatterns = [
    path("shipments/", shipments.shipment_list, name="shipments"),
    path("shipments/<int:pk>/", shipments.shipment, name="shipment"),
    path("shipments/<int:pk>/deliver/", handing.deliver_shipment, name="deliver_shipment"),
    path("shipments/<int:pk>/edit/", shipments.edit_shipment, name="edit_shipment"),
    path("containers/", containers.container_list, name="containers"),
    path("containers/<int:pk>/", containers.container, name="container"),
    path("containers/<int:pk>/edit/", containers.edit_container, name="edit_container"),
    path("containers/<int:pk>/unpack/", containers.unpack, name="unpack"),
    path("containers/<int:pk>/ship/", containers.ship_container, name="ship_container"),
    path("settings/carriers/", carriers.carriers, name="carriers"),
    path("settings/carriers/new/", carriers.new_carrier, name="new_carrier"),
    path("settings/carriers/<int:pk>/", carriers.carrier, name="carrier"),
    path("containers/<int:pk>/stack/", containers.stack_container, name="stack_container"),
    path("containers/<int:pk>/fill/", filling.fill, name="fill"),
    path("containers/<int:pk>/take-back/", filling.take_back, name="take_back"),
    path("containers/<int:pk>/check/", containers.check, name="check_container"),
    path("containers/<int:pk>/close/", filling.close, name="close"),
    path("containers/stack/", containers.stack, name="stack"),
    path("packing/", goods.packing_tables, name="packing"),
    path("packing/<int:site>/", filling.begin, name="pack"),
    path("pick-runs/", runs.run_list, name="runs"),
    path("pick-runs/<int:pk>/", runs.run, name="run"),
    path("pick-runs/<int:pk>/walk/", walking.walk, name="walk"),
    path("pick-runs/<int:pk>/short/", walking.short, name="short"),
    path("pick-runs/<int:pk>/what/", walking.what, name="what"),
    path("pick-runs/<int:pk>/stop/", runs.stop_run, name="stop_run"),
    path("pick-runs/<int:pk>/take-over/", runs.take_over, name="take_over"),
    path("orders/<int:order>/pick-run/", runs.start_run, name="start_run"),
    path("orders/<int:order>/pick/", goods.pick, name="pick"),
    path("orders/<int:order>/pack/", goods.pack, name="pack_order"),
    path("orders/<int:order>/carry/", carrying.carry, name="carry"),
    path("orders/<int:order>/ship/", goods.ship, name="ship"),
    path("documents/<int:pk>/pick-pack-ship/", goods.pick_pack_ship, name="pick_pack_ship"),
    path("documents/<int:pk>/hand-over/", handing.hand_over, name="hand_over"),
]
