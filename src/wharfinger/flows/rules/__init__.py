"""Pure decisions that span sibling modules."""
