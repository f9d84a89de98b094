"""The OpenAI protocol: files, uploads in parts, tuning jobs with events and checkpoints, through the openai library.

The library's own retries are off: what costs money is asked once, and the caller decides what comes next. What the
places that speak this protocol offer stands in openai_places.py as data.
"""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.hosted import addresses
from studio.hosted.base import (
    Connection,
    Metric,
    Order,
    Provider,
    RemoteCheckpoint,
    RemoteEvent,
    RemoteFile,
    RemoteJob,
)
from studio.hosted.openai_words import MARK, checkpoint_of, event_of, file_of, job_of
from studio.hosted.trouble import Spoken

if TYPE_CHECKING:
    import openai

ANSWER_SECONDS = 60.0
PART_BYTES = 32 * 2**20
"""Files above this go up in parts, where the provider offers that; the protocol allows at most 64 MiB a part."""
_PAGE = 100
_MOST_PAGES = 50


def connect(provider: Provider, connection: Connection) -> "OpenAiProtocol":
    """UsageError for an address that no key is sent to."""
    return OpenAiProtocol(provider, connection)


def client(connection: Connection, timeout: float = ANSWER_SECONDS) -> "openai.OpenAI":
    """The openai library's client for this address and key, with nothing of the environment in it."""
    import openai

    address = addresses.checked(connection.address, connection.private)
    key = connection.secrets.get("key", "")
    http = addresses.http_client(address, key, connection.private, timeout)
    return openai.OpenAI(base_url=address, api_key=key, max_retries=0, timeout=timeout, http_client=http)


