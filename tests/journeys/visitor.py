"""Somebody at a browser, watched while walking: what went wrong, and what the page promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
)

PICTURES = settings.VAR / "pictures"
WIDTHS: tuple[ViewportSize, ...] = (
    {"width": 360, "height": 740},
    {"width": 768, "height": 1024},
    {"width": 1280, "height": 800},
)
# A desktop of 1280 px at 200 % shows as many points as a window of 640 px.
ZOOMED: ViewportSize = {"width": 640, "height": 400}
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# Chromium's own viewer of PDFs, and what it is made of.
PDF_VIEWER = ("chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/", "chrome://resources/")
BREACHES = """document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});"""


class Visitor:
    """Somebody at a browser. `page` is Playwright's; the rest is what we watch and measure."""

    def __init__(self, context: BrowserContext, address: str, *, scripted: bool) -> None:
        self.address = address
        self.scripted = scripted
        self.context = context
        self.troubles: list[str] = []
        self.page = context.new_page()
        context.on("page", self._watch)
        self._watch(self.page)

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", self._follow)
        page.on("response", self._receive)

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that answers 404 or 409 is told by `_receive`, where it matters.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _follow(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "blob:", "about:", *PDF_VIEWER)):
            self.troubles.append(f"another host: {request.url}")

    def _receive(self, response: Response) -> None:
        asset = response.request.resource_type in {"stylesheet", "script", "font", "image"}
        if response.status >= 500 or (asset and response.status >= 400):
            self.troubles.append(f"{response.status}: {response.url}")

    def open(self, path: str, *, status: int = 200) -> None:
        """Go to one of our pages and wait until it is whole; its status must be as told."""
        response = self.page.goto(self.address + path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"
        self.is_whole()

    def is_whole(self) -> None:
        """The fonts are there and no part is on its way. Not half a second of silence each time."""
        if self.scripted:
            self.page.wait_for_load_state("load")
            self.page.wait_for_function(
                "document.fonts.status === 'loaded' && !document.querySelector('.htmx-request')"
            )

    def look(self, name: str, *, widths: tuple[ViewportSize, ...] = WIDTHS) -> None:
        """Keep a picture of the page at each width, and hold the page against all we promise of it:
        no sideways scrolling on a phone or at 200 %, nothing axe complains about, wide or narrow.
        """
        before = self.page.viewport_size or WIDTHS[-1]
        PICTURES.mkdir(parents=True, exist_ok=True)
        for size in widths:
            self.page.set_viewport_size(size)
            self.page.wait_for_timeout(50)  # the layout follows the window
            picture = PICTURES / f"{name}-{size['width']}.jpg"
            self.page.screenshot(path=picture, type="jpeg", quality=85, full_page=True)
            self.stays_inside()
            if size in (widths[0], widths[-1]):
                self.is_accessible()
        self.page.set_viewport_size(ZOOMED)
        self.stays_inside()
        self.page.set_viewport_size(before)

    def stays_inside(self) -> None:
        """Nothing makes the page wider than the window."""
        over = self.page.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"
        )
        assert over <= 0, f"{self.page.url}: {over} px too wide in {self.page.viewport_size}"

    def is_accessible(self, *, within: str | None = None) -> None:
        """axe finds nothing to complain about."""
        found = Axe().run(self.page, context=within, options=AXE).response["violations"]
        told = [
            f"{fault['id']}: {node['html'][:160]} | {node['failureSummary']}"
            for fault in found
            for node in fault["nodes"][:3]
        ]
        assert not told, "\n".join([self.page.url, *told])

    def tab_to(self, selector: str, *, within: int = 40) -> None:
        """Reach the control by the keyboard alone; it must be seen to have the focus."""
        for _ in range(within):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                assert self.focus_is_seen(), f"{selector}: the focus cannot be seen"
                return
        raise AssertionError(f"{selector}: not reached by {within} tabs")

    def focus_is_seen(self) -> bool:
        """The control with the focus, or a frame around it, has a ring, and lies in the window."""
        seen: bool = self.page.evaluate(
            """() => {
                const element = document.activeElement;
                const box = element.getBoundingClientRect();
                const ring = (one) => one && parseFloat(getComputedStyle(one).outlineWidth) >= 2
                    && getComputedStyle(one).outlineStyle !== "none";
                const around = element.closest(":focus-within:not(html, body, main, form)");
                return box.bottom > 0 && box.top < innerHeight
                    && [element, element.parentElement, around].some(ring);
            }"""
        )
        return seen

    def focused(self) -> dict[str, Any]:
        """What has the focus: tag, id, name, text."""
        found: dict[str, Any] = self.page.evaluate(
            """() => { const e = document.activeElement;
                return {tag: e.tagName, id: e.id, name: e.name, text: e.textContent.trim()}; }"""
        )
        return found


VisitorMaker = Callable[..., Visitor]
