"""Locations, bins, adjustments and transfers: goods at rest."""