class OpenAiProtocol:
    """A provider that speaks the protocol (see base.Service for what each method promises)."""

    def __init__(self, provider: Provider, connection: Connection) -> None:
        self._provider = provider
        self._client = client(connection)
        self.spoken = Spoken(provider.title, tuple(connection.secrets.values()))

    def close(self) -> None:
        self._client.close()

    def upload(self, path: Path, name: str, kept: Callable[[str], None], begun: Sequence[str] = ()) -> RemoteFile:
        if self._provider.parts and path.stat().st_size > PART_BYTES:
            return self._upload_parts(path, name, kept, begun)
        with path.open("rb") as file, self.spoken.mapped():
            return file_of(self._dict(self._client.files.create(file=(name, file), purpose="fine-tune")))

    def _upload_parts(self, path: Path, name: str, kept: Callable[[str], None], begun: Sequence[str]) -> RemoteFile:
        size = path.stat().st_size
        receipts = [json.loads(receipt) for receipt in begun]
        upload = next((r["upload"] for r in receipts if "upload" in r), None)
        parts = [str(r["part"]) for r in receipts if "part" in r]
        with path.open("rb") as file, self.spoken.mapped():
            if upload is None:
                made = self._client.uploads.create(
                    bytes=size, filename=name, mime_type="text/jsonl", purpose="fine-tune"
                )
                upload = self._dict(made)["id"]
                kept(json.dumps({"upload": upload}))
            file.seek(len(parts) * PART_BYTES)
            while piece := file.read(PART_BYTES):
                part = self._client.uploads.parts.create(upload, data=("part", io.BytesIO(piece)))
                parts.append(str(self._dict(part)["id"]))
                kept(json.dumps({"part": parts[-1]}))
            done = self._client.uploads.complete(upload, part_ids=parts)
            return file_of(self._dict(done)["file"])

    def files(self, mark: str) -> list[RemoteFile]:
        with self.spoken.mapped():
            listed = [file_of(raw) for raw in self._pages("/files", {"purpose": "fine-tune"})]
        return [file for file in listed if file.name.startswith(mark or MARK)]

    def delete_file(self, file_id: str) -> None:
        with self.spoken.mapped():
            self._client.files.delete(file_id)

    def create(self, order: Order) -> RemoteJob:
        provider = self._provider
        wanted: dict[str, Any] = dict(provider.always)
        for ours, theirs in provider.options.items():
            if ours == "beta" and order.method != "dpo":
                continue
            if value := order.options.get(ours):
                wanted[theirs] = value
            elif provider.auto:
                wanted[theirs] = "auto"
        body: dict[str, Any] = {
            "model": order.model,
            "training_file": order.training,
            "method": {"type": order.method, order.method: {"hyperparameters": wanted}},
            "suffix": _suffix(order, provider.suffix_letters),
        }
        if order.validation:
            body["validation_file"] = order.validation
        if seed := order.options.get("seed"):
            body["seed"] = seed
        if provider.metadata:
            body["metadata"] = {MARK: order.mark}
        with self.spoken.mapped():
            made = self._client.fine_tuning.jobs.create(**body, extra_headers={"Idempotency-Key": order.mark})
            return job_of(self._dict(made), self.spoken.clean)

    def find(self, mark: str, training: str) -> list[RemoteJob]:
        with self.spoken.mapped():
            found = [raw for raw in self._pages("/fine_tuning/jobs") if _ours(raw, mark, training)]
        return [job_of(raw, self.spoken.clean) for raw in reversed(found)]

    def job(self, job_id: str) -> RemoteJob:
        with self.spoken.mapped():
            return job_of(self._dict(self._client.fine_tuning.jobs.retrieve(job_id)), self.spoken.clean)

    def events(self, job_id: str, seen: set[str], everything: bool = False) -> list[RemoteEvent]:
        fresh: dict[str, RemoteEvent] = {}
        with self.spoken.mapped():
            for page in self._each_page(f"/fine_tuning/jobs/{job_id}/events"):
                told = [event_of(raw, self.spoken.clean) for raw in page]
                new = [event for event in told if event.id not in seen]
                fresh |= {event.id: event for event in new}
                if not new and not everything:
                    break
        # Newest first is how they come; the sort is stable, so those of one second keep their order.
        told = list(fresh.values())
        told.reverse()
        return sorted(told, key=_order)

    def checkpoints(self, job_id: str) -> list[RemoteCheckpoint]:
        with self.spoken.mapped():
            raws = self._pages(f"/fine_tuning/jobs/{job_id}/checkpoints")
            return sorted((checkpoint_of(raw) for raw in raws), key=lambda one: one.step)

    def results(self, file_id: str) -> bytes:
        with self.spoken.mapped():
            return self._client.files.content(file_id).read()

    def cancel(self, job_id: str) -> RemoteJob:
        return self._act(self._client.fine_tuning.jobs.cancel, job_id)

    def pause(self, job_id: str) -> RemoteJob:
        return self._act(self._client.fine_tuning.jobs.pause, job_id)

    def resume(self, job_id: str) -> RemoteJob:
        return self._act(self._client.fine_tuning.jobs.resume, job_id)

    def _act(self, action: Callable[[str], Any], job_id: str) -> RemoteJob:
        with self.spoken.mapped():
            return job_of(self._dict(action(job_id)), self.spoken.clean)

    def models(self) -> list[str]:
        with self.spoken.mapped():
            return [str(raw["id"]) for raw in self._pages("/models")]

    def delete_model(self, model: str) -> None:
        with self.spoken.mapped():
            self._client.models.delete(model)

    def _pages(self, path: str, query: dict[str, str] | None = None) -> Iterator[dict[str, Any]]:
        for page in self._each_page(path, query):
            yield from page

    def _each_page(self, path: str, query: dict[str, str] | None = None) -> Iterator[list[dict[str, Any]]]:
        """Pages of a list as they come. The library's own paging trusts `has_more`, which some services leave out or
        never end, so a page that brings nothing new ends it too."""
        after, ids = None, set[str]()
        for _ in range(_MOST_PAGES):
            asked = {"limit": str(_PAGE), **(query or {}), **({"after": after} if after else {})}
            body = self._client.get(path, cast_to=dict[str, Any], options={"params": asked})
            page = [raw for raw in self._dict(body)["data"] if isinstance(raw, dict) and "id" in raw]
            new = {str(raw["id"]) for raw in page} - ids
            if page:
                yield page
            if not new or not body.get("has_more"):
                return
            ids |= new
            after = str(page[-1]["id"])

    @staticmethod
    def _dict(answer: Any) -> dict[str, Any]:
        """An answer as plain values; TypeError for one that is no object (a page of HTML comes as text)."""
        plain = answer if isinstance(answer, dict) else answer.to_dict()
        if not isinstance(plain, dict):
            raise TypeError("no JSON object")
        return plain


def _suffix(order: Order, most: int) -> str:
    """The user's own name, cut where it must be, and the mark, which never is."""
    room = most - len(order.mark) - 1
    return f"{order.suffix[:room]}-{order.mark}" if order.suffix and room > 0 else order.mark


def _ours(raw: dict[str, Any], mark: str, training: str) -> bool:
    metadata = raw.get("metadata") or {}
    named = " ".join(str(raw.get(name) or "") for name in ("suffix", "user_provided_suffix", "fine_tuned_model"))
    return metadata.get(MARK) == mark or mark in named or bool(training and raw.get("training_file") == training)


def _order(event: RemoteEvent) -> tuple[float, int]:
    metric: Metric | None = event.metric
    return event.created, metric.step if metric else 0
