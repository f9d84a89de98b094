"""Bytes to lines at \\n alone, and a line to text. Never holds more than one line, and of an over-long one only the
start."""

from collections.abc import Iterator
from typing import BinaryIO

from studio.data.checks import whole_file as rules
from studio.data.log import Log

MOST_CHARACTERS = 1_000_000
MOST_BYTES = 4 * MOST_CHARACTERS


def lines_of(stream: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    """(1-based line, its bytes without the end, its length with it)."""
    line = 0
    while raw := stream.readline(MOST_BYTES + 2):
        line += 1
        length = len(raw)
        length += rest_of_line(stream, raw)
        yield line, raw.rstrip(b"\r\n"), length


def rest_of_line(stream: BinaryIO, raw: bytes) -> int:
    """Passes over what is left of an over-long line that begins with `raw`; its bytes."""
    length = 0
    if raw[-1:] != b"\n" and len(raw) > MOST_BYTES:
        while rest := stream.readline(1 << 20):
            length += len(rest)
            if rest[-1:] == b"\n":
                break
    return length


def text_of(raw: bytes, line: int, offset: int, log: Log) -> str | None:
    """A line as text; None where it is too long or no UTF-8, which the log then says. offset: of the line in the file,
    in bytes."""
    if len(raw) <= MOST_BYTES:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as fault:
            shown = raw[max(0, fault.start - 40) : fault.start + 80].decode("utf-8", "replace")
            log.add(rules.NOT_UTF8, line, None, shown, byte=fault.start + 1, offset=offset + fault.start + 1)
            return None
        if len(text) <= MOST_CHARACTERS:
            return text
    log.add(rules.TOO_LONG, line, None, raw[:400].decode("utf-8", "replace"))
    return None
