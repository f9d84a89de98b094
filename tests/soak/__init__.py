"""Tests that get better the longer they run: 10 minutes in `make soak`, some seconds in `make test`. SOAK_SECONDS sets
another length."""

import os

SECONDS = float(os.environ.get("SOAK_SECONDS", "600" if os.environ.get("SOAK") else "20"))
