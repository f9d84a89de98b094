"""Tests of the jobs room: real folders, real processes."""
