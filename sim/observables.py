"""What we look at: named, labelled readings of a world, with units. They read and never write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.idol import ADULT_AGE
from sim.kernels import survey as survey_kernel
from sim.kernels import sweep
from sim.kernels.blocks import blocks_of
from sim.kernels.fans import DISSATISFACTION_BINS
from sim.params import CULTURES, TOOL_KINDS, LimelightError
from sim.plugins import Observable as Observable
from sim.plugins import with_own_observables
from sim.processes import beauty, culture, data, money, work

if TYPE_CHECKING:
    from sim.industry import Industry

THEMES = ("beauty", "work", "data", "culture", "benefits", "structure")


@dataclass
class View:
    """A world on one week, with the counts of its fans that several observables share."""

    industry: Industry
    sums: np.ndarray = field(init=False)
    bins: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        industry, fans, numbers = self.industry, self.industry.fans, self.industry.numbers
        f4 = np.float32
        sums = np.zeros((blocks_of(fans.size), 14))
        bins = np.zeros((len(sums), DISSATISFACTION_BINS), dtype=np.int64)
        sweep(survey_kernel, fans.size, industry.threads, fans.alive, fans.dissatisfaction, fans.susceptibility,
              f4(industry.baseline.vulnerable_from), f4(numbers.feels_fat_threshold), fans.exposure, fans.attachment,
              fans.trust, f4(numbers.trust_start), f4(numbers.use_from_trust), fans.records, fans.harm, sums, bins)
        self.sums, self.bins = sums.sum(axis=0), bins.sum(axis=0)

    def per_fan(self, place: int) -> float:
        """Mean over active fans of one of the survey's sums."""
        return _ratio(self.sums[place], self.sums[0])

    def of_groups(self, values: np.ndarray) -> float:
        """Mean over living groups."""
        return float(values[self.industry.groups.alive].mean())

    def of_idols(self, values: np.ndarray, which: np.ndarray | None = None) -> float:
        """Mean over idols under contract; 0 where there is none of the kind."""
        alive = self.industry.idols.alive
        chosen = values[alive if which is None else alive & which]
        return float(chosen.mean()) if chosen.size else 0.0

    def of_agencies(self, values: np.ndarray) -> float:
        """Mean over living agencies."""
        return float(values[self.industry.agencies.alive].mean())

    def feed_of(self, low: float, high: float) -> float:
        """Mean appearance share of the feed of fans between two quantiles of dissatisfaction."""
        numbers = self.industry.numbers
        centre = (np.arange(DISSATISFACTION_BINS) + 0.5) * 12 / DISSATISFACTION_BINS - 6
        felt = np.clip(centre, -numbers.feed_limit, numbers.feed_limit)
        shown = numbers.feed_appearance_share * np.exp(beauty.feed_gain(self.industry) * felt)
        reached = np.cumsum(self.bins) / self.bins.sum()
        before = reached - self.bins / self.bins.sum()
        weight = np.clip(np.minimum(reached, high) - np.maximum(before, low), 0, None)
        return float((weight * shown).sum() / weight.sum())


OBSERVABLES: dict[str, Observable] = {}
"""Name -> observable, in the order in which results list them."""


def observable(theme: str, unit: str, label: str) -> Callable[[Callable[[View], float]], Callable[[View], float]]:
    """Registers a function of a View as an observable; its docstring is the meaning, its name the name."""

    def register(measure: Callable[[View], float]) -> Callable[[View], float]:
        if measure.__module__ != __name__:  # or it would reach every world of this process
            raise LimelightError("an observable of your own is marked by `observable` of sim.plugins; import that one.")
        name, meaning = measure.__name__, (measure.__doc__ or "").strip()
        OBSERVABLES[name] = Observable(name, theme, label, unit, meaning, measure)
        return measure

    return register


def observe(industry: Industry) -> dict[str, float]:
    """All observables of a world as it stands, in order of declaration, those of its plug-ins last."""
    view = View(industry)
    every = with_own_observables(OBSERVABLES, industry.plugins)
    return {name: float(entry.measure(view)) for name, entry in every.items()}


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else 0.0


# ---- beauty ----


@observable("beauty", "SD", "Body dissatisfaction")
def mean_dissatisfaction(view: View) -> float:
    """Mean body dissatisfaction of active fans, in standard deviations of the fans of the first day."""
    return view.per_fan(3)


