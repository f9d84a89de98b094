"""Fetches the files of a data set from the Hugging Face Hub. Only what is public: no token is sent, and nothing is
asked but the list of files and the files.

Where the Hub is and whether it may be asked at all is said by its library (HF_ENDPOINT, HF_HUB_OFFLINE).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import httpx

from studio.data.readers import READERS
from studio.errors import CancelledError, DataError, ServiceError, StorageError

_ADDRESS = re.compile(r"https?://[^/]+/datasets/")
_WITHIN = re.compile(r"(?:tree|blob|resolve)/[^/]+/?")
_PLAIN_TEXT = (".txt", ".md", ".markdown", ".text")
_AGAIN = "Check the connection and try again, or download the file in a browser and drop it here."
# What the Hub itself makes of every data set it can read.
CONVERTED = "refs/convert/parquet"
TIMEOUT_SECONDS = 30.0

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Reference:
    """What a person writes or pastes: owner/name, perhaps with a folder or file in it, or the address of its page."""

    repository: str
    within: str

    @classmethod
    def of(cls, text: str) -> "Reference":
        parts = _ADDRESS.sub("", text.strip()).split("?")[0].strip("/").split("/", 2)
        if len(parts) < 2 or not all(re.fullmatch(r"\w[\w.-]{0,95}", part) for part in parts[:2]):
            raise DataError(
                f"{text.strip()[:80] or 'Nothing'} is no name of a data set on the Hub.",
                "Write it as owner/name, as it stands at the top of its page.",
            )
        within = _WITHIN.sub("", parts[2], count=1) if len(parts) == 3 else ""
        return cls("/".join(parts[:2]), within)


def hub_name(text: str) -> str:
    """What a data set of the Hub is called here; DataError for what is no name of one."""
    reference = Reference.of(text)
    return PurePosixPath(reference.within).name or reference.repository.split("/")[1]


def fetch(
    text: str,
    folder: Path,
    limit_bytes: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> list[Path]:
    """Downloads the files of a data set into `folder` and returns them in order.

    Raises DataError for what is not there or too large, ServiceError when the Hub does not answer, CancelledError.
    """
    reference = Reference.of(text)
    revision, files = _files(reference)
    total = sum(size for _, size in files)
    if limit_bytes is not None and total > limit_bytes:
        raise DataError(
            f"{reference.repository} has {total / 1e6:,.0f} MB, and the limit is {limit_bytes / 1e6:,.0f} MB.",
            "Name a folder or file in it (owner/name/folder), or raise the limit with STUDIO_UPLOAD_LIMIT_MB.",
        )
    done, fetched = 0, []
    for number, (path, _) in enumerate(files):
        target = folder / str(number) / PurePosixPath(path).name
        target.parent.mkdir(parents=True)
        address = f"{_endpoint()}/datasets/{reference.repository}/resolve/{quote(revision, safe='')}/{quote(path)}"
        for block in _download(address, path, target):
            if cancelled and cancelled():
                raise CancelledError("The download was cancelled.", "Fetch the data set again when you like.")
            done += block
            if limit_bytes is not None and done > limit_bytes:
                raise DataError(f"{path} is larger than the Hub says.", "Download it in a browser and look into it.")
            if progress:
                progress(min(done, total), total)
        fetched.append(target)
    return fetched


def _files(reference: Reference) -> tuple[str, list[tuple[str, int]]]:
    """The revision to read, and which of its files, each with its size."""
    for revision in (None, CONVERTED):
        found = _listed(reference.repository, revision)
        if found is None:
            continue
        commit, every = found
        inside = [(path, size) for path, size in every if _is_within(path, reference.within)]
        chosen = _readable(inside)
        if chosen:
            return commit, chosen
    what = reference.within or reference.repository
    raise DataError(
        f"There is no file in {what} that the studio can read.",
        "Look at its page on the Hub, and name a folder or file in it (owner/name/folder).",
    )


def _listed(repository: str, revision: str | None) -> tuple[str, list[tuple[str, int]]] | None:
    """Commit and files with sizes; None where there is no such revision."""
    at = f"/revision/{quote(revision, safe='')}" if revision else ""
    try:
        answer = httpx.get(
            f"{_endpoint()}/api/datasets/{repository}{at}",
            params={"blobs": "true"},
            timeout=TIMEOUT_SECONDS,
            follow_redirects=True,
        )
        if answer.status_code == 404 and revision:
            return None
        if answer.status_code in (401, 404):
            raise DataError(
                f"There is no public data set {repository} on the Hub.", "Check the name; capital letters count."
            )
        if answer.status_code == 403:
            raise DataError(
                f"{repository} is given out only to people who asked for it.",
                "Ask on its page, download the file in a browser, and drop it here.",
            )
        info = answer.raise_for_status().json()
        return str(info["sha"]), [(str(f["rfilename"]), int(f.get("size") or 0)) for f in info["siblings"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise ServiceError("The Hub does not answer as it should.", _AGAIN, again=True) from error


def _endpoint() -> str:
    """Where the Hub is. Its own client is not used: it asks for more than what is wanted here."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise ServiceError(
            "The Hub may not be asked here, because this machine was told to stay offline.",
            "Unset HF_HUB_OFFLINE, or drop a file instead.",
        )
    return str(constants.ENDPOINT)


def _is_within(path: str, within: str) -> bool:
    return not within or path == within or path.startswith(f"{within}/")


def _readable(files: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Files of one kind in one folder: the largest such group. Notes for people, such as a README, are no data."""
    suffixes = {suffix for reader in READERS for suffix in reader.SUFFIXES}
    groups: dict[tuple[bool, str, str], list[tuple[str, int]]] = defaultdict(list)
    for path, size in sorted(files):
        name = PurePosixPath(path.removesuffix(".gz"))
        hidden = any(part.startswith(".") for part in name.parts)
        if name.suffix.lower() in suffixes and not hidden and name.stem.lower() not in ("readme", "license", "licence"):
            prose = name.suffix.lower() in _PLAIN_TEXT
            groups[not prose, str(name.parent), name.suffix.lower()].append((path, size))
    best = max(groups, key=lambda group: (group[0], sum(size for _, size in groups[group])), default=None)
    return groups[best] if best else []


def _download(address: str, path: str, target: Path) -> Iterator[int]:
    """Writes what the address holds into `target`; gives the bytes of each block as it comes."""
    try:
        with (
            httpx.stream("GET", address, follow_redirects=True, timeout=TIMEOUT_SECONDS) as answer,
            target.open("wb") as file,
        ):
            answer.raise_for_status()
            for block in answer.iter_bytes():
                file.write(block)
                yield len(block)
    except httpx.HTTPError as error:
        raise ServiceError(f"The download of {path} broke off.", _AGAIN, again=True) from error
    except OSError as error:
        raise StorageError(f"{path} could not be stored.", "Free some space on the disk and try again.") from error
