"""Tickets, projects, contracts and jobs that goods are sold on."""
