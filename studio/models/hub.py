"""Base models on the Hugging Face Hub: what is there, what one is, and the download of what is safe to have.

Of a model only safetensors, config and tokenizer files are fetched, at one commit, and looked at before the weights
come. Everything goes through the Hub's own library; where the Hub is and whether it may be asked is said by it
(HF_ENDPOINT, HF_HUB_OFFLINE). A token is sent to the Hub alone and stands in no message.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.errors import CancelledError, ModelError, StorageError
from studio.models import inspection, weights
from studio.models.hub_words import in_words

if TYPE_CHECKING:
    from huggingface_hub import HfApi

NAME = re.compile(r"[\w][\w.-]{0,95}/[\w][\w.-]{0,95}")
_ADDRESS = re.compile(r"https?://[^/]+/")
MATTERS = ("config.json", "generation_config.json", "README.md", *inspection.TOKENIZER_FILES)
SHOWN = 12

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Found:
    """A model of the Hub. parameters: as it says, 0 unknown. bytes: of what would be fetched, 0 where that was not
    asked. gated: handed out only to who accepted its terms. downloads: in the last month."""

    id: str
    parameters: int
    licence: str
    gated: bool
    downloads: int
    commit: str = ""
    bytes: int = 0
    files: tuple[tuple[str, int], ...] = ()


def name_of(text: str) -> str:
    """The owner/name in what a person wrote or pasted; ModelError when there is none."""
    parts = _ADDRESS.sub("", text.strip()).split("?")[0].strip("/").split("/")
    name = "/".join(parts[:2])
    if not NAME.fullmatch(name) or (len(parts) > 2 and parts[2] not in ("tree", "blob", "resolve")):
        raise ModelError(
            f"{text.strip()[:80] or 'Nothing'} is no name of a model on the Hub.",
            "Write it as owner/name, as it stands at the top of its page.",
        )
    return name


def search(text: str, token: str = "") -> list[Found]:
    """Models that write text and carry these words, the most used first; ServiceError when the Hub does not answer."""
    from huggingface_hub import constants
    from huggingface_hub.utils import get_session

    with in_words(text):
        # The library asks six times for a list; a person without a network is told at once.
        get_session().head(constants.ENDPOINT, timeout=10)
        expand: Any = ["safetensors", "downloads", "gated", "cardData", "library_name"]
        listed = _api(token).list_models(
            search=text.strip(), filter="safetensors", sort="downloads", limit=SHOWN, expand=expand
        )
        return [_found(one) for one in listed]


def look_up(name: str, token: str = "") -> Found:
    """What a model is and which of its files would be fetched. ModelError for one that is not there, may not be had or
    would be of no use here; ServiceError when the Hub does not answer."""
    with in_words(name):
        info = _api(token).model_info(name, files_metadata=True, timeout=30)
    listed = [(one.rfilename, int(one.size or 0)) for one in info.siblings or ()]
    files = tuple((path, size) for path, size in listed if wanted(path))
    names = [path for path, _ in listed]
    if "config.json" not in names:
        raise ModelError(f"{name} holds no config.json, so it is no model of the usual form.", "Choose another model.")
    if not any(path.endswith(".safetensors") for path, _ in files):
        others = [path for path in names if path.endswith(weights.PICKLES)]
        has = f"only {others[0]}" if others else "no weights at all"
        raise ModelError(
            f"{name} has {has}, and the studio opens .safetensors alone, because other files can hold code.",
            "Choose a version of the model with .safetensors weights.",
        )
    return _found(info, files)


def wanted(path: str) -> bool:
    """Whether a file of a model is fetched: what inspection and training read, at the top of the repository."""
    return "/" not in path and (path in MATTERS or path == weights.INDEX or path.endswith(".safetensors"))


def fetch(
    name: str,
    folder: Path,
    token: str = "",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    brings_code: bool = False,
) -> Found:
    """Downloads the model into `folder`, small files first, and looks at them before the weights come.

    brings_code: its config names code of its own, which is struck out, because transformers knows the model by itself.
    Raises as look_up does; ModelError for a model that is not safe or fit, CancelledError.
    """
    found = look_up(name, token)
    _room(folder, found)
    done = 0

    def step(size: int) -> None:
        nonlocal done
        if cancelled and cancelled():
            raise CancelledError("The download was cancelled.", "Fetch the model again when you like.")
        done += size
        if progress:
            progress(min(done, found.bytes), found.bytes)

    small = [path for path, _ in found.files if not path.endswith(".safetensors")]
    large = [path for path, _ in found.files if path.endswith(".safetensors")]
    with in_words(name):
        for path in (*small, None, *large):
            if path is None:
                if brings_code:
                    _without_code(folder)
                inspection.inspect_config(folder)
            else:
                _download(name, found.commit, path, folder, token, step)
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return found


def _download(name: str, commit: str, path: str, folder: Path, token: str, step: Callable[[int], None]) -> None:
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.utils import tqdm

    class Told(tqdm):
        """The library's progress bar, which shows nothing and tells us."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            step(int(n or 0))
            return None

    step(0)
    hf_hub_download(
        name,
        path,
        revision=commit,
        local_dir=folder,
        token=token or False,
        endpoint=constants.ENDPOINT,
        tqdm_class=Told,
    )


def _api(token: str) -> "HfApi":
    from huggingface_hub import HfApi, constants

    # False, not None: a token in the environment or the home of whoever runs the studio is not everybody's.
    return HfApi(endpoint=constants.ENDPOINT, token=token or False)


def _found(info: Any, files: tuple[tuple[str, int], ...] = ()) -> Found:
    card = info.card_data.to_dict() if info.card_data else {}
    return Found(
        id=str(info.id),
        parameters=int(info.safetensors.total) if info.safetensors else 0,
        licence=str(card.get("license") or "not stated"),
        gated=bool(info.gated),
        downloads=int(info.downloads or 0),
        commit=str(info.sha or ""),
        bytes=sum(size for _, size in files),
        files=files,
    )


def _without_code(folder: Path) -> None:
    for name in ("config.json", "tokenizer_config.json"):
        path = folder / name
        if path.is_file():
            values = json.loads(path.read_text(encoding="utf-8"))
            values.pop("auto_map", None)
            path.write_text(json.dumps(values, indent=2, ensure_ascii=False), encoding="utf-8")


def _room(folder: Path, found: Found) -> None:
    free = shutil.disk_usage(folder).free
    if found.bytes > free:
        raise StorageError(
            f"{found.id} has {found.bytes / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB of the disk are free.",
            "Free some space, or choose a smaller model.",
        )
