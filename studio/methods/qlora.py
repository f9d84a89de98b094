"""QLoRA: LoRA beside a base model that is held in 4 bits (Dettmers et al. 2023, arXiv 2305.14314; bitsandbytes)."""

from typing import Any, ClassVar

from studio.methods.base import Holds
from studio.methods.lora import Lora


class Qlora(Lora):
    """Trains the same low-rank matrices as LoRA; the base model is rounded to 4 bits (NF4) and stays frozen.

    Example: `studio train FILE --model FOLDER --method qlora`.
    """

    id: ClassVar[str] = "qlora"
    title: ClassVar[str] = "QLoRA"
    what: ClassVar[str] = "LoRA beside a base model that is squeezed to 4 bits a weight, so that it needs less memory."
    when: ClassVar[str] = "When the base model does not fit this machine's memory as it is; else LoRA is quicker."
    holds: ClassVar[Holds] = "in 4 bits"
    needs: ClassVar[tuple[str, ...]] = ("bitsandbytes",)

    def build(self, model: Any, options: Any) -> Any:
        """As LoRA does.

        On a processor bitsandbytes repacks the weights at the first evaluation, for a kernel that has no gradient;
        training would go on with wrong ones, without a word. That is switched off here.
        """
        from bitsandbytes.nn import Linear4bit

        for part in model.modules():
            if isinstance(part, Linear4bit):
                part.support_avx512bf16_for_cpu = False
        return super().build(model, options)
