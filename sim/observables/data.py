"""Data: records, breaches, harm, trust, deepfakes, compliance."""

from __future__ import annotations

import numpy as np

from sim.observables.view import View, observable, ratio
from sim.processes import data


@observable("data", "ratio", "Records per fan")
def records_per_fan(view: View) -> float:
    """Records held per active fan, mean over the sensitivity classes, against the first day."""
    return float(view.sums[10:14].sum() / 4 / view.sums[0] / view.industry.baseline.records) if view.sums[0] else 0.0


@observable("data", "count", "Items held per fan")
def items_per_fan(view: View) -> float:
    """Logged items held per active fan: the index times the stock of years of use at the sourced weekly rate."""
    numbers = view.industry.numbers
    stock = numbers.collection_rate / (1 - np.exp(-1 / numbers.retention_weeks[0]))
    return records_per_fan(view) * float(stock)


@observable("data", "ratio", "Records per subject, holders' files")
def records_per_subject(view: View) -> float:
    """Records per head in the files of agencies and services, weighed by heads, against the first day without AI."""
    return view.per_head(view.industry.agencies.records_per_head, view.industry.services.records_per_head)


@observable("data", "ratio", "Idols' biometric records")
def idol_biometric_records(view: View) -> float:
    """Face, voice and motion records held per idol, against the first day without AI."""
    return view.of_idols(view.industry.idols.biometric_records)


@observable("data", "ratio", "Idols' location records")
def idol_location_records(view: View) -> float:
    """Location records held per idol, against the first day without AI."""
    return view.of_idols(view.industry.idols.location_records)


@observable("data", "1/year", "Expected breaches")
def expected_breaches(view: View) -> float:
    """Breaches that all holders together expect in a year."""
    industry = view.industry
    return float(industry.agencies.hazard.take(industry.agencies.rows).sum() + industry.services.hazard.sum())


@observable("data", "ratio", "Holders' security")
def mean_security(view: View) -> float:
    """Security effort of agencies and services weighed by heads, above the average of the first day."""
    return view.per_head(view.industry.agencies.security, view.industry.services.security)


@observable("data", "count", "Breaches in the last year")
def breaches_last_year(view: View) -> float:
    """Breaches in the last 52 weeks (since the start, in the first year)."""
    return view.industry.tally.total("breaches")


@observable("data", "people", "People exposed in the last year")
def heads_exposed_last_year(view: View) -> float:
    """Real people whose records were exposed in the last 52 weeks."""
    return view.industry.tally.total("heads_exposed")


@observable("data", "count", "Records exposed in the last year")
def records_exposed_last_year(view: View) -> float:
    """People exposed times their records relative to the first day, last 52 weeks."""
    return view.industry.tally.total("records_exposed")


@observable("data", "people", "Largest breach of the last year")
def largest_breach_last_year(view: View) -> float:
    """People exposed by the largest breach of the last 52 weeks."""
    return view.industry.tally.largest_breach()


@observable("data", "ratio", "Harm per fan")
def harm_per_fan(view: View) -> float:
    """Harm from exposed records that still hurts, mean over active fans."""
    return view.per_fan(9)


@observable("data", "ratio", "Harm per idol")
def harm_per_idol(view: View) -> float:
    """Harm from idols' exposed records that still hurts, mean over idols."""
    return view.of_idols(view.industry.idols.harm)


@observable("data", "share", "Trust")
def trust(view: View) -> float:
    """Mean trust of active fans that their records are safe."""
    return view.per_fan(7)


@observable("data", "ratio", "Use of services")
def service_use(view: View) -> float:
    """Activity on fan services against full trust of the first day, including people who check after a breach."""
    return view.per_fan(8) * (1 + view.industry.platform.checking)


@observable("data", "ratio", "Deepfakes")
def deepfakes(view: View) -> float:
    """Deepfakes of idols in circulation after take-down, against the first day."""
    return data.visible_deepfakes(view.industry)


@observable("data", "ratio", "Deepfake reports")
def deepfake_reports(view: View) -> float:
    """Deepfakes reported, against the first day; readiness to report jumps with a crackdown and fades."""
    return data.visible_deepfakes(view.industry) * view.industry.platform.reporting


@observable("data", "share", "Consent")
def consent(view: View) -> float:
    """Share of fans who consent to collection under the regime in force."""
    return data.consent_share(view.industry)


@observable("data", "share", "Real consent")
def real_consent(view: View) -> float:
    """Share of the consents that would also be given if asked freely."""
    return data.real_consent(view.industry)


@observable("data", "million KRW", "Fines in the last year")
def fines_last_year(view: View) -> float:
    """Fines for breaches and for broken rules on working time and the like, last 52 weeks."""
    return view.industry.tally.total("fines")


@observable("data", "count", "Agencies that rules bind")
def agencies_concerned(view: View) -> float:
    """Agencies of which a cap on working time or a duty newer than the first day asks something."""
    return float(np.count_nonzero(view.industry.agencies.bound_by_rules))


@observable("data", "share", "Real compliance")
def real_compliance(view: View) -> float:
    """Share of the agencies bound by caps or new duties that keep them; 1 where none is bound."""
    agencies = view.industry.agencies
    bound = np.count_nonzero(agencies.bound_by_rules)
    return np.count_nonzero(agencies.bound_by_rules & ~agencies.breaks_rules) / bound if bound else 1.0


@observable("data", "share", "Paper compliance")
def paper_compliance(view: View) -> float:
    """Share of the agencies bound by caps or new duties that report to keep them, and do not."""
    agencies = view.industry.agencies
    feigned = agencies.bound_by_rules & agencies.breaks_rules & agencies.symbolic
    return ratio(float(np.count_nonzero(feigned)), float(np.count_nonzero(agencies.bound_by_rules)))
