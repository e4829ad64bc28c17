"""Where billing is on the web."""

from django.urls import path

from wharfinger.billing.pages import (
    credit_notes,
    deposits,
    drafts,
    invoices,
    limits,
    many,
    payments,
    runs,
    statements,
    writing_off,
)

app_name = "billing"
urlpatterns = [
    path("invoices/", invoices.invoice_list, name="invoices"),
    path("invoices/new/", invoices.new_invoice, name="new_invoice"),
    path("orders/<int:order>/deposit/", deposits.new_deposit, name="new_deposit"),
    path("invoices/due/", runs.invoice_due, name="invoice_due"),
    path("invoices/runs/<int:pk>/", runs.invoice_run, name="invoice_run"),
    path("invoices/runs/<int:pk>/proceed/", runs.proceed, name="proceed_with_invoices"),
    path("invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path("invoices/<int:pk>/change/", drafts.change_draft, name="change_draft"),
    path("invoices/<int:pk>/discard/", drafts.discard_draft, name="discard_draft"),
    path("invoices/<int:pk>/post/", invoices.post_invoice, name="post_invoice"),
    path("invoices/<int:pk>/send/", invoices.send_invoice, name="send_invoice"),
    path("invoices/<int:pk>/credit/", invoices.credit_invoice, name="credit_invoice"),
    path("invoices/<int:pk>/cancel/", invoices.cancel_invoice, name="cancel_invoice"),
    path("invoices/<int:pk>/write-off/", writing_off.write_off, name="write_off"),
    path("invoices/<int:pk>/paid/", writing_off.paid_in_all, name="paid_in_all"),
    path("credit-notes/", credit_notes.credit_note_list, name="credit_notes"),
    path("credit-notes/<int:pk>/", credit_notes.credit_note, name="credit_note"),
    path("payments/", payments.payment_list, name="payments"),
    path("payments/new/", payments.new_payment, name="new_payment"),
    path("payments/refund/", payments.new_refund, name="new_refund"),
    path("payments/many/", many.many_payments, name="many_payments"),
    path("payments/<int:pk>/", payments.payment, name="payment"),
    path("payments/<int:pk>/apply/", payments.apply_payment, name="apply_payment"),
    path("payments/<int:pk>/unapply/", payments.unapply_payment, name="unapply_payment"),
    path("payments/<int:pk>/cancel/", payments.cancel_payment, name="cancel_payment"),
    path("documents/<int:pk>/release-limit/", limits.release_limit, name="release_limit"),
    path("ageing/", statements.ageing_list, name="ageing"),
    path("statements/<int:organization>/", statements.statement, name="statement"),
    path("statements/<int:organization>/apply-credit/", payments.apply_credit, name="apply_credit"),
]
