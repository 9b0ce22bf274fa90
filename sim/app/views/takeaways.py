"""Take away: a link, the scenario, the data, the figure, and the lines of code that give the same numbers."""

from __future__ import annotations

import base64
import time
from typing import Any

import solara

from sim.app import takeaway
from sim.app.desk import Desk
from sim.app.life import sentence
from sim.app.looking import Looking
from sim.app.parts import Copies, Fields, Saves
from sim.app.reading import BLOCKS, SHOWN_FIRST, names_of, observables_of, panel

SHARED = "choice"
FILES = (
    ("download-yaml", "Scenario (YAML)", "limelight-mine.yaml", "text/yaml"),
    ("download-yaml-present", "Present policy (YAML)", "limelight-present.yaml", "text/yaml"),
    ("download-csv", "Data (CSV)", "limelight-weeks.csv", "text/csv"),
    ("download-parquet", "Data (Parquet)", "limelight-weeks.parquet", "application/vnd.apache.parquet"),
    ("download-svg", "Figure (SVG)", "limelight.svg", "image/svg+xml"),
    ("download-png", "Figure (PNG)", "limelight.png", "image/png"),
)


@solara.component
def TakeAways(desk: Desk, seen: Looking, look: Any, do: Any, frame: int) -> None:
    """Everything that can be taken away."""
    with solara.Div(classes=["view"]):
        file, set_file = solara.use_state(dict[str, Any]())
        pair = desk.outlook.shown

        def want(what: str) -> None:
            try:
                content = _content(desk, what)
            except Exception as error:
                desk.message = f"The file could not be made: {sentence(error)}"
                do(lambda: None)
                return
            name, kind = next((name, kind) for each, _, name, kind in FILES if each == what)
            written = base64.b64encode(content).decode()
            set_file({"name": name, "type": kind, "content": written, "number": time.monotonic_ns()})

        resolution = desk.outlook.resolution
        solara.HTML(tag="p", classes=["message", "note"], unsafe_innerHTML=(
            f"What is taken away is the outlook as it is shown now: {resolution.text}."
            " The scenario file gives the same numbers when it is run."
        ))  # fmt: skip
        with solara.Div(classes=["panel"]):
            Copies(id="share-link", label="A link to this scenario, these levers and this seed",
                   text=f"?{SHARED}={takeaway.share_text(desk.choice)}", link=True, rows=2)  # fmt: skip
        with solara.Div(classes=["panel"]):
            solara.HTML(tag="h3", unsafe_innerHTML="Files")
            Saves(files=[{"id": each, "label": label} for each, label, _, _ in FILES], file=file, event_want=want)
        if pair is not None:
            fans, weeks = pair.mine.scenario.fans, pair.mine.scenario.weeks
            python, shell = takeaway.code_text(desk.choice, fans, weeks)
            with solara.Div(classes=["panel"]):
                Copies(id="code-python", label="Show me the code: Python", text=python, rows=python.count("\n") + 2)
            with solara.Div(classes=["panel"]):
                Copies(id="code-shell", label="The same from the shell", text=shell, rows=shell.count("\n") + 2)
        Fields(fields=[{"id": "back", "type": "button", "label": "Back to the outlook", "look": "quiet"}], bare=True,
               event_change=lambda _: look(view="outlook"))  # fmt: skip


def _content(desk: Desk, what: str) -> bytes:
    """A file, of what is shown now."""
    pair = desk.outlook.shown
    assert pair is not None
    shown = desk.choice.on(desk.choice.scenario.with_(fans=pair.mine.scenario.fans))
    if what == "download-yaml":
        return takeaway.scenario_yaml(shown, "mine").encode()
    if what == "download-yaml-present":
        return takeaway.scenario_yaml(shown, "present").encode()
    present, mine = pair.present.weeks("present"), pair.mine.weeks("mine")
    if what == "download-csv":
        return takeaway.weeks_csv(present, mine)
    if what == "download-parquet":
        return takeaway.weeks_parquet(present, mine)
    known = observables_of(desk.choice.scenario)
    band = desk.outlook.pairs_of_the_band
    panels = [panel(name, known[name], pair, band) for theme in BLOCKS if theme != "structure"
              for name in names_of(theme, known)[:SHOWN_FIRST]]  # fmt: skip
    title = f"{desk.choice.scenario.title}: present policy against mine"
    draw = takeaway.figure_svg if what == "download-svg" else takeaway.figure_png
    return draw(panels, title, f"Limelight, {desk.outlook.resolution.text}, seed {desk.choice.scenario.seed}")
