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

RULES = (SAME_PROMPT, NEAR_PROMPT)
