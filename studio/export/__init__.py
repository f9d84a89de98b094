"""Taking a tuned model away. Today: the adapter as a zip. Torch-free."""
