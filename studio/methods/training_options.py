"""The options every method that trains here shares: how long, how fast, how much at once, how it is watched."""

from typing import Literal

from studio.methods.base import Options, choice, number

SHORTEST = 16
"""Tokens; a shorter limit leaves no room for a question and an answer."""


class TrainingOptions(Options):
    epochs: int = number(12, 1, 100, "Epochs", "passes", "How many times the model reads every training example.")
    learning_rate: float = number(
        2e-3,
        1e-6,
        1e-1,
        "Learning rate",
        "per step",
        "How far each step moves the weights; too high forgets what was known, too low learns nothing.",
    )
    tokens_per_step: int = number(
        512,
        64,
        131072,
        "Tokens per step",
        "tokens",
        "The most text the model reads before each change of its weights; less where examples are few.",
    )
    max_length: int = number(
        0,
        0,
        131072,
        "Longest example",
        "tokens",
        "Longer examples lose the start of their prompt; 0 means as much as the base model can read.",
    )
    warmup: float = number(
        0.06,
        0.0,
        0.5,
        "Warm-up",
        "share of steps",
        "The share of the training in which the learning rate rises from zero.",
    )
    schedule: Literal["cosine", "linear", "constant"] = choice(
        "cosine", ("cosine", "linear", "constant"), "Schedule", "How the learning rate falls after the warm-up."
    )
    weight_decay: float = number(
        0.0,
        0.0,
        1.0,
        "Weight decay",
        "per step",
        "Pulls the trained weights towards zero, against learning examples by heart.",
    )
    evaluations_per_epoch: int = number(
        2, 1, 20, "Checks per epoch", "times", "How often the loss on validation examples is measured in each epoch."
    )
    patience: int = number(
        8,
        0,
        100,
        "Patience",
        "checks",
        "Ends early when so many checks in a row found nothing better; the best state is kept. 0: always to the end.",
    )
    seed: int = number(17, 0, 2**31 - 1, "Seed", "", "The same seed, data and machine give the same run again.")


class WritingOptions(TrainingOptions):
    """Of the methods that teach a model to write."""

    learn_from: Literal["answers", "everything"] = choice(
        "answers",
        ("answers", "everything"),
        "Learns from",
        "Answers: only what the assistant says, as weights allow. Everything: also prompts and whatever has weight 0.",
    )
