"""Rules about preferences (the better of two answers) and about labels as they are written. formats/ finds them."""

from studio.data.rules import Rule

_OUTPUT = b'{"role": "assistant", "content": "%s"}'

NO_PROMPT = Rule(
    "preference.no_prompt",
    "error",
    "The row does not say what both answers answer: {field} is missing or empty.",
    "{remedy}",
    b'{"input": {}, "preferred_output": [{"role": "assistant", "content": "g"}], '
    b'"non_preferred_output": [{"role": "assistant", "content": "b"}]}\n',
)
NOT_ONE = Rule(
    "preference.not_one_answer",
    "error",
    "{field} is {what}, and {wanted} is wanted.",
    "Leave one assistant turn in it; turns that both answers share belong to the prompt.",
    b'{"prompt": "a", "chosen": [{"role": "assistant", "content": "b"}, {"role": "assistant", "content": "c"}], '
    b'"rejected": [{"role": "assistant", "content": "d"}]}\n',
)
SAME = Rule(
    "preference.same",
    "warning",
    "The better and the worse answer are the same, so the row prefers nothing.",
    "Write a worse answer, or remove the row.",
    b'{"prompt": "a", "chosen": "b", "rejected": "b"}\n',
)
NUMBER = Rule(
    "label.number",
    "warning",
    "The labels are numbers or true and false; a model that writes learns words better.",
    "Write a word for each label, such as delivery for 3.",
    b'{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n',
    once=True,
)

RULES = (NO_PROMPT, NOT_ONE, SAME, NUMBER)
