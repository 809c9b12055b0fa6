"""A worker process: its tasks in threads, and an internal port that says how they stand and takes an operator's wishes."""

import os
import signal
import threading
from collections.abc import Sequence
from typing import Protocol

from services.chassis.internal_port import open_internal_port
from services.chassis.logging import get_logger
from services.chassis.worker_control import WorkerControl

_log = get_logger()


class Task(Protocol):
    """Something a worker does until told to stop."""

    @property
    def name(self) -> str:
        """Give the name under which it is known in logs and threads."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set. Anything raised ends the process, and its supervisor starts it again."""


def run_worker(tasks: Sequence[Task], *, control: WorkerControl | None = None, internal_port: int = 0) -> None:
    """Run tasks until SIGTERM or SIGINT.

    Args:
        control: What the internal port answers; `None` opens no port.
        internal_port: On the loopback address; 0 takes a free one.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_about: stop.set())
    server = None if control is None else open_internal_port(control.app(), internal_port)
    threads = [threading.Thread(target=_guarded, args=(task, stop), name=task.name) for task in tasks]
    for thread in threads:
        thread.start()
    _log.info("worker_started", tasks=[task.name for task in tasks], port=server.port if server else None)
    stop.wait()
    for thread in threads:
        thread.join()
    if server is not None:
        server.shutdown()


def _guarded(task: Task, stop: threading.Event) -> None:
    try:
        task.run(stop)
    except BaseException:  # noqa: BLE001 - a task that fails takes the process with it, without closing anything
        _log.critical("worker_task_failed", task=task.name, exc_info=True)
        os._exit(1)
