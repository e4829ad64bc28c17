"""Mail, notices and webhooks through the outbox."""
