"""No number without a passport, no chance without an address: read from the syntax trees of the model.

Agents and processes hold only these literals, for these reasons:

- 0, 1, 2 and .5, of either sign, anywhere: they say nothing, one, both, half and "the other way".
- 3 to 6 only where they count places and not the world: an index, a shape, a range. Six is the longest
  closed list of the model (cultures, kinds of tool), so more is never needed. In arithmetic or a comparison
  such a number is a coefficient or a threshold, and those have passports.
- any whole number as the `draw=` address of a chance, the `capacity` of a container, a label of an Enum, or a
  module's own UPPER_CASE constant with its meaning written beneath it (an age in the law): named, in sight.
- never arithmetic between literals (`3 / 4`, `2 ** -5`; only such a constant may be put together from whole
  numbers, `1 << 32`) or a number read from a text (`float("0.3")`): those are coefficients in disguise.
"""

import ast
from collections.abc import Iterator

import pytest

from sim.params import Numbers, passports
from tests.house.syntax import SIM, Source, rooms, sources

LIVING = ("agents", "processes")
MODEL = (
    "params", "evidence", "dice", "policies", "scenario", "plugins", "agents", "kernels", "processes",
    "building", "industry", "observables",
)  # fmt: skip

PLAIN = (0, 0.5, 1, 2)
LONGEST_LIST = 6
PLACES = ("axis", "shape", "ndmin")
ADDRESSES = ("capacity", "draw")
READERS_OF_TEXT = ("float", "int", "complex", "Fraction", "Decimal", "float32", "float64")

# Other luck than the dice, and clocks: the same scenario would live a different life.
STRAY_MODULES = ("random", "secrets", "time", "uuid", "numpy.random")
STRAY_CALLS = (
    "hash", "urandom", "now", "today", "utcnow", "default_rng", "getrandbits", "perf_counter",
    "perf_counter_ns",
)  # fmt: skip

# How long a process takes is of no consequence in the world: who drives the week may hold a stopwatch.
STOPWATCHES = (("industry", "perf_counter_ns"),)

# A scenario's overrides are a plain mapping that is also called `numbers`.
VERBS = {name for name in (*dir(Numbers), *dir(dict)) if not name.startswith("__")}


def literals_out_of_place(tree: ast.Module) -> Iterator[ast.AST]:
    """Every literal of a tree that the rules above do not let pass."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    named = set(_inside_named_numbers(tree))
    for node in ast.walk(tree):
        if node in named:
            continue
        if isinstance(node, ast.BinOp):
            wrong = _is_number(node)
        elif isinstance(node, ast.Call):
            wrong = _reads_number_from_text(node)
        else:
            wrong = isinstance(node, ast.Constant) and _is_number(node) and not _may_stand(node, parents)
        if wrong:
            yield node


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    if not isinstance(node, ast.Constant):
        return False
    return isinstance(node.value, int | float | complex) and not isinstance(node.value, bool)


def _reads_number_from_text(node: ast.Call) -> bool:
    reader = ast.unparse(node.func).split(".")[-1]
    return reader in READERS_OF_TEXT and any(
        isinstance(word, ast.Constant) and isinstance(word.value, str) for word in node.args
    )


def _may_stand(node: ast.Constant, parents: dict[ast.AST, ast.AST]) -> bool:
    if node.value in PLAIN:
        return True
    if not isinstance(node.value, int):
        return False
    return any(
        _is_an_address(step, inside)
        or (node.value <= LONGEST_LIST and _counts_places(step, inside))
        for inside, step in _ancestry(node, parents)
    )


def _ancestry(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Each node on the way up with its parent, as far as only signs and tuples lie between."""
    while node in parents:
        yield node, parents[node]
        node = parents[node]
        if not isinstance(node, ast.UnaryOp | ast.Tuple | ast.List | ast.Slice):
            return


def _is_an_address(step: ast.AST, inside: ast.AST) -> bool:
    if isinstance(step, ast.arguments):
        words = [*step.posonlyargs, *step.args]
        named = [*words[len(words) - len(step.defaults) :], *step.kwonlyargs]
        given = [*step.defaults, *step.kw_defaults]
        return any(word.arg in ADDRESSES for word, value in zip(named, given, strict=True) if value is inside)
    return isinstance(step, ast.keyword) and step.arg in ADDRESSES


def _counts_places(step: ast.AST, inside: ast.AST) -> bool:
    if isinstance(step, ast.Subscript):
        return step.slice is inside
    if isinstance(step, ast.Call):
        return ast.unparse(step.func) == "range"
    return isinstance(step, ast.keyword) and step.arg in PLACES


def _inside_named_numbers(tree: ast.Module) -> Iterator[ast.AST]:
    """Everything that belongs to a label of an Enum, or to a whole number with name and meaning."""
    for home in ast.walk(tree):
        if not isinstance(home, ast.Module | ast.ClassDef):
            continue
        for step in home.body:
            if not isinstance(step, ast.Assign | ast.AnnAssign) or step.value is None:
                continue
            named = _is_a_constant(step, home) if isinstance(home, ast.Module) else _is_an_enum(home)
            if named and _is_whole(step.value):
                yield from ast.walk(step.value)


def _is_an_enum(home: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith(("Enum", "Flag")) for base in home.bases)


def _is_a_constant(step: ast.Assign | ast.AnnAssign, home: ast.Module) -> bool:
    target = step.targets[0] if isinstance(step, ast.Assign) else step.target
    return isinstance(target, ast.Name) and target.id.isupper() and _has_meaning_beneath(step, home)


