"""PostgreSQL's own programs for copying a database and putting the copy back."""

import os
import shutil
import subprocess
from pathlib import Path

import click
import psycopg
from sqlalchemy.engine import make_url

from services.chassis.settings import environment

_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
"""Whoever is still connected holds what was in it; those who come after find the new life and end by themselves."""

_EMPTY = (_END_OTHERS, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def dump(url: str, file: Path) -> None:
    """Copy a database while it runs, as of one moment.

    Raises:
        click.ClickException: The program is missing or fails.
    """
    _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={file}")


def put_back(file: Path, url: str) -> None:
    """Empty a database and put a copy into it; its owner may do that.

    Raises:
        click.ClickException: The program is missing or fails.
    """
    with psycopg.connect(driver_url(url), autocommit=True) as connection:
        for statement in _EMPTY:
            connection.execute(statement.encode())
    _run("pg_restore", url, "--no-owner", "--schema=public", "--exit-on-error", str(file))


def holds_something(url: str) -> bool:
    """Say whether an event store, or anything else of ours, was ever made in a database."""
    with psycopg.connect(driver_url(url)) as connection:
        found = connection.execute(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema())"
        ).fetchone()
    return bool(found and found[0])


def driver_url(url: str) -> str:
    """Give a database's URL as the driver takes it, whatever dialect it names."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def program(name: str) -> str:
    """Find one of the server's programs: on the path, or where Debian keeps the newest.

    Raises:
        click.ClickException: There is none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    told = str(found[-1]) if found else shutil.which(name)
    if told is None:
        raise click.ClickException(f"{name} is not on this machine: apt-get install postgresql-client")
    return told


def _run(name: str, url: str, *arguments: str) -> None:
    parsed = make_url(driver_url(url))
    shown = parsed.set(password=None).render_as_string(hide_password=False)
    # A command line can be read by everybody on the machine; the environment of a process cannot.
    secret = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own
        [program(name), *arguments, f"--dbname={shown}"],
        env={"PATH": os.defpath, **environment(), **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"{name} failed: {done.stderr.strip()}")
