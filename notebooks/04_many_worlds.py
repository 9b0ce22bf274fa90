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
# # Many worlds: which number decides?
# A model with assumed numbers is an argument with "if" in it. This page asks which of three numbers decides how many
# hours idols work, by living through a dozen small worlds. A *design* says which worlds: here walks that move one
# number at a time through its range (Morris), three walks over three numbers.

# %%
from sim import Scenario
from sim.designs import Design

world = Scenario(title="Hours in a small industry", weeks=26, fans=300, agencies=12, seed=1)
numbers = ["pieces_start", "idol_hours_per_piece", "staff_hours_per_piece"]
design = Design(scenario=world, design="morris", samples=3, parameters=numbers, observables=["idol_hours"])
design.table()[["sample", *numbers]].round(2)

# %% [markdown]
# A sweep lives through them, on as many processors as there are, and keeps what was asked for in a folder. Asked again,
# it loads what is there; interrupted, it goes on where it stopped. A world that fails is a row, not the end.

# %%
from sim.sweeps import sweep

found = sweep(design, out="results/sweeps", workers=1, show=False)
found.at(26)[["sample", *numbers, "idol_hours", "status"]].round(2)

# %% [markdown]
# All these worlds met the same luck, so what differs between two of them is what the number does. `mu_star` says how
# far the hours move, on average, when a number goes through its whole range.

# %%
from sim.analysis import sensitivity

decides = sensitivity(found, "idol_hours")
decides.table[["name", "kind", "low", "high", "mu_star", "mu", "sigma"]].round(2)

# %% [markdown]
# What to make of it, in words: how it was reckoned, and what it does not know. With one seed a row, luck cannot be told
# from numbers, and the sentence says so.

# %%
from sim.analysis import remarks

print("\n".join(remarks(decides)))

# %% [markdown]
# And as a picture: bars with intervals, the meaning of each number beside its name, and how much it depends on the
# others. Which number do you doubt? A paper would take all assumed numbers and more walks: `parameters="assumed"`.

# %%
from IPython.display import Image

from sim.figures import save, sensitivities

Image(str(save(sensitivities(decides), "decides.png")))
