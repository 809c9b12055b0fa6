"""docs/errors.md: every code that a caller can be answered."""

from cchc.docs.modules import product_modules
from cchc.docs.tables import page, table
from services.chassis.http.problems import RETIRED_CODES, problem_catalogue

_OPENING = """\
Every refusal and failure is answered as `application/problem+json` (RFC 9457). `code` is stable, for programs; `title` is
Vietnamese, for people; `detail` is English, for developers; `params` say what it was about; `errors` of a 422 holds one
JSON Pointer per wrong field; `request_id` names the request in the log. A 5xx says nothing else."""


def errors_page() -> str:
    """Write the page."""
    product_modules()
    rows = [
        (f"`{entry.code}`", str(entry.status), entry.title, entry.meaning, _where(entry.kind.__module__))
        for entry in problem_catalogue()
        if entry.kind.__module__.startswith("services.")
    ]
    retired = ", ".join(f"`{code}`" for code in RETIRED_CODES) or "None yet."
    return page(
        "Errors",
        _OPENING,
        table(("Code", "Status", "Title", "Meaning", "Declared in"), rows),
        f"## Retired codes\n\n{retired}\n",
    )


def _where(module: str) -> str:
    return f"`{module.replace('.', '/')}.py`"
