"""Running sums of leaves as compacted messages: at most one per second and leaf, the schedule's pace."""

from collections.abc import Callable, Sequence

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, MetaData, Table, func, select

from services.chassis.domain import Refusal, Unavailable
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore, NewMessage
from services.chassis.projection import View
from services.chassis.projector import active_view
from services.chassis.upsert import upsert
from services.indicators.projections.folder import Folder
from services.indicators.projections.sums import Figure, read_figures

Fence = Callable[[Connection], None]
Publish = Callable[[Figure], NewMessage]

ANNOUNCED = Table(
    "folder_announced",
    MetaData(),
    Column("leaf", BigInteger, primary_key=True, autoincrement=False),
    Column("blocks", Integer, nullable=False),
)
"""How many blocks of each leaf the newest announcement held; apart from the builds, which know no real time."""

_MOST = 500


def announce(engine: Engine, store: EventStore, folder: Folder, publish: Publish, fence: Fence) -> int:
    """Tell the sums of the leaves that moved since they were told last; give how many."""
    with engine.begin() as connection:
        fence(connection)
        try:
            view = active_view(connection, folder)
        except Unavailable:
            return 0
        moved = _moved(view)
        figures = read_figures(view, moved)
        if not figures:
            return 0
        messages = tuple(publish(figure) for figure in figures.values())
        verdicts = store.append_in(connection, [_told(messages)])
        if isinstance(verdicts[0], Refusal):
            raise verdicts[0]
        upsert(connection, ANNOUNCED, [(leaf, figure.blocks) for leaf, figure in figures.items()])
        return len(figures)


def _told(messages: tuple[NewMessage, ...]) -> AppendRequest:
    return AppendRequest(stream="figure-states", expected_version=NO_STREAM, facts=(), messages=messages)


def _moved(view: View) -> Sequence[int]:
    leaves = view.table("leaves")
    told = ANNOUNCED.c.blocks
    joined = leaves.outerjoin(ANNOUNCED, ANNOUNCED.c.leaf == leaves.c.leaf)
    query = select(leaves.c.leaf).select_from(joined).where(leaves.c.blocks != func.coalesce(told, 0)).limit(_MOST)
    return view.connection.scalars(query).all()
