"""What the Hub's refusals and failures mean, in our words: the one border where its library's errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from studio.errors import ModelError, ServiceError, StorageError, StudioError

CHECK = "Check the connection and try again, or name a model folder on this machine."


@contextmanager
def in_words(name: str) -> Iterator[None]:
    """Errors of the block, about the model of that name, as StudioError; without the chain, which may hold a token."""
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except StudioError:
        raise
    except errors.GatedRepoError:
        raise ModelError(
            f"{name} is handed out only to people who accepted its terms.",
            "Accept them on its page at huggingface.co, make a token there, and give it here.",
            field="token",
        ) from None
    except errors.RepositoryNotFoundError:
        raise ModelError(
            f"There is no public model {name} on the Hub.", "Check the name; capital letters count.", field="model"
        ) from None
    except errors.OfflineModeIsEnabled:
        raise ServiceError(
            "The Hub may not be asked here, because this machine was told to stay offline.",
            "Unset HF_HUB_OFFLINE, or name a model folder on this machine.",
        ) from None
    except errors.HfHubHTTPError as error:
        raise _refused(name, error.response.status_code) from None
    except (httpx2.HTTPError, OSError, ValueError, errors.HFValidationError) as error:
        raise _broken(name, error) from None


def _refused(name: str, status: int) -> StudioError:
    if status in (401, 403):
        return ModelError(
            f"The Hub does not give out {name} with this token.",
            "Check the token, and that its owner accepted the model's terms.",
            field="token",
        )
    return ServiceError(
        f"The Hub has a fault of its own (status {status}).", "Wait a while, then try again.", again=True
    )


def _broken(name: str, error: Exception) -> StudioError:
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError):
        return StorageError(f"{name} could not be stored ({error.strerror}).", "Free some space, and try again.")
    return ServiceError("The Hub does not answer.", CHECK, again=True)
