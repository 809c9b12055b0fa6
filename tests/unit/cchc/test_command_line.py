"""What the command line does before any service is asked."""

import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cchc import node
from cchc.data_folder import DataFolder
from cchc.main import LazyGroup, main
from cchc.ports import free_ports
from cchc.up import _free

HEAVY = ("flask", "sqlalchemy", "httpx", "uvicorn", "starlette", "kafka", "cryptography")


@pytest.mark.parametrize("module", ["cchc.main", "cchc.up"])
def test_help_and_the_supervisor_import_nothing_heavy(module: str) -> None:
    program = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_lists_every_command() -> None:
    told = CliRunner().invoke(main, ["--help"]).output
    assert [name for name in LazyGroup.places if name not in told] == []


@pytest.mark.parametrize("name", LazyGroup.places)
def test_every_command_explains_itself(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0
    assert "Usage:" in told.output


def test_an_unknown_command_is_refused() -> None:
    refused = CliRunner().invoke(main, ["dance"])
    assert refused.exit_code == 2
    assert "No such command" in refused.output


@pytest.mark.parametrize("command", [["verify"], ["devices", "list"], ["projections", "list"], ["migrate"], ["backup"]])
def test_a_folder_without_a_tenant_gives_one_clear_line(tmp_path: Path, command: list[str]) -> None:
    refused = CliRunner().invoke(main, [*command, "--data", str(tmp_path / "none")])
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert refused.exception is None or isinstance(refused.exception, SystemExit)


def test_a_taken_port_gives_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(click.ClickException, match=f"port {port} is taken: choose another"):
            _free("127.0.0.1", port)


def test_free_ports_are_all_different() -> None:
    ports = free_ports(200)
    assert len(set(ports)) == 200


def test_nothing_runs_on_a_folder_that_a_killed_one_left(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.running.write_text('{"pid": 1}')
    assert not folder.is_running()
    with folder.locked():
        assert folder.is_running()


def test_a_folder_is_held_by_one_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.locked(), pytest.raises(SystemExit, match="is in use"), folder.locked():
        pass


def test_the_packaged_node_is_used_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(node, "machine_has_node", lambda: False)
    monkeypatch.setattr(node, "packaged_node", lambda: tmp_path)
    command, path = node.command_line(["npm", "ci"])
    assert command[0] == str(tmp_path / "bin" / "node")
    assert command[1].endswith("npm-cli.js")
    assert command[2:] == ["ci"]
    assert path.startswith(str(tmp_path / "bin"))


def test_the_machines_own_node_is_used_where_it_is_new_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "machine_has_node", lambda: True)
    assert node.command_line(["npm", "ci"])[0] == ["npm", "ci"]


@pytest.mark.parametrize(
    ("version", "enough"),
    [("v20.19.0", True), ("v20.18.3", False), ("v99.1.0", True), ("v12.22.9", False), ("", False)],
)
def test_an_old_node_is_not_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, *, enough: bool
) -> None:
    for program in ("node", "npm"):
        (tmp_path / program).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert node.machine_has_node() is enough
