"""Run callers under every fault and write the results to ``docs/reliability.md``."""

import sys

from tests.network import report, scenarios
from tests.network.cluster import Cluster


def main():
    verdicts = {}
    with Cluster() as cluster:
        for name in scenarios.SCENARIOS:
            verdicts[name] = verdict = scenarios.run(cluster, name)
            print(*report.row(name, verdict), verdict.faults or "", sep=" | ", flush=True)  # noqa: T201
    report.write(verdicts)
    return any(verdict.faults for verdict in verdicts.values())


sys.exit(main())
