"""Which series of numbers there are, what each counts, and where its numbers stand: one table."""

from __future__ import annotations

from wharfinger.base.refusal import N_
from wharfinger.billing.rules import invoices, payments
from wharfinger.billing.rules.credits import NUMBER as CREDIT_NOTE
from wharfinger.billing.rules.reminders import NUMBER as REMINDER
from wharfinger.devices import rules as devices
from wharfinger.devices.rules import keeping
from wharfinger.exchange.rules import accounting
from wharfinger.fulfilment.rules import packing, runs, shipping
from wharfinger.ledger.numbering import SERIES, Series
from wharfinger.purchasing.rules import crediting, drafting, paying, quoting, receiving
from wharfinger.returns import rules as returns
from wharfinger.returns.rules import claiming, recalling
from wharfinger.sales.rules import orders, quotes
from wharfinger.stock.rules import counting, lending, transferring
from wharfinger.work import rules as work

TABLE = (
    Series(quotes.OPPORTUNITY, N_("Opportunities"), "sales.Opportunity"),
    Series(quotes.NUMBER, N_("Quotes"), "demand.Sheet"),
    Series(orders.NUMBER, N_("Sales orders"), "demand.Sheet"),
    Series(drafting.NUMBER, N_("Purchase orders"), "purchasing.PurchaseOrder"),
    Series(quoting.NUMBER, N_("Requests for quotation"), "purchasing.Rfq"),
    Series(receiving.RECEIPT, N_("Receipts"), "purchasing.Receipt"),
    Series(crediting.RETURN, N_("Returns to vendors"), "purchasing.VendorReturn"),
    Series(paying.NUMBER, N_("Payments to vendors"), "purchasing.VendorPayment"),
    Series(runs.NUMBER, N_("Pick runs"), "fulfilment.PickRun"),
    Series(packing.CONTAINER, N_("Containers"), "fulfilment.Container"),
    Series(shipping.SHIPMENT, N_("Shipments"), "fulfilment.Shipment"),
    Series(invoices.NUMBER, N_("Invoices"), "billing.Invoice"),
    Series(CREDIT_NOTE, N_("Credit notes"), "billing.CreditNote"),
    Series(payments.PAYMENT, N_("Payments"), "billing.Payment"),
    Series(payments.REFUND, N_("Refunds"), "billing.Payment"),
    Series(REMINDER, N_("Reminders"), "billing.Reminder"),
    Series(accounting.NUMBER, N_("Accounting exports"), "exchange.AccountingExport"),
    Series(returns.RMA, N_("RMAs"), "returns.Rma"),
    Series(returns.RETURN, N_("Returns"), "returns.Rma"),
    Series(recalling.RECALL, N_("Recalls"), "returns.Recall"),
    Series(claiming.CLAIM, N_("Claims on vendors"), "returns.VendorClaim"),
    Series(transferring.NUMBER, N_("Transfer orders"), "stock.TransferOrder"),
    Series(counting.NUMBER, N_("Counts"), "stock.Count"),
    Series(lending.NUMBER, N_("Loans"), "stock.Loan"),
    Series(work.NUMBERS["ticket"], N_("Tickets"), "demand.Sheet"),
    Series(work.NUMBERS["project"], N_("Projects"), "demand.Sheet"),
    Series(work.NUMBERS["contract"], N_("Contracts"), "demand.Sheet"),
    Series(work.NUMBERS["job"], N_("Jobs"), "demand.Sheet"),
    Series(devices.DEVICE, N_("Devices"), "devices.Device"),
    Series(keeping.SUBSCRIPTION, N_("Subscriptions"), "devices.Subscription"),
)


def install() -> None:
    """Tell the kernel of every series; called once, when Django is ready."""
    SERIES.update((one.number.series, one) for one in TABLE)
