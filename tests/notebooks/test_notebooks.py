"""Every notebook runs from the first cell to the last, in a folder of its own, and ends in a picture."""

from __future__ import annotations

import os
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
LONGEST = 300  # seconds for one cell, compiling included


def test_there_are_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS][:1] == ["01_first_run.py"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end(path: Path, tmp_path: Path) -> None:
    notebook = jupytext.read(path)
    assert notebook.metadata["jupytext"]["text_representation"]["format_name"] == "percent"
    client = NotebookClient(notebook, timeout=LONGEST, kernel_name="python3")
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    # without a backend of our own the kernel shows pictures in the notebook, as a reader's does
    surroundings = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    client.execute(cwd=str(tmp_path), env={**surroundings, "PYTHONPATH": paths})
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    assert all(cell.outputs for cell in cells), "a cell that shows nothing teaches nothing"
    warned = [out["text"] for cell in cells for out in cell.outputs if out.get("name") == "stderr"]
    # a library of Mesa's own says where its progress bars would look better; nothing else may complain
    assert not [text for text in warned if "tqdm" not in text], warned
    assert any("image/png" in out.get("data", {}) for out in cells[-1].outputs)


def test_the_first_run_is_five_cells_in_the_words_of_mesa() -> None:
    cells = [cell.source for cell in jupytext.read(NOTEBOOKS[0]).cells if cell.cell_type == "code"]
    assert len(cells) == 5
    for word in ("run_for(", "agents_by_type", ".agg(", ".select(", ".weeks"):
        assert any(word in source for source in cells), word
