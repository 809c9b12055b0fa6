"""`cchc reconcile`: builds anew what ran ahead of a restored store. Published blocks stand; tablets send again."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import click

from cchc.data_folder import DataFolder
from cchc.embedded_worker import projectors_of
from cchc.environment import environment_of
from cchc.noted_stores import require_noted_stores
from cchc.options import data_option
from cchc.relaying import catch_up_relays, projectors_of_services
from services.chassis.logging import configure_logging
from services.chassis.projector import Diverged, Projector

Said = Callable[[str], object]

AT_ONCE = 8
"""Read models that follow Kafka side by side: each mostly waits for the log."""


@click.command()
@data_option
def reconcile(folder: DataFolder) -> None:
    """Bring every read model in step with restored stores, with nothing running.

    Tablets are asked for what the stores lack as soon as they are heard again.
    """
    # What relays and readers log of a life that goes well is not what was asked.
    configure_logging("reconcile", level="warning")
    env = environment_of(folder)
    with folder.locked():
        require_noted_stores(folder)
        if folder.tenant().is_distributed:
            catch_up_relays(env, said=click.echo)
            rebuilt = reconcile_all(projectors_of_services(env), said=click.echo, at_once=AT_ONCE)
        else:
            rebuilt = reconcile_all(projectors_of(env), said=click.echo)
    click.echo(
        f"{len(rebuilt)} read models were built anew; start with `cchc up`, the tablets send the rest by themselves"
    )


def reconcile_all(projectors: Sequence[Projector], *, said: Said, at_once: int = 1) -> list[str]:
    """Follow the log with each projector to its end; build anew the ones that hold what a restore took back."""
    with ThreadPoolExecutor(at_once) as hands:
        anew = list(hands.map(lambda projector: _reconcile(projector, said), projectors))
    for projector in projectors:
        projector.close()
    return [projector.name for projector, was_rebuilt in zip(projectors, anew, strict=True) if was_rebuilt]


def _reconcile(projector: Projector, said: Said) -> bool:
    try:
        _catch_up(projector)
    except Diverged:
        said(f"  {projector.name}: holds what the restore took back; building it anew")
        projector.close()
        projector.rebuild()
        _catch_up(projector)
        return True
    return False


def _catch_up(projector: Projector) -> None:
    # To the ends that were looked at: a log on which somebody goes on writing would never be read to its last message.
    while projector.run_once() and projector.status().lag_messages:
        pass
