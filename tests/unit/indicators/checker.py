"""An independent reading of the folder's facts: which ballots stand behind which output, with what net contribution."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from services.indicators.domain.events import BALLOTS, MOVES, BlockReleased
from services.indicators.domain.leaf import Leaf

Vector = tuple[tuple[str, int], ...]
Block = dict[Leaf, dict[str, Counter[str]]]
"""What one block adds, per leaf and ballot, signed: its score, and its reasons together, of which none is one too."""

SCORE = "score "
REASONS = "reasons "


def said(score: int, reasons: Sequence[str]) -> Counter[str]:
    return Counter({f"{SCORE}{score}": 1, f"{REASONS}{','.join(reasons)}": 1})


def less(left: Counter[str], right: Counter[str]) -> Counter[str]:
    difference = Counter(left)
    difference.subtract(right)
    return Counter({name: number for name, number in difference.items() if number})


def read_blocks(facts: Iterable[BlockReleased]) -> list[Block]:
    """Read what each block adds, following only the members and their published scores."""
    published: dict[str, Counter[str]] = {}
    blocks = []
    for fact in facts:
        block: Block = defaultdict(dict)
        for ballot, score, reasons in zip(fact.ballots, fact.scores, fact.reasons, strict=True):
            now = said(score, reasons)
            if fact.kind == BALLOTS:
                assert ballot not in published, "a ballot is published for the first time once"
                block[fact.leaf][ballot] = now
            elif fact.kind == MOVES:
                assert published[ballot] == now
                block[fact.leaf][ballot] = less(Counter(), now)
                block[fact.to_leaf][ballot] = now
            else:
                block[fact.leaf][ballot] = less(now, published[ballot])
            published[ballot] = now
        check_tallies(fact, block)
        blocks.append(block)
    return blocks


def check_tallies(fact: BlockReleased, block: Block) -> None:
    total: Counter[str] = Counter()
    for vector in block[fact.to_leaf or fact.leaf].values():
        for name, number in vector.items():
            about, _, values = name.partition(" ")
            for value in filter(None, values.split(",")):
                total[f"{about.removesuffix('s')} {value}"] += number
    shown = {f"score {score}": number for score, number in fact.score_tally.items()}
    shown |= {f"reason {reason}": number for reason, number in fact.reason_tally.items()}
    assert shown == {name: number for name, number in total.items() if number}


class Output:
    """A signed sum of blocks within a scope, and how many ballots stand behind what it says of scores, or of reasons."""

    def __init__(self, scope: frozenset[Leaf] | None, dimension: str) -> None:
        self._scope = scope
        self._dimension = dimension
        self._net: dict[str, dict[str, int]] = {}
        self._behind: set[str] = set()

    def add(self, block: Block, sign: int = 1) -> None:
        touched = set()
        for leaf, ballots in block.items():
            if self._scope is not None and leaf not in self._scope:
                continue
            touched |= ballots.keys()
            for ballot, vector in ballots.items():
                net = self._net.setdefault(ballot, {})
                for name, number in vector.items():
                    if not name.startswith(self._dimension):
                        continue
                    net[name] = net.get(name, 0) + sign * number
        for ballot in touched:
            (self._behind.add if any(self._net[ballot].values()) else self._behind.discard)(ballot)

    @property
    def behind(self) -> int:
        """Count the ballots whose contributions do not cancel."""
        return len(self._behind)


def scopes_of(blocks: Iterable[Block]) -> list[frozenset[Leaf] | None]:
    """Give every leaf, every one-stop, field, family and questionnaire, counted and raw, and everything together."""
    leaves = sorted({leaf for block in blocks for leaf in block})
    scopes: set[frozenset[Leaf]] = {frozenset({leaf}) for leaf in leaves}
    for name in ("one_stop_id", "field", "family", "questionnaire", "counted", "level"):
        for value in {getattr(leaf, name) for leaf in leaves}:
            within = [leaf for leaf in leaves if getattr(leaf, name) == value]
            scopes.add(frozenset(within))
            scopes.add(frozenset(leaf for leaf in within if leaf.counted))
    return [None, *sorted(scopes, key=sorted)]
