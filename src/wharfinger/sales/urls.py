"""Where selling is on the web."""

from django.urls import path

from wharfinger.sales.pages import (
    approving,
    giving,
    holding,
    opportunities,
    orders,
    promising,
    quotes,
    sending,
    winning,
)

app_name = "sales"
urlpatterns = [
    path("opportunities/", opportunities.opportunity_list, name="opportunities"),
    path("opportunities/new/", opportunities.new_opportunity, name="new_opportunity"),
    path("opportunities/<int:pk>/", opportunities.opportunity, name="opportunity"),
    path("opportunities/<int:pk>/edit/", opportunities.edit_opportunity, name="edit_opportunity"),
    path("opportunities/<int:pk>/lose/", opportunities.lose_opportunity, name="lose_opportunity"),
    path("quotes/", quotes.quote_list, name="quotes"),
    path("quotes/new/", quotes.new_quote, name="new_quote"),
    path("quotes/<int:pk>/", quotes.quote, name="quote"),
    path("quotes/<int:pk>/edit/", quotes.edit_quote, name="edit_quote"),
    path("quotes/<int:pk>/reserve/", holding.reserve, name="reserve_quote"),
    path("quotes/<int:pk>/extend/", holding.extend, name="extend_quote"),
    path("quotes/<int:pk>/revoke-link/", sending.revoke_link, name="revoke_link"),
    path("quotes/<int:pk>/ask-approval/", approving.ask, name="ask_approval"),
    path("quotes/<int:pk>/approve/", approving.approve, name="approve_quote"),
    path("quotes/<int:pk>/reject/", approving.reject, name="reject_quote"),
    path("quotes/<int:pk>/copy/", quotes.copy_quote, name="copy_quote"),
    path("quotes/<int:pk>/lose/", quotes.lose_quote, name="lose_quote"),
    path("quotes/<int:pk>/win/", winning.win, name="win_quote"),
    path("holds/asked/", giving.asked, name="holds_asked"),
    path("holds/asked/<int:pk>/", giving.request_for, name="hold_request"),
    path("holds/ask/", giving.ask, name="ask_hold"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/new/", orders.new_order, name="new_order"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/edit/", orders.edit_order, name="edit_order"),
    path("orders/<int:pk>/reserve/", holding.reserve, name="reserve_order"),
    path("orders/<int:pk>/confirm/", orders.confirm_order, name="confirm_order"),
    path("orders/<int:pk>/unconfirm/", orders.unconfirm_order, name="unconfirm_order"),
    path("orders/<int:pk>/cancel/", orders.cancel_order, name="cancel_order"),
    path("orders/<int:pk>/hold/", orders.hold_order, name="hold_order"),
    path("orders/<int:pk>/unhold/", orders.unhold_order, name="unhold_order"),
    path("orders/<int:pk>/promise/", promising.promise_order, name="promise_order"),
    path("orders/<int:pk>/fulfil/", orders.fulfil_order, name="fulfil_order"),
    path("work-orders/<int:pk>/reserve/", holding.reserve, name="reserve_work"),
]
