"""What customers are asked for goods: price lists by customer group, day, quantity and currency."""
