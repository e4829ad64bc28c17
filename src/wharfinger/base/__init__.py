"""Vocabulary without goods: clock, quantities, money, numbers, refusals."""
