"""Markdown tables."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


def page(title: str, opening: str, *parts: str) -> str:
    """Write a page that says where it comes from."""
    made = "<!-- Made by `make docs-write`; edit the code that it is made from. -->"
    return (
        "\n".join([f"# {title}", "", made, "", opening, "", *(part.rstrip() + "\n" for part in parts)]).rstrip() + "\n"
    )
