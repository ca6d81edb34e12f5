"""Chromium without a window, driven over a pipe by its own protocol: no driver has to be installed."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), ""
)
"""Where Chromium is; empty if it is not here."""

_OPTIONS = (
    *(
        "--headless=new",
        "--remote-debugging-pipe",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
    ),
    *("--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en"),
    *("--disable-extensions", "--no-default-browser-check", "--font-render-hinting=none"),
)
_SHIFTED = frozenset("?")
_CODES = {
    **{"Enter": 13, "Escape": 27, "Tab": 9, "Home": 36, "End": 35, "PageUp": 33, "PageDown": 34},
    **{"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Backspace": 8, " ": 32},
}
_TEXTS = {"Enter": "\r", " ": " "}


_GOES_ON = "NavigationEntryMarkedSkippable"
"""Said when an address is left by a script without a click, as tests do it."""


class Browser:
    """One browser, in which one page after another is opened."""

    def __init__(self, folder: Path) -> None:
        asking, self._asked = os.pipe()
        self._answers, answering = os.pipe()
        pipes = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in (asking, answering)]
        null = (os.POSIX_SPAWN_OPEN, *(os.devnull, os.O_RDWR, 0))
        self._process = os.posix_spawn(
            CHROMIUM,
            [CHROMIUM, *_OPTIONS, f"--user-data-dir={folder}", "about:blank"],
            {**os.environ, "HOME": str(folder)},
            file_actions=[
                *((null[0], fd, *null[1:]) for fd in (0, 1, 2)),
                *((os.POSIX_SPAWN_DUP2, one, fd) for fd, one in enumerate(pipes, 3)),
            ],
            setsid=True,
        )
        for one in (asking, answering, *pipes):
            os.close(one)
        self._rest = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []
        """What the browser said that was not asked for."""

    def close(self) -> None:
        """End it, by force if it does not end by itself."""
        os.close(self._asked)
        while select.select([self._answers], [], [], 20)[0] and os.read(self._answers, 1 << 20):
            pass
        os.close(self._answers)
        with suppress(ProcessLookupError):
            os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)

    def ask(self, method: str, session: str = "", **parameters: Any) -> Any:
        """What the browser answers to one call of its protocol."""
        self._number += 1
        own = {"sessionId": session} if session else {}
        call = {"id": self._number, "method": method, "params": parameters, **own}
        data = json.dumps(call).encode() + b"\0"
        while data:
            data = data[os.write(self._asked, data) :]
        while True:
            found = self._next()
            if found.get("id") == self._number:
                assert "error" not in found, (method, found)
                return found["result"]
            self.events.append(found)

    def until(self, method: str) -> dict[str, Any]:
        """The next event of this name, which may have come already."""
        for place, event in enumerate(self.events):
            if event["method"] == method:
                return self.events.pop(place)
        while (found := self._next()).get("method") != method:
            self.events.append(found)
        return found

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._answers, 1 << 20)
            assert data, "the browser ended"
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


class Page:
    """A page that is open in a browser; what it asked of the network and said on its console is kept."""

    def __init__(self, browser: Browser, width: int = 1280, height: int = 800) -> None:
        self.browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.ask(f"{domain}.enable")
        self.size(width, height)

    def ask(self, method: str, **parameters: Any) -> Any:
        return self.browser.ask(method, self.session, **parameters)

    def open(self, path: Path, place: str = "") -> None:
        """Open a file afresh, and wait until it is loaded."""
        self.ask("Page.navigate", url="about:blank")
        self.browser.until("Page.loadEventFired")
        self.browser.events.clear()
        self.ask("Page.navigate", url=f"{path.resolve().as_uri()}{place}")
        self.browser.until("Page.loadEventFired")
        self.settle()

    def close(self) -> None:
        self.browser.ask("Target.closeTarget", targetId=self.target)

    def settle(self) -> None:
        """Wait until what was drawn is on the screen."""
        frame = "new Promise((done) => requestAnimationFrame(done))"
        self.run(f"{frame}.then(() => {frame}).then(() => new Promise((done) => setTimeout(done)))")

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def press(self, *keys: str) -> None:
        """Press keys by their names, one after the other."""
        for key in keys:
            text = _TEXTS.get(key, key if len(key) == 1 else "")
            code = _CODES.get(key, ord(key[0].upper()))
            same = {
                **{"key": key, "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code},
                "modifiers": 8 if key in _SHIFTED else 0,
            }
            kind = "keyDown" if text else "rawKeyDown"
            more = {"text": text, "unmodifiedText": text} if text else {}
            self.ask("Input.dispatchKeyEvent", type=kind, **same, **more)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **same)
        self.settle()

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.ask("Input.insertText", text=text)
        self.settle()

    def click(self, selector: str) -> None:
        """Click in the middle of an element."""
        x, y = self.run(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [one.x + one.width / 2, one.y + one.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def size(self, width: int, height: int, *, dark: bool = False, still: bool = False) -> None:
        """How large the window is, and what the reader prefers."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        prefers = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce" if still else "no-preference",
        }
        features = [{"name": name, "value": value} for name, value in prefers.items()]
        self.ask("Emulation.setEmulatedMedia", media="screen", features=features)
        self.settle()

    def picture(self, format: str = "png", **more: Any) -> bytes:
        """What is seen, as a picture."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format=format, **more)["data"])

    # -- what went wrong -----------------------------------------------------------------------

    @property
    def asked(self) -> list[str]:
        """The addresses that left the page, other than files: not those that its policy stopped."""
        said = [(one["method"], one["params"]) for one in self.browser.events]
        stopped = {
            params["requestId"]
            for method, params in said
            if method == "Network.loadingFailed" and params.get("blockedReason") == "csp"
        }
        found = [
            params["request"]["url"]
            for method, params in said
            if method == "Network.requestWillBeSent" and params["requestId"] not in stopped
        ]
        return [url for url in found if not url.startswith(("file:", "about:"))]

    @property
    def complaints(self) -> list[Any]:
        """Errors, warnings and violations of the page's policy, and all that it wrote on its console."""
        kinds = (
            *("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"),
            *("Audits.issueAdded", "Page.javascriptDialogOpening"),
        )
        found = [event["params"] for event in self.browser.events if event["method"] in kinds]
        return [one for one in found if _GOES_ON not in str(one)]
