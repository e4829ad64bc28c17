"""RMA, inspection, restock, scrap, swap."""
