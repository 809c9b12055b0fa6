"""`python -m tests.chaos --profile embedded --seeds 20`: prints each seed and what became of it, and a summary."""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.embedded import EmbeddedWorld
from tests.chaos.run import Outcome, run
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
    kinds: dict[str, None] = {}
    outcomes = {seed: one(asked, seed, kinds) for seed in range(asked.first, asked.first + asked.seeds)}
    summarize(asked.profile, outcomes, tuple(kinds))
    sys.exit(any(outcome.complaints for outcome in outcomes.values()))


def one(asked: argparse.Namespace, seed: int, kinds: dict[str, None]) -> Outcome:
    """Run one seed and say its verdict. What stops it is a complaint; the other seeds are run all the same."""
    print(f"{asked.profile} seed {seed}", flush=True)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="cchc-chaos-"))
    try:
        outcome = in_a_world(asked, seed, folder, kinds)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this seed's verdict
        outcome = Outcome(Counter(), 0, 0, Counter(), [f"the run broke off: {error!r}"])
    if outcome.complaints:
        print(f"{logs_of(folder)}\n    all of it is kept in {folder}", flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"    {verdict(asked.profile, seed, outcome)}, {time.monotonic() - began:.0f} s", flush=True)
    return outcome


def in_a_world(asked: argparse.Namespace, seed: int, folder: Path, kinds: dict[str, None]) -> Outcome:
    world = make_world(asked.profile, folder)
    try:
        kinds.update(dict.fromkeys(name for name, _ in world.hurts()))
        return run(world, seed, hurts=asked.hurts, said=lambda line: print(line, flush=True))
    finally:
        world.close()


def logs_of(folder: Path, lines: int = 5) -> str:
    """Give the end of what each process wrote, for whoever has to find out why."""
    logs = sorted(log for log in folder.glob("*.log") if log.stat().st_size)
    return "\n".join(f"    {log.name}: {line}" for log in logs for line in log.read_text().splitlines()[-lines:])


def verdict(profile: str, seed: int, outcome: Outcome) -> str:
    """Say in one line what was done to the system, what it did meanwhile, and what is wrong."""
    for complaint in outcome.complaints:
        print(f"    RED {complaint}")
    hurts = ", ".join(f"{name} x{times}" if times > 1 else name for name, times in sorted(outcome.hurts.items()))
    return (
        f"{'RED' if outcome.complaints else 'green'} seed {seed} {profile}: [{hurts}], "
        f"{outcome.ballots} ballots acknowledged, {outcome.blocks} blocks released, "
        f"portal read {outcome.looks['figures']} times and away {outcome.looks['away']}, "
        f"{len(outcome.complaints)} complaints"
    )


def summarize(profile: str, outcomes: dict[int, Outcome], kinds: Sequence[str]) -> None:
    """Print how often each kind of hurt was done, and which seeds complained."""
    done = sum((outcome.hurts for outcome in outcomes.values()), Counter())
    print(f"hurts done, {profile}, {len(outcomes)} seeds:")
    for name in kinds:
        print(f"    {done[name]:4}  {name}{'' if done[name] else '  (not covered by these seeds)'}")
    red = [seed for seed, outcome in outcomes.items() if outcome.complaints]
    print(
        f"{len(outcomes) - len(red)} passed, {len(red)} failed{f' (seeds {red})' if red else ''}; "
        f"{sum(outcome.ballots for outcome in outcomes.values())} ballots acknowledged, "
        f"{sum(outcome.blocks for outcome in outcomes.values())} blocks released"
    )


if __name__ == "__main__":
    main()