@observable("beauty", "SD", "Dissatisfaction, vulnerable third")
def vulnerable_dissatisfaction(view: View) -> float:
    """Mean body dissatisfaction of the third of fans on whom appearance content acts most."""
    return _ratio(view.sums[2], view.sums[1])


@observable("beauty", "SD", "Fans' self-esteem")
def self_esteem(view: View) -> float:
    """Mean self-esteem of fans: dissatisfaction with the sign turned, in the ratio of the two laboratory effects."""
    return -view.industry.numbers.self_esteem_ratio * view.per_fan(3)


@observable("beauty", "share", "Fans who feel fat")
def fans_above_threshold(view: View) -> float:
    """Share of active fans whose dissatisfaction lies above the level of normal-weight pupils who feel fat."""
    return view.per_fan(4)


@observable("beauty", "SD", "Exposure to ideals")
def mean_exposure(view: View) -> float:
    """Mean exposure of fans to appearance ideals, in standard deviations of the first day."""
    return view.per_fan(5)


@observable("beauty", "share", "Appearance in the feed, top 2 %")
def feed_of_most_dissatisfied(view: View) -> float:
    """Appearance share of the feed of the two per cent of fans who are most dissatisfied."""
    return view.feed_of(0.98, 1)


@observable("beauty", "share", "Appearance in the feed, median")
def feed_of_median_fan(view: View) -> float:
    """Appearance share of the feed of the fans around the median of dissatisfaction."""
    return view.feed_of(0.49, 0.51)


@observable("beauty", "ratio", "Appearance norm")
def appearance_norm(view: View) -> float:
    """Ideal that attention has been going to, slowly averaged; 1 is an unedited styled picture."""
    return view.industry.platform.appearance_norm


@observable("beauty", "share", "Image editing")
def editing_level(view: View) -> float:
    """Mean level to which groups' images are edited."""
    return view.of_groups(view.industry.groups.editing)


@observable("beauty", "ratio", "Reward of editing, as learnt")
def editing_reward(view: View) -> float:
    """What agencies have learnt about the reward of editing, against the first day."""
    return view.of_agencies(view.industry.agencies.editing_reward)


@observable("beauty", "share", "Idols pressed to diet")
def pressed_idols(view: View) -> float:
    """Share of idols who are told to diet; its level is uncertain."""
    return view.of_idols(view.industry.idols.pressure)


@observable("beauty", "ratio", "Pressure on idols")
def idol_pressure(view: View) -> float:
    """Pressure on idols to diet against the first day, the way it should be read."""
    return view.of_idols(view.industry.idols.pressure) / view.industry.baseline.idol_pressure


@observable("beauty", "SD", "Idols' distress")
def idol_distress(view: View) -> float:
    """Mean psychological distress of idols."""
    return view.of_idols(view.industry.idols.distress)


# ---- work ----


@observable("work", "h/week", "Idols' hours")
def idol_hours(view: View) -> float:
    """Mean weekly hours of idols."""
    return view.of_idols(view.industry.idols.hours)


@observable("work", "h/week", "Idols' hours, top tenth")
def top_decile_hours(view: View) -> float:
    """Weekly hours above which the hardest-working tenth of idols works."""
    idols = view.industry.idols
    return float(np.quantile(idols.hours[idols.alive], 0.9)) if len(idols) else 0.0


@observable("work", "count", "Idols under age")
def minors(view: View) -> float:
    """Idols under 18 under contract."""
    idols = view.industry.idols
    return float((idols.alive & (idols.age < ADULT_AGE)).sum())


@observable("work", "share", "Minors over the legal cap")
def minors_over_cap(view: View) -> float:
    """Share of idols under 18 who work longer than the cap for their age; 0 where there is none."""
    idols = view.industry.idols
    return view.of_idols(idols.hours > work.legal_hours(view.industry), idols.age < ADULT_AGE)


@observable("work", "share", "Burnt-out idols")
def burnt_out_idols(view: View) -> float:
    """Share of idols who are burnt out."""
    return view.of_idols(view.industry.idols.burnt_out)


@observable("work", "share", "Idols on hiatus")
def idols_on_hiatus(view: View) -> float:
    """Share of idols on leave for health."""
    return view.of_idols(view.industry.idols.on_hiatus)


@observable("work", "pieces/week", "Content per group")
def pieces_per_group(view: View) -> float:
    """Pieces of content that the average group delivers in a week."""
    return view.of_groups(view.industry.groups.delivered)


