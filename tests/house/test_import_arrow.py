"""The import arrow: each room of `sim/` knows only the rooms to its left, so a reader can guess the file."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.house.syntax import SIM, Source, sources

ARROW = (
    "params", "evidence", "dice", "policies", "plugins", "scenario", "agents", "kernels", "processes",
    "building", "snapshots", "industry", "observables", "results", "runner", "side_by_side", "designs", "sweeps",
    "analysis", "comparison", "calibration", "validation", "figures", "describe", "app",
)  # fmt: skip
# `snapshots` stands left of `industry`, like `building`: both are handed an empty world and fill it, one as on its
# first day, one as it was saved; so a Mesa user finds `industry.snapshot` and `Industry.restore` on the model itself.
# `plugins` stands left of `scenario`: a scenario names its plug-ins and is checked against the numbers they bring.
# `sweeps` stands right of `designs`: a design says which worlds, a sweep lives through them and keeps what they did.
# `side_by_side` stands right of `runner`: it lives through many worlds, the runner through one.
# `comparison` stands right of `analysis`: it lives through worlds and reckons with them; pictures are drawn of it.
CHAPTERS = (
    "rules", "tools", "decisions", "work", "attention", "beauty", "data", "culture", "money", "careers",
)  # fmt: skip

# The command starts everything; the front door offers the public words. Neither is a room, and no room looks
# back at them.
STREET = ("", "__main__", "commands")

# A process, a plug-in or an agent is handed the industry; it may say so in a type, which no run ever imports.
HANDED = ("industry",)

# Guests stay where they belong, or the command would start slowly, a model would draw, a process be compiled.
GUESTS = {
    "numba": ("dice", "kernels"),
    "matplotlib": ("figures", "app"),
    "solara": ("app",),
    "SALib": ("designs", "analysis"),
    "typer": ("commands", "__main__"),
}


@dataclass(frozen=True)
class Import:
    """One name that one file imports: `module` in full, `for_types_only` if no run ever follows it."""

    module: str
    for_types_only: bool
    where: str

    @property
    def room(self) -> str:
        """The room of `sim/` that is imported, empty for the front door."""
        return [*self.module.split("."), ""][1]

    @property
    def of_the_model(self) -> bool:
        """Whether the import stays in the house."""
        return self.module.split(".")[0] == "sim"


def imports(source: Source) -> Iterator[Import]:
    """Every import of a file at any depth, as the modules that are really loaded."""
    for node, for_types_only in _walk(source.tree, False):
        for module in _modules(source, node):
            yield Import(module, for_types_only, source.at(node))


def _walk(node: ast.AST, for_types_only: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        yield child, for_types_only
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for part in child.body:
                yield part, True
                yield from _walk(part, True)
            for part in child.orelse:
                yield part, for_types_only
                yield from _walk(part, for_types_only)
        else:
            yield from _walk(child, for_types_only)


def _modules(source: Source, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = _package(source, node)
        for alias in node.names:
            yield f"{package}.{alias.name}" if _is_module(f"{package}.{alias.name}") else package
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
        yield from (str(word.value) for word in node.args[:1] if isinstance(word, ast.Constant))


def _package(source: Source, node: ast.ImportFrom) -> str:
    """The module after `from`, with leading dots counted from the file's own package."""
    if not node.level:
        return node.module or ""
    own = source.module.split(".")
    up = node.level - (source.path.stem == "__init__")
    return ".".join([*own[: len(own) - up], *([node.module] if node.module else [])])


def _is_module(dotted: str) -> bool:
    path = SIM.parent.joinpath(*dotted.split("."))
    return dotted.startswith("sim.") and (path.with_suffix(".py").is_file() or path.is_dir())


def test_every_room_has_its_place_on_the_arrow() -> None:
    strangers = sorted({source.room for source in sources()} - {*ARROW, *STREET})
    assert not strangers, f"rooms of sim/ without a place on the arrow: {strangers}; add to ARROW, or move"


def test_imports_follow_the_arrow() -> None:
    wrong = []
    for source in sources():
        if source.room not in ARROW:
            continue
        for found in imports(source):
            if not found.of_the_model or found.room == source.room:
                continue
            if found.for_types_only and found.room in HANDED:
                continue
            if found.room not in ARROW or ARROW.index(found.room) > ARROW.index(source.room):
                wrong.append(f"{found.where}: {source.room} imports {found.module}, which is not to its left")
    assert not wrong, "\n".join(wrong)


def test_nobody_imports_the_app_or_the_command() -> None:
    wrong = [
        f"{found.where}: {found.module}"
        for source in sources()
        if source.room not in ("app", "__main__", "commands")
        for found in imports(source)
        if found.of_the_model and found.room in ("app", "__main__", "commands")
    ]
    assert not wrong, "\n".join(wrong)


def test_the_model_needs_nothing_outside_its_house() -> None:
    wrong = [
        f"{found.where}: {found.module}"
        for source in sources()
        for found in imports(source)
        if found.module.split(".")[0] in ("experiments", "notebooks", "tests")
    ]
    assert not wrong, "\n".join(wrong)


def test_inside_a_room_no_files_import_each_other_in_a_circle() -> None:
    graph = {
        source.module: {
            found.module
            for found in imports(source)
            if not found.for_types_only and found.module != source.module and found.room == source.room
        }
        for source in sources()
        if source.room not in STREET
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        pytest.fail("these files import each other: " + " -> ".join(circle.args[1]))


def test_chapters_of_the_week_import_only_earlier_chapters() -> None:
    wrong = []
    for source in sources():
        chapter = source.module.removeprefix("sim.processes.")
        if source.room != "processes" or chapter not in CHAPTERS:
            continue
        for found in imports(source):
            other = found.module.removeprefix("sim.processes.")
            if other in CHAPTERS and CHAPTERS.index(other) > CHAPTERS.index(chapter):
                wrong.append(f"{found.where}: {chapter} imports {other}, which comes later in the week")
            if found.module == "sim.processes":
                wrong.append(f"{found.where}: a chapter does not read the list that it is a part of")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("guest", GUESTS)
def test_a_guest_stays_in_its_rooms(guest: str) -> None:
    wrong = [
        found.where
        for source in sources()
        if source.room not in GUESTS[guest]
        for found in imports(source)
        if found.module.split(".")[0] == guest
    ]
    assert not wrong, f"{guest} belongs to {' and '.join(GUESTS[guest])} only, but: {', '.join(wrong)}"


def test_the_reader_of_imports_sees_them_all() -> None:
    text = (
        "import sim.dice as luck\n"
        "from sim import runner\n"
        "from . import loader\n"
        "from ..results import Results\n"
        "if TYPE_CHECKING:\n    from sim.industry import Industry\n"
        "else:\n    import sim.kernels\n"
        "def later():\n    from sim.figures import overview\n    importlib.import_module('sim.app')\n"
    )
    source = Source(SIM / "params" / "invented.py", "sim.params.invented", "params", ast.parse(text))
    seen = {(found.module, found.for_types_only) for found in imports(source)}
    assert ("sim.dice", False) in seen
    assert ("sim.runner", False) in seen
    assert ("sim.params.loader", False) in seen
    assert ("sim.results", False) in seen
    assert ("sim.industry", True) in seen
    assert ("sim.industry", False) not in seen
    assert ("sim.kernels", False) in seen
    assert ("sim.figures", False) in seen
    assert ("sim.app", False) in seen
