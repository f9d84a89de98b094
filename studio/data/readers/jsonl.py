"""Reads a JSONL file as a stream of rows: bytes to lines at \\n alone, lines to text, text to JSON values.

Never holds more than one line. What shape a row has is not its business.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.beginning import HEAD_BYTES, lines_begin
from studio.data.readers.strict_json import BAD, Decoder

SUFFIXES = (".jsonl", ".ndjson", ".json")
MOST_CHARACTERS = 1_000_000
_MOST_BYTES = 4 * MOST_CHARACTERS
_PROGRESS_LINES = 2000

Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""


def rows(path: Path, log: Log, progress: Progress | None = None) -> Iterator[tuple[int, Any]]:
    """Each row as (1-based line, JSON value); BAD as value for a row that could not be read. Blank lines are skipped.

    Faults go to the log. Raises OSError as the file system does.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        start = lines_begin(head, len(head) == size, log)
        if start is None:
            return
        file.seek(start)
        found = False
        decoder = Decoder()
        offset = start
        for line, raw, length in _lines(file):
            if progress and line % _PROGRESS_LINES == 0:
                progress(offset, size)
            if not raw or raw.isspace():
                if found:
                    log.add(rules.BLANK_LINE, line)
            else:
                found = True
                yield line, _value(raw, line, offset, decoder, log)
            offset += length
    if progress:
        progress(size, size)
    if not found:
        log.add(rules.ONLY_BLANK, 1)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    """(line, its bytes without the end, its length in the file). Of an over-long line only the start is kept."""
    line = 0
    while raw := file.readline(_MOST_BYTES + 2):
        line += 1
        length = len(raw)
        if raw[-1:] != b"\n" and length > _MOST_BYTES:
            while rest := file.readline(1 << 20):
                length += len(rest)
                if rest[-1:] == b"\n":
                    break
        yield line, raw.rstrip(b"\r\n"), length


def _value(raw: bytes, line: int, offset: int, decoder: Decoder, log: Log) -> Any:
    if len(raw) > _MOST_BYTES:
        log.add(rules.TOO_LONG, line, None, raw[:200].decode("utf-8", "replace"))
        return BAD
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        shown = raw[max(0, fault.start - 40) : fault.start + 80].decode("utf-8", "replace")
        log.add(rules.NOT_UTF8, line, None, shown, byte=fault.start + 1, offset=offset + fault.start + 1)
        return BAD
    if len(text) > MOST_CHARACTERS:
        log.add(rules.TOO_LONG, line, None, text)
        return BAD
    return decoder.decode(text, line, log)
