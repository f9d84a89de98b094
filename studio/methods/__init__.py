"""Every method of tuning, in the order the page shows them. A new method is one file and one line here."""

from studio.errors import UsageError
from studio.methods.base import Method
from studio.methods.lora import Lora

METHODS: tuple[Method, ...] = (Lora(),)
RECOMMENDED = "lora"


def get(name: str) -> Method:
    """The method of that id ('recommended' is the one we propose); UsageError names those there are."""
    wanted = RECOMMENDED if name == "recommended" else name
    for method in METHODS:
        if method.id == wanted:
            return method
    known = ", ".join(method.id for method in METHODS)
    raise UsageError(f"There is no method called {name}.", f"Choose one of: {known}.", field="method")
