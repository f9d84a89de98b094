"""The fast lane for lines of JSON: ordinary rows of the most common shapes, a block of lines at a time.

A typed decoder (msgspec) reads a block; where all its rows are ordinary (nothing that any rule on a single row could
find), they are examples at once. A block with anything else in it goes line by line, and a line that is not ordinary
goes the long way, so that findings are the same as without the lane.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

import msgspec

from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.jsonl import value_of
from studio.data.readers.lines import MOST_BYTES, MOST_CHARACTERS, rest_of_line
from studio.data.readers.opening import Opened
from studio.data.readers.strict_json import Decoder, Mend
from studio.data.values import Example, Message

_BLOCK_BYTES = 1 << 18


class _Turn(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    role: Literal["system", "user", "assistant"]
    content: str
    weight: Literal[0, 1] | None = None
    name: str | None = None


class _Chat(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_Turn]


class _Pair(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    prompt: str
    completion: str


class _Labelled(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    text: str
    label: str


def _are_chats(rows: list[_Chat]) -> bool:
    """Whether every row is maybe a system turn, then user and assistant by turns, no text blank, something to learn."""
    for row in rows:
        turns = row.messages
        if len(turns) == 2:
            user, assistant = turns
        elif len(turns) == 3 and turns[0].role == "system":
            system, user, assistant = turns
            if not system.content or system.content.isspace():
                return False
        elif _is_long_chat(turns):
            continue
        else:
            return False
        asked, said = user.content, assistant.content
        if user.role != "user" or assistant.role != "assistant" or assistant.weight == 0:
            return False
        if not asked or not said or asked.isspace() or said.isspace():
            return False
    return True


def _is_long_chat(turns: list[_Turn]) -> bool:
    spoken = turns[1:] if turns and turns[0].role == "system" else turns
    return (
        len(spoken) >= 2
        and len(spoken) % 2 == 0
        and all(turn.role == "user" for turn in spoken[::2])
        and all(turn.role == "assistant" for turn in spoken[1::2])
        and any(turn.weight != 0 for turn in spoken[1::2])
        and all(turn.content and not turn.content.isspace() for turn in turns)
    )


def _are_pairs(rows: list[_Pair]) -> bool:
    for row in rows:
        prompt, completion = row.prompt, row.completion
        if not prompt or not completion or prompt.isspace() or completion.isspace():
            return False
    return True


def _are_labelled(rows: list[_Labelled]) -> bool:
    for row in rows:
        text, label = row.text, row.label
        if not text or not label or text.isspace() or label.isspace():
            return False
    return True


def _texts_of_chats(rows: list[_Chat]) -> int:
    count = len(rows)
    for row in rows:
        count += 4 * len(row.messages)
        for turn in row.messages:
            if turn.weight is not None:
                count += 1
            if turn.name is not None:
                count += 2
    return count


def _four_texts(rows: list[Any]) -> int:
    return 4 * len(rows)


def _chat_example(row: _Chat, line: int) -> Example:
    return Example(
        line,
        tuple([Message(t.role, t.content, t.weight if t.role == "assistant" else None) for t in row.messages]),
    )


def _pair_example(row: _Pair, line: int) -> Example:
    return Example(line, (Message("user", row.prompt), Message("assistant", row.completion)))


def _labelled_example(row: _Labelled, line: int) -> Example:
    return Example(line, (Message("user", row.text), Message("assistant", row.label)), labels=(row.label,))


@dataclass(frozen=True)
class Lane:
    """decode: a line as a typed row. are_ordinary: whether no rule on single rows could find anything. texts: how many
    texts the rows have in their JSON, keys included. example: a row as one."""

    decode: Callable[[bytes], Any]
    are_ordinary: Callable[[Any], bool]
    texts: Callable[[Any], int]
    example: Callable[[Any, int], Example]

    def rows_of(self, lines: list[bytes]) -> list[Any] | None:
        """The rows of some lines, one each; None where one of them is not ordinary."""
        try:
            rows = list(map(self.decode, lines))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return rows if self.are_ordinary(rows) else None

    def repeats_no_key(self, rows: list[Any], block: bytes) -> bool:
        """Whether no row has a key twice; the decoder takes the last one without a word. It shows in the number of
        quotes, but these cannot be counted where a text ends in a backslash; then the answer is no."""
        quotes = block.count(b'"')
        if b"\\" in block:
            if b'\\\\"' in block:
                return False
            quotes -= block.count(b'\\"')
        return quotes == 2 * self.texts(rows)


LANES = {
    "chat": Lane(msgspec.json.Decoder(_Chat).decode, _are_chats, _texts_of_chats, _chat_example),
    "prompt_completion": Lane(msgspec.json.Decoder(_Pair).decode, _are_pairs, _four_texts, _pair_example),
    "text_label": Lane(msgspec.json.Decoder(_Labelled).decode, _are_labelled, _four_texts, _labelled_example),
}
"""By the name of the shape."""


@dataclass(frozen=True)
class Ordinary:
    """So many ordinary rows, of which nobody wants to know more."""

    count: int


def rows_on(
    lane: Lane, file: Opened, log: Log, mend: Mend | None = None, *, counted: bool = False
) -> Iterator[tuple[int, Any]]:
    """What jsonl.rows gives, but that an ordinary row is an Example already. counted: a block of ordinary rows comes as
    their number alone, and keys that come twice in them are not noticed."""
    decoder = Decoder(mend)
    line, offset, found = 1, 0, False
    for block, length in _blocks(file.stream):
        lines = block.removesuffix(b"\n").split(b"\n")
        ready = lane.rows_of(lines) if len(block) <= MOST_CHARACTERS else None
        if ready is None or not (counted or lane.repeats_no_key(ready, block)):
            yield from _singly(lane, lines, line, offset, found, decoder, log)
        elif counted:
            yield line, Ordinary(len(ready))
        else:
            yield from zip(itertools.count(line), map(lane.example, ready, itertools.count(line)), strict=False)
        found = found or ready is not None or any(raw and not raw.isspace() for raw in lines)
        line += len(lines)
        offset += length
    if not found:
        log.add(rules.ONLY_BLANK, 1)


def _singly(
    lane: Lane, lines: list[bytes], line: int, offset: int, found: bool, decoder: Decoder, log: Log
) -> Iterator[tuple[int, Any]]:
    """Line by line, each by the lane or the long way. found: whether a row came before, for blank lines at the
    beginning are no finding."""
    for number, whole in enumerate(lines, start=line):
        raw = whole.rstrip(b"\r")
        if not raw or raw.isspace():
            if found:
                log.add(rules.BLANK_LINE, number)
        else:
            found = True
            rows = lane.rows_of([raw]) if len(raw) <= MOST_CHARACTERS else None
            if rows and lane.repeats_no_key(rows, raw):
                yield number, lane.example(rows[0], number)
            else:
                yield number, value_of(raw, number, offset, decoder, log)
        offset += len(whole) + 1


def _blocks(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Whole lines of about a quarter of a megabyte, and their length in the file. Of an over-long line, which is then
    the last, only the start is kept."""
    while block := stream.read(_BLOCK_BYTES):
        length = len(block)
        if block[-1:] != b"\n":
            rest = stream.readline(MOST_BYTES + 2)
            block += rest
            length = len(block) + rest_of_line(stream, rest)
        yield block, length
