"""The loss of a causal language model at its trained positions, and nowhere else.

Rows are padded on the right. With causal attention no real token can see such padding, so no attention mask is needed
and the fast kernels are used. Needs torch: for job processes alone.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import cross_entropy

from studio.models.pieces import Encoded

SHORT = 128
"""Tokens of a padded row."""


class Scorer:
    """Loss per trained token of a transformers causal LM, with or without peft layers inside it.

    Logits are computed at trained positions only, from the decoder's last hidden states. Architectures whose own
    forward does more after the decoder (scaled or capped logits) are found by comparing once, and use that forward.
    """

    def __init__(self, model: Any) -> None:
        """model: a transformers causal LM or a peft model around one, on its device."""
        self._model = model.get_base_model() if hasattr(model, "peft_config") else model
        self._logits = self._choose()

    def losses(self, rows: Sequence[Encoded]) -> Tensor:
        """Cross entropy in nats of every trained token of the rows, in order: shape (trained tokens,), float32.

        A token at the very start of a row has nothing before it and is never a target.
        """
        longest = max(len(row.ids) for row in rows)
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        trained = torch.zeros(len(rows), longest, dtype=torch.bool)
        for index, row in enumerate(rows):
            ids[index, : len(row.ids)] = torch.tensor(row.ids)
            trained[index, : len(row.ids)] = torch.tensor(row.trained)
        ids, trained = ids.to(self._model.device), trained.to(self._model.device)
        with _attention(ids):
            logits = self._logits(ids, trained[:, 1:])
        return cross_entropy(logits.float(), ids[:, 1:][trained[:, 1:]], reduction="none")

    def _choose(self) -> Callable[[Tensor, Tensor], Tensor]:
        probe = torch.arange(4, device=self._model.device)[None] % self._model.config.get_text_config().vocab_size
        every = torch.ones(1, 3, dtype=torch.bool, device=self._model.device)
        with torch.inference_mode():
            same = torch.allclose(self._picked(probe, every), self._whole(probe, every), rtol=1e-2, atol=1e-3)
        return self._picked if same else self._whole

    def _picked(self, ids: Tensor, wanted: Tensor) -> Tensor:
        hidden = self._model.get_decoder()(input_ids=ids, use_cache=False).last_hidden_state
        return self._model.get_output_embeddings()(hidden[:, :-1][wanted])

    def _whole(self, ids: Tensor, wanted: Tensor) -> Tensor:
        return self._model(input_ids=ids, use_cache=False).logits[:, :-1][wanted]


def _attention(ids: Tensor) -> AbstractContextManager[Any]:
    """On a processor torch's fast attention is slower than the plain products where rows are short: measured with 1,024
    tokens a batch, forward and backward, 4.6 to 8.7 ms at 64 tokens a row, 12.9 to 11.0 at 256."""
    return sdpa_kernel(SDPBackend.MATH) if ids.device.type == "cpu" and ids.shape[1] <= SHORT else nullcontext()


def targets(row: Encoded) -> int:
    """How many tokens of the row the loss is taken over."""
    return sum(row.trained[1:])
