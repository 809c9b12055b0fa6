"""Which hurts a seed does, so that seeds in a row do every kind that there is."""

from collections.abc import Sequence
from random import Random

RESTORE, BACK_UP = "restore an older ", "back up"


def planned(kinds: Sequence[str], seed: int, hurts: int) -> list[str]:
    """Give the next `hurts` kinds after those of the seed before, in an order of the seed's own.

    A backup comes before the restore of it, so that other hurts may lie between the two.
    """
    turn = Random(len(kinds)).sample(kinds, len(kinds))
    mine = [turn[((seed - 1) * hurts + at) % len(turn)] for at in range(hurts)]
    random = Random(seed)
    random.shuffle(mine)
    for name in [name for name in mine if name.startswith(RESTORE)]:
        backup = name.replace(RESTORE, f"{BACK_UP} ")
        backup = backup if backup in kinds else BACK_UP
        if backup not in mine[: mine.index(name)]:
            mine.insert(random.randint(0, mine.index(name)), backup)
    return mine
