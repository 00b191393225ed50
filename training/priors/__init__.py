"""How precise the rules of the ``priors`` member are, and putting it into a bundle."""
