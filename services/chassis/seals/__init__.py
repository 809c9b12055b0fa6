"""Tamper evidence: ranges of stored rows are digested, and the digests chained, in a database of their own.

A sealer follows a store's two ledgers, its facts and its outbox, and seals what has appeared. `verify` digests the
stored bytes again. Whoever changes or removes a sealed row would have to rewrite the seals from there on, and the
chain's heads have gone out to subscribers.
"""

from services.chassis.seals.chain import Seal, seal_of
from services.chassis.seals.ledgers import RANGE_LIMIT, Ledger
from services.chassis.seals.sealed import Seals, create_seals
from services.chassis.seals.sealer import SEAL_EVERY_SECONDS, Sealer
from services.chassis.seals.verification import Problem, Report, verify

__all__ = [
    "RANGE_LIMIT",
    "SEAL_EVERY_SECONDS",
    "Ledger",
    "Problem",
    "Report",
    "Seal",
    "Sealer",
    "Seals",
    "create_seals",
    "seal_of",
    "verify",
]
