"""The forms in which the proposed models write a conversation, in words of our own, and a small tokenizer for each with
the special tokens that the form needs. `ends` is what the model writes after an answer."""

from dataclasses import dataclass
from typing import Any

from tests.tiny import chat_rows


@dataclass(frozen=True)
class Family:
    """template: None for a model that has none. strips: blanks around an answer are dropped by the form."""

    template: str | None
    special: tuple[str, ...]
    begins: str
    ends: str
    strips: bool = False


CHATML = (
    "{%- for m in messages -%}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"
)
# Thinks before its last answer, and forgets what it thought before the earlier ones.
THINKING = (
    "{%- for m in messages -%}{{ '<|im_start|>' + m['role'] + '\n' }}"
    "{%- if m['role'] == 'assistant' and loop.last -%}{{ '<think>\n\n</think>\n\n' }}{%- endif -%}"
    "{{ m['content'] + '<|im_end|>' + '\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}"
    "{%- if enable_thinking is defined and not enable_thinking -%}{{ '<think>\n\n</think>\n\n' }}{%- endif -%}"
    "{%- endif -%}"
)
# Says what day it is.
HEADERS = (
    "{{ bos_token }}{{ '<|start_header_id|>system<|end_header_id|>\n\nToday: ' + strftime_now('%d %b %Y') + '\n\n' }}"
    "{%- if messages[0]['role'] == 'system' -%}{{ messages[0]['content'] | trim }}"
    "{%- set messages = messages[1:] -%}{%- endif -%}{{ '<|eot_id|>' }}"
    "{%- for m in messages -%}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' }}"
    "{{ (m['content'] | trim) + '<|eot_id|>' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif -%}"
)
TURNS = (
    "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}{%- set first = messages[0]['content'] + '\n\n' -%}"
    "{%- set messages = messages[1:] -%}{%- else -%}{%- set first = '' -%}{%- endif -%}"
    "{%- for m in messages -%}"
    "{%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) -%}"
    "{{ raise_exception('turns must alternate') }}{%- endif -%}"
    "{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\n' }}"
    "{{ (first if loop.first else '') + (m['content'] | trim) + '<end_of_turn>\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}"
)
# Ends a conversation, though not a prompt, with a token of its own.
CLOSED = (
    "{%- for m in messages -%}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|assistant|>' }}{%- else -%}{{ eos_token }}{%- endif -%}"
)
FAMILIES = {
    "chatml": Family(CHATML, ("<|im_start|>", "<|im_end|>"), "", "<|im_end|>"),
    "chatml that thinks": Family(THINKING, ("<|im_start|>", "<|im_end|>"), "", "<|im_end|>"),
    "headers": Family(
        HEADERS, ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"), "<|begin_of_text|>", "<|eot_id|>", True
    ),
    "turns": Family(TURNS, ("<start_of_turn>", "<end_of_turn>"), "<bos>", "<end_of_turn>", True),
    "closed": Family(CLOSED, ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"), "", "<|end|>"),
    "none": Family(None, (), "", "<|endoftext|>"),
}


def tokenizer_of(family: Family) -> Any:
    """A byte-level tokenizer of a few hundred pieces, as the family's models have it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    end = "<|endoftext|>"
    special = [end, *filter(None, [family.begins]), *family.special]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator([m["content"] for row in chat_rows(40) for m in row["messages"]], trainer)
    if family.begins:
        number = bpe.token_to_id(family.begins)
        bpe.post_processor = processors.TemplateProcessing(f"{family.begins} $A", None, [(family.begins, number)])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=family.begins or None,
        eos_token=end,
        additional_special_tokens=list(family.special),
        chat_template=family.template,
        clean_up_tokenization_spaces=False,
    )


def spans(tokenizer: Any, encoded: Any) -> list[str]:
    """Each run of trained tokens of an encoded conversation, decoded."""
    runs: list[list[int]] = []
    before = False
    for token, learn in zip(encoded.ids, encoded.trained, strict=True):
        if learn:
            runs = runs if before else [*runs, []]
            runs[-1].append(token)
        before = learn
    return [tokenizer.decode(run, clean_up_tokenization_spaces=False) for run in runs]
