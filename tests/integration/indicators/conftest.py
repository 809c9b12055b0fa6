"""What every database's cases of the indicators service take."""

from collections.abc import Mapping
from typing import Any

import pytest

from cchc.pack_check import read_pack
from tests.support.indicators import PACK


@pytest.fixture(scope="session")
def whole_pack() -> Mapping[str, Any]:
    """Every part of the Thăng Bình pack."""
    return read_pack(PACK)
