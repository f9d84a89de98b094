"""Rules about what training and held-out rows have in common. leakage.py finds them, once there is a split."""

from studio.data.rules import Rule

SAME_PROMPT = Rule(
    "split.same_prompt",
    "warning",
    "The row judges the model, and its prompt is also in {first}, which teaches it.",
    "Divide the rows anew, with the same prompts on one side; what was learned by heart proves nothing.",
    b"",
)
NEAR_PROMPT = Rule(
    "split.near_prompt",
    "warning",
    "The row judges the model, and its prompt is nearly the same as in {first}, which teaches it.",
    "Divide the rows anew, with near prompts on one side; what was learned by heart proves nothing.",
    b"",
)
NOT_COMPARED = Rule(
    "split.not_compared",
    "note",
    "The first {rows:,} held-out rows were compared with those to learn from.",
    "Nothing to do; so many rows are more than a fair judgement needs.",
    b"",
)

RULES = (SAME_PROMPT, NEAR_PROMPT, NOT_COMPARED)
