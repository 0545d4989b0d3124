"""Tools of the repository: set-up, checks and small laws. Nothing of the product imports them."""
