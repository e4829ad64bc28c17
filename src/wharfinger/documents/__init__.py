"""PDFs, kept and reprinted as issued."""
