"""docs/settings.md and docs/metrics.md: what an operator may set and what can be measured."""

from cchc.docs.modules import declared
from cchc.docs.tables import page, table
from services.chassis.metrics import METRICS
from services.chassis.settings import Setting

_SETTINGS = """\
Settings come from the environment and nowhere else; they are read once, at the start. One without a default stops the
start when it is missing. None has a secret default."""

_METRICS = """\
Each process answers `/metrics` on its internal port, in Prometheus' text format. Counters end in `_total` there."""


def settings_page() -> str:
    """Write the page of settings."""
    by_name = {setting.name: setting for setting in declared(Setting)}
    rows = [
        (f"`{name}`", _default(setting), setting.unit, setting.meaning) for name, setting in sorted(by_name.items())
    ]
    return page("Settings", _SETTINGS, table(("Variable", "Default", "Unit", "Meaning"), rows))


def metrics_page() -> str:
    """Write the page of metrics."""
    rows = [
        (
            f"`{metric.name}`",
            metric.kind,
            metric.unit,
            ", ".join(f"`{label}`" for label in metric.labels),
            metric.meaning,
        )
        for metric in METRICS
    ]
    return page("Metrics", _METRICS, table(("Metric", "Kind", "Unit", "Labels", "Meaning"), rows))


def _default(setting: Setting) -> str:
    if setting.default is None:
        return "**required**" + (" (secret)" if setting.secret else "")
    return f"`{setting.default}`" if setting.default else "none"
