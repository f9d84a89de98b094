"""The pieces of the Method tab: controls drawn from a method's options, and the cards of models and methods."""