@observable("work", "ratio", "Demand for staff hours")
def staff_demand(view: View) -> float:
    """Creative staff hours per group that are asked for, against the first day without AI."""
    return view.industry.staff.demand


@observable("work", "ratio", "Staff employment")
def staff_employment(view: View) -> float:
    """Employed creative staff per group, against the first day without AI."""
    return view.industry.staff.employed


@observable("work", "ratio", "Freelancers' income")
def freelance_income(view: View) -> float:
    """Income of freelance creative staff per group, against the first day without AI."""
    return view.industry.staff.freelance


@observable("work", "share", "Idols' fear for their jobs")
def idol_insecurity(view: View) -> float:
    """Mean job insecurity of idols."""
    return view.of_idols(view.industry.idols.insecurity)


@observable("work", "share", "Staff's fear for their jobs")
def staff_insecurity(view: View) -> float:
    """Mean job insecurity of creative staff."""
    return view.industry.staff.insecurity


@observable("work", "share", "Human share of songs")
def human_share_of_song(view: View) -> float:
    """Share of composition in human hands, average group."""
    return view.of_groups(view.industry.groups.human_song)


@observable("work", "share", "Human share of vocals")
def human_share_of_vocals(view: View) -> float:
    """Share of vocals in human hands, average group."""
    return view.of_groups(view.industry.groups.human_vocal)


@observable("work", "share", "Human share of choreography")
def human_share_of_choreography(view: View) -> float:
    """Share of choreography and video in human hands, average group."""
    return view.of_groups(view.industry.groups.human_choreography)


@observable("work", "share", "Human share of images")
def human_share_of_images(view: View) -> float:
    """Share of images in human hands, average group."""
    return view.of_groups(view.industry.groups.human_image)


@observable("work", "h/week", "Unpaid hours above 52")
def unpaid_hours(view: View) -> float:
    """Mean weekly hours of idols above the general cap for workers (52), as far as idol time has no price."""
    industry = view.industry
    beyond = np.maximum(0, industry.idols.hours - industry.numbers.worker_hours_cap)
    return view.of_idols(beyond) * (1 - industry.numbers.idol_time_price)


@observable("work", "million KRW", "Debt per idol")
def idol_debt(view: View) -> float:
    """Mean debt of idols to their agency."""
    return view.of_idols(view.industry.idols.debt)


# ---- data ----


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
    industry = view.industry
    both = [(h.heads * h.alive, h.records_per_head) for h in (industry.agencies, industry.services)]
    heads = sum(float(count.sum()) for count, _ in both)
    return _ratio(sum(float((count * records).sum()) for count, records in both), heads)


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
    return float(industry.agencies.hazard[industry.agencies.alive].sum() + industry.services.hazard.sum())


@observable("data", "ratio", "Holders' security")
def mean_security(view: View) -> float:
    """Security effort of agencies and services weighed by heads, above the average of the first day."""
    industry = view.industry
    both = [(h.heads * h.alive, h.security) for h in (industry.agencies, industry.services)]
    heads = sum(float(count.sum()) for count, _ in both)
    return _ratio(sum(float((count * effort).sum()) for count, effort in both), heads)


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


@observable("data", "million KRW", "Data fines in the last year")
def fines_last_year(view: View) -> float:
    """Fines for breaches that came due in the last 52 weeks."""
    return view.industry.tally.total("fines")


@observable("data", "count", "Agencies that a cap concerns")
def agencies_concerned(view: View) -> float:
    """Agencies whose schedules ask some idol for more hours than the law allows."""
    agencies = view.industry.agencies
    return float((agencies.alive & (agencies.idols_asked_over_cap > 0)).sum())


@observable("data", "share", "Real compliance")
def real_compliance(view: View) -> float:
    """Share of the agencies that a working-time cap concerns who keep it; 1 where it concerns none."""
    agencies = view.industry.agencies
    concerned = agencies.alive & (agencies.idols_asked_over_cap > 0)
    kept = concerned & (agencies.idols_over_cap == 0)
    return float(kept.sum() / concerned.sum()) if concerned.any() else 1.0


@observable("data", "share", "Paper compliance")
def paper_compliance(view: View) -> float:
    """Share of the agencies that a working-time cap concerns who report that they keep it, and do not."""
    agencies = view.industry.agencies
    concerned = agencies.alive & (agencies.idols_asked_over_cap > 0)
    feigned = concerned & (agencies.idols_over_cap > 0) & agencies.symbolic
    return _ratio(float(feigned.sum()), float(concerned.sum()))


