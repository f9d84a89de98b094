"""In which encoding a text file is, and its way to UTF-8. Readers of text see UTF-8 alone.

A byte that the encoding does not allow becomes one that UTF-8 does not allow, so that its line is found.
"""

import codecs
import functools

from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.opening import Opened

_UTF8_BOM = b"\xef\xbb\xbf"
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_LOOKED_AT = 4096
_GUESSED_FROM = 20_000
# What people's programs write; a guess among all encodings there are is more often wrong.
_LIKELY = ["cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "shift_jis", "gb18030", "big5", "euc_kr"]
_WESTERN_LETTERS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒŠŽßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿœšžŸªº")
_WESTERN_SIGNS = frozenset("€‚„…‘’“”•–—‹›«»¡¿§°´·£©®™½¼¾²µ\u00a0")
_BAD_BYTE = "\udcff"


def wide(head: bytes) -> tuple[str, str] | None:
    """UTF-16 or UTF-32 as (Python's name, the name for people), by its mark or by every second byte being zero as in
    plain Latin text."""
    for bom, codec, name in _BOMS:
        if head.startswith(bom):
            return codec, name
    begin = head[:_LOOKED_AT]
    for offset, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        half, other = begin[offset::2], begin[1 - offset :: 2]
        if len(half) > 1 and half.count(0) * 10 > len(half) * 7 and not other.count(0):
            return codec, "UTF-16"
    return None


def by_mark(file: Opened, log: Log) -> None:
    """Brings UTF-16 and UTF-32 to UTF-8, and passes the mark at the beginning."""
    found = wide(file.head)
    if found:
        codec, name = found
        log.add(rules.ENCODING, None, encoding=name)
        _recode(file, codec)
    elif file.head.startswith(_UTF8_BOM):
        log.add(rules.BOM, 1)
        file.head = file.head[len(_UTF8_BOM) :]
        file.stream.read(len(_UTF8_BOM))


def by_guess(file: Opened, log: Log) -> None:
    """Brings a text of an older encoding to UTF-8, as far as it can be guessed which it is. JSON is never of one."""
    sample = file.beyond() if file.head.isascii() and not file.whole else file.head
    if not _is_utf8(sample):
        codec = _guessed(sample)
        if codec is not None:
            log.add(rules.GUESSED, None, encoding=codec.replace("cp125", "Windows-125").replace("_", "-"))
            _recode(file, codec)


def _recode(file: Opened, codec: str) -> None:
    decoder = codecs.getincrementaldecoder(codec)("studio.bad_byte")
    file.head = _through(codecs.getincrementaldecoder(codec)("studio.bad_byte"), file.head, file.whole)
    file.recode(functools.partial(_through, decoder))


def _through(decoder: codecs.IncrementalDecoder, block: bytes, last: bool) -> bytes:
    return decoder.decode(block, last).encode("utf-8", "surrogateescape")


def _bad_byte(fault: UnicodeError) -> tuple[str, int]:
    assert isinstance(fault, UnicodeDecodeError)
    return _BAD_BYTE, fault.end


codecs.register_error("studio.bad_byte", _bad_byte)


def _is_utf8(sample: bytes) -> bool:
    """Whether all of it is, but for a character that is cut at its end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _guessed(head: bytes) -> str | None:
    from charset_normalizer import from_bytes

    first = next(place for place, byte in enumerate(head) if byte > 127)
    sample = head[max(0, first - 1000) : first + _GUESSED_FROM]
    if _western(sample.decode("cp1252", "replace")):
        return "cp1252"
    best = from_bytes(sample, cp_isolation=_LIKELY).best()
    return best.encoding if best is not None else None


def _western(text: str) -> bool:
    """Whether the accents of a text read as Windows-1252 stand as Western languages have them: among plain letters,
    hardly two in a row, and signs not inside words. Other alphabets read so are rows of accents."""
    odd = accents = 0
    for before, here, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if here >= "\x80":
            accents += 1
            inside = before.isalpha() and after.isalpha()
            known = here in _WESTERN_LETTERS or (here in _WESTERN_SIGNS and not (inside and here in "¿¡²"))
            odd += before >= "\x80" or not known
    return odd * 5 <= accents
