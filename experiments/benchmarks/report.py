"""What was measured as one page of Markdown: the bars first, then the numbers behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from measure import Bar, Row

BARS = {
    1: "fan kernel against plain C", 2: "against Mesa and numpy", 3: "against other libraries", 4: "two threads",
    5: "the whole week", 6: "memory and construction", 7: "cost grows linearly", 8: "draws", 9: "warm start",
    10: "sweeps",
}  # fmt: skip


def page(machine: Row, rows: Sequence[Row], bars: Sequence[Bar]) -> str:
    """The whole report."""
    parts = ["# How fast Limelight is", _machine(machine), "## Bars", table_of_bars(bars)]
    for title, text in (
        ("The fan-week on a random graph, nanoseconds per fan (× plain C, paired)", _contenders(rows)),
        ("The fan-week in compiled code on three graphs, nanoseconds per fan (× plain C, paired)", _graphs(rows)),
        ("Other libraries", _peers(rows)),
        ("What memory allows", _roofline(rows)),
        ("Draws", _plain(rows, "draws", ("contender", "ns_per_fan"))),
        ("The whole model", _whole_model(rows)),
    ):
        if text:
            parts += [f"## {title}", text]
    return "\n\n".join(parts) + "\n"


def table_of_bars(bars: Iterable[Bar]) -> str:
    """The ten bars in order, each with what was measured and whether it was reached."""
    lines = []
    known = sorted(bars, key=lambda bar: bar.number)
    for number, title in BARS.items():
        of_number = [bar for bar in known if bar.number == number]
        if not of_number:
            lines.append([str(number), title, "–", "–", "–", "not measured in this run"])
        for bar in of_number:
            verdict = {True: "reached", False: "**missed**", None: "not measured"}[bar.reached]
            lines.append([
                str(number), bar.what + (f" ({bar.remark})" if bar.remark else ""), _value(bar.measured, bar.unit),
                "–" if bar.low is None else f"{_value(bar.low, bar.unit)} to {_value(bar.high, bar.unit)}",
                f"{bar.sense} {_value(bar.limit, bar.unit)}", verdict])
    return _table(("bar", "what", "median", "lowest to highest", "limit", ""), lines)


def _machine(machine: Row) -> str:
    """Two sentences on what was measured where."""
    libraries = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    caches = ", ".join(f"{level} {size}" for level, size in machine["caches"].items())
    return (f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB ({caches}); "
            f"{machine['system']}; Python {machine['python']}, {libraries}; {machine['compiler']}. "
            f"Measured {machine['measured']}, load {machine['load_at_start']} at the start. "
            "Ratios are medians of ratios within one turn of contenders that take turns in one process.")


def _contenders(rows: Sequence[Row]) -> str:
    chosen = [row for row in rows if row["section"] == "fan-week" and (row["graph"], row["what"]) == ("random", "week")]
    return _pivot(chosen, "contender", "fans", _cell)


def _graphs(rows: Sequence[Row]) -> str:
    chosen = [{**row, "of": f"{row['contender']}, {row['graph']}"} for row in rows
              if row["section"] == "fan-week" and "ratio_to_c" in row
              and ("C" in row["contender"] or "Limelight" in row["contender"])]
    return _pivot(sorted(chosen, key=lambda row: row["graph"]), "of", "fans", _cell)


def _peers(rows: Sequence[Row]) -> str:
    chosen = [row for row in rows if row["section"] == "peers"]
    lines = [[row["contender"], f"{row['fans']:,}" if row.get("fans") else "–", _value(row.get("ns_per_fan"), "ns"),
              _value(row.get("ratio"), "x"), row.get("remark", "")] for row in chosen]
    return _table(("library", "fans", "per fan and week", "time / our kernel's, one thread", "how"), lines)


def _roofline(rows: Sequence[Row]) -> str:
    chosen = [row for row in rows if row["section"] == "roofline"]
    said = [f"- triad, {row['contender']}: {row['bytes_per_second'] / 1e9:.1f} GB/s" for row in chosen
            if row["what"] == "triad"]
    said += [f"- random gather from {row['fans']:,} fans: {row['ns_per_gather']:.2f} ns" for row in chosen
             if row["what"] == "random gather"]
    lines = [[row["contender"], row["graph"], f"{row['fans']:,}", f"{row['bytes_per_fan']:.0f}",
              f"{row['limit_ns']:.1f}", f"{row['ns_per_fan']:.1f}", f"{row['share']:.0%}",
              f"{row['share_with_gathers']:.0%}"] for row in chosen if row["what"] == "share of the limit"]
    head = ("kernel", "graph", "fans", "bytes per fan-week", "limit, ns", "measured, ns", "share of the limit",
            "share, gathers paid")
    return "\n\n".join(filter(None, ("\n".join(said), _table(head, lines))))


def _whole_model(rows: Sequence[Row]) -> str:
    chosen = [row for row in rows if row["section"] == "whole model"]
    lines = [[row["what"], row["contender"], f"{row['fans']:,}" if row.get("fans") else "–", _time(row), _memory(row)]
             for row in chosen if "seconds" in row or "bytes" in row]
    return _table(("what", "of", "fans", "time", "memory"), lines)


def _plain(rows: Sequence[Row], section: str, columns: Sequence[str]) -> str:
    lines = [[_value(row[column], "ns") if column == "ns_per_fan" else str(row[column]) for column in columns]
             for row in rows if row["section"] == section]
    return _table([column.replace("ns_per_fan", "per draw") for column in columns], lines)


def _pivot(rows: Sequence[Row], down: str, across: str, cell: Any) -> str:
    """A table of one row per value of ``down`` and one column per value of ``across``."""
    heads = sorted({row[across] for row in rows})
    names = list(dict.fromkeys(row[down] for row in rows))
    found = {(row[down], row[across]): cell(row) for row in rows}
    lines = [[name, *(found.get((name, head), "–") for head in heads)] for name in names]
    return _table((down if down != "of" else "contender", *(f"{head:,}" for head in heads)), lines)


def _cell(row: Row) -> str:
    ratio = f" ({row['ratio_to_c']:.2f}×)" if "ratio_to_c" in row else ""
    return f"{row['ns_per_fan']:,.1f}{ratio}"


def _time(row: Row) -> str:
    if "seconds" not in row:
        return "–"
    seconds = row["seconds"]
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.2f} ms"


def _memory(row: Row) -> str:
    if "bytes" not in row:
        return "–"
    each = f" ({row['bytes_per_fan']:.0f} B per fan)" if row.get("bytes_per_fan") else ""
    return f"{row['bytes'] / 1e6:,.1f} MB{each}"


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits}×" if unit == "x" else f"{digits} {unit}".strip()


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; nothing if it would be empty."""
    if not lines:
        return ""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)
