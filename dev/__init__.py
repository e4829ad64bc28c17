"""What developers run beside the checks; nothing here is part of the product."""
