"""Names for projects, data sets and jobs: short, sortable by time, readable aloud."""

import secrets
from datetime import UTC, datetime

# Without letters and digits that look alike (0 o, 1 l i).
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def now() -> datetime:
    return datetime.now(UTC)


def new(at: datetime) -> str:
    """An id such as 20261120-124501-k3f2: the second in UTC, and four letters by chance."""
    return f"{at.astimezone(UTC):%Y%m%d-%H%M%S}-" + "".join(secrets.choice(_LETTERS) for _ in range(4))
