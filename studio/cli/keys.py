"""How a command gets a provider's key: from the system's key store or the operator, else asked for without showing it
(on a terminal), else the first line of standard input. Never from an argument or the environment, which others can
read.
"""

import getpass
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.session import Session


def ensure(session: "Session", provider: str, address: str, keep: bool = False) -> None:
    """Sees to it that there is a key for this provider; UsageError when none is given."""
    if session.providers.has_key(provider, address):
        return
    key = getpass.getpass("API key (it is not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    session.providers.give_key(provider, address, key, keep)


def ensure_for(session: "Session", run_id: str) -> None:
    """The same for the provider of a hosted run; nothing for a run on this machine."""
    if session.runs.get(run_id).kind == "hosted":
        work = session.hosted.work(run_id)
        ensure(session, work.provider, work.address)
