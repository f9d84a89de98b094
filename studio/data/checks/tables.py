"""Rules about tables, workbooks and plain text: columns, cells, sheets, questions and answers. readers/ finds them."""

import io
import zipfile
from array import array

import pyarrow as pa
import pyarrow.parquet as pq

from studio.data.rules import Rule


def _workbook(*sheets: str, reach: str = "A1") -> bytes:
    """A small Excel workbook: a sheet for each text, whose lines are rows of one cell."""
    names = range(1, len(sheets) + 1)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    listed = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in names)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/s{n}.xml"/>' for n in names
    )
    parts = {
        "_rels/.rels": f'<Relationships {package}><Relationship Id="r" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships {package}>{links}</Relationships>",
    }
    for n, sheet in zip(names, sheets, strict=True):
        rows = "".join(f'<row><c t="inlineStr"><is><t>{line}</t></is></c></row>' for line in sheet.split("\n"))
        parts[f"xl/worksheets/s{n}.xml"] = (
            f'<worksheet {main}><sheetData>{rows}<row><c r="{reach}"/></row></sheetData></worksheet>'
        )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name), text)
    return made.getvalue()


def _broken_text() -> bytes:
    """A Parquet table with a text that is no UTF-8."""
    made = io.BytesIO()
    # From its bytes: an array of Python values would load all of pandas.
    ends = pa.py_buffer(array("i", (0, 4, 8)))
    texts = pa.Array.from_buffers(pa.string(), 2, [None, ends, pa.py_buffer(b"goodcaf\xe9")])
    pq.write_table(pa.Table.from_arrays([texts], ["text"]), made)
    return made.getvalue()


SAME_COLUMN = Rule(
    "table.same_column",
    "warning",
    "Two columns have the name {column}; the one in place {place} gets a number.",
    "Give every column a name of its own.",
    b"prompt,completion,completion\na,b,c\n",
    name="rows.csv",
)
NO_HEADER = Rule(
    "table.no_header",
    "warning",
    "The first row names the columns, but here it looks like an example; it is not read as one.",
    "Put a row above it that names the columns, such as question and answer.",
    b"Where is it?,Here.\nWho is it?,Me.\n",
    name="rows.csv",
)
MORE_CELLS = Rule(
    "table.more_cells",
    "error",
    "The row has {cells} cells, and the table has {columns} columns.",
    "Put a cell with a comma or semicolon in it into double quotes, or remove what is too much.",
    b"prompt,completion\na,b\nc,d,e\n",
    name="rows.csv",
)
FEWER_CELLS = Rule(
    "table.fewer_cells",
    "warning",
    "The row has {cells} of {columns} cells; the missing ones are taken as empty.",
    "Fill in the missing cells, or remove the row.",
    b"prompt,completion,topic\na,b,c\nd,e\n",
    name="rows.csv",
)
QUOTES = Rule(
    "table.quotes",
    "error",
    "The row cannot be taken apart: {what}.",
    'Close the quote; inside a quoted cell, write a double quote twice ("").',
    b'prompt,completion\na,"b" c\nd,e\n',
    name="rows.csv",
)
SHEETS = Rule(
    "table.sheets",
    "note",
    "The workbook has the sheets {sheets}; {sheet} is read, the first with rows.",
    "Move another sheet to the front, or save it as a file of its own, if you mean that one.",
    _workbook("text\na", "text\nb"),
    name="rows.xlsx",
)
TOO_LARGE = Rule(
    "table.too_large",
    "error",
    "The workbook is too large to be opened: its parts, or how far its cells reach, are beyond a table of texts.",
    "Delete empty columns and rows far out, or save the sheet as CSV and choose that file.",
    _workbook("text\na", reach="XFD1048576"),
    name="rows.xlsx",
)
PASSWORD = Rule(
    "table.password",
    "error",
    "The workbook is protected with a password.",
    "Open it in Excel, remove the password under File, Info, save it and choose it again.",
    b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
    name="rows.xlsx",
)
DAMAGED = Rule(
    "table.damaged",
    "error",
    "The file is a damaged {what}; what comes after the damage is missing.",
    "Download or save the file again.",
    b"PAR1 and no more",
    name="rows.parquet",
)
VALUE = Rule(
    "table.value",
    "error",
    "The row holds a value that cannot be read: a text that is no UTF-8, or a time beyond the calendar.",
    "Mend the value where the file was made, or remove the row.",
    _broken_text(),
    name="rows.parquet",
)
PLAIN_TEXT = Rule(
    "text.plain",
    "note",
    "The file is plain text; {what} is read as an example.",
    "Nothing to do, if that is what you mean.",
    b"Q: hi\nA: hello\n",
    name="rows.txt",
)
OUTSIDE = Rule(
    "text.outside",
    "note",
    "Text that belongs to no question and no answer is not used.",
    "Nothing to do, unless it holds an example.",
    b"My notes\nQ: hi\nA: hello\nQ: bye\nA: see you\n",
    name="rows.txt",
)
NO_ANSWER = Rule(
    "text.no_answer",
    "error",
    "The question has no answer.",
    "Write the answer below it, or remove the question.",
    b"Q: hi\nA: hello\nQ: bye\n",
    name="rows.txt",
)
NO_QUESTION = Rule(
    "text.no_question",
    "error",
    "The answer has no question before it.",
    "Write the question above it, or remove the answer.",
    b"Q: hi\nA: hello\nA: hello again\n",
    name="rows.txt",
)

RULES = (
    SAME_COLUMN,
    NO_HEADER,
    MORE_CELLS,
    FEWER_CELLS,
    QUOTES,
    SHEETS,
    TOO_LARGE,
    PASSWORD,
    DAMAGED,
    VALUE,
    PLAIN_TEXT,
    OUTSIDE,
    NO_ANSWER,
    NO_QUESTION,
)
