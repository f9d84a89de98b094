"""A tiny base model and a small learnable task, both made here, for tests that really train."""

from pathlib import Path

FRUITS = ("apple", "pear", "plum", "cherry", "grape", "lemon", "melon", "fig")
TOOLS = ("hammer", "saw", "drill", "wrench", "chisel", "plane", "clamp", "file")
PHRASES = ("what is a {}", "tell me about the {}", "i bought one {} today", "my {} is on the table", "sort this: {}")

# Same form as the starter's template: <|role|>text<|end|>, the assistant's tokens marked.
CHAT_TEMPLATE = (
    "{%- for m in messages -%}{%- if m['role'] == 'assistant' -%}"
    "<|assistant|>{% generation %}{{ m['content'] }}<|end|>{% endgeneration %}"
    "{%- else -%}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"
)


def chat_rows(count: int) -> list[dict]:
    """`count` distinct rows; the answer says whether the thing named is a fruit or a tool."""
    rows = []
    for number in range(count):
        kind, words = ("fruit", FRUITS) if number % 2 else ("tool", TOOLS)
        word = words[(number // 2) % len(words)]
        text = PHRASES[(number // 16) % len(PHRASES)].format(word) + f" number {number}"
        answer = f'{{"kind": "{kind}"}}'
        rows.append({"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]})
    return rows


def make_tiny_model(folder: Path) -> Path:
    """Writes config, safetensors, tokenizer and template of a random model (about 0.2 M parameters) into `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [m["content"] for row in chat_rows(80) for m in row["messages"]]
    bpe.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<|endoftext|>",
        eos_token="<|end|>",
        pad_token="<|pad|>",
        chat_template=CHAT_TEMPLATE,
        model_max_length=256,
        clean_up_tokenization_spaces=False,
    )
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        # Large enough that a frozen random head can tell tokens apart, so that LoRA has something to steer
        initializer_range=0.15,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
