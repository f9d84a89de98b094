"""Rules about a file as a whole: what kind of file it is, before any row is looked at. readers/ finds them."""

import gzip

from studio.data.rules import Rule

EMPTY = Rule(
    "file.empty",
    "error",
    "The file is empty.",
    "Choose a file with training examples.",
    b"",
)
ONLY_BLANK = Rule(
    "file.only_blank",
    "error",
    "The file has only blank lines.",
    "Choose a file with training examples.",
    b"\n  \n",
)
NO_ROWS = Rule(
    "file.no_rows",
    "error",
    "The file holds no rows.",
    "Choose a file with training examples.",
    b"[]",
)
ENCODING = Rule(
    "file.encoding",
    "warning",
    "The file is encoded as {encoding}; it is read as such.",
    "Nothing to do here; other programs may want the encoding UTF-8.",
    '{"prompt": "hi", "completion": "hello"}\n'.encode("utf-16"),
)
GUESSED = Rule(
    "file.encoding_guessed",
    "warning",
    "The file is not encoded as UTF-8; it is read as {encoding}, which is a guess.",
    "Look at words with accents below. If they look wrong, save the file again with the encoding UTF-8: in Excel "
    '"CSV UTF-8", in Notepad "Save as" and Encoding UTF-8.',
    b"question,answer\nWhere is the caf\xe9,At the corner\n",
    name="rows.csv",
)
READ_AS = Rule(
    "file.read_as",
    "warning",
    "The name ends in {suffix}, but the file is {kind}; it is read as such.",
    "Nothing to do here, unless you chose the wrong file; other programs may stumble over the name.",
    b"prompt,completion\nhi,hello\n",
)
PACKED_NAME = Rule(
    "file.packed_name",
    "error",
    "The file is packed with gzip, and its name does not say so.",
    "Let its name end in .gz (rows.jsonl.gz) and choose it again.",
    gzip.compress(b'{"prompt": "hi", "completion": "hello"}\n', mtime=0),
)
PACKED_DAMAGED = Rule(
    "file.packed_damaged",
    "error",
    "The packed file is damaged or ends too early; what comes after the damage is missing.",
    "Download or pack the file again.",
    gzip.compress(b'{"prompt": "hi", "completion": "hello"}\n', mtime=0)[:-6],
    name="rows.jsonl.gz",
)
PACKED_BOMB = Rule(
    "file.packed_size",
    "error",
    "The packed file unpacks to more than {size:,} MB, far more than rows of text do; the rest is not read.",
    "Unpack the file yourself, see what it holds and choose what you need of it.",
    gzip.compress(b'{"prompt": "hi", "completion": "hello"}\n', mtime=0)
    + gzip.compress(b" " * (1 << 20), mtime=0) * 101,
    name="rows.jsonl.gz",
)
SECOND_LIST = Rule(
    "file.second_list",
    "warning",
    "The file holds another list of rows named {key}, which is not read.",
    "Save it as a file of its own and choose both files, if you want these rows too.",
    b'{"train": [{"prompt": "a", "completion": "b"}], "test": [{"prompt": "c", "completion": "d"}]}',
    name="rows.json",
)
BINARY = Rule(
    "file.binary",
    "error",
    "The file is not text: it looks like {what}.",
    "Choose a JSON Lines, JSON, CSV, Excel, Parquet or text file; unpack an archive first.",
    b"%PDF-1.7\n",
)
WEB_PAGE = Rule(
    "file.web_page",
    "error",
    "The file is a web page, not a training file; a download may have failed.",
    "Open it in a browser to see what it says, then download the file again.",
    b"<!DOCTYPE html><html><body>404</body></html>",
)
NOT_JSON = Rule(
    "file.not_json",
    "error",
    "The name says that the file is JSON, but it looks like plain text.",
    "If it is a text, let its name end in .txt; if it is to be JSON, write each example on a line like "
    '{{"prompt": "...", "completion": "..."}}.',
    b"Question: hi\nAnswer: hello\n",
)
BOM = Rule(
    "file.bom",
    "note",
    "The file begins with an invisible mark (a UTF-8 byte order mark).",
    "Nothing to do; the mark is skipped.",
    b'\xef\xbb\xbf{"prompt": "hi", "completion": "hello"}\n',
)
BLANK_LINE = Rule(
    "line.blank",
    "note",
    "The file has a blank line.",
    "Nothing to do; blank lines are skipped.",
    b'{"prompt": "a", "completion": "b"}\n\n{"prompt": "c", "completion": "d"}\n',
    once=True,
)
NOT_UTF8 = Rule(
    "line.not_utf8",
    "error",
    "The line holds a byte that is not UTF-8 text (byte {byte} of the line, byte {offset} of the file).",
    'Save the file with the encoding "UTF-8", or type the damaged character again.',
    b'{"prompt": "caf\xe9", "completion": "coffee"}\n',
)
NOT_UTF8_INSIDE = Rule(
    "row.not_utf8",
    "error",
    "The row holds a byte that is not UTF-8 text (column {column}).",
    'Save the file with the encoding "UTF-8", or type the damaged character again.',
    b'[{"prompt": "caf\xe9", "completion": "coffee"}]',
    name="rows.json",
)
TOO_LONG = Rule(
    "line.too_long",
    "error",
    "The line has more than 1,000,000 characters.",
    "Cut the text into several shorter examples; no model here could read so long a one.",
    b'{"prompt": "' + b"a" * 1_000_001 + b'", "completion": "b"}\n',
)

RULES = (
    EMPTY,
    ONLY_BLANK,
    NO_ROWS,
    ENCODING,
    GUESSED,
    READ_AS,
    PACKED_NAME,
    PACKED_DAMAGED,
    PACKED_BOMB,
    SECOND_LIST,
    BINARY,
    WEB_PAGE,
    NOT_JSON,
    BOM,
    BLANK_LINE,
    NOT_UTF8,
    NOT_UTF8_INSIDE,
    TOO_LONG,
)
