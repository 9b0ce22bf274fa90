"""The parts of the page that answer to hand and keyboard: native controls, so that every browser and reader knows them.

Each is a Vue template beside this file; a function here says what it is given and what it tells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

Told = Callable[[Any], None] | None


@solara.component_vue("levers.vue", vuetify=False)
def Levers(
    groups: list[dict[str, Any]] = [],  # noqa: B006
    standing: dict[str, Any] = {},  # noqa: B006
    presets: list[dict[str, str]] = [],  # noqa: B006
    preset: str = "",
    changed: int = 0,
    undoable: bool = False,
    acts_from: str = "",
    event_move: Told = None,
    event_expect: Told = None,
    event_adopt: Told = None,
    event_undo: Told = None,
    event_clear: Told = None,
    event_release: Told = None,
    event_close: Told = None,
) -> None:
    """The levers; `expect` is told where one is held still, `move` where it is let go of, `close` by Escape."""


@solara.component_vue("picture.vue", vuetify=False)
def Picture(html: str = "", event_pick: Told = None) -> None:
    """Drawn text with tips under the pointer; `pick` is told what was clicked, or chosen with Enter."""


@solara.component_vue("fields.vue", vuetify=False)
def Fields(
    fields: list[dict[str, Any]] = [],  # noqa: B006
    label: str = "",
    bare: bool = False,
    event_change: Told = None,
) -> None:
    """A row of labelled controls; `change` is told `{id, value}`."""


@solara.component_vue("top.vue", vuetify=False)
def Top(
    title: str = "",
    sentence: str = "",
    day: str = "",
    resolution: str = "",
    state: str = "",
    fans: int = 0,
    spoken: str = "",
    event_theme: Told = None,
    event_share: Told = None,
    event_levers: Told = None,
    event_narrow: Told = None,
) -> None:
    """The head of the page: what it is, what day and how finely.

    `theme` is told whether it is to be dark, `narrow` whether the window is as narrow as a phone.
    """


@solara.component_vue("tabs.vue", vuetify=False)
def Tabs(tabs: list[dict[str, str]] = [], chosen: str = "", event_choose: Told = None) -> None:  # noqa: B006
    """The tabs over the views; arrow keys go from one to the next."""


@solara.component_vue("saves.vue", vuetify=False)
def Saves(
    files: list[dict[str, str]] = [],  # noqa: B006
    file: dict[str, Any] = {},  # noqa: B006
    event_want: Told = None,
) -> None:
    """Buttons that save files; `want` is told which, and `file` with a new number is then saved by the browser."""


@solara.component_vue("copies.vue", vuetify=False)
def Copies(
    id: str = "", label: str = "", text: str = "", link: bool = False, rows: int = 3,
) -> None:
    """A text to be copied: code, or a link to which the browser adds its own address."""
