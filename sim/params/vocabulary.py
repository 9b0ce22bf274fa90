"""The closed word lists that every number is written in: units, kinds, themes and the axes of vectors."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

WEEKS_PER_YEAR = 52

CULTURES = ("korean", "western", "black_diaspora", "south_asian_mena", "latin", "indigenous")
TOOL_KINDS = ("image", "composition", "voice", "video", "virtual", "analytics")
SENSITIVITY_CLASSES = ("contact", "identity", "payment", "biometric")
SERVICES = ("platform", "ticketing", "message")
CONSENT_REGIMES = ("no_refusal", "refusal", "opt_in", "private_default")
PAYOUT_RULES = ("pro_rata", "attribution", "solidarity")
BREACH_CAUSES = ("external", "internal", "system")
FAN_AGE_BANDS = ("teens", "twenties", "older")
CAREER_YEARS = (
    "year_0", "year_1", "year_2", "year_3", "year_4", "year_5",
    "year_6", "year_7", "year_8", "year_9", "later",
)  # fmt: skip

AXES: dict[str, tuple[str, ...]] = {
    "culture": CULTURES,
    "tool_kind": TOOL_KINDS,
    "sensitivity_class": SENSITIVITY_CLASSES,
    "service": SERVICES,
    "consent_regime": CONSENT_REGIMES,
    "breach_cause": BREACH_CAUSES,
    "fan_age_band": FAN_AGE_BANDS,
    "career_year": CAREER_YEARS,
}

UNITS = (
    "share", "ratio", "correlation", "count", "people", "log", "logit", "logit/SD",
    "SD", "SD/SD", "SD/share", "SD/h", "SD/week", "SD/year", "1/SD",
    "h", "h/week", "1/h", "1/week", "1/year", "weeks", "years",
    "pieces/week", "items/week", "million KRW", "million KRW/year",
)  # fmt: skip

KINDS = ("evidence", "calibrated", "assumed", "scenario")
STATUSES = ("in force", "enacted", "suspended", "proposed", "voluntary", "none")
THEMES = ("fandom", "beauty", "work", "careers", "tools", "data", "culture", "money", "levers")


class LimelightError(ValueError):
    """A mistake the user can repair: one sentence with place, key, nearest valid name and remedy."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that reads most like `name`; empty when nothing is known."""
    wanted = name.casefold()

    def likeness(candidate: str) -> tuple[float, int]:
        ratio = SequenceMatcher(None, wanted, candidate.casefold()).ratio()
        return ratio, -abs(len(candidate) - len(wanted))

    return max(known, key=likeness, default="")
