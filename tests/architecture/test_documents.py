"""Documents lead where they say: links resolve, and each decision names the tests that hold it."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {"node_modules", ".venv", "build", "var", ".git", "dist", "target"}
PAGES = sorted(path for path in ROOT.rglob("*.md") if not NOT_OURS.intersection(path.relative_to(ROOT).parts))
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
SECTIONS = ("Context", "Decision", "Options refused", "Consequences", "Checked by")

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`([\w./-]+\.(?:py|ts|tsx|mjs))`")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def _name(path):
    return str(path.relative_to(ROOT))


@cache
def anchors(path):
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page):
    for link in LINK.findall(FENCED.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_relative_link_leads_somewhere(page):
    assert not list(broken(page))


@pytest.mark.parametrize("decision", DECISIONS, ids=_name)
def test_a_decision_has_its_parts_and_names_tests_that_exist(decision):
    text = decision.read_text("utf-8")
    parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))
    assert list(parts) == list(SECTIONS)
    assert re.search(r"^Status: \w+", text, re.MULTILINE)
    assert re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    named = NAMED.findall(parts["Checked by"])
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=_name)
def test_a_decision_is_in_the_index_by_its_title_and_no_longer_than_a_page(decision):
    number, _, title = decision.read_text("utf-8").partition("\n")[0].removeprefix("# ").partition(". ")
    assert f"| [{number}]({decision.name}) | {title} |" in (decision.parent / "README.md").read_text("utf-8")
    assert len(decision.read_text("utf-8").splitlines()) <= 50


def test_the_front_page_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 100
