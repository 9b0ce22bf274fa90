"""What happens in a week: the whole model on one screen. Each line is a sentence; one behaviour, one function."""

from __future__ import annotations

from sim.processes.attention import (
    fans_change_fandoms,
    fans_divide_attention,
    newcomers_join_fandoms,
    platform_ranks_groups,
    popularity_moves,
)
from sim.processes.beauty import (
    agencies_press_idols,
    attention_shifts_norm,
    fans_compare_themselves,
    groups_show_images,
    idols_feel_distress,
)
from sim.processes.careers import (
    agencies_close,
    agencies_debut_groups,
    groups_disband,
    idols_grow_older,
    idols_leave,
)
from sim.processes.culture import groups_release_songs, pools_pay_cultures, standing_recovers
from sim.processes.data import (
    agencies_record_idols,
    deepfakes_spread,
    fans_entrust_records,
    holders_collect_records,
    holders_disclose_breaches,
    holders_reckon_hazard,
    holders_suffer_breaches,
    regulator_fines_holders,
)
from sim.processes.decisions import (
    agencies_adopt_tools,
    agencies_choose_tools,
    agencies_forget_care,
    agencies_hand_over_tasks,
    agencies_set_content,
    agencies_set_editing,
    holders_set_security,
)
from sim.processes.money import (
    agencies_pay_costs,
    agencies_settle_with_idols,
    groups_earn_revenue,
    staff_are_displaced,
    vendors_earn_income,
)
from sim.processes.rules import agencies_answer_the_law, law_takes_effect, regulator_audits_agencies
from sim.processes.tools import (
    tools_absorb_releases,
    vendors_improve_tools,
    vendors_mark_outputs,
    vendors_release_versions,
    vendors_set_prices,
)
from sim.processes.work import (
    agencies_break_rules,
    idols_burn_out,
    idols_fear_for_jobs,
    idols_take_hiatus,
    idols_tire,
    idols_work_hours,
    staff_fear_for_jobs,
)

WEEK = (
    # rules
    law_takes_effect,
    regulator_audits_agencies,
    agencies_answer_the_law,
    # tools
    vendors_improve_tools,
    vendors_release_versions,
    vendors_set_prices,
    vendors_mark_outputs,
    tools_absorb_releases,
    # decisions
    agencies_adopt_tools,
    agencies_choose_tools,
    agencies_hand_over_tasks,
    agencies_set_content,
    agencies_set_editing,
    holders_set_security,
    agencies_forget_care,
    # work
    idols_work_hours,
    agencies_break_rules,
    idols_tire,
    idols_fear_for_jobs,
    idols_burn_out,
    staff_fear_for_jobs,
    idols_take_hiatus,
    # attention
    platform_ranks_groups,
    fans_divide_attention,
    fans_change_fandoms,
    newcomers_join_fandoms,
    popularity_moves,
    # beauty
    groups_show_images,
    fans_compare_themselves,
    attention_shifts_norm,
    agencies_press_idols,
    idols_feel_distress,
    # data
    holders_collect_records,
    fans_entrust_records,
    agencies_record_idols,
    holders_reckon_hazard,
    holders_suffer_breaches,
    holders_disclose_breaches,
    regulator_fines_holders,
    deepfakes_spread,
    # culture
    standing_recovers,
    groups_release_songs,
    pools_pay_cultures,
    # money
    groups_earn_revenue,
    vendors_earn_income,
    agencies_pay_costs,
    agencies_settle_with_idols,
    staff_are_displaced,
    # careers
    idols_grow_older,
    idols_leave,
    groups_disband,
    agencies_debut_groups,
    agencies_close,
)
"""The week, in order."""

CHAPTERS = ("rules", "tools", "decisions", "work", "attention", "beauty", "data", "culture", "money", "careers")
"""The chapters of the week; each is the module that its processes come from."""
