"""What a tablet loads is light (ADR 0011)."""

import gzip
from pathlib import Path

SCRIPT_LIMIT_BYTES = 25_000


def test_the_scripts_are_no_heavier_than_allowed(built_kiosk: Path) -> None:
    scripts = sorted(built_kiosk.rglob("*.js"))
    assert scripts
    packed = {script.name: len(gzip.compress(script.read_bytes(), 9)) for script in scripts}
    assert sum(packed.values()) < SCRIPT_LIMIT_BYTES, packed
