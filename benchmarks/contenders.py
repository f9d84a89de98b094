"""Who is compared in the training benchmark, each in a process of its own:
`python -m benchmarks.contenders NAME FOLDER` does the work of FOLDER/work.json once and prints one line of JSON.

All train on the same token ids with the same trained positions, learning rate, schedule and number of steps; LoRA of
rank 16 on all linear layers, gradients clipped at 1. They differ in how they batch, pad, round and loop.
"""

import contextlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.training_rows import TOKENS, encoded, examples, told
from benchmarks.training_work import RANK, Work, chats
from studio.models.loading import unworried

LLAMA_FACTORY = "STUDIO_BENCH_LLAMAFACTORY"
EVERYTHING = {"logging_strategy": "no", "save_strategy": "no", "report_to": "none", "disable_tqdm": True}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    unworried()
    found = CONTENDERS[name](Work.read(folder / "work.json"), folder)
    print(json.dumps(found))


def studio(work: Work, folder: Path) -> dict[str, Any]:
    """The studio's own loop, batches filled to the number of tokens that makes as many steps."""
    from studio import methods, models
    from studio.jobs.journal import Journal
    from studio.training import body, machine
    from studio.training.batching import fill
    from studio.training.preparing import written

    machine.use_threads(0)
    info = models.inspect(Path(work.model))
    method = methods.get("lora")
    rows, _ = encoded(work)
    lengths = [len(row.ids) for row in rows]
    budget = max(range(64, sum(lengths) + 1, 8), key=lambda size: -abs(len(fill(lengths, size)) - work.steps))
    options = methods.validate(
        "lora",
        {
            "epochs": 1,
            "rank": RANK,
            "alpha": 2 * RANK,
            "learning_rate": work.learning_rate,
            "warmup": 0.0,
            "schedule": "linear",
            "tokens_per_step": budget,
            "evaluations_per_epoch": 1,
            "patience": 0,
        },
        info,
    )
    ready = written(info, method, options, *examples(work))
    job = Path(tempfile.mkdtemp(dir=folder))
    with Journal(job) as journal:
        loop = body.looped(job, journal, ready, method, options)
        loop.run()
    trained = sum(sum(row.trained[1:]) for row in ready.rows)
    return told(loop.seconds, loop.step, loop.tokens, trained, ready.lesson.model, work)


