"""Where one tenant's data lies on this machine, and what was decided when it was made."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path
from uuid import UUID

DEFAULT_PACK = Path(__file__).parent.parent / "packs" / "thang-binh-2021"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenant:
    """What a data folder was made for. `shift_seconds` moves business time; 0 for a real tenant.

    `profile` says where its stores are: `embedded`, files of this folder, or `distributed`, databases of PostgreSQL.
    """

    tenant: str
    pack: str
    incarnation_seed: str
    shift_seconds: int
    demonstration: bool
    profile: str = "embedded"

    @property
    def is_distributed(self) -> bool:
        """Whether its stores are databases of PostgreSQL and its log is Kafka."""
        return self.profile == "distributed"

    @property
    def pack_folder(self) -> Path:
        """The folder of the pack it was loaded from."""
        return Path(self.pack)

    @property
    def shift(self) -> timedelta:
        """How far business time stands from real time."""
        return timedelta(seconds=self.shift_seconds)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder of one tenant (`CCHC_DATA`, default `var/`): one file per database, keys apart."""

    root: Path

    @property
    def keys(self) -> Path:
        """The folder of keys, mode 0700."""
        return self.root / "keys"

    @property
    def tenant_file(self) -> Path:
        """What the folder was made for; with it, it holds a tenant."""
        return self.root / "tenant.json"

    @property
    def noted_stores(self) -> Path:
        """The life of each store that was met last."""
        return self.root / "stores.json"

    @property
    def settings_file(self) -> Path:
        """Settings of the distributed profile, `NAME=value` a line, for whatever the environment itself does not say."""
        return self.root / ".env"

    @property
    def backups(self) -> Path:
        """Where `cchc backup` writes by default."""
        return self.root / "backups"

    @property
    def running(self) -> Path:
        """What `cchc up` wrote about itself: process ids and the port."""
        return self.root / "running.json"

    @property
    def kept_pack(self) -> Path:
        """Where the copy of the tenant pack lies."""
        return self.root / "pack"

    @property
    def pack(self) -> Path:
        """The tenant pack that the folder goes by; in a folder of an earlier release, the one it was loaded from."""
        return self.kept_pack if self.kept_pack.exists() else self.tenant().pack_folder

    @property
    def clock(self) -> Path:
        """What drives a demonstration's business time; not there until somebody does."""
        return self.root / "clock"

    def log(self, name: str) -> Path:
        """The log of a process, one JSON line an event."""
        return self.root / "log" / f"{name}.log"

    def database(self, name: str) -> Path:
        """The file of a database, such as `survey` or `read_gateway`."""
        return self.root / f"{name}.db"

    def exists(self) -> bool:
        """Whether `cchc init` has run here."""
        return self.tenant_file.exists()

    def tenant(self) -> Tenant:
        """Read what this folder was made for.

        Raises:
            SystemExit: `cchc init` has not run here.
        """
        if not self.exists():
            raise SystemExit(f"{self.root} holds no tenant yet: run `cchc init`")
        return Tenant(**json.loads(self.tenant_file.read_text()))

    def create(self, tenant: Tenant) -> None:
        """Make the folder for a tenant."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        self.keys.mkdir(mode=0o700, exist_ok=True)
        self.write_tenant(tenant)

    def write_tenant(self, tenant: Tenant) -> None:
        """Write down what the folder is made for."""
        self.tenant_file.write_text(json.dumps(asdict(tenant), indent=1) + "\n")

    def is_running(self) -> bool:
        """Whether `cchc up` holds the folder now; what a killed one left behind does not count."""
        return self.running.exists() and self.is_held()

    def is_held(self) -> bool:
        """Whether a process has the folder to itself now."""
        with (self.root / "lock").open("a") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                return True
            flock(file, LOCK_UN)
        return False

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder alone, as `cchc up` does while it runs.

        Raises:
            SystemExit: Somebody else holds it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                raise SystemExit(f"{self.root} is in use: stop `cchc up` first (cchc down)") from None
            try:
                yield
            finally:
                flock(file, LOCK_UN)


def tenant_of_pack(pack: Path, *, now: datetime, seed: UUID, profile: str = "embedded") -> Tenant:
    """Work out a tenant from its pack; a demonstration starts its business time at the pack's own moment."""
    about: Mapping[str, object] = json.loads((pack / "pack.json").read_text())
    starts_at = about.get("business_starts_at")
    shift = datetime.fromisoformat(str(starts_at)) - now if starts_at else timedelta()
    return Tenant(
        tenant=str(about["tenant"]),
        pack=str(pack),
        incarnation_seed=str(seed),
        shift_seconds=round(shift.total_seconds()),
        demonstration=bool(about.get("demonstration")),
        profile=profile,
    )


def begun_at(tenant: Tenant, at: datetime, *, now: datetime) -> Tenant:
    """Give a demonstration's tenant with its business time beginning at a moment of somebody's choice."""
    return replace(tenant, shift_seconds=round((at - now).total_seconds()))
