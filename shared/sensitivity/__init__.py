"""How sure a ranking is: weights drawn anew, other methods, the least change that swaps two."""
