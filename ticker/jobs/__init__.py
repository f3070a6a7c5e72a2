"""Polls from a queue that many workers share: the place of `schedule` where one process is not enough.

The queue has a row a host. Whoever takes it polls what is due of that host, and puts it back until it is due again:
so a host is asked by one worker at a time, and its pauses hold over all of them. When a source is due, and what its
last poll left to be known, stands in the store's `plans`, not in the queue, which may lose a row at any time.

agreement  pure: what the settings ask of the plans
rounds     one job: what is due of a host, in turn
queue      PgQueuer, begun anew whenever the database was lost
rows       the rows of the queue, and PgQueuer's tables
"""

from ticker.jobs.agreement import Agreement, agree
from ticker.jobs.rounds import Rounds

__all__ = ["Agreement", "Rounds", "agree"]
