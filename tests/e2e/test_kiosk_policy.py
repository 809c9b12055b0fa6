"""The kiosk through the product's own door: nothing on any screen breaks the content policy."""

from playwright.sync_api import Browser

from tests.support.embedded import Instance

LISTEN = """
    window.broken = [];
    addEventListener("securitypolicyviolation", (event) => {
        window.broken.push(`${event.effectiveDirective} ${event.blockedURI}`);
    });
"""


def test_no_screen_breaks_the_content_policy(browser: Browser, instance: Instance) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(LISTEN)
    page = context.new_page()
    code = instance.told("devices", "code", "--counter", "quay-1-tt-ha-lam")["code"]
    answer = page.goto(f"{instance.url}/kiosk/#code={code}")
    assert answer is not None
    assert "unsafe" not in answer.headers["content-security-policy"]
    page.wait_for_selector("main.ask")
    page.click("[data-score='1']")
    page.wait_for_selector("main.why")
    assert page.evaluate("() => window.broken") == []
    page.evaluate("() => document.body.setAttribute('style', 'color: red')")
    page.wait_for_function("() => window.broken.length === 1")
    context.close()
