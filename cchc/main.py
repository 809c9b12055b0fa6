"""`cchc`: the command line. Each group lives in a file of its own and is imported when it is asked for."""

import importlib
import os
from typing import ClassVar

import click

from services.chassis.domain import Refusal
from services.chassis.settings import SettingError


class LazyGroup(click.Group):
    """A group whose commands are imported on use: the supervisor stays small, and help stays quick."""

    places: ClassVar[dict[str, tuple[str, str]]] = {
        "up": ("cchc.up", "Start everything on this machine."),
        "down": ("cchc.up", "Stop what `cchc up` started."),
        "run": ("cchc.run", "Run one process of the distributed profile."),
        "init": ("cchc.init", "Load a tenant pack."),
        "demo": ("cchc.demo", "Play a whole year of a district, and show it."),
        "announce": ("cchc.announce", "Print where everything is, with a fresh pairing code."),
        "migrate": ("cchc.migrate", "Bring every database to this release's schema."),
        "devices": ("cchc.devices", "Pairing codes and tablets."),
        "projections": ("cchc.projections", "Read models: list, lag, rebuild."),
        "dead-letters": ("cchc.dead_letters", "Messages that could not be applied: list, retry, discard."),
        "verify": ("cchc.verify", "Check seals, numbers and bodies."),
        "backup": ("cchc.backup", "Copy what cannot be rebuilt, while it runs."),
        "restore": ("cchc.restore", "Put a backup back."),
        "export": ("cchc.export", "Write the whole tenant into a folder, for either profile."),
        "import": ("cchc.import_tenant", "Load what `cchc export` wrote into a new folder."),
        "doctor": ("cchc.doctor", "Look after what this machine and the servers have to be like."),
        "reconcile": ("cchc.reconcile", "Rebuild what ran ahead of a restored store."),
    }

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Give the commands in the order in which they are usually needed."""
        return list(self.places)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.places:
            return None
        module = importlib.import_module(self.places[cmd_name][0])
        # `import` is a word of the language itself.
        attribute = {"import": "import_tenant"}.get(cmd_name, cmd_name.replace("-", "_"))
        command: click.Command = getattr(module, attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a setting that is wrong, or a server that is away, is one line, as any other refusal."""
        try:
            return super().invoke(ctx)
        except (SettingError, Refusal) as refused:
            raise click.ClickException(str(refused)) from None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in self.places.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cchc")
def main() -> None:
    """Run a district's administrative-reform programme on this machine."""
    # Whatever a command writes holds ballots, accounts or keys: it is its owner's alone.
    os.umask(0o077)


if __name__ == "__main__":
    main()
