"""The model as its house rules read it: every file of `sim/` as a syntax tree, with its room."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"


@dataclass(frozen=True)
class Source:
    """One file of the model.

    `module` is its dotted name (a package's is that of the folder), `room` the part of the house it belongs
    to: the first word after `sim`, empty for `sim/__init__.py`.
    """

    path: Path
    module: str
    room: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        """Where a reader finds the node: file and line."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of `sim/`, in the order of the names."""
    return tuple(_read(path) for path in sorted(SIM.rglob("*.py")))


def rooms(*names: str) -> Iterator[Source]:
    """The files of the named rooms."""
    return (source for source in sources() if source.room in names)


def _read(path: Path) -> Source:
    parts = path.relative_to(ROOT).with_suffix("").parts
    words = parts[:-1] if parts[-1] == "__init__" else parts
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return Source(path, ".".join(words), words[1] if len(words) > 1 else "", tree)
