"""The verbs of buying: approve, order, receive, send back."""
