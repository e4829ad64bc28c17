"""Addresses of buying."""

from django.urls import path

from wharfinger.purchasing.pages import (
    approving,
    changing,
    confirming,
    entry,
    landing,
    orders,
    receiving,
    replenishing,
    returning,
    running,
    tiers,
)

app_name = "purchasing"
urlpatterns = [
    path("purchase-orders/", orders.order_list, name="orders"),
    path("purchase-orders/new/", orders.new, name="new"),
    path("purchase-orders/auto-fill/", orders.auto_fill, name="auto_fill"),
    path("purchase-orders/about/", entry.about, name="about"),
    path("purchase-orders/low/", replenishing.low, name="low"),
    path("purchase-orders/<int:purchase_order>/", orders.order, name="order"),
    path("purchase-orders/<int:pk>/confirm/", confirming.confirm, name="confirm"),
    path("purchase-orders/<int:pk>/change/", changing.change, name="change"),
    path("approval-tiers/", tiers.tiers, name="tiers"),
    path("approval-tiers/new/", tiers.new_tier, name="new_tier"),
    path("approval-tiers/<int:pk>/", tiers.tier, name="tier"),
    path("account/absence/", tiers.absence, name="absence"),
    path("account/absence/<int:pk>/end/", tiers.end_absence, name="end_absence"),
    path("purchase-orders/approve/", approving.approve, name="approve_orders"),
    path("purchase-orders/reject/", approving.reject, name="reject_orders"),
    path("purchase-orders/<int:pk>/ask/", approving.ask, name="ask"),
    path("purchase-orders/<int:pk>/submit/", orders.submit, name="submit"),
    path("purchase-orders/<int:pk>/cancel/", orders.cancel, name="cancel"),
    path("purchase-orders/<int:pk>/close/", orders.close, name="close"),
    path("purchase-orders/<int:pk>/receive/", receiving.receive, name="receive"),
    path("purchase-orders/<int:pk>/send/", orders.send, name="send"),
    path("purchase-orders/<int:pk>/send-back/", returning.send_refused, name="send_refused"),
    path("stock/send-back/", returning.send_stock, name="send_stock"),
    path("receiving/", receiving.receive_lines, name="receive_lines"),
    path("receiving/run/", running.run, name="run"),
    path("receiving/run/rows/", running.rows, name="rows"),
    path("receipts/", receiving.receipt_list, name="receipts"),
    path("receipts/<int:pk>/", receiving.receipt, name="receipt"),
    path("receipts/<int:pk>/cancel/", receiving.cancel_receipt, name="cancel_receipt"),
    path("receipts/<int:pk>/cost/", landing.land_cost, name="land_cost"),
    path("receipts/<int:pk>/price/", landing.reprice, name="reprice"),
    path("receipts/<int:pk>/costs/<int:cost>/cancel/", landing.cancel_cost, name="cancel_cost"),
]
