"""What documents come to, held against a recomputation of their own that shares no code with the product."""
