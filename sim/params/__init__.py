"""THE NUMBERS: one YAML file per theme, each number with its passport."""

from sim.params.loader import also_known, passports, read_own_passports, read_passports, read_yaml
from sim.params.passport import Passport, Scalar, Vector, checked, checked_scalar
from sim.params.values import Numbers, passport_of
from sim.params.vocabulary import (
    AXES,
    BREACH_CAUSES,
    CAREER_YEARS,
    CONSENT_REGIMES,
    CULTURES,
    FAN_AGE_BANDS,
    KINDS,
    PAYOUT_RULES,
    SENSITIVITY_CLASSES,
    SERVICES,
    THEMES,
    TOOL_KINDS,
    UNITS,
    WEEKS_PER_YEAR,
    LimelightError,
    nearest,
)

__all__ = [
    "AXES",
    "BREACH_CAUSES",
    "CAREER_YEARS",
    "CONSENT_REGIMES",
    "CULTURES",
    "FAN_AGE_BANDS",
    "KINDS",
    "PAYOUT_RULES",
    "SENSITIVITY_CLASSES",
    "SERVICES",
    "THEMES",
    "TOOL_KINDS",
    "UNITS",
    "WEEKS_PER_YEAR",
    "LimelightError",
    "Numbers",
    "Passport",
    "Scalar",
    "Vector",
    "also_known",
    "checked",
    "checked_scalar",
    "nearest",
    "passport_of",
    "passports",
    "read_own_passports",
    "read_passports",
    "read_yaml",
]
