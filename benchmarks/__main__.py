"""Runs every benchmark, or those named: `python -m benchmarks [NAME ...]`."""

import argparse
import importlib.metadata
import platform
from collections.abc import Callable

import psutil

from benchmarks import data, evaluation, first_five_minutes, recommended, reviews, training, transfer, whole_way
from benchmarks.table import Row, show

BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "whole_way": whole_way.measure,
    "data": data.measure,
    "evaluation": evaluation.measure,
    "training": training.measure,
    "first_five_minutes": first_five_minutes.measure,
}
LONG: dict[str, Callable[[], list[Row]]] = {
    "reviews": reviews.measure,
    "transfer": transfer.measure,
    "recommended": recommended.measure,
}
"""Run by name alone: half an hour or more each."""
KNOWN = BENCHMARKS | LONG


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which (default: all but the long ones): {', '.join(KNOWN)}"
    )
    parser.add_argument("--rows", type=int, default=data.ROWS, help="rows of the file that `data` makes")
    given = parser.parse_args()
    chosen = given.names or list(BENCHMARKS)
    if unknown := set(chosen) - set(KNOWN):
        parser.error(f"there is no benchmark called {', '.join(unknown)}")
    print(_machine())
    for name in chosen:
        print(f"\n{name}")
        show(data.measure(given.rows) if name == "data" else KNOWN[name]())
    if not given.names:
        print(f"\nNot run, for they take half an hour or more: {', '.join(LONG)} (`make bench NAMES=recommended`)")


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1e9
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "transformers", "gradio"))
    cores = psutil.cpu_count()
    load = psutil.getloadavg()[0]
    return (
        f"{platform.system()} {platform.machine()}, {cores} processors, {memory:.0f} GB, Python "
        f"{platform.python_version()}, {versions}; load before the start: {load:.1f}"
    )


if __name__ == "__main__":
    main()
