"""What verbs that span modules read under the locks, and what is shown and proved of them."""
