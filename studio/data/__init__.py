"""The data room: a file becomes findings, usable rows and a split. What other rooms may use is listed here."""

from studio.data.check import Checked, check_file
from studio.data.checks import RULES
from studio.data.formats import FORMATS, format_named
from studio.data.hub import hub_name
from studio.data.keys import fingerprint, row_key
from studio.data.recipe import Edit, Mapping, Recipe
from studio.data.repairs import Repair, repair_of
from studio.data.sources import name_of, size_of, sources_of
from studio.data.split import load_split, make_split, save_split
from studio.data.statistics import Statistics, statistics
from studio.data.store import (
    import_file,
    load_examples,
    load_report,
    make_version,
    originals,
    page_examples,
    recipe_of,
    rows_file,
)
from studio.data.values import Example, Finding, Message, Report, Role, Severity, Source, Split, Task

__all__ = [
    "FORMATS",
    "RULES",
    "Checked",
    "Edit",
    "Example",
    "Finding",
    "Mapping",
    "Message",
    "Recipe",
    "Repair",
    "Report",
    "Role",
    "Severity",
    "Source",
    "Split",
    "Statistics",
    "Task",
    "check_file",
    "fingerprint",
    "format_named",
    "hub_name",
    "import_file",
    "load_examples",
    "load_report",
    "load_split",
    "make_split",
    "make_version",
    "name_of",
    "originals",
    "page_examples",
    "recipe_of",
    "repair_of",
    "row_key",
    "rows_file",
    "save_split",
    "size_of",
    "sources_of",
    "statistics",
]
