"""AdamW with both moments of each weight in 8 bits, block by block (Dettmers et al. 2022, arXiv 2110.02861;
bitsandbytes): a quarter of their memory. Paged: where the card is full, the driver moves them to the memory of the
machine.

Only loaded where it is used (optimizing.py).
"""

from collections.abc import Collection, Mapping
from typing import Any

import torch
from bitsandbytes import cextension
from bitsandbytes.optim import AdamW
from torch import Tensor


class EightBit(AdamW):
    def __init__(
        self,
        groups: list[dict[str, Any]],
        rate: float,
        betas: tuple[float, float],
        decay: float,
        whole: Collection[int],
        paged: bool,
    ) -> None:
        """whole: ids of the weights whose moments stay in single precision (vectors of words, whose gradients differ
        too much within a block)."""
        super().__init__(groups, lr=rate, betas=betas, weight_decay=decay, optim_bits=8, is_paged=paged)
        self._whole = whole

    def get_config(self, gindex: int, pindex: int, group: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = super().get_config(gindex, pindex, group)
        if id(group["params"][pindex]) in self._whole:
            found["optim_bits"] = 32
        return found

    @torch.no_grad()
    def restore(self, kept: Mapping[int, Mapping[str, Tensor]]) -> None:
        """kept: by number of the weight, then by name. Moments are filled where they lie: paged ones stay so."""
        places = [(g, p) for g, group in enumerate(self.param_groups) for p in range(len(group["params"]))]
        for number, values in kept.items():
            g, p = places[number]
            weight = self.param_groups[g]["params"][p]
            self.init_state(self.param_groups[g], weight, g, p)
            for name, value in values.items():
                if name == "step":
                    self.state[weight]["step"] = int(value)
                else:
                    self.state[weight][name].copy_(value)


def works() -> bool:
    """Whether the library found what it computes with on this machine."""
    return not isinstance(cextension.lib, cextension.ErrorHandlerMockBNBNativeLibrary)
