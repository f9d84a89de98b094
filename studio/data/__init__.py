"""The data room: a file becomes findings, usable rows and a split. What other rooms may use is listed here."""

from studio.data.check import Checked, check_file
from studio.data.checks import RULES
from studio.data.formats import FORMATS
from studio.data.keys import fingerprint, row_key
from studio.data.split import load_split, make_split, save_split
from studio.data.statistics import Statistics, statistics
from studio.data.store import import_file, load_examples, load_report, page_examples
from studio.data.values import Example, Finding, Message, Report, Role, Severity, Split

__all__ = [
    "FORMATS",
    "RULES",
    "Checked",
    "Example",
    "Finding",
    "Message",
    "Report",
    "Role",
    "Severity",
    "Split",
    "Statistics",
    "check_file",
    "fingerprint",
    "import_file",
    "load_examples",
    "load_report",
    "load_split",
    "make_split",
    "page_examples",
    "row_key",
    "save_split",
    "statistics",
]
