"""A tenant whose figures were published before it moves, and how its read models are brought in step on either side."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from cchc.data_folder import DataFolder
from cchc.embedded_worker import projectors_of
from cchc.environment import environment_of
from cchc.reconcile import AT_ONCE
from cchc.relaying import catch_up_relays, projectors_of_services
from cchc.restore import urls_of
from services.chassis.database import open_database
from services.chassis.envelope import INCARNATION_AT, decode, numbered
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore, NewFact, NewMessage, OutboxRow
from services.chassis.ids import new_id
from services.chassis.leases import Leases
from services.chassis.projector import MARKER_TYPE, ProjectionStatus, Projector, active_view
from services.indicators.bootstrap import FigureFolder, build_folder
from services.indicators.config import Settings
from services.indicators.projections.sums import read_figures
from services.indicators.worker import Schedule
from tests.support.servers.ports import eventually


def say(folder: DataFolder, rows: Iterable[OutboxRow]) -> None:
    """Have survey's store say what a stand-in for it wrote."""
    engine = open_database(urls_of(folder)["survey"])
    with closing(open_event_store(engine)) as store:
        store.append_many([_request(row, store) for row in rows])
    engine.dispose()


def _request(row: OutboxRow, store: EventStore) -> AppendRequest:
    value = numbered(row.value or b"", 0)
    body = value[: INCARNATION_AT.start] + str(store.incarnation()).encode() + value[INCARNATION_AT.stop :]
    message = NewMessage(topic=row.topic, partition=row.partition, key=row.key, value=body)
    fact = NewFact(type="survey.said_by_the_test.v1", data=b"{}")
    return AppendRequest(stream=f"said-{new_id()}", expected_version=NO_STREAM, facts=(fact,), messages=(message,))


def follow(folder: DataFolder) -> list[ProjectionStatus]:
    """Let every read model follow the log to its end, as the workers do, and give how they stand then."""
    env = environment_of(folder)
    if folder.tenant().is_distributed:
        catch_up_relays(env, said=print)
        projectors, at_once = projectors_of_services(env), AT_ONCE
    else:
        projectors, at_once = projectors_of(env), 1
    with ThreadPoolExecutor(at_once) as hands:
        list(hands.map(_follow, projectors))
    statuses = [projector.status() for projector in projectors]
    for projector in projectors:
        projector.close()
        projector.engine.dispose()
    return statuses


def _follow(projector: Projector) -> None:
    eventually(lambda: _is_in_step(projector), seconds=60)


def _is_in_step(projector: Projector) -> bool:
    while projector.run_once():
        pass
    return projector.status().build is not None and projector.status().lag_messages == 0


def tell(folder: DataFolder) -> None:
    """Do once what the schedule of the worker does each second."""
    with folder_of(folder) as it:
        Schedule(it, Leases(it.engine, owner="test", ttl_seconds=0.01)).run_once()


@contextmanager
def folder_of(folder: DataFolder) -> Iterator[FigureFolder]:
    """Open the figure folder of a tenant."""
    with closing(build_folder(Settings.from_env(environment_of(folder)))) as it:
        yield it


def told(folder: DataFolder) -> list[tuple[str, bytes]]:
    """Give what the folder has published so far, in order: of each message its type and data; a new life says states again."""
    with folder_of(folder) as it:
        events = [decode(row.value) for row in it.store.read_outbox(0, 100_000) if row.value is not None]
    found = [(event.type, bytes(event.data)) for event in events if event.type != MARKER_TYPE]
    return [one for at, one in enumerate(found) if one not in found[:at] or "summed" not in one[0]]


def published(folder: DataFolder) -> list[tuple[int, dict[str, int]]]:
    """Give the sums of every leaf as a reader finds them now."""
    with folder_of(folder) as it, it.engine.connect() as connection:
        view = active_view(connection, it.folder)
        leaves = [row.leaf for row in connection.execute(view.table("leaves").select())]
        return sorted((it.n, dict(it.scores)) for it in read_figures(view, leaves).values())
