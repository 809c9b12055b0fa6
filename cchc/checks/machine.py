"""The machine: programs, clock, disk, and the port of the door."""

import ctypes
import shutil
import socket

import pysqlite3.dbapi2

from cchc.checks.finding import Checks, Finding, ill, look, well
from cchc.data_folder import DataFolder
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.database import OLDEST_SQLITE
from services.chassis.settings import HOST, PORT, Environment

LEAST_FREE_BYTES = 2_000_000_000
LEAST_FREE_SHARE = 0.05
CLOCK_NOT_KEPT = 5
"""What `adjtimex` answers while nobody keeps the clock (TIME_ERROR)."""


def look_at_machine(folder: DataFolder, env: Environment) -> Checks:
    """Look at what both profiles need of a machine."""
    yield _sqlite()
    yield _crc32c()
    yield _clock()
    yield _disk(folder)
    yield _port(folder, env)


def _sqlite() -> Finding:
    told = pysqlite3.dbapi2.sqlite_version
    if pysqlite3.dbapi2.sqlite_version_info < OLDEST_SQLITE:
        return ill("sqlite", f"SQLite {told} can lose a commit", "run `make setup`: it brings a newer one")
    return well("sqlite", f"SQLite {told}")


def _crc32c() -> Finding:
    try:
        KafkaBroker("nobody:0").close()
    except RuntimeError as missing:
        return ill("crc32c", str(missing), "run `make setup`")
    return well("crc32c", "checksums are computed by the processor")


def _clock() -> Finding:
    # A structure larger than the kernel's, of zeros: nothing is set, the state is what the call answers.
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))
    if state == CLOCK_NOT_KEPT:
        return look(
            "clock", "nobody keeps the clock", "start chrony or systemd-timesyncd: tablets are told the time by it"
        )
    return well("clock", "it is kept") if state >= 0 else look("clock", "it cannot be asked", "see `timedatectl`")


def _disk(folder: DataFolder) -> Finding:
    # A folder that is not there yet will lie on its parent's disk.
    there = next(path for path in (folder.root, *folder.root.resolve().parents) if path.exists())
    usage = shutil.disk_usage(there)
    told = f"{usage.free / 1e9:.1f} of {usage.total / 1e9:.0f} GB are free at {folder.root}"
    if usage.free < LEAST_FREE_BYTES or usage.free < usage.total * LEAST_FREE_SHARE:
        return ill("disk", told, "free space (runbook, *disk full*) or move to a larger disk: the stores only grow")
    return well("disk", told)


def _port(folder: DataFolder, env: Environment) -> Finding:
    if folder.is_running():
        return well("port", "`cchc up` listens")
    host, port = env.text(HOST), env.integer(PORT)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return look(
                "port", f"{host}:{port} is taken: {error.strerror}", "choose another with PORT, or stop who has it"
            )
    return well("port", f"{host}:{port} is free")
