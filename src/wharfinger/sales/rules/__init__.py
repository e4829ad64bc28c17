"""Pure decisions about quotes and sales orders."""