# ---- culture ----


@observable("culture", "share", "AI's share of music")
def ai_share_of_music(view: View) -> float:
    """Share of composition done by AI, average group."""
    return money.music_ai_share(view.industry)


@observable("culture", "ratio", "Uncredited borrowing")
def appropriation_score(view: View) -> float:
    """Uncredited borrowing per release, weighed by under-representation of the sources; last year's releases."""
    return view.industry.cultures.score / view.industry.cultures.weight


@observable("culture", "share", "Under-represented share of releases")
def borrowed_share(view: View) -> float:
    """Share of under-represented cultures in the last year's releases."""
    return view.industry.cultures.borrowed / view.industry.cultures.weight


@observable("culture", "share", "Credited share of borrowing")
def credited_share(view: View) -> float:
    """Share of what was borrowed from under-represented cultures that was credited; last year's releases."""
    return _ratio(view.industry.cultures.credited, view.industry.cultures.borrowed)


@observable("culture", "ratio", "Borrowing meant in AI-made music")
def intended_by_ai(view: View) -> float:
    """Under-represented share that makers meant in AI-made parts, summed over the last year's releases."""
    return view.industry.cultures.intended_by_ai


@observable("culture", "share", "Style kept by AI")
def retained_share(view: View) -> float:
    """Share of the intended under-represented style that AI-made parts kept; 1 where there is no AI-made music."""
    cultures = view.industry.cultures
    return cultures.retained_by_ai / cultures.intended_by_ai if cultures.intended_by_ai > 0 else 1.0


@observable("culture", "share", "Style erased")
def erased_share(view: View) -> float:
    """Share of all releases that would have been of under-represented style, had AI kept what makers meant."""
    cultures = view.industry.cultures
    return (cultures.intended_by_ai - cultures.retained_by_ai) / cultures.weight


@observable("culture", "count", "Call-outs in the last year")
def call_outs_last_year(view: View) -> float:
    """Headline call-outs for uncredited borrowing in the last 52 weeks."""
    return view.industry.tally.total("call_outs")


@observable("culture", "share", "Care for sources")
def care_for_sources(view: View) -> float:
    """Mean care of agencies for the cultures they borrow from."""
    return view.of_agencies(view.industry.agencies.care)


@observable("culture", "million KRW/year", "Paid to under-represented cultures")
def paid_to_sources(view: View) -> float:
    """What a licence pool pays to under-represented cultures, at this week's rate; 0 where there is no pool."""
    return float(view.industry.cultures.paid[culture.UNDER_REPRESENTED].sum())


@observable("culture", "share", "Outputs with provenance")
def provenance_share(view: View) -> float:
    """Share of the last year's AI-made music that carries provenance; 0 where there is none."""
    return _ratio(view.industry.cultures.marked, view.industry.cultures.ai_weight)


@observable("culture", "ratio", "Diversity of releases")
def release_diversity(view: View) -> float:
    """Entropy of the mixture of cultures in the last year's releases, over that of an even mixture."""
    mix = view.industry.cultures.released_mix
    return float(-(mix * np.log(np.maximum(mix, np.finfo(float).tiny))).sum() / np.log(len(CULTURES)))


@observable("culture", "ratio", "Novelty of releases")
def release_novelty(view: View) -> float:
    """Distance of a release from what came before (total variation), mean over the last year's releases."""
    return view.industry.cultures.novelty / view.industry.cultures.weight


# ---- benefits and money ----


@observable("benefits", "million KRW/year", "Industry revenue")
def industry_revenue(view: View) -> float:
    """Revenue of all groups at this week's rate."""
    return float(view.industry.groups.revenue.sum())


@observable("benefits", "million KRW/year", "Agencies' profit")
def agency_profit(view: View) -> float:
    """Profit of all agencies after the idols' share at this week's rate."""
    return float(view.industry.groups.profit.sum())


@observable("benefits", "million KRW/year", "Idols' income")
def idol_income(view: View) -> float:
    """Mean yearly income paid out to an idol, after debt, at this week's rate."""
    return view.of_idols(view.industry.idols.income)


@observable("benefits", "million KRW/year", "Idols' median income")
def median_idol_income(view: View) -> float:
    """Median yearly income paid out to an idol, at this week's rate."""
    idols = view.industry.idols
    return float(np.median(idols.income[idols.alive])) if len(idols) else 0.0


