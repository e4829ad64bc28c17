"""Organizations, people and the company's settings over HTTP."""
