"""JSON Lines: one JSON value on each line, as a stream. Never holds more than one line.

What shape a row has is not its business. Source: jsonlines.org, RFC 8259.
"""

from collections.abc import Iterator
from typing import Any

from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.lines import MOST_CHARACTERS, lines_of, text_of
from studio.data.readers.opening import Opened
from studio.data.readers.strict_json import Decoder, Mend, Unread

TITLE = "lines of JSON"
SUFFIXES = (".jsonl", ".ndjson")


def rows(file: Opened, log: Log, mend: Mend | None = None) -> Iterator[tuple[int, Any]]:
    """Each row as (1-based line, JSON value); Unread for a row that could not be read. Blank lines are skipped.

    Faults go to the log. Raises OSError as the file system does.
    """
    found = False
    decoder = Decoder(mend)
    offset = 0
    for line, raw, length in lines_of(file.stream):
        if not raw or raw.isspace():
            if found:
                log.add(rules.BLANK_LINE, line)
        else:
            found = True
            yield line, value_of(raw, line, offset, decoder, log)
        offset += length
    if not found:
        log.add(rules.ONLY_BLANK, 1)


def value_of(raw: bytes, line: int, offset: int, decoder: Decoder, log: Log) -> Any:
    """The JSON value of a line that is not blank, or Unread after its fault is in the log. offset: where it begins."""
    if len(raw) <= MOST_CHARACTERS:
        try:
            return decoder.decode(raw.decode("utf-8"), line, log)
        except UnicodeDecodeError:
            mended = decoder.mended(raw.decode("utf-8", "surrogateescape"))
            if mended is not None:
                return mended
    text = text_of(raw, line, offset, log)
    return Unread(raw[:MOST_CHARACTERS].decode("utf-8", "replace")) if text is None else decoder.decode(text, line, log)
