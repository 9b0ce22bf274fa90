"""The fan-week in mesa-frames: one agent set on polars, changed by expressions; ties as a data frame of their own."""

from __future__ import annotations

import numpy as np
import polars as pl
from fan_week import world as numbers
from fan_week.world import GROUPS, SEED, Crowd, World, f4
from mesa_frames import AgentSetPolars, ModelDF

# Plain floats: an expression takes them as they are, a numpy number would be applied as a function from outside.
PERSISTENCE, PUSH, PULL, NOISE = (float(x) for x in (numbers.PERSISTENCE, numbers.PUSH, numbers.PULL, numbers.NOISE))
SPEED, KEPT = float(numbers.SPEED), float(numbers.KEPT)
CHANCE_AT_REST, CHANCE_PER_ATTACHMENT = float(numbers.CHANCE_AT_REST), float(numbers.CHANCE_PER_ATTACHMENT)

HOW = "an AgentSetPolars whose step is two with_columns; neighbours by gather and a sorted group_by"


class Fans(AgentSetPolars):
    """All fans as one frame."""

    def __init__(self, model: ModelDF, world: World, luck: bool) -> None:
        super().__init__(model)
        self.luck = luck
        columns = ("group", "hours", "susceptibility", "home", "dissatisfaction", "attachment", "records")
        self.add(pl.DataFrame({"unique_id": np.arange(world.fans, dtype=np.int64),
                               **{name: getattr(world, name) for name in columns}}))
        fan = np.repeat(np.arange(world.fans, dtype=np.uint32), np.diff(world.offsets))
        self.ties = pl.DataFrame({"fan": fan, "other": world.targets.astype(np.uint32)}).with_columns(
            pl.col("fan").set_sorted())
        self.groups = pl.DataFrame({"ideal": world.ideal, "presence": world.presence})
        self.sums = pl.DataFrame()

    def step(self) -> None:
        """One week in one pass of expressions, after the neighbours' means."""
        fans = self.agents
        felt_by_others = fans["dissatisfaction"].gather(self.ties["other"])
        around = self.ties.select("fan", felt_by_others.alias("felt")).group_by("fan", maintain_order=True).agg(
            pl.col("felt").mean())["felt"]
        normal, uniform = 0.0, 0.5
        if self.luck:
            normal = pl.Series(self.model.random.standard_normal(len(fans), dtype=f4))
            uniform = pl.Series(self.model.random.random(len(fans), dtype=f4))
        of_group = fans["group"]
        now, home, attachment = pl.col("dissatisfaction"), pl.col("home"), pl.col("attachment")
        fans = fans.with_columns(
            dissatisfaction=home + PERSISTENCE * (now - home)
            + PUSH * pl.col("susceptibility") * (pl.col("hours") * self.groups["ideal"].gather(of_group))
            + PULL * (around - now) + NOISE * normal,
            attachment=attachment + SPEED * (self.groups["presence"].gather(of_group) - attachment),
        )
        shares = pl.lit(uniform) < CHANCE_AT_REST + CHANCE_PER_ATTACHMENT * attachment
        fans = fans.with_columns(shares=shares.cast(pl.Float32)).with_columns(
            records=KEPT * pl.col("records") + pl.col("shares"))
        self.sums = fans.group_by("group").agg(
            pl.col("dissatisfaction", "attachment", "shares").cast(pl.Float64).sum())
        self.agents = fans.drop("shares")


class Fandom(ModelDF):
    """The model around the fans."""

    def __init__(self, world: World, luck: bool) -> None:
        super().__init__(seed=SEED)
        self.fans = Fans(self, world, luck)
        self.agents += self.fans

    def step(self) -> None:
        """One week."""
        self.agents.step()


class Contender(Crowd):
    """mesa-frames."""

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        self.model = Fandom(world, luck)

    def week(self) -> None:
        """Live one week."""
        self.model.step()
        self.weeks += 1

    def state(self) -> dict[str, np.ndarray]:
        """Columns of the frame."""
        fans = next(iter(self.model.agents._agentsets))
        sums = np.zeros((GROUPS, 3))
        sums[fans.sums["group"].to_numpy()] = fans.sums.select("dissatisfaction", "attachment", "shares").to_numpy()
        columns = {name: fans.agents[name].to_numpy() for name in ("dissatisfaction", "attachment", "records")}
        return {**columns, "sums": sums}
