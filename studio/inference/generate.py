"""The engine: one base model, any number of models tuned from it, one generation at a time. Runs in job and inference
processes only; the HTTP side is server.py."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio.data.values import Message
from studio.errors import NotFoundError, UsageError
from studio.inference import greedy
from studio.inference.fair import FairLock
from studio.inference.generation import Detokenizer, Generation, Written, decode
from studio.inference.load import BASE, Loaded, load_model
from studio.inference.prompt import Prompt, fit


def load(model_folder: Path, tuned: Mapping[str, Path], threads: int = 0) -> "Engine":
    """An engine for the base model in `model_folder` and what was tuned from it, by id; see load.load_model."""
    return Engine(load_model(model_folder, tuned, threads))


class Engine:
    """Answers as 'base' (adapters off) or as any tuned model by its id."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self._lock = FairLock()

    @property
    def models(self) -> tuple[str, ...]:
        return (BASE, *self.loaded.names, *self.loaded.whole)

    @contextmanager
    def using(self, model: str, called_off: threading.Event | None = None) -> Iterator[Any]:
        """Holds the engine with `model` switched on: gives the transformers network, or None when called off."""
        import torch

        self._known(model)
        if not self._lock.acquire(called_off):
            yield None
            return
        try:
            with torch.inference_mode(), self._switched(model):
                yield self.loaded.whole.get(model, self.loaded.network)
        finally:
            self._lock.release()

    def stream(
        self,
        model: str,
        messages: Sequence[Message],
        temperature: float,
        max_tokens: int,
        stop: threading.Event | None = None,
    ) -> Generation:
        """Starts an answer; temperature 0 is greedy. Setting `stop`, or closing the result, ends it at the next token.

        Raises NotFoundError for an unknown model, UsageError for a last message longer than the model can read.
        """
        self._known(model)
        if temperature < 0 or max_tokens < 1:
            raise UsageError(
                "An answer needs a temperature of 0 or more and room for one token.", "Raise the lower one."
            )
        prompt = fit(self.loaded.tokenizer, messages, self.loaded.context, max_tokens)
        answer = Generation(len(prompt.ids), prompt.dropped_turns, stop or threading.Event())
        threading.Thread(target=self._fill, args=(answer, model, prompt, temperature), daemon=True).start()
        return answer

    def answers(self, model: str, conversations: Sequence[Sequence[Message]], max_tokens: int) -> list[str]:
        """Greedy answers to many conversations, in their order."""
        texts = [""] * len(conversations)
        for batch in self.answer_batches(model, conversations, max_tokens):
            for number, written in batch.items():
                texts[number] = written.text
        return texts

    def answer_batches(
        self, model: str, conversations: Sequence[Sequence[Message]], max_tokens: int
    ) -> Iterator[dict[int, Written]]:
        """Greedy answers as they end, some at a time: position of the conversation -> what was written.

        What all prompts begin with (a system prompt, examples) is read once.
        """
        tokenizer, context = self.loaded.tokenizer, self.loaded.context
        prompts = [fit(tokenizer, turns, context, max_tokens, cut_long=True) for turns in conversations]
        if not prompts:
            return
        ids, rooms = [prompt.ids for prompt in prompts], [prompt.room for prompt in prompts]
        began = time.perf_counter()
        with self.using(model) as network:
            ended = greedy.answers(network, ids, rooms, self.loaded.end, self.loaded.pad)
            some = next(ended, None)
        while some:
            each = (time.perf_counter() - began) / len(some)
            yield {number: self._written(prompts[number], new, each) for number, new in some.items()}
            began = time.perf_counter()
            with self.using(model):
                some = next(ended, None)

    def _written(self, prompt: Prompt, ids: list[int], seconds: float) -> Written:
        text = decode(self.loaded.tokenizer, ids)
        return Written(text, len(prompt.ids), len(ids), seconds, len(ids) >= prompt.room)

    def _fill(self, answer: Generation, model: str, prompt: Prompt, temperature: float) -> None:
        try:
            tokens = _Tokens(answer, Detokenizer(self.loaded.tokenizer), self.loaded.end)
            with self.using(model, answer.stop) as network:
                if network is not None:
                    self._generate(network, prompt, temperature, tokens)
            tokens.finish()
        except Exception as error:  # noqa: BLE001  (border of a thread: raised again where the answer is read)
            answer.fail(error)

    def _generate(self, network: Any, prompt: Prompt, temperature: float, tokens: "_Tokens") -> None:
        import torch

        ids = torch.tensor([prompt.ids], device=self.loaded.device)
        sampling = {"do_sample": True, "temperature": temperature, "top_k": 0} if temperature else {"do_sample": False}
        network.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=prompt.room,
            streamer=tokens,
            stopping_criteria=[_stopper(tokens.answer.stop)],
            **sampling,
        )

    @contextmanager
    def _switched(self, model: str) -> Iterator[None]:
        wrapped = self.loaded.wrapped
        if wrapped is None or model in self.loaded.whole:
            yield
        elif model == BASE:
            with wrapped.disable_adapter():
                yield
        else:
            wrapped.set_adapter(self.loaded.names[model], inference_mode=True)
            yield

    def _known(self, model: str) -> None:
        if model not in self.models:
            raise NotFoundError(
                f"There is no model called {model} here.", f"Use one of: {', '.join(self.models)}.", field="model"
            )


class _Tokens:
    """Receives the tokens of transformers' generate (its streamer protocol) and sends text on."""

    def __init__(self, answer: Generation, detokenizer: Detokenizer, end: tuple[int, ...]) -> None:
        self.answer = answer
        self._detokenizer = detokenizer
        self._end = end
        self._prompt_seen = False
        self._ended = False
        self._count = 0

    def put(self, value: Any) -> None:
        if not self._prompt_seen:  # generate hands over the prompt first
            self._prompt_seen = True
            return
        for token in value.flatten().tolist():
            if token in self._end:
                self._ended = True
            elif not self._ended:
                self._count += 1
                piece = self._detokenizer.add(token)
                if piece:
                    self.answer.send(piece)

    def end(self) -> None:
        """Part of the protocol; finish() is called by the engine, also when generation never began."""

    def finish(self) -> None:
        piece = self._detokenizer.rest()
        if piece:
            self.answer.send(piece)
        cancelled = self.answer.stop.is_set() and not self._ended
        self.answer.end("stop" if self._ended else "cancelled" if cancelled else "length", self._count)


def _stopper(stop: threading.Event) -> Callable[..., Any]:
    import torch

    return lambda ids, scores, **_: torch.full((ids.shape[0],), stop.is_set(), device=ids.device)
