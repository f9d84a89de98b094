"""Tests that get better the longer they run. SOAK_SECONDS says how long; without it each takes some seconds."""

import os

SECONDS = float(os.environ.get("SOAK_SECONDS", "20"))
