"""Rules about the turns of a conversation: who speaks, in which order, with which weight.

The first part is found by formats/ while a row is read; `check` looks at a conversation that could be read.
"""

from collections.abc import Callable
from itertools import pairwise

from studio.data.log import Log
from studio.data.rules import Rule
from studio.data.values import Example


def _chat(*turns: str) -> bytes:
    return ('{"messages": [' + ", ".join(turns) + "]}\n").encode()


_USER, _ASSISTANT = '{"role": "user", "content": "a"}', '{"role": "assistant", "content": "b"}'
_SYSTEM = '{"role": "system", "content": "s"}'

NOT_A_LIST = Rule(
    "chat.not_a_list",
    "error",
    "{name} is {what}, and a list of turns is wanted.",
    "Write the turns in square brackets, as in the examples of the guide.",
    b'{"messages": "hello"}\n',
)
NO_TURNS = Rule(
    "chat.no_turns",
    "error",
    "The conversation is empty.",
    "Add a user turn and an assistant turn, or remove the row.",
    _chat(),
)
TURN_NOT_OBJECT = Rule(
    "turn.not_object",
    "error",
    "The turn is {what}, and an object with role and content is wanted.",
    'Write the turn like {{"role": "user", "content": "..."}}.',
    _chat('"hello"', _ASSISTANT),
)
MISSING_KEY = Rule(
    "turn.missing_key",
    "error",
    'The turn lacks "{missing}"; it has {keys}.',
    "{remedy}",
    _chat('{"role": "user", "text": "a"}', _ASSISTANT),
)
UNUSED_KEY = Rule(
    "turn.unused_key",
    "warning",
    "The key {key} in a turn is not used.",
    "Remove it if nothing depends on it, or check whether it is a slip of the pen.",
    _chat('{"role": "user", "content": "a", "foo": 1}', _ASSISTANT),
    once=True,
)
ROLE = Rule(
    "turn.role",
    "error",
    "The role {role} is not known; the roles are system, user, assistant and tool.",
    "{remedy}",
    _chat('{"role": "human", "content": "a"}', _ASSISTANT),
)
CALLS = Rule(
    "turn.calls",
    "error",
    "The tool calls of the turn cannot be read: {what}.",
    'Write them like [{{"id": "1", "type": "function", "function": {{"name": "...", "arguments": "..."}}}}].',
    _chat(_USER, '{"role": "assistant", "content": null, "tool_calls": []}'),
)
TOOLS = Rule(
    "chat.tools",
    "error",
    "The tools of the row cannot be read.",
    'Write "tools" as a list of {{"type": "function", "function": {{"name": "...", "parameters": {{...}}}}}}.',
    _chat(_USER, _ASSISTANT).replace(b"]}", b'], "tools": [1]}'),
)
WEIGHT = Rule(
    "turn.weight",
    "error",
    "The weight of the turn is {weight}, and only 0 (not trained) and 1 (trained) are allowed.",
    "Write 0 or 1, or leave the weight out; without it the turn is trained.",
    _chat(_USER, '{"role": "assistant", "content": "b", "weight": 2}'),
)
ALL_WEIGHTS_ZERO = Rule(
    "chat.all_weights_zero",
    "warning",
    "Every assistant turn has the weight 0, so the row teaches nothing; it is left out.",
    "Give the turn to be learned the weight 1, or remove the row.",
    _chat(_USER, '{"role": "assistant", "content": "b", "weight": 0}'),
)
NO_ASSISTANT = Rule(
    "chat.no_assistant",
    "error",
    "The conversation has no assistant turn, so there is nothing to learn from it.",
    "Add the answer as an assistant turn, or remove the row.",
    _chat(_USER),
)
TRAILING = Rule(
    "chat.ends_without_answer",
    "warning",
    "The conversation does not end with an assistant turn; it is used up to its last answer.",
    "Add the missing answer, or remove the turns after the last one.",
    _chat(_USER, _ASSISTANT, _USER),
)
TWO_SYSTEMS = Rule(
    "chat.two_systems",
    "error",
    "The conversation has more than one system turn.",
    "Join the system turns into one at the beginning.",
    _chat(_SYSTEM, _SYSTEM, _USER, _ASSISTANT),
)
SYSTEM_LATE = Rule(
    "chat.system_late",
    "warning",
    "The system turn is not the first turn, and many models accept it only there.",
    "Move it to the beginning.",
    _chat(_USER, _SYSTEM, _ASSISTANT),
)
IN_A_ROW = Rule(
    "chat.two_in_a_row",
    "warning",
    "Two {role} turns follow each other, and many models expect the two sides to take turns.",
    "Join them into one turn, or add the missing turn between them.",
    _chat(_USER, _USER, _ASSISTANT),
)
NO_QUESTION = Rule(
    "chat.no_question",
    "warning",
    "The conversation begins with an answer; no user turn comes before it.",
    "Add the user turn that it answers.",
    _chat(_ASSISTANT),
)

RULES = (
    NOT_A_LIST,
    NO_TURNS,
    TURN_NOT_OBJECT,
    MISSING_KEY,
    UNUSED_KEY,
    ROLE,
    CALLS,
    TOOLS,
    WEIGHT,
    ALL_WEIGHTS_ZERO,
    NO_ASSISTANT,
    TRAILING,
    TWO_SYSTEMS,
    SYSTEM_LATE,
    IN_A_ROW,
    NO_QUESTION,
)


def check(example: Example, field: Callable[[int], str], log: Log) -> None:
    """The order of turns. field: the path of the n-th turn's text in the row."""
    messages = example.messages
    if len(messages) == 2 and messages[0].role == "user":
        return
    systems = [place for place, message in enumerate(messages) if message.role == "system"]
    if len(systems) > 1:
        log.add(TWO_SYSTEMS, example.line, field(systems[1]), messages[systems[1]].content)
    elif systems and systems[0] > 0:
        log.add(SYSTEM_LATE, example.line, field(systems[0]), messages[systems[0]].content)
    spoken = [(place, message) for place, message in enumerate(messages) if message.role != "system"]
    if spoken[0][1].role == "assistant":
        log.add(NO_QUESTION, example.line, field(spoken[0][0]), spoken[0][1].content)
    for (_, earlier), (place, later) in pairwise(spoken):
        if earlier.role == later.role != "tool":
            log.add(IN_A_ROW, example.line, field(place), later.content, role=later.role)
            return
