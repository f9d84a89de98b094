"""What a provider's refusals and failures mean, in our words: the one border where the openai library's errors become
ServiceError. What was said by the provider is quoted without the key."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from studio.errors import ServiceError

_LONGEST_WAIT = 300.0
_QUOTE = 300


class Spoken:
    """Turns errors into words for one provider. title: what it is called; secrets: what no word may hold."""

    def __init__(self, title: str, secrets: tuple[str, ...]) -> None:
        self.title = title
        self._secrets = tuple(filter(None, secrets))

    def clean(self, text: object) -> str:
        """What the provider wrote, without secrets, as one line of a length that a screen can show."""
        words = " ".join(str(text).split())
        for secret in self._secrets:
            words = words.replace(secret, "***")
        return words[:_QUOTE]

    @contextmanager
    def mapped(self) -> Iterator[None]:
        """Foreign errors of the block as ServiceError, without the chain: it may hold the request and its headers."""
        import openai

        try:
            yield
        except openai.OpenAIError as error:
            raise self.error(error) from None
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
            # An answer that is not what the protocol says.
            raise self.nonsense(self.clean(error)) from None

    def nonsense(self, what: str = "") -> ServiceError:
        more = f" ({what})" if what else ""
        return ServiceError(
            f"The answer of {self.title} is not what the protocol says{more}.",
            "Check the address; a proxy or a login page may stand in the way.",
            unsure=True,
            again=True,
        )

    def error(self, error: Exception) -> ServiceError:
        import openai

        if isinstance(error, openai.APITimeoutError):
            return self._silent(f"{self.title} did not answer in time.")
        if isinstance(error, openai.APIConnectionError):
            return self._silent(f"The connection to {self.title} broke or could not be made.")
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        return self.nonsense(self.clean(error))

    def _silent(self, happened: str) -> ServiceError:
        return ServiceError(happened, "Check the network and the address, then try again.", unsure=True, again=True)

    def _status(self, error: Any) -> ServiceError:
        status, code = error.status_code, str(error.code or "")
        quote = self._quoted(error)
        if known := _KNOWN.get(code) or _STATUS.get(status):
            happened, remedy, flags = known
            return ServiceError(happened.format(title=self.title) + quote, remedy, **flags)
        if status == 429:
            remedy = "It is asked again by itself after a while."
            return ServiceError(
                f"{self.title} wants fewer requests.", remedy, again=True, wait=_retry_after(error.response.headers)
            )
        if status >= 500 or status in (408, 409):
            return ServiceError(
                f"{self.title} has a fault of its own (status {status}).{quote}",
                "Wait a while, then try again.",
                unsure=True,
                again=True,
                wait=_retry_after(error.response.headers),
            )
        if 300 <= status < 400:
            return ServiceError(
                f"{self.title} points to another address, and the key is not sent on.",
                "Give the address that the service itself names.",
            )
        return ServiceError(
            f"{self.title} refused this (status {status}).{quote}", "Change what it names, then try again."
        )

    def _quoted(self, error: Any) -> str:
        body = error.body if isinstance(error.body, dict) else {}
        said = body.get("message") or (body.get("error") if isinstance(body.get("error"), str) else "")
        return f" It says: “{self.clean(said)}”" if said else ""


_Flags = dict[str, Any]
_KNOWN: dict[str, tuple[str, str, _Flags]] = {
    "training_not_available": (
        "{title} no longer takes tuning jobs from this organisation.",
        "Choose another provider, or tune a model on this machine.",
        {},
    ),
    "insufficient_quota": (
        "The account at {title} has no credit left.",
        "Add credit there, then start again; nothing was charged for this.",
        {},
    ),
    "model_not_available": (
        "{title} does not tune this model for this account.",
        "Choose another model.",
        {},
    ),
    "model_not_found": (
        "{title} has no such model for this key.",
        "Choose another model; a tuned one may have been deleted or shut down.",
        {"missing": True},
    ),
    "invalid_api_key": (
        "{title} does not accept the key.",
        "Give the key again, or make a new one there.",
        {"key": True},
    ),
}
_STATUS: dict[int, tuple[str, str, _Flags]] = {
    401: ("{title} does not accept the key.", "Give the key again, or make a new one there.", {"key": True}),
    403: ("{title} does not allow this with this key.", "Check there what the key may do, or use another one.", {}),
    404: (
        "{title} knows no such thing.",
        "Check the address and the model; it may have been deleted.",
        {"missing": True},
    ),
}


def _retry_after(headers: Any) -> float | None:
    """Seconds that the answer asks to wait, at most five minutes."""
    said = headers.get("retry-after")
    if said is None:
        return None
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(0.0, seconds), _LONGEST_WAIT)
