"""How tests start everything: the command that a person gives, on a folder of their own and a port that is free."""

import sys

from cchc.data_folder import DEFAULT_PACK, DataFolder


def up(data: DataFolder, *more: str, port: int = 0) -> list[str]:
    """Give the command that starts everything; a folder that holds nothing yet is given the demonstration pack."""
    told = ["--data", str(data.root), "--pack", str(DEFAULT_PACK), "--port", str(port)]
    return [sys.executable, "-m", "cchc.main", "up", *told, *more]
