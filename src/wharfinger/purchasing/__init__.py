"""Purchase approval, purchase orders and receiving."""
