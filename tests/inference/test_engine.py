"""The engine on a real tiny model with a really trained adapter."""

import threading
import time
from pathlib import Path

import pytest

from studio.data.values import Message
from studio.errors import ModelError, NotFoundError, UsageError
from studio.inference.fair import FairLock
from studio.inference.generate import Engine, load
from studio.inference.generation import Detokenizer, decode
from tests.tiny import chat_rows


@pytest.fixture(scope="module")
def engine(tiny_model: Path, tuned_checkpoint: Path) -> Engine:
    return load(tiny_model, {"tuned": tuned_checkpoint}, 1)


def ask(text: str) -> tuple[Message, ...]:
    return (Message("user", text),)


def questions(count: int) -> list[tuple[Message, ...]]:
    # Of very different lengths, so that batches pad.
    return [ask(f"{row['messages'][0]['content']} {'and so on ' * (n % 7)}") for n, row in enumerate(chat_rows(count))]


@pytest.mark.parametrize("model", ["base", "tuned"])
def test_batched_answers_equal_single_and_streamed_ones(engine: Engine, model: str) -> None:
    asked = questions(16)
    together = engine.answers(model, asked, 24)
    assert together == [engine.answers(model, [one], 24)[0] for one in asked]
    assert together[:5] == ["".join(engine.stream(model, one, 0, 24)) for one in asked[:5]]


def test_the_tuned_model_learned_and_the_base_did_not(engine: Engine) -> None:
    rows = chat_rows(60)
    asked = [ask(row["messages"][0]["content"]) for row in rows]
    wanted = [row["messages"][1]["content"] for row in rows]
    right = {
        model: sum(a == w for a, w in zip(engine.answers(model, asked, 20), wanted, strict=True))
        for model in ("base", "tuned")
    }
    assert right["base"] == 0
    assert right["tuned"] > 40


def test_a_model_tuned_in_full_answers_beside_its_base(tiny_model: Path, full_checkpoint: Path, engine: Engine) -> None:
    both = load(tiny_model, {"tuned": full_checkpoint}, 1)
    assert both.models == ("base", "tuned")
    rows = chat_rows(40)
    asked = [ask(row["messages"][0]["content"]) for row in rows]
    wanted = [row["messages"][1]["content"] for row in rows]
    assert sum(a == w for a, w in zip(both.answers("tuned", asked, 20), wanted, strict=True)) > 28
    assert both.answers("base", asked[:5], 20) == engine.answers("base", asked[:5], 20)
    alone = load(full_checkpoint, {}, 1)
    assert alone.answers("base", asked, 20) == both.answers("tuned", asked, 20), "the checkpoint is a model of its own"


def test_base_answers_equal_plain_transformers(engine: Engine, tiny_model: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    plain = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    for turns in questions(6):
        chat = [turn.as_dict() for turn in turns]
        prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        new = plain.generate(**prompt, max_new_tokens=20, do_sample=False, eos_token_id=tokenizer.eos_token_id)
        text = tokenizer.decode(new[0][prompt["input_ids"].shape[1] :], skip_special_tokens=True)
        assert engine.answers("base", [turns], 20) == [text]


def test_a_stream_says_how_it_ended(engine: Engine) -> None:
    ended = engine.stream("tuned", ask("what is a plum number 3"), 0, 60)
    assert "".join(ended).startswith('{"kind"')
    assert ended.finish_reason == "stop"
    cut = engine.stream("tuned", ask("what is a plum number 3"), 0, 3)
    list(cut)
    assert (cut.finish_reason, cut.completion_tokens) == ("length", 3)


def test_the_stop_flag_ends_generation_and_the_next_one_runs(engine: Engine) -> None:
    stop = threading.Event()
    answer = engine.stream("base", ask("go on"), 0, 200, stop)
    next(answer)
    stop.set()
    list(answer)
    assert answer.finish_reason == "cancelled"
    assert answer.completion_tokens < 200
    assert list(engine.stream("tuned", ask("what is a fig"), 0, 20))


def test_waiting_can_be_called_off(engine: Engine) -> None:
    with engine.using("base"):
        waiting = engine.stream("tuned", ask("what is a fig"), 0, 20)
        waiting.close()
        assert list(waiting) == []
    assert waiting.finish_reason == "cancelled"


def test_the_oldest_turns_go_when_the_conversation_is_too_long(engine: Engine) -> None:
    turns = [Message("system", "be brief")]
    for n in range(30):
        turns += [Message("user", f"what is a plum number {n}"), Message("assistant", '{"kind": "fruit"}')]
    answer = engine.stream("tuned", [*turns, Message("user", "what is a saw")], 0, 20)
    assert "".join(answer)
    assert answer.dropped_turns > 0
    assert answer.dropped_turns % 2 == 0
    assert answer.prompt_tokens <= 256 - 20
    with pytest.raises(UsageError, match="too long"):
        engine.stream("tuned", ask("plum " * 400), 0, 20)
    assert len(engine.answers("tuned", [ask("plum " * 400)], 20)) == 1


def test_sampling_varies_and_greedy_does_not(engine: Engine) -> None:
    sampled = {"".join(engine.stream("base", ask("go on"), 2.0, 30)) for _ in range(4)}
    greedy = {"".join(engine.stream("base", ask("go on"), 0, 30)) for _ in range(2)}
    assert len(sampled) > 1
    assert len(greedy) == 1


def test_unknown_models_and_foreign_adapters_are_refused(engine: Engine, tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="base, tuned"):
        engine.stream("other", ask("x"), 0, 5)
    with pytest.raises(ModelError, match="no weights"):
        load(tiny_model, {"tuned": tmp_path})


def test_pieces_never_cut_a_character(engine: Engine) -> None:
    tokenizer = engine.loaded.tokenizer
    text = "Grüße 👩‍👩‍👧 — 日本語 ok"
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    detokenizer = Detokenizer(tokenizer)
    pieces = [detokenizer.add(token) for token in ids]
    assert not any("\ufffd" in piece for piece in pieces)
    assert "".join(pieces) + detokenizer.rest() == text
    cut = Detokenizer(tokenizer)
    assert "".join(cut.add(token) for token in ids[:3]) + cut.rest() == decode(tokenizer, ids[:3])


def test_the_lock_is_handed_on_in_order() -> None:
    lock, order, threads = FairLock(), [], []
    assert lock.acquire()

    def take(number: int) -> None:
        lock.acquire()
        order.append(number)
        lock.release()

    for number in range(5):
        threads.append(threading.Thread(target=take, args=(number,)))
        threads[-1].start()
        while len(lock._waiting) <= number:
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
