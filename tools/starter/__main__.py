"""`python -m tools.starter --corpus DIR`: the whole recipe; killed and started again, it goes on."""

import argparse
from pathlib import Path

from transformers import GenerationConfig, PreTrainedTokenizerFast

from tools.starter import card, pretrain, tokenizer, tokens


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.starter", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with the .txt.xz parts")
    parser.add_argument("--work", type=Path, default=Path("build/starter"), help="folder for what the recipe keeps")
    parser.add_argument("--out", type=Path, default=Path("assets/starter"), help="where the finished model goes")
    parser.add_argument("--tokens", type=int, default=14_000_000, help="training tokens in all")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)

    kept = args.work / "tokenizer"
    if not (kept / "tokenizer_config.json").exists():
        tokenizer.train(args.corpus, pretrain.CONTEXT).save_pretrained(kept)
    bpe = PreTrainedTokenizerFast.from_pretrained(kept)
    tokens.write(bpe, args.corpus, args.work)
    model = pretrain.pretrain(bpe, args.work, args.tokens)

    model.generation_config = GenerationConfig(
        bos_token_id=bpe.bos_token_id,
        eos_token_id=[bpe.eos_token_id, bpe.bos_token_id],
        pad_token_id=bpe.pad_token_id,
    )
    model.bfloat16().save_pretrained(args.out, max_shard_size="9MB")
    bpe.save_pretrained(args.out)
    card.write(model, args.corpus, args.work, args.out)


if __name__ == "__main__":
    main()
