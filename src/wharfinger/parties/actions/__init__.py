"""The verbs of organizations, people and the company's settings."""
