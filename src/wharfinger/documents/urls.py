"""Addresses of printed documents."""

from django.urls import path

from wharfinger.documents import pages
from wharfinger.documents.pages import public, recalling, sending, wording

app_name = "documents"
urlpatterns = [
    path("settings/letterhead/", pages.letterhead, name="letterhead"),
    path("settings/letterhead/preview.pdf", pages.letterhead_preview, name="letterhead_preview"),
    path("settings/words/", wording.wording_list, name="wordings"),
    path("settings/words/new/", wording.shipped_list, name="shipped_wordings"),
    path("settings/words/new/<slug:kind>/", wording.new_wording, name="new_wording"),
    path("settings/words/new/<slug:kind>/preview.pdf", wording.preview_shipped, name="shipped_preview"),
    path("settings/words/<int:pk>/", wording.wording, name="wording"),
    path("settings/words/<int:pk>/preview.pdf", wording.preview, name="wording_preview"),
    path("documents/issued/<int:pk>.pdf", pages.issued, name="issued"),
    path("documents/lists/<slug:name>.pdf", pages.lists, name="lists"),
    path("documents/container-labels.pdf", pages.container_labels, name="container_labels"),
    path("containers/labels/", pages.selected_container_labels, name="selected_container_labels"),
    path("documents/labels/<slug:of>.pdf", pages.labels, name="labels"),
    path("labels/<slug:of>/", pages.choose_labels, name="choose_labels"),
    *(
        path(f"labels/{of}/selected/", pages.selected_labels(of), name=f"label_{of}")
        for of in ("products", "serials", "bins", "locations", "containers")
    ),
    path("documents/counts/<int:pk>.pdf", pages.count_sheet, name="count_sheet"),
    path("documents/put-away/<int:pk>.pdf", pages.put_away_list, name="put_away_list"),
    path("documents/pick-runs/<int:pk>.pdf", pages.run_list, name="run_list"),
    path("documents/transfers/<int:pk>.pdf", pages.transfer_slip, name="transfer_slip"),
    path("documents/units/<int:pk>.pdf", pages.unit_life, name="unit_life"),
    path("documents/statements/<int:organization>.pdf", pages.statement, name="statement"),
    path("documents/statements/<int:organization>/send/", sending.send_statement, name="send_statement"),
    path("recalls/<int:pk>/tell/", recalling.tell_owners, name="tell_owners"),
    path("q/<int:pk>-<slug:mark>/", public.offer, name="offer"),
    path("q/<int:pk>-<slug:mark>/offer.pdf", public.offer_pdf, name="offer_pdf"),
    path("q/<int:pk>-<slug:mark>/accept/", public.accept, name="accept_offer"),
    path("q/<int:pk>-<slug:mark>/decline/", public.decline, name="decline_offer"),
    path("documents/<slug:kind>/<int:pk>/send/", sending.send, name="send"),
    path("documents/<slug:kind>/<int:pk>.pdf", pages.document, name="pdf"),
]