def _is_whole(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        whole = isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.LShift)
        return whole and _is_whole(node.left) and _is_whole(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_whole(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _has_meaning_beneath(step: ast.stmt, home: ast.Module) -> bool:
    following = home.body[home.body.index(step) + 1 :][:1]
    return any(
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
        for line in following
    )


def strays(tree: ast.Module) -> Iterator[ast.AST]:
    """Every use of other luck than the dice, or of a clock; only `__hash__` may hash, for use in a set."""
    own_hash = {
        node
        for method in ast.walk(tree)
        if isinstance(method, ast.FunctionDef) and method.name == "__hash__"
        for node in ast.walk(method)
    }
    for node in ast.walk(tree):
        if node in own_hash:
            continue
        if isinstance(node, ast.Import):
            stray = any(alias.name in STRAY_MODULES for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            stray = any(name in STRAY_MODULES for name in names)
        elif isinstance(node, ast.Attribute):
            stray = ast.unparse(node) in ("np.random", "numpy.random")
        else:
            stray = isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in STRAY_CALLS
        if stray:
            yield node


def numbers_read(source: Source) -> Iterator[tuple[str, ast.AST]]:
    """Every number that a file asks for: `numbers.name`, `industry.numbers.name`, `numbers.get("name")`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and _is_numbers(node.value) and node.attr not in VERBS:
            yield node.attr, node
        elif isinstance(node, ast.Call) and _asks_by_text(node):
            for word in node.args:
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield word.value.split(".")[0], node


def _is_numbers(node: ast.expr) -> bool:
    return ast.unparse(node).split(".")[-1] == "numbers"


def _asks_by_text(node: ast.Call) -> bool:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr == "get" and _is_numbers(node.func.value)
    return isinstance(node.func, ast.Name) and node.func.id == "getattr" and _is_numbers(node.args[0])


def test_agents_and_processes_hold_no_numbers_of_their_own() -> None:
    wrong = [
        f"{source.at(node)}: {ast.unparse(node)}"
        for source in rooms(*LIVING)
        for node in literals_out_of_place(source.tree)
    ]
    assert not wrong, "numbers without a passport:\n" + "\n".join(wrong)


def test_the_model_knows_no_luck_but_the_dice_and_no_clock() -> None:
    wrong = [
        f"{source.at(node)}: {ast.unparse(node)}"
        for source in rooms(*MODEL)
        for node in strays(source.tree)
        if (source.room, ast.unparse(node).split()[-1].removesuffix("()")) not in STOPWATCHES
    ]
    assert not wrong, "\n".join(wrong)


def test_every_number_that_is_read_has_a_passport() -> None:
    known = passports()
    wrong = [
        f"{source.at(node)}: numbers.{name}"
        for source in sources()
        for name, node in numbers_read(source)
        if name not in known
    ]
    assert not wrong, "no passport for:\n" + "\n".join(wrong)


def test_every_passport_is_used() -> None:
    read = {name for source in sources() for name, _ in numbers_read(source)}
    idle = [
        f"{passport.file}: {name}"
        for name, passport in passports().items()
        if passport.kind != "scenario" and name not in read
    ]
    assert not idle, "the model never reads these numbers:\n" + "\n".join(idle)


@pytest.mark.parametrize(
    "line",
    [
        "x = 0.3",
        "x = -1.5 * y",
        "x = 3 / 4",
        "x = 2 ** -2",
        "x = (1 + 2) * y",
        "x = 3 * y",
        "x = y >= 4",
        "x = np.maximum(y, 5)",
        "x = y[7]",
        "x = range(7)",
        "def f(hours=40): pass",
        "def f(capacity, hours=40): pass",
        "x = float('0.3')",
        "def f():\n    LIMIT = 40",
        "LIMIT = 40",
        "LIMIT = 40.5\n'''A named fraction is still a coefficient.'''",
        "class Rule:\n    limit = 40",
        "LIMIT = 3 / 4\n'''A quotient is a coefficient.'''",
    ],
)
def test_a_number_out_of_place_is_seen(line: str) -> None:
    assert list(literals_out_of_place(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "x = 0.5 * y - 1 + 2 * z",
        "x = y[..., 3] + y[:5].sum(axis=3)",
        "x = State('f', shape=(6,))",
        "x = dice.uniform('leave', who, week, draw=17)",
        "ADULT_AGE = 18\n'''Age at which the caps for minors end.'''",
        "WORD = (1 << 32) - 1\n'''The largest number of 32 bits.'''",
        "class Status(IntEnum):\n    ENDED = 9",
        "x = True",
        "x = [1 << bit for bit in range(6)]",
        "def f(name, capacity: int = 16): pass",
        "def f(name, *, hours, capacity: int = 16): pass",
    ],
)
def test_a_number_in_its_place_may_stand(line: str) -> None:
    assert not list(literals_out_of_place(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "def __eq__(a, b):\n    return hash(a) == hash(b)",
        "import numpy.random as luck",
        "from numpy import random",
        "from time import time",
        "x = np.random.default_rng(1)",
        "x = hash('name')",
        "x = datetime.date.today()",
    ],
)
def test_stray_luck_is_seen(line: str) -> None:
    assert list(strays(ast.parse(line)))


def test_numbers_are_found_however_they_are_read() -> None:
    text = (
        "a = numbers.one\n"
        "b = self.industry.numbers.two\n"
        "c = numbers.get('three.image')\n"
        "d = getattr(numbers, 'four')\n"
        "scenario.numbers.items()\n"
    )
    source = Source(SIM / "invented.py", "sim.invented", "invented", ast.parse(text))
    assert {name for name, _ in numbers_read(source)} == {"one", "two", "three", "four"}
