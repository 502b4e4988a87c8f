"""`scim-bridge connectors new NAME`: the project of a connector that works, with tests that pass as they stand.

What it writes stands in `project/`, one template for each file: `$name` is the connector, `$package` its Python
package, `$project` the distribution. Nothing that exists is ever overwritten.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from string import Template

from bridge.settings.plugins import discover

SUFFIX = ".template"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def run(options: argparse.Namespace) -> int:
    """0 written, 1 there is something in the way, 2 the name cannot be one."""
    name: str = options.name
    if wrong := _wrong(name):
        print(f"scim-bridge connectors new: {wrong}", file=sys.stderr)
        return 2
    words = _words(name)
    folder = options.into or Path(words["project"])
    try:
        if folder.exists() and any(folder.iterdir()):
            print(f"{folder} is not empty; nothing was written. Name another one: --into DIR", file=sys.stderr)
            return 1
        _write(folder, words)
    except OSError as error:
        print(f"{folder}: {error.strerror}; the project was not written.", file=sys.stderr)
        return 1
    print(_next_steps(folder, words))
    return 0


def _wrong(name: str) -> str | None:
    """Why a connector cannot have this name."""
    if not _NAME.fullmatch(name):
        meant = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        hint = f"; try {meant}" if meant != name and _NAME.fullmatch(meant) else ""
        return f"{name!r} is no name of a connector: write a-z, 0-9 and _, a letter first, 40 at most{hint}"
    if name in discover():
        return f"there is a connector {name} already (`scim-bridge connectors list`); choose another name"
    if find_spec(_words(name)["package"]) is not None:
        return f"there is a Python package {_words(name)['package']} already; choose another name"
    return None


def _words(name: str) -> dict[str, str]:
    return {"name": name, "package": f"scim_bridge_{name}", "project": f"scim-bridge-{name.replace('_', '-')}"}


def _write(folder: Path, words: dict[str, str]) -> None:
    for place, template in _templates(files("bridge.cli").joinpath("project"), PurePosixPath()):
        written = folder / Template(str(place)).substitute(words)
        written.parent.mkdir(parents=True, exist_ok=True)
        with written.open("x", encoding="utf-8") as out:
            out.write(Template(template.read_text(encoding="utf-8")).substitute(words))


def _templates(folder: Traversable, place: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    """Each template, and where in the project it goes."""
    for each in folder.iterdir():
        if each.is_dir():
            name = "$package" if each.name == "package" else each.name
            yield from _templates(each, place / name)
        elif each.name.endswith(SUFFIX):
            yield place / each.name.removesuffix(SUFFIX), each


def _next_steps(folder: Path, words: dict[str, str]) -> str:
    return f"""\
{folder}/{words["package"]}    a connector that keeps each entry as a JSON file in a folder: begin from it
{folder}/tests    the promises of the protocol, tried on it
{folder}/README.md    how to configure it, and what to change

Next:  cd {folder} && pip install -e '.[test]' && pytest"""
