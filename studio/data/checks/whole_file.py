"""Rules about a file as a whole: what kind of file it is, before any row is looked at. readers/ finds them."""

from studio.data.rules import Rule

EMPTY = Rule(
    "file.empty",
    "error",
    "The file is empty.",
    "Choose a file with one training example on each line.",
    b"",
)
ONLY_BLANK = Rule(
    "file.only_blank",
    "error",
    "The file has only blank lines.",
    "Choose a file with one training example on each line.",
    b"\n  \n",
)
UTF16 = Rule(
    "file.utf16",
    "error",
    "The file is encoded as {encoding}, and training files are read as UTF-8.",
    'Save it again with the encoding "UTF-8": in Excel "CSV UTF-8", in Notepad "Save as" and Encoding UTF-8.',
    b'\xff\xfe{\x00"\x00a\x00"\x00',
)
BINARY = Rule(
    "file.binary",
    "error",
    "The file is not text: it looks like {what}.",
    "Unpack or export it to a text file with one JSON object on each line, then choose that file.",
    b"\x1f\x8b\x08\x00\x00\x00",
)
WEB_PAGE = Rule(
    "file.web_page",
    "error",
    "The file is a web page, not a training file; a download may have failed.",
    "Open it in a browser to see what it says, then download the file again.",
    b"<!DOCTYPE html><html><body>404</body></html>",
)
TABLE = Rule(
    "file.table",
    "error",
    "The file looks like a table (CSV), and one JSON object on each line is wanted.",
    'Turn each row into a line like {{"prompt": "...", "completion": "..."}}.',
    b"prompt,completion\nhi,hello\n",
)
NOT_JSON = Rule(
    "file.not_json",
    "error",
    "The file looks like plain text, and one JSON object on each line is wanted.",
    'Turn each example into a line like {{"prompt": "...", "completion": "..."}}.',
    b"Question: hi\nAnswer: hello\n",
)
ARRAY = Rule(
    "file.array",
    "error",
    "The file is one JSON list ([ ... ]), and one JSON object on each line is wanted.",
    "Write each row on a line of its own, without the outer [ ] and the commas between rows. "
    "The tool jq does it: jq -c '.[]' rows.json > rows.jsonl",
    b'[{"prompt": "hi", "completion": "hello"}]',
)
PRETTY = Rule(
    "file.pretty",
    "error",
    "The rows are spread over several lines each, and each row must stand on one line.",
    "Write each row on a single line. The tool jq does it: jq -c . rows.json > rows.jsonl",
    b'{\n  "prompt": "hi",\n  "completion": "hello"\n}\n',
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
    UTF16,
    BINARY,
    WEB_PAGE,
    TABLE,
    NOT_JSON,
    ARRAY,
    PRETTY,
    BOM,
    BLANK_LINE,
    NOT_UTF8,
    TOO_LONG,
)
