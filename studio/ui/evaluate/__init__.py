"""The pieces of the Evaluate tab, a file per card; tabs/evaluate.py puts them together."""
