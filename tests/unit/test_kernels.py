"""The compiled room: shares of the blocks, empty seats, and counts that numpy confirms."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from sim.industry import Industry
from sim.kernels import BLOCK, blocks_of, fandom_graph, sweep
from sim.observables.view import View
from sim.scenario import Scenario


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("size", [1, BLOCK, 4 * BLOCK, 7 * BLOCK + 1, 40 * BLOCK])
def test_every_block_is_taken_once_whoever_takes_it(size: int, threads: int) -> None:
    taken: list[int] = []
    sweep(lambda first, last: taken.extend(range(first, last)), size, threads)
    assert sorted(taken) == list(range(blocks_of(size)))


def test_several_threads_take_their_share_and_few_blocks_are_not_shared_out() -> None:
    def who_works(size: int) -> set[int]:
        workers, met = set(), threading.Barrier(2, timeout=20)

        def kernel(first: int, last: int) -> None:
            if threading.get_ident() not in workers:
                workers.add(threading.get_ident())
                if size > 2 * BLOCK:
                    met.wait()  # nobody goes on before another has begun

        sweep(kernel, size, 2)
        return workers

    assert len(who_works(8 * BLOCK)) == 2
    assert who_works(2 * BLOCK) == {threading.get_ident()}


def test_what_goes_wrong_in_a_kernel_is_heard_of() -> None:
    def kernel(first: int, last: int) -> None:
        if last == blocks_of(8 * BLOCK):
            raise ZeroDivisionError

    for threads in (1, 2):
        with pytest.raises(ZeroDivisionError):
            sweep(kernel, 8 * BLOCK, threads)


def test_an_empty_seat_is_left_as_it_was_but_for_records_that_are_deleted() -> None:
    industry = Industry(Scenario(fans=1500, agencies=8, seed=4))
    fans = industry.fans
    before, rows = fans.columns(), np.flatnonzero(~fans.alive)
    industry.step()
    rows = rows[~fans.alive[rows]]
    assert rows.size > 20
    for name, column in fans.columns(copy=False).items():
        if name == "records":
            assert (column[rows] <= before[name][rows]).all()
        else:
            assert (column[rows] == before[name][rows]).all(), name
    assert not industry.leaving[rows].any()


def test_the_survey_counts_what_numpy_counts() -> None:
    industry = Industry(Scenario(fans=BLOCK + 1777, agencies=20, seed=4))
    industry.run_for(3)
    fans, numbers = industry.fans, industry.numbers
    here, view = fans.alive, View(industry)
    vulnerable = here & (fans.susceptibility >= np.float32(industry.baseline.vulnerable_from))
    felt = fans.dissatisfaction.astype(float)
    use = 1 - numbers.use_from_trust * (numbers.trust_start - fans.trust.astype(float))
    columns = (fans.exposure, fans.attachment, fans.trust, use, fans.harm, *fans.records.T)
    expected = [here.sum(), vulnerable.sum(), felt[vulnerable].sum(), felt[here].sum(),
                (here & (fans.dissatisfaction > np.float32(numbers.feels_fat_threshold))).sum(),
                *(column[here].sum(dtype=float) for column in columns)]
    assert view.sums == pytest.approx(expected, rel=1e-6)
    assert view.bins.sum() == here.sum()
    middle = (np.arange(view.bins.size) + 0.5) * 12 / view.bins.size - 6
    assert (view.bins * middle).sum() / here.sum() == pytest.approx(felt[here].mean(), abs=0.01)


@pytest.mark.parametrize("seats", [1, 2, 3, 11, 1024, 1025, 5000])
def test_every_tie_is_laid_out_at_both_ends_in_the_order_of_its_seats(seats: int) -> None:
    offsets, targets = fandom_graph(seats, 10, 0.1, 7)
    assert offsets[0] == 0 and offsets[-1] == len(targets) and len(offsets) == seats + 1
    source = np.repeat(np.arange(seats), np.diff(offsets))
    there, back = np.lexsort((targets, source)), np.lexsort((source, targets))
    assert (source[there] == targets[back]).all() and (targets[there] == source[back]).all()
