"""`python -m tools.starter --corpus DIR --tasks DIR`: the whole recipe; killed and started again, it goes on."""

import argparse
from pathlib import Path

from transformers import AutoTokenizer, GenerationConfig, PreTrainedTokenizerFast

from tools.starter import card, encoder, encoder_card, encoder_tokens, pretrain, tokenizer, tokens, words


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.starter", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with the .txt.xz parts")
    parser.add_argument("--tasks", type=Path, required=True, help="folder with the instruction data and held-out tests")
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder for what the recipe keeps")
    parser.add_argument("--out", type=Path, default=Path("assets"), help="where the finished models go")
    parser.add_argument("--tokens", type=int, default=30_000_000, help="training tokens of the decoder in all")
    parser.add_argument("--encoder-steps", type=int, default=3000, help="training steps of the encoder in all")
    parser.add_argument("--only", choices=("decoder", "encoder"), help="make one of the two")
    args = parser.parse_args()
    if args.only != "encoder":
        decoder(args.corpus, args.tasks, args.work / "starter", args.out / "starter", args.tokens)
    if args.only != "decoder":
        encode(args.corpus, args.tasks, args.work / "encoder", args.out / "starter-encoder", args.encoder_steps)


def decoder(corpus: Path, tasks: Path, work: Path, out: Path, budget: int) -> None:
    """The starter: tokenizer, token files, pretraining, model folder and card."""
    work.mkdir(parents=True, exist_ok=True)
    kept = work / "tokenizer"
    if not (kept / "tokenizer_config.json").exists():
        tokenizer.train(corpus, pretrain.CONTEXT).save_pretrained(kept)
    bpe = PreTrainedTokenizerFast.from_pretrained(kept)
    tokens.write(bpe, corpus, work)
    tokens.write_instructions(bpe, corpus, tasks, work)
    model = pretrain.pretrain(bpe, work, budget)
    model.generation_config = GenerationConfig(
        bos_token_id=bpe.bos_token_id,
        eos_token_id=[bpe.eos_token_id, bpe.bos_token_id],
        pad_token_id=bpe.pad_token_id,
    )
    card.write(model, bpe, corpus, work, out)
    model.bfloat16().save_pretrained(out, max_shard_size="9MB")
    bpe.save_pretrained(out)


def encode(corpus: Path, tasks: Path, work: Path, out: Path, steps: int) -> None:
    """The starter encoder: tokenizer, windows and pairs, pretraining, model folder and card."""
    work.mkdir(parents=True, exist_ok=True)
    kept = work / "tokenizer"
    if not (kept / "tokenizer_config.json").exists():
        encoder_tokens.train_tokenizer(corpus, kept)
    pieces = AutoTokenizer.from_pretrained(kept)
    encoder_tokens.write(pieces, corpus, tasks, work)
    words.write_tones(pieces, work)
    model = encoder.pretrain(pieces, work, words.train(pieces, work), steps)
    encoder_card.write(model, pieces, corpus, work, out)
    body = model.body.bfloat16()
    body.save_pretrained(out, max_shard_size="9MB")
    pieces.save_pretrained(out)


if __name__ == "__main__":
    main()
