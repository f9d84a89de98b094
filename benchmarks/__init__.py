"""Measured times: `make bench` prints a table for each. Run it when nothing else runs."""
