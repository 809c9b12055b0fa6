"""`python -m cchc.docs --check` says which generated documents are stale; `--write` makes them anew."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from cchc.docs.errors import errors_page
from cchc.docs.events import events_page
from cchc.docs.settings import metrics_page, settings_page
from cchc.docs.streams import streams_document

PAGES: Mapping[str, Callable[[], str]] = {
    "asyncapi.json": streams_document,
    "errors.md": errors_page,
    "events.md": events_page,
    "metrics.md": metrics_page,
    "settings.md": settings_page,
}


@click.command()
@click.option("--write/--check", required=True, help="Make the pages anew, or only say which are stale.")
@click.option("--folder", default="docs", type=click.Path(path_type=Path), help="Where the pages stand.")
def main(*, write: bool, folder: Path) -> None:
    """Write or check the documents that are made from the code."""
    stale = [name for name, make in PAGES.items() if not _fresh(folder / name, make(), write=write)]
    if stale:
        raise click.ClickException(f"stale: {', '.join(stale)}; run `make docs-write` and look at the difference")


def _fresh(path: Path, text: str, *, write: bool) -> bool:
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    main()
