"""`ingest_batch`: fifty ballots per request, beside the same peers."""

from contextlib import ExitStack

from benches.ingest import rates, start

BENCH = "ingest-batch"


def main() -> None:
    """Measure rates in interleaved pairs."""
    with ExitStack() as stack:
        rates(start(stack), BENCH, "fifty ballots per request", per_connection=12, lines=50, goals=(3.0, 3.0))


if __name__ == "__main__":
    main()
