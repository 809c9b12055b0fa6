"""Passwords: Argon2id, and which new ones are accepted."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.gateway.identity.errors import PasswordTooWeak

LEAST_LENGTH = 12
GREATEST_LENGTH = 128

_AT_ONCE = 2


class Passwords:
    """Hashes and checks. Two at once at most: each takes 19 MiB, and a flood of sign-ins must not take the memory."""

    def __init__(self) -> None:
        """Use the least settings that OWASP names for Argon2id."""
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Hash a new password."""
        with self._turns:
            return self._hasher.hash(password)

    def belongs(self, password: str, password_hash: str | None) -> bool:
        """Check a password; without a hash it takes the same time and fails, so that no name can be guessed."""
        with self._turns:
            try:
                self._hasher.verify(password_hash or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made with weaker settings than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def refuse_weak(password: str, user_name: str) -> None:
    """Refuse a new password that is too short, too long or holds the user name.

    Raises:
        PasswordTooWeak: With `least_length` and `greatest_length`.
    """
    sized = LEAST_LENGTH <= len(password) <= GREATEST_LENGTH
    if not sized or user_name.casefold() in password.casefold() or len(set(password)) < LEAST_LENGTH // 2:
        raise PasswordTooWeak(least_length=LEAST_LENGTH, greatest_length=GREATEST_LENGTH)
