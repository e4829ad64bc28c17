"""The demo company: a managed-service provider that lived through its last weeks, told in acts."""
