"""What the tests of billing stand on: the API of a small company."""

from tests.fulfilment.conftest import call

__all__ = ["call"]
