"""What these tests stand on: a small company, and its API."""

from tests.fulfilment.conftest import call, company

__all__ = ["call", "company"]