@observable("benefits", "ratio", "Fans' enjoyment")
def fan_enjoyment(view: View) -> float:
    """Fans' enjoyment of output, human work and trust, attention-weighted; an assumption throughout."""
    return money.enjoyment(view.industry)


@observable("benefits", "pieces/week", "Content made")
def content_made(view: View) -> float:
    """Pieces of content that all groups deliver in a week."""
    groups = view.industry.groups
    return float(groups.delivered[groups.alive].sum())


@observable("benefits", "million KRW/year", "Cost of compliance")
def compliance_cost(view: View) -> float:
    """What agencies pay for duties beyond those of the first day."""
    return float(view.industry.agencies.compliance_cost.sum())


@observable("benefits", "million KRW/year", "Public cost of policies")
def public_cost(view: View) -> float:
    """What the public pays for media-literacy courses and for the regulator's investigations."""
    return money.public_cost(view.industry)


@observable("data", "ratio", "Harm per idol")
def harm_per_idol(view: View) -> float:
    """Harm from idols' exposed records that still hurts, mean over idols."""
    return view.of_idols(view.industry.idols.harm)


@observable("benefits", "million KRW/year", "Income of AI tool vendors")
def tool_income(view: View) -> float:
    """What vendors of AI tools earn from agencies."""
    return float(view.industry.tools.income.sum())


@observable("benefits", "ratio", "Gini of attention")
def attention_gini(view: View) -> float:
    """Gini coefficient of attention over groups."""
    share = np.sort(view.industry.groups.attention_share[view.industry.groups.alive])
    rank = np.arange(1, share.size + 1)
    return float((2 * rank - share.size - 1) @ share / (share.size * share.sum()))


@observable("benefits", "ratio", "Concentration of attention")
def attention_hhi(view: View) -> float:
    """Herfindahl-Hirschman index of attention over groups, between 0 and 1."""
    share = view.industry.groups.attention_share
    return float((share * share).sum())


# ---- structure ----


@observable("structure", "count", "Agencies")
def agencies(view: View) -> float:
    """Agencies with an active group."""
    return float(np.unique(view.industry.groups.agency[view.industry.groups.alive]).size)


@observable("structure", "count", "Groups")
def groups(view: View) -> float:
    """Active groups."""
    return float(len(view.industry.groups))


@observable("structure", "count", "Idols")
def idols(view: View) -> float:
    """Idols under contract."""
    return float(len(view.industry.idols))


@observable("structure", "people", "Active fans")
def active_fans(view: View) -> float:
    """Real people for whom active fan agents stand."""
    return float(view.sums[0] * view.industry.fans_represented)


@observable("structure", "share", "Attachment")
def attachment(view: View) -> float:
    """Mean attachment of active fans to their main group."""
    return view.per_fan(6)


@observable("structure", "count", "Debuts in the last year")
def debuts_last_year(view: View) -> float:
    """Groups that debuted in the last 52 weeks (since the start, in the first year)."""
    return view.industry.tally.total("debuts")


@observable("structure", "count", "Endings in the last year")
def endings_last_year(view: View) -> float:
    """Groups that ended in the last 52 weeks (since the start, in the first year)."""
    return view.industry.tally.total("endings")


@observable("structure", "share", "Agencies using AI")
def ai_adoption(view: View) -> float:
    """Share of agencies that use any AI tool."""
    return view.of_agencies(view.industry.agencies.adopted.any(axis=1))


def _adoption_of(kind: int) -> Callable[[View], float]:
    def adoption(view: View) -> float:
        return view.of_agencies(view.industry.agencies.adopted[:, kind])

    adoption.__name__ = f"adoption_of_{TOOL_KINDS[kind]}"
    adoption.__doc__ = f"Share of agencies that use {TOOL_KINDS[kind]} tools."
    return adoption


for _kind, _word in enumerate(TOOL_KINDS):
    observable("structure", "share", f"Agencies using {_word} AI")(_adoption_of(_kind))


@observable("structure", "share", "Capability of tools")
def tool_capability(view: View) -> float:
    """Mean share of its task that a tool can do."""
    return float(view.industry.tools.capability.mean())


@observable("structure", "ratio", "Price of tools")
def tool_price(view: View) -> float:
    """Mean price of tools against the first day."""
    return float(view.industry.tools.price.mean())


@observable("structure", "1/year", "Idols leaving")
def idol_exit_rate(view: View) -> float:
    """Share of idols who left a living group in the last 52 weeks."""
    return _ratio(view.industry.tally.total("leavers"), len(view.industry.idols))


