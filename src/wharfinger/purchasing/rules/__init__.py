"""Pure decisions about buying: approving, ordering, receiving, sending back."""
