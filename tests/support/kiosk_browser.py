"""A real Chromium with a profile of its own, which can be killed like a tablet whose battery is pulled."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
)


class KioskBrowser:
    """Starts on construction. The same profile opened again is the same tablet."""

    def __init__(self, playwright: Playwright, profile: Path) -> None:
        profile.mkdir(parents=True, exist_ok=True)
        port_file = profile / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        if not Path(CHROMIUM).exists():
            message = f"{CHROMIUM} is missing: apt-get install chromium"
            raise FileNotFoundError(message)
        self._process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._browser = self._connect(playwright, port_file)

    def _connect(self, playwright: Playwright, port_file: Path) -> Browser:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if port_file.exists() and port_file.read_text().count("\n"):
                port = port_file.read_text().splitlines()[0]
                return playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            assert self._process.poll() is None, "Chromium ended before it began"
            time.sleep(0.02)
        message = "Chromium did not start within 30 s"
        raise TimeoutError(message)

    @property
    def context(self) -> Any:
        return self._browser.contexts[0]

    def open(self, url: str, *, width: int = 1280, height: int = 800) -> Page:
        """Open a page the size of a tablet."""
        page = self.context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.goto(url)
        return page

    def kill(self) -> None:
        """End the whole browser at once, as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End what is left of the browser."""
        if self._process.poll() is None:
            self.kill()
