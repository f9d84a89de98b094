"""Opens a file for its reader: unpacked where it is packed with gzip, its first bytes known, progress told by the bytes
taken from the disk. What kind of file it is, is kinds.py's business."""

import contextlib
import gzip
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from studio.data.checks import whole_file as rules
from studio.data.log import Log

HEAD_BYTES = 256 * 1024
_BLOCK = 1 << 20
_MOST_UNPACKED = 4_000_000_000
# Rows of text pack to a tenth, very even ones to a hundredth; what gives more is made to fill a disk.
_MOST_RATIO = 300
_RATIO_COUNTS_FROM = 100_000_000
_PACKED = b"\x1f\x8b"

Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all, now and then."""


class Opened:
    """A file while it is read. stream: its bytes from the beginning, unpacked. head: the first HEAD_BYTES of them;
    whole: there are no more. suffix: in small letters, '.csv' for rows.csv and rows.csv.gz."""

    def __init__(self, path: Path, name: str, log: Log, progress: Progress | None = None) -> None:
        """Raises OSError as the file system does, and what `progress` raises, which may so end the reading. What is
        wrong with the packing goes to the log."""
        self._path = path
        self._size = path.stat().st_size
        self._progress = progress
        self._told = 0
        self._raw = _Disk(path, self._tell)
        self.suffix = suffix_of(name)
        disk = cast(BinaryIO, io.BufferedReader(self._raw, _BLOCK))
        self.packed = disk.read(2) == _PACKED and Path(name).suffix.lower() == ".gz"
        disk.seek(0)
        self.stream = buffered(_unpacked(disk, log)) if self.packed else disk
        self.head = self.stream.read(HEAD_BYTES)
        self.whole = not self.stream.peek(1)  # type: ignore[attr-defined]
        self.stream = buffered(_rejoined(self.head, self.stream)) if self.packed else self.stream
        if not self.packed:
            disk.seek(0)

    def done(self, share: float = 1.0) -> None:
        """Tells how far the reading is: 1.0 is all of it. As long as bytes come in order they tell it themselves."""
        self._tell(round(share * self._size))

    def _tell(self, done: int) -> None:
        self._told = max(self._told, min(done, self._size))
        if self._progress:
            self._progress(self._told, self._size)

    def close(self) -> None:
        self.stream.close()
        self._raw.close()

    def seekable(self) -> BinaryIO:
        """The bytes as a file to jump about in, which tells nothing; an unpacked one lies in a temporary file."""
        if not self.packed:
            self._raw.tells = None
            return self.stream
        file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the reader closes it
        while block := self.stream.read(_BLOCK):
            file.write(block)
        file.seek(0)
        return file

    def beyond(self) -> bytes:
        """Bytes from the first block behind the head that is not ASCII; none where there is none."""
        with contextlib.suppress(EOFError, OSError, zlib.error), self._anew() as file:
            file.seek(HEAD_BYTES)
            while block := file.read(_BLOCK):
                if not block.isascii():
                    return block
        return b""

    def _anew(self) -> BinaryIO:
        return cast(BinaryIO, gzip.open(self._path) if self.packed else self._path.open("rb"))

    def recode(self, change: Callable[[bytes, bool], bytes]) -> None:
        """Puts a change between the file and its reader. change(block, last): the bytes to be read instead."""
        self.stream = buffered(_changed(self.stream, change))


def suffix_of(name: str) -> str:
    path = Path(name.lower())
    return Path(path.stem).suffix if path.suffix == ".gz" else path.suffix


def buffered(blocks: Iterator[bytes]) -> BinaryIO:
    """Blocks as one stream; none of them is empty but an end."""
    return cast(BinaryIO, io.BufferedReader(_Layer(lambda: next(blocks, b"")), _BLOCK))


class _Disk(io.FileIO):
    """A file that tells where it is at every block it reads, however little comes of these."""

    def __init__(self, path: Path, tells: Callable[[int], None] | None) -> None:
        super().__init__(path)
        self.tells = tells

    def readinto(self, target: "memoryview | bytearray") -> int:  # type: ignore[override]
        count = super().readinto(target)
        if self.tells:
            self.tells(self.tell())
        return count


class _Layer(io.RawIOBase):
    """A stream made of blocks; an empty one ends it."""

    def __init__(self, following: Callable[[], bytes]) -> None:
        self._following = following
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: "memoryview | bytearray") -> int:  # type: ignore[override]
        if not self._left:
            self._left = memoryview(self._following())
        part = self._left[: len(target)]
        target[: len(part)] = part
        self._left = self._left[len(part) :]
        return len(part)


def _unpacked(disk: BinaryIO, log: Log) -> Iterator[bytes]:
    """What a gzip file holds. It ends where the packing is damaged or grows beyond all measure, and the log says so."""
    file = gzip.GzipFile(fileobj=disk)
    count = 0
    try:
        while block := file.read1(_BLOCK):
            count += len(block)
            much = count > _RATIO_COUNTS_FROM and count > _MOST_RATIO * disk.tell()
            if much or count > _MOST_UNPACKED:
                log.add(rules.PACKED_BOMB, None, size=count // 1_000_000)
                return
            yield block
    except (EOFError, gzip.BadGzipFile, zlib.error):
        log.add(rules.PACKED_DAMAGED, None)


def _rejoined(head: bytes, rest: BinaryIO) -> Iterator[bytes]:
    yield head
    while block := rest.read(_BLOCK):
        yield block


def _changed(source: BinaryIO, change: Callable[[bytes, bool], bytes]) -> Iterator[bytes]:
    ended = False
    while not ended:
        block = source.read(_BLOCK)
        ended = not block
        if made := change(block, ended):
            yield made
