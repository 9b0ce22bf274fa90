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
# # A policy: choose, change one line of law, compare, read the trade-off
# No programming is needed to follow this page. A policy here is a list of dated lines of law: *this lever, this value,
# from this date*. Eight policies are ready made; each line names the law or proposal behind it.

# %%
from sim.policies import presets

for name, policy in presets().items():
    print(f"{name:15} {policy.note.split('. ')[0]}.")

# %% [markdown]
# We take `worker_first`, which treats idols as workers, and read its lines.

# %%
from sim import Policy

worker_first = Policy.named("worker_first")
for line in worker_first.changes:
    print(f"{line.start}  {line.set} = {line.to}")

# %% [markdown]
# Now one line of law is changed. The policy caps adults' hours at 52 a week, as for workers; we ask what a cap of 60
# would do instead. All other lines stay.

# %%
lines = [line.as_mapping() for line in worker_first.changes]
for line in lines:
    if line["set"] == "hours_cap_adults":
        line["to"] = 60
milder = Policy.of(lines, name="worker_first_60")
{line.set: line.to for line in milder.changes}

# %% [markdown]
# Both policies meet the same worlds: in each pair, everything that is luck is shared, so a difference is the policy's.
# The world here is small and short, so that it takes a minute; a paper would take the full industry and more pairs.

# %%
from sim import Scenario, compare

question = Scenario(title="Two caps on hours", weeks=78, agencies=40, fans=1000, seed=1)
comparison = compare(question, [worker_first, milder], replicates=4, out="results", show=False)
shown = ["idol_hours", "burnt_out_idols", "idol_income", "content_made", "industry_revenue", "fan_enjoyment"]
columns = ["unit", "baseline", "effect", "low", "high"]
effects = comparison.effects.set_index(["observable", "policy"]).loc[shown, columns]
effects.round(3)

# %% [markdown]
# `effect` is the mean difference to the same worlds without the policy, `low` to `high` its 95 % interval. Who gains
# and who loses stands in the verdicts: no policy is free for everyone, and the table does not add people up.

# %%
one_each = comparison.verdicts.drop_duplicates(["policy", "who"])
one_each.pivot(index="who", columns="policy", values="verdict")

# %% [markdown]
# And as a picture: each row is something we look at, each mark a policy, each bar its interval.

# %%
from IPython.display import Image

from sim.figures import effects as picture_of
from sim.figures import save

Image(str(save(picture_of(comparison, shown), "effects.png")))
