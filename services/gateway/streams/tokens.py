"""The token that says how far a subscriber has read: the same at every door. Subscribers keep it as it is. Pure."""

import re
from dataclasses import dataclass

from services.chassis.http.refusals import FieldsInvalid

_SHOWN = 16
_TOKEN = re.compile(rf"(?P<epoch>[1-9]\d{{0,8}})\.(?P<sequence>\d{{1,18}})\.(?P<hash>[0-9a-f]{{{_SHOWN}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A place in a channel. The hash makes it worthless in a log that holds anything else up to there."""

    epoch: int
    sequence: int
    hash: str

    @classmethod
    def at(cls, epoch: int, sequence: int, whole_hash: bytes) -> "Token":
        """Make the token of a place, from the channel's hash there."""
        return cls(epoch, sequence, whole_hash.hex()[:_SHOWN])

    def fits(self, whole_hash: bytes) -> bool:
        """Say whether the channel's hash at that place is the token's."""
        return whole_hash.hex().startswith(self.hash)

    def __str__(self) -> str:
        return f"{self.epoch}.{self.sequence}.{self.hash}"


def read_token(written: str) -> Token:
    """Read a token.

    Raises:
        FieldsInvalid: It is not one that this product writes.
    """
    read = _TOKEN.fullmatch(written.strip().strip('"'))
    if read is None:
        raise FieldsInvalid("The token is none of ours: send it back as it was given.", field="after")
    return Token(int(read["epoch"]), int(read["sequence"]), read["hash"])
