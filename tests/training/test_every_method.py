"""Each method of writing trains the tiny model for real: the meant weights move, no other does, and the loss falls."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from studio import methods, models
from studio.data.values import Example, Message
from studio.errors import DataError
from studio.inference.generate import load
from studio.jobs.journal import Journal, read
from studio.models import checkpoint, loading
from studio.models.template import encode
from studio.training import body
from studio.training.rows import pieces, tokenise
from tests.tiny import chat_rows

QUICK = {"epochs": 6, "learning_rate": 1e-2, "tokens_per_step": 256, "evaluations_per_epoch": 1}
ALL_LINEAR, ATTENTION, LAYERS = 7, 4, 2


@dataclass(frozen=True)
class Trained:
    job: Path
    checks: list[dict]
    names: set[str]
    moved: set[str]
    notes: tuple[str, ...]

    @property
    def best(self) -> dict:
        return min(self.checks[1:], key=lambda check: check["loss"])


def chats(count: int = 48) -> list[Example]:
    return [
        Example(number + 1, tuple(Message(**turn) for turn in row["messages"]))
        for number, row in enumerate(chat_rows(count))
    ]


def texts() -> list[Example]:
    return [
        Example(row.line, (Message("assistant", f"{row.prompt[0].content}: {row.answer} " * 6),)) for row in chats()
    ]


def pairs() -> list[Example]:
    return [replace(row, rejected=(Message("assistant", "i do not know"),)) for row in chats()]


def train(folder: Path, base: Path, method_id: str, rows: list[Example], **options) -> Trained:
    """Trains on the rows and checks on the first of them."""
    info, method = models.inspect(base, name="tiny"), methods.get(method_id)
    chosen = methods.validate(method_id, {**QUICK, **options}, info)
    ready = body.PREPARE[method.teaches](info, method, chosen, rows, rows[:16])
    model = ready.lesson.model
    before = whole(model)
    folder.mkdir()
    with Journal(folder) as journal:
        body.looped(folder, journal, ready, method, chosen).run()
    after = whole(model)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    events = read(folder / "events.jsonl", since="0").events
    return Trained(folder, [e for e in events if e["type"] == "validation"], set(before), moved, ready.notes)


def whole(model) -> dict[str, torch.Tensor]:
    """Every weight as numbers; those of 4 bits unpacked, because their packing may change with use."""
    from bitsandbytes.nn import Linear4bit

    packed = {
        f"{name}.weight": part(torch.eye(part.in_features, dtype=part.compute_dtype)).detach().T
        for name, part in model.named_modules()
        if isinstance(part, Linear4bit)
    }
    plain = {name: weight.detach().clone() for name, weight in model.named_parameters() if name not in packed}
    return plain | packed


@pytest.mark.parametrize(
    ("options", "layers", "parts"),
    [
        ({"targets": "attention only"}, ATTENTION, 2),
        ({"variant": "DoRA"}, ALL_LINEAR, 3),
        ({"scaling": "rank-stabilised", "dropout": 0.1}, ALL_LINEAR, 2),
    ],
)
def test_variants_of_lora(tmp_path, tiny_model, options, layers, parts):
    found = train(tmp_path / "job", tiny_model, "lora", chats(), **options)
    assert found.moved == {name for name in found.names if "lora_" in name}
    assert len(found.moved) == layers * parts * LAYERS
    assert found.best["loss"] < found.checks[0]["loss"] / 2
    load(tiny_model, {"tuned": checkpoint.best(found.job)}, 1)


def test_qlora_trains_beside_a_base_of_four_bits(tmp_path, tiny_model):
    rows = chats()
    found = train(tmp_path / "job", tiny_model, "qlora", rows)
    assert found.moved == {name for name in found.names if "lora_" in name}
    assert len(found.moved) == ALL_LINEAR * 2 * LAYERS
    assert found.best["loss"] < found.checks[0]["loss"] / 2
    engine = load(tiny_model, {"tuned": checkpoint.best(found.job)}, 1)
    layer = engine.loaded.network.model.layers[0].self_attn.q_proj
    assert layer.base_layer.weight.dtype == torch.uint8, "used on the base it was trained on"
    answers = engine.answers("tuned", [row.prompt for row in rows[:8]], 12)
    assert all(answer.startswith('{"kind"') for answer in answers)


def test_gradients_pass_through_four_bits_after_an_evaluation(tmp_path, tiny_model):
    info, method = models.inspect(tiny_model, name="tiny"), methods.get("qlora")
    ready = body.PREPARE["text"](info, method, method.options(), chats(8), chats(8))
    model, rows = ready.lesson.model, ready.rows
    gradients = []
    for _ in range(2):
        model.train()
        ready.lesson.loss(rows).backward()
        gradients.append([weight.grad.clone() for weight in model.parameters() if weight.grad is not None])
        model.zero_grad()
        model.eval()
        with torch.inference_mode():
            ready.lesson.check([rows])
    assert any(float(gradient.abs().sum()) for gradient in gradients[0])
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))


def test_raw_text_is_learned_whole_and_no_token_twice(tmp_path, tiny_model):
    rows = texts()
    found = train(tmp_path / "job", tiny_model, "continued", rows, max_length=64, epochs=3, learning_rate=3e-3)
    assert found.moved == found.names
    assert found.best["loss"] < found.checks[0]["loss"] / 2
    assert "read in pieces" in found.notes[0]
    tokenizer = loading.load_tokenizer(tiny_model)
    whole_row = encode(tokenizer, rows[0].messages)
    assert tokenizer.decode(whole_row.ids) == rows[0].answer + tokenizer.eos_token
    cut = pieces(whole_row, 64)
    assert max(len(piece.ids) for piece in cut) <= 64
    assert [token for piece in cut for token in piece.ids[1:]] == whole_row.ids[1:]
    assert sum(len(piece.ids) - 1 for piece in cut) == sum(map(sum, (piece.trained[1:] for piece in cut)))


def test_preferences_part_the_answers(tmp_path, tiny_model):
    found = train(tmp_path / "job", tiny_model, "preference", pairs(), learning_rate=3e-3, answer_weight=0.0)
    assert found.moved == {name for name in found.names if "lora_" in name}
    first, best = found.checks[0], found.best
    assert (first["loss"], first["margin"], first["right"]) == (pytest.approx(0.6931, abs=1e-3), 0.0, 0)
    assert best["loss"] < 0.4
    assert (best["right"], best["of"]) == (16, 16)
    assert best["margin"] > 0.5


def test_the_loss_of_preferences_is_that_of_the_paper(tiny_model):
    from studio.training.pairs import Pair, Preferring, preferred

    info, method = models.inspect(tiny_model, name="tiny"), methods.get("preference")
    options = methods.validate("preference", {"beta": 0.5, "answer_weight": 0.0}, info)
    ready = preferred(info, method, options, pairs()[:4], pairs()[:4])
    lesson, row = ready.lesson, ready.rows[0]
    assert isinstance(lesson, Preferring)
    shifted = Pair(row.better, row.worse, (row.base[0] - 2.0, row.base[1] + 1.0))
    expected = -torch.nn.functional.logsigmoid(torch.tensor(0.5 * (2.0 + 1.0)))
    assert lesson.loss([shifted]).item() == pytest.approx(expected.item(), abs=1e-4)


def test_everything_or_answers_alone(tiny_model):
    tokenizer = loading.load_tokenizer(tiny_model)
    silent = Message("assistant", "not this", weight=0)
    row = replace(chats(1)[0], messages=(Message("user", "hi"), silent, *chats(1)[0].messages))
    answers, everything = (tokenise(tokenizer, [row], 256, all_of_it).rows[0] for all_of_it in (False, True))
    learned = [token for token, trained in zip(answers.ids, answers.trained, strict=True) if trained]
    assert tokenizer.decode(learned) == row.answer + tokenizer.eos_token
    assert all(everything.trained)
    assert tokenizer.decode(everything.ids).count("not this") == 1


@pytest.mark.parametrize(
    ("method", "said"), [("preference", "better and a worse answer"), ("classifier", "two labels")]
)
def test_rows_that_lack_what_a_method_needs(tiny_model, method, said):
    info, chosen = models.inspect(tiny_model, name="tiny"), methods.get(method)
    with pytest.raises(DataError, match=said):
        body.PREPARE[chosen.teaches](info, chosen, chosen.options(), chats(8), chats(8))
