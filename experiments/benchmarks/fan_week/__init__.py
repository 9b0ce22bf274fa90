"""The fan-week: one week of a crowd of fans, the workload on which everybody here is timed.

N fans stand on a graph of ten ties each on average (a ring, a random graph or a scale-free one; nobody has fewer than
five) and belong to one of 440 groups. State is float32. Every week, for every fan at once:

1. exposure       = hours x ideal shown by the fan's group
2. dissatisfaction' = home + persistence x (dissatisfaction - home) + push x susceptibility x exposure
                    + pull x (mean of the neighbours' dissatisfaction of last week - dissatisfaction) + noise x normal
3. attachment'    = attachment + speed x (presence of the group - attachment)
4. shares         = uniform < chance_at_rest + chance_per_attachment x attachment'
5. records'       = kept x records + shares
6. of every group the sums of dissatisfaction', attachment' and shares are formed.

With luck switched off the normal number is 0 and the uniform one is 1/2, so that all contenders must agree.
"""
