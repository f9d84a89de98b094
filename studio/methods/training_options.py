"""The options every method that trains here shares: how long, how fast, how much at once, how it is watched."""

from typing import Literal

from pydantic import Field

from studio.methods.base import Options

SHORTEST = 16
"""Tokens; a shorter limit leaves no room for a question and an answer."""


class TrainingOptions(Options):
    epochs: int = Field(
        12,
        ge=1,
        le=100,
        title="Epochs",
        json_schema_extra={"unit": "passes"},
        description="How many times the model reads every training example.",
    )
    learning_rate: float = Field(
        2e-3,
        ge=1e-6,
        le=1e-1,
        title="Learning rate",
        json_schema_extra={"unit": "per step"},
        description="How far each step moves the weights; too high forgets what was known, too low learns nothing.",
    )
    tokens_per_step: int = Field(
        512,
        ge=64,
        le=131072,
        title="Tokens per step",
        json_schema_extra={"unit": "tokens"},
        description="The most text the model reads before each change of its weights; less where examples are few.",
    )
    max_length: int = Field(
        0,
        ge=0,
        le=131072,
        title="Longest example",
        json_schema_extra={"unit": "tokens"},
        description="Longer examples lose the start of their prompt; 0 means as much as the base model can read.",
    )
    warmup: float = Field(
        0.06,
        ge=0.0,
        le=0.5,
        title="Warm-up",
        json_schema_extra={"unit": "share of steps"},
        description="The share of the training in which the learning rate rises from zero.",
    )
    schedule: Literal["cosine", "linear", "constant"] = Field(
        "cosine",
        title="Schedule",
        json_schema_extra={"unit": "", "choices": ["cosine", "linear", "constant"]},
        description="How the learning rate falls after the warm-up.",
    )
    weight_decay: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Weight decay",
        json_schema_extra={"unit": "per step"},
        description="Pulls the trained weights towards zero, against learning examples by heart.",
    )
    evaluations_per_epoch: int = Field(
        2,
        ge=1,
        le=20,
        title="Checks per epoch",
        json_schema_extra={"unit": "times"},
        description="How often the loss on validation examples is measured in each epoch.",
    )
    seed: int = Field(
        17,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        json_schema_extra={"unit": ""},
        description="The same seed, data and machine give the same run again.",
    )
