"""`python -m tests.chaos --profile embedded --seeds 20`: prints each seed and what became of it."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.embedded import EmbeddedWorld
from tests.chaos.run import run
from tests.chaos.world import World

HURTS = 6


def make_world(profile: str, folder: Path) -> World:
    if profile == "embedded":
        return EmbeddedWorld(folder)
    from tests.chaos.distributed import DistributedWorld  # noqa: PLC0415 - needs Kafka's client

    return DistributedWorld(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=("embedded", "distributed"), default="embedded")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--hurts", type=int, default=HURTS)
    asked = parser.parse_args()
    failed = sum(not one(asked.profile, asked.first + at, asked.hurts) for at in range(asked.seeds))
    print(f"{asked.seeds - failed} passed, {failed} failed")
    sys.exit(failed > 0)


def one(profile: str, seed: int, hurts: int) -> bool:
    print(f"{profile} seed {seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cchc-chaos-", ignore_cleanup_errors=True) as folder:
        world = make_world(profile, Path(folder))
        try:
            outcome = run(world, seed, hurts=hurts, said=lambda line: print(line, flush=True))
        finally:
            world.close()
    for complaint in outcome.complaints:
        print(f"    RED {complaint}")
    print(
        f"    {outcome.ballots} ballots, {outcome.acknowledged} envelopes acknowledged, "
        f"{len(outcome.complaints)} complaints, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return not outcome.complaints


if __name__ == "__main__":
    main()
