"""Addresses of stock."""

from __future__ import annotations

from django.urls import path

from wharfinger.stock.pages import (
    counting,
    counts,
    goods,
    inventory,
    levels,
    locations,
    reasons,
    transfers,
    transporting,
    worth,
)

app_name = "stock"
urlpatterns = [
    path("stock/", inventory.inventory, name="inventory"),
    path("stock/products/<int:pk>/", inventory.product_stock, name="product"),
    path("stock/adjust/", goods.adjust, name="adjust"),
    path("stock/transfer/", goods.transfer, name="transfer"),
    path("stock/transfers/", transfers.transfer_orders, name="transfer_orders"),
    path("stock/transfers/new/", transfers.new_transfer, name="new_transfer"),
    path("stock/transfers/<int:pk>/", transporting.transfer_order, name="transfer_order"),
    path("stock/transfers/<int:pk>/change/", transfers.change_transfer, name="change_transfer"),
    path("stock/transfers/<int:pk>/send/", transporting.send, name="send_transfer"),
    path("stock/transfers/<int:pk>/receive/", transporting.receive, name="receive_transfer"),
    path("stock/transfers/<int:pk>/return/", transporting.bring_back, name="return_transfer"),
    path("stock/transfers/<int:pk>/lose/", transporting.lose, name="lose_transfer"),
    path("stock/transfers/<int:pk>/cancel/", transporting.cancel, name="cancel_transfer"),
    path("stock/aside/", goods.hold, name="aside"),
    path("stock/kept/", levels.level, name="level"),
    path("stock/levels/", levels.levels, name="levels"),
    path("stock/value/", goods.revalue, name="revalue"),
    path("stock/worth/", worth.value, name="worth"),
    path("stock/reasons/", reasons.reasons, name="reasons"),
    path("stock/reasons/given/", reasons.by_reason, name="by_reason"),
    path("stock/reasons/new/", reasons.new_reason, name="new_reason"),
    path("stock/reasons/<int:pk>/", reasons.reason, name="reason"),
    path("stock/counts/", counts.counts, name="counts"),
    path("stock/counts/new/", counts.new_count, name="new_count"),
    path("stock/due/", counts.due_counts, name="due_counts"),
    path("stock/due/begin/", counts.begin_due, name="begin_due"),
    path("stock/counts/<int:pk>/", counting.count, name="count"),
    path("stock/counts/<int:pk>/record/", counting.record, name="record_count"),
    path("stock/counts/<int:pk>/rows/", counting.record_rows, name="record_rows"),
    path("stock/counts/<int:pk>/scans/", counting.record_scans, name="record_scans"),
    path("stock/counts/<int:pk>/review/", counting.review, name="review_count"),
    path("stock/counts/<int:pk>/complete/", counting.complete, name="complete_count"),
    path("stock/counts/<int:pk>/cancel/", counting.cancel, name="cancel_count"),
    path("locations/", locations.locations, name="locations"),
    path("locations/new/", locations.new_location, name="new_location"),
    path("locations/<int:pk>/", locations.location, name="location"),
    path("locations/<int:pk>/change/", locations.change_location, name="change_location"),
    path("locations/<int:pk>/bins/", locations.add_bin, name="add_bin"),
    path("serials/", inventory.serials, name="serials"),
    path("serials/<int:pk>/", inventory.unit, name="unit"),
    path("serials/<int:pk>/correct/", goods.correct_serial, name="correct_serial"),
]