def trl(work: Work, folder: Path) -> dict[str, Any]:
    """TRL's SFTTrainer as its documentation shows it, on rows that are tokenised already."""
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    trainer = SFTTrainer(
        model=work.model,
        args=SFTConfig(per_device_train_batch_size=work.batch, max_length=None, **_settings(work, folder)),
        train_dataset=_dataset(work),
        peft_config=LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    return _timed(trainer, work)


def trl_fast(work: Work, folder: Path) -> dict[str, Any]:
    """TRL with the switches its documentation calls fastest on a GPU: Liger kernels and packing."""
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    trainer = SFTTrainer(
        model=work.model,
        args=SFTConfig(
            per_device_train_batch_size=1,
            max_length=TOKENS,
            packing=True,
            use_liger_kernel=True,
            gradient_checkpointing=False,
            bf16=True,
            model_init_kwargs={"dtype": "bfloat16"},
            **_settings(work, folder),
        ),
        train_dataset=_dataset(work),
        peft_config=LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    return _timed(trainer, work)


def plain(work: Work, folder: Path) -> dict[str, Any]:
    """The plain recipe of many tutorials: transformers' Trainer, every row padded to the longest one."""
    from datasets import Dataset
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

    rows, _ = encoded(work)
    longest = max(len(row.ids) for row in rows)
    padded = {
        "input_ids": [row.ids + [0] * (longest - len(row.ids)) for row in rows],
        "attention_mask": [[1] * len(row.ids) + [0] * (longest - len(row.ids)) for row in rows],
        "labels": [_labels(row) + [-100] * (longest - len(row.ids)) for row in rows],
    }
    model = AutoModelForCausalLM.from_pretrained(work.model, dtype="float32")
    model = get_peft_model(model, LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear"))
    trainer = Trainer(
        model=model,
        args=TrainingArguments(per_device_train_batch_size=work.batch, **_settings(work, folder)),
        train_dataset=Dataset.from_dict(padded),
    )
    return _timed(trainer, work)


def llama_factory(work: Work, folder: Path) -> dict[str, Any]:
    """LLaMA-Factory from another environment: STUDIO_BENCH_LLAMAFACTORY names its command (`.../llamafactory-cli`).

    It tokenises by its own template, so its trained positions are its own; its seconds are its train_runtime.
    """
    rows = [{"messages": chat} for chat in chats(work.rows, 1, work.long)]
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    listed = {"file_name": "rows.json", "formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": tags}
    (folder / "dataset_info.json").write_text(json.dumps({"rows": listed}), encoding="utf-8")
    settings = {
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_target": "all",
        "lora_rank": RANK,
        "lora_alpha": 2 * RANK,
        "model_name_or_path": work.model,
        "dataset": "rows",
        "dataset_dir": str(folder),
        "template": "default",
        "per_device_train_batch_size": work.batch,
        "gradient_accumulation_steps": 1,
        **_settings(work, folder),
    }
    # JSON is YAML
    (folder / "settings.yaml").write_text(json.dumps(settings), encoding="utf-8")
    command = [*shlex.split(os.environ[LLAMA_FACTORY]), "train", str(folder / "settings.yaml")]
    peak = _peak_of(command)
    seconds = json.loads((folder / "out" / "train_results.json").read_text())["train_runtime"]
    ours, _ = encoded(work)
    return {
        "seconds": seconds,
        "steps": work.steps,
        "tokens": sum(len(row.ids) for row in ours),
        "trained": sum(sum(row.trained[1:]) for row in ours),
        "peak": peak,
        "loss": None,
    }


def _peak_of(command: list[str]) -> int:
    """Runs the command; the most bytes that one of its processes had (VmHWM, as the others tell it of themselves)."""
    import psutil

    peak = 0
    with subprocess.Popen(command, stdout=sys.stderr) as child:
        watched = psutil.Process(child.pid)
        while child.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess, OSError, IndexError):
                for one in (watched, *watched.children(recursive=True)):
                    status = Path(f"/proc/{one.pid}/status").read_text(encoding="ascii", errors="replace")
                    peak = max(peak, int(status.split("VmHWM:", 1)[1].split(None, 1)[0]) * 1024)
            time.sleep(0.1)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return peak


CONTENDERS = {"studio": studio, "trl": trl, "trl_fast": trl_fast, "plain": plain, "llama_factory": llama_factory}


def _settings(work: Work, folder: Path) -> dict[str, Any]:
    import torch

    return {
        "use_cpu": not torch.cuda.is_available(),
        "output_dir": str(folder / "out"),
        "num_train_epochs": 1,
        "learning_rate": work.learning_rate,
        "lr_scheduler_type": "linear",
        **EVERYTHING,
    }


def _labels(row: Any) -> list[int]:
    return [token if learn else -100 for token, learn in zip(row.ids, row.trained, strict=True)]


def _dataset(work: Work) -> Any:
    from datasets import Dataset

    rows, _ = encoded(work)
    return Dataset.from_dict({"input_ids": [row.ids for row in rows], "labels": [_labels(row) for row in rows]})


def _timed(trainer: Any, work: Work) -> dict[str, Any]:
    from transformers import TrainerCallback

    class Clock(TrainerCallback):
        began = ended = 0.0

        def on_train_begin(self, *_: Any, **__: Any) -> None:
            self.began = time.perf_counter()

        def on_train_end(self, *_: Any, **__: Any) -> None:
            self.ended = time.perf_counter()

    clock = Clock()
    trainer.add_callback(clock)
    trainer.train()
    rows, _ = encoded(work)
    tokens, trained = sum(len(row.ids) for row in rows), sum(sum(row.trained[1:]) for row in rows)
    return told(clock.ended - clock.began, trainer.state.global_step, tokens, trained, trainer.model, work)


if __name__ == "__main__":
    main()
