# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first run, from scenario to picture
# Limelight is a Mesa model: `Industry` is a `mesa.Model`, and its fans, idols, groups, agencies and AI tools are
# `mesa.Agent`s. If you know Mesa, you know how to look around. The world here is small, so that it takes seconds.
#
# First the question: when, how large, with which luck, and what AI does (`evolving`, `frozen` or `none`).

# %%
from sim import Industry, Scenario

question = Scenario(title="A first look", weeks=104, agencies=40, fans=2000, seed=1)
question

# %% [markdown]
# A model is built from a scenario, and a step is a week.

# %%
industry = Industry(question)
industry.run_for(26)
{kind.__name__: len(agents) for kind, agents in industry.agents_by_type.items()}, industry.week

# %% [markdown]
# `agents_by_type` holds agent sets: `agg`, `select`, `get` and iteration do what they do in Mesa. Each state is
# also a numpy column, `industry.idols.hours`, for when there are many.

# %%
from sim.agents.idol import Idol

idols = industry.agents_by_type[Idol]
minors = idols.select(lambda idol: idol.age < 18)
one = next(iter(idols))
{
    "mean hours": idols.agg("hours", lambda hours: sum(hours) / len(hours)),
    "minors": len(minors),
    "one idol": (one.unique_id, one.hours, one.burnt_out),
}

# %% [markdown]
# To keep what happens, let `run` live through the whole scenario. It returns a table with a row for each week (row 0
# is the world as built) and a column for each observable, and keeps it in a folder: asked again, it is loaded.

# %%
from sim import run

with_ai = run(question, out="results")
without_ai = run(question.with_(ai="none"), out="results")
with_ai.weeks[["week", "date", "ai_adoption", "idol_hours", "editing_level", "industry_revenue"]].tail()

# %% [markdown]
# Both worlds met the same luck, so what differs between them is what AI does.

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for name, world, stroke in (("with AI", with_ai, "-"), ("without AI", without_ai, "--")):
    axes.plot(world.weeks["date"], world.weeks["editing_level"], stroke, color="black")
    axes.annotate(name, (world.weeks["date"].iloc[-1], world.weeks["editing_level"].iloc[-1]), (4, 0),
                  textcoords="offset points", va="center")  # fmt: skip
axes.set(title="How far idols' images are edited", ylabel="share of all editing there could be")
plt.show()
