"""Excel workbooks (.xlsx): the first sheet that has rows. A row is an object of texts, its line the number of the row.

The workbook is looked at before the library for it is: how large its parts are when unpacked, and how far its cells
reach, as two cells in far corners would make a table of 17 thousand million.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from studio.data.checks import tables
from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.cells import Header
from studio.data.readers.opening import Opened
from studio.data.readers.strict_json import Mend, Unread
from studio.data.rules import listing, quoted

TITLE = "an Excel workbook"
SUFFIXES = (".xlsx", ".xlsm")
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MAGICS = (_ZIP, _OLD)

_MOST_UNPACKED = 150_000_000
_MOST_CELLS = 1_500_000
_BLOCK = 1 << 18
_TICK_ROWS = 500
_CELL = re.compile(r"([A-Za-z]{1,4})([0-9]{1,9})")
_FAULTS = (OSError, ValueError, EOFError, OverflowError, NotImplementedError, RuntimeError)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def rows(file: Opened, log: Log, mend: Mend | None = None) -> Iterator[tuple[int, Any]]:
    """Each row below the header as (number of the row, {column: text}); Unread for one that could not be read."""
    with file.seekable() as stream:
        if file.head.startswith(_OLD):
            _refuse_old(stream, log)
            return
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            checked = Path(folder) / "checked.xlsx"
            try:
                if _look_through(stream, checked, file, log):
                    yield from _rows(checked, file, log)
            except (zipfile.BadZipFile, expat.ExpatError, zlib.error, CalamineError, *_FAULTS):
                log.add(tables.DAMAGED, None, what="Excel workbook")
            except BaseException as error:
                # The library is written in Rust; where it gives up it raises this, which no module offers by name.
                if type(error).__name__ != "PanicException":
                    raise
                log.add(tables.DAMAGED, None, what="Excel workbook")


def _refuse_old(stream: BinaryIO, log: Log) -> None:
    before = b""
    while block := stream.read(_BLOCK):
        if _ENCRYPTED in before + block:
            log.add(tables.PASSWORD, None)
            return
        before = block[-len(_ENCRYPTED) :]
    log.add(rules.BINARY, None, what="a document of an Office program from before 2007")


def _look_through(stream: BinaryIO, target: Path, file: Opened, log: Log) -> bool:
    """Copies the parts that hold text to `target`, unpacked, so that the library unpacks nothing that was not measured.
    False after the log says what is wrong with the workbook."""
    with zipfile.ZipFile(stream) as packed, zipfile.ZipFile(target, "w") as plain:
        parts = [part for part in packed.infolist() if part.filename.endswith((".xml", ".rels"))]
        if not any(part.filename == "xl/workbook.xml" for part in parts):
            log.add(rules.BINARY, None, what="a zip archive")
            return False
        if any(part.flag_bits & 1 for part in parts):
            log.add(tables.PASSWORD, None)
            return False
        if sum(part.file_size for part in parts) > _MOST_UNPACKED:
            log.add(tables.TOO_LARGE, None)
            return False
        for part in parts:
            reach = _Reach()
            with packed.open(part) as source, plain.open(part.filename, "w") as copy:
                while block := source.read(_BLOCK):
                    file.done(0.0)
                    reach.see(block)
                    copy.write(block)
            if reach.cells > _MOST_CELLS:
                log.add(tables.TOO_LARGE, None)
                return False
    return True


class _Reach:
    """How far the cells of a sheet reach from the first corner, whatever it says about itself."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._row = self._column = self._lowest = self._rightmost = 0

    def see(self, block: bytes) -> None:
        self._parser.Parse(block)

    @property
    def cells(self) -> int:
        return self._lowest * self._rightmost

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row, self._column = self._row + 1, 0
            if (place := _place(attributes)).isdecimal():
                self._row = int(place[:9])
        elif kind == "c":
            self._column += 1
            found = _CELL.fullmatch(_place(attributes))
            if found:
                self._column, self._row = _number(found.group(1)), int(found.group(2))
        else:
            return
        self._lowest = max(self._lowest, self._row)
        self._rightmost = max(self._rightmost, self._column)

    def _refuse(self, *_: object) -> None:
        raise expat.ExpatError("a document type has no place in a workbook")


def _place(attributes: dict[str, str]) -> str:
    return next((value for name, value in attributes.items() if name.rpartition(":")[2] == "r"), "")


def _number(letters: str) -> int:
    """The number of a column: A is 1, AA is 27."""
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters.upper(), 0)


def _rows(checked: Path, file: Opened, log: Log) -> Iterator[tuple[int, Any]]:
    with CalamineWorkbook.from_path(checked) as book:
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        for name in names:
            header: Header | None = None
            sheet = book.get_sheet_by_name(name)
            for line, values in enumerate(sheet.iter_rows(), start=1):
                if line % _TICK_ROWS == 0:
                    file.done(line / (sheet.total_height + 1))
                cells = [_text(value) for value in values]
                if not any(cells):
                    continue
                if header is None:
                    header = Header(cells, line, log)
                    if len(names) > 1:
                        log.add(tables.SHEETS, None, sheets=listing(names), sheet=quoted(name))
                else:
                    yield line, header.row(cells, line, log) or Unread(" | ".join(cells))
            if header is not None:
                return
    log.add(rules.NO_ROWS, None)


def _text(value: Any) -> str:
    """A cell as a person reads it: 3, not 3.0."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
