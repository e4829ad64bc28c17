"""A company for the fuzzing, with a few of everything in several stages: what nonsense may run into."""

from __future__ import annotations

from typing import Any

from django.db.models import JSONField, Value
from django.test import Client

from wharfinger.base.access import HOUSE
from wharfinger.base.configuration import DEFAULTS
from wharfinger.base.models import Setting
from wharfinger.parties.actions.people import create_token
from wharfinger.parties.models import Grant, Role, User
from wharfinger.site.commands.init import found_company

LINE = {"product": 1, "quantity": "3"}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("organizations", {"name": "Acme", "contacts": [{"name": "Rosa"}], "sites": [{"name": "Head office"}]}),
    ("organizations", {"name": "Grossist", "vendor": True, "sites": [{"name": "Depot"}]}),
    (
        "products",
        {"sku": "A-1", "name": "Cable", "price": "9.90", "vendors": [{"organization": 2, "cost": "3.5"}]},
    ),
    (
        "products",
        {"sku": "A-2", "name": "Router", "traced": "serial", "vendors": [{"organization": 2, "cost": "50"}]},
    ),
    (
        "products",
        {"sku": "A-3", "name": "Paste", "traced": "batch", "quantity_decimals": 3, "cost_method": "average"},
    ),
    ("products", {"sku": "A-4", "name": "Hour", "kind": "service", "price": "95"}),
    ("warranty-policies", {"name": "Two years", "months": 24}),
    ("locations", {"name": "Van", "bins": [{"name": "V1"}, {"name": "V2"}]}),
    (
        "stock/adjust",
        {"product": 1, "location": 1, "quantity": "500", "unit_cost": "3.5", "reason": "Opening"},
    ),
    (
        "stock/adjust",
        {
            "product": 2,
            "location": 1,
            "quantity": "2",
            "unit_cost": "50",
            "serials": ["S-1", "S-2"],
            "reason": "Opening",
        },
    ),
    (
        "stock/adjust",
        {
            "product": 3,
            "location": 1,
            "quantity": "7.5",
            "unit_cost": "2",
            "batch": "L-1",
            "reason": "Opening",
        },
    ),
    ("stock/counts", {"location": 1}),
    ("opportunities", {"organization": 1, "title": "New network"}),
    ("quotes", {"organization": 1, "lines": [LINE, {"product": 4, "quantity": "2"}], "opportunity": 1}),
    ("orders?confirm=true", {"organization": 1, "lines": [LINE, {"product": 2, "quantity": "1"}]}),
    ("orders", {"organization": 1, "lines": [LINE]}),
    ("work-orders", {"kind": "ticket", "organization": 1, "charges": [LINE]}),
    (
        "purchase-orders",
        {"vendor": 2, "lines": [{"product": 1, "quantity": "5", "unit_cost": "3.5", "location": 1}]},
    ),
)


def let_in() -> str:
    """A new token of an administrator, whatever nonsense has done to users, roles, tokens and settings before."""
    for key in Setting.objects.exclude(key="company").values_list("key", flat=True):
        Setting.objects.filter(key=key).update(value=Value(DEFAULTS[key], JSONField()))
    role, _ = Role.objects.get_or_create(name="everything", defaults={"permissions": ["*"]})
    user, _ = User.objects.get_or_create(username="eve")
    User.objects.filter(pk=user.pk).update(is_active=True)
    Role.objects.filter(pk=role.pk).update(permissions=["*"])
    if not user.may("site.settings"):
        Grant.objects.create(user=user, role=role)
    return create_token(actor=HOUSE, user=user.pk, name="fuzz").text


def furnish() -> None:
    """Found the company and give it a few of everything."""
    found_company(name="Fuzz & Co", admin="ada")
    client = Client(headers={"authorization": f"Bearer {let_in()}"})

    def post(path: str, body: dict[str, Any]) -> Any:
        response = client.post(f"/api/v1/{path}", body, "application/json")
        assert response.status_code in (200, 201), (path, response.content)
        return response.json()

    for path, body in STEPS:
        post(path, body)
    order = post("orders?confirm=true", {"organization": 1, "lines": [{"product": 1, "quantity": "9"}]})
    line = order["lines"][0]["id"]
    post(f"orders/{order['id']}/reserve", {"lines": [{"line": line, "quantity": "8", "location": 1}]})
    some = {"picks": [{"line": line, "quantity": "6"}]}
    post("pick", some)
    some["picks"][0]["quantity"] = "4"
    post("pack", some)
    some["picks"][0]["quantity"] = "3"
    post("ship", some)
    some["picks"][0]["quantity"] = "2"
    post("deliver", some)
    invoice = post("invoices", {"lines": [{"line": line, "quantity": "3"}]})
    post("payments", {"organization": 1, "amount": "50.00", "currency": "EUR"})
    post("credit-notes", {"lines": [{"invoice_line": invoice["lines"][0]["id"], "quantity": "1"}]})
    post("invoices", {"lines": [{"line": line, "quantity": "1"}], "draft": True})
    post("purchase-orders/1/submit", {})
    post("purchase-orders/1/receive", {"lines": [{"purchase_line": 1, "quantity": "2"}]})
