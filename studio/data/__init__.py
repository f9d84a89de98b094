"""The data room: a file becomes findings, usable rows and a split. What other rooms may use is listed here."""

from studio.data.advice import GOALS, Advice, Goal, advice
from studio.data.check import Checked, check_file
from studio.data.checks import RULES
from studio.data.checks.length import Context, CountTokens
from studio.data.cutting import cut_rows
from studio.data.dividing import divide, parts_named
from studio.data.formats import FORMATS, Field, format_named
from studio.data.guess import Guess, preview_mapping, shape_guess
from studio.data.hub import hub_name
from studio.data.keys import fingerprint, row_key
from studio.data.leakage import leaks
from studio.data.looked import cut, find_cut, find_leaking, leaking
from studio.data.measuring import measure, measured
from studio.data.mending import preview_repair, repairs_for, safe_repairs
from studio.data.parts import column_of, part_of, parts_of_files
from studio.data.recipe import Edit, Mapping, Recipe
from studio.data.repairs import REPAIRS, Repair, repair_of
from studio.data.sources import name_of, size_of, sources_of
from studio.data.split import load_split, make_split, save_split
from studio.data.statistics import Histogram, Statistics, statistics
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
from studio.data.writing import export_rows, rejected_rows

__all__ = [
    "FORMATS",
    "GOALS",
    "REPAIRS",
    "RULES",
    "Advice",
    "Checked",
    "Context",
    "CountTokens",
    "Edit",
    "Example",
    "Field",
    "Finding",
    "Goal",
    "Guess",
    "Histogram",
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
    "advice",
    "check_file",
    "column_of",
    "cut",
    "cut_rows",
    "divide",
    "export_rows",
    "find_cut",
    "find_leaking",
    "fingerprint",
    "format_named",
    "hub_name",
    "import_file",
    "leaking",
    "leaks",
    "load_examples",
    "load_report",
    "load_split",
    "make_split",
    "make_version",
    "measure",
    "measured",
    "name_of",
    "originals",
    "page_examples",
    "part_of",
    "parts_named",
    "parts_of_files",
    "preview_mapping",
    "preview_repair",
    "recipe_of",
    "rejected_rows",
    "repair_of",
    "repairs_for",
    "row_key",
    "rows_file",
    "safe_repairs",
    "save_split",
    "shape_guess",
    "size_of",
    "sources_of",
    "statistics",
]
