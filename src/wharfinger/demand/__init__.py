"""What is wanted, by when and for whom: claims read as needs."""
