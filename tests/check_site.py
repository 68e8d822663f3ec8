"""Open every page of the built site in chromium, narrow and wide, dark and light, and list what is wrong with it.

    python -m tests.check_site .site                      check it, then check that planted faults are found
    python -m tests.check_site .site --screenshots DIR    also write a picture of each page in each of the four ways

A page is wrong if it logs an error to the console, loads something from elsewhere, is wider than the window, stays in
the other colours, or links to a page or a heading of the site that does not exist. The search must find `fan_out`.
"""

# ruff: noqa: T201  (it is a program)

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urldefrag

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
SLOWEST = 20.0
"""Maximum seconds for one step in the browser, such as loading a page. Usual is a tenth."""

WORD = "fan_out"

OBSERVE = r"""
site => {
  const root = document.documentElement
  const clipped = element => {  // inside something that scrolls or clips
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true
    return false
  }
  const broad = [...document.body.querySelectorAll("*")].filter(element => {
    const box = element.getBoundingClientRect()
    const beyond = box.left <= root.clientWidth && box.right > root.clientWidth + 1
    return box.width && box.height && beyond && !clipped(element)
  }).map(element => element.outerHTML.slice(0, 80))
  if (root.scrollWidth > root.clientWidth + 1) broad.push(`the page is ${root.scrollWidth} px wide`)
  return {
    overflow: broad.slice(0, 3),
    elsewhere: performance.getEntriesByType("resource").map(entry => entry.name).filter(url => !url.startsWith(site)),
    ids: [...document.querySelectorAll("[id]")].map(element => element.id),
    links: [...document.querySelectorAll("a[href]")].map(element => element.href),
  }
}
"""

SWITCHED = r"""
async dark => {
  for (let left = 40; left; left--) {
    if ((document.body.dataset.mdColorScheme === "slate") === dark) return true
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return false
}
"""
"""Wait at most two seconds until the page has the colours."""

SEARCH = r"""
(async word => {
  const wait = async find => {
    for (let left = 100; left; left--) {
      const found = find()
      if (found) return found
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    return null
  }
  const everything = function* (root) {
    for (const element of root.querySelectorAll("*")) {
      yield element
      if (element.shadowRoot) yield* everything(element.shadowRoot)
    }
  }
  const all = match => [...everything(document)].filter(element => element.matches(match))
  const button = all("button.md-search__button, [aria-label=Search], label[for=__search]")[0]
  button?.click()
  const field = await wait(() => all("input[type=text], input[type=search], input[role=combobox]")[0])
  if (!field) return -1
  field.focus()
  field.value = word
  field.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
  const results = () => all("a[href]").filter(link => link.getRootNode() !== document && link.innerText.includes(word))
  await wait(() => results().length)
  return results().length
})
"""


WAYS = {380: ("light", "dark"), 1400: ("dark", "light")}
"""The widths of the window, in pixels, and the colours in which the first page is loaded, then those it switches to.

The next page is loaded in the latter, and switches back.
"""


class Problem(NamedTuple):
    """What is wrong with a page."""

    kind: str
    page: str
    detail: str


class Tab:
    """A page of the browser, or the browser itself, over its DevTools protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: str | None = None) -> None:
        self._socket = socket
        self._session = {} if session is None else {"sessionId": session}
        self._number = 0
        self._events = list[dict[str, Any]]()

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command, and return its result. Events that come before it are collected."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params, **self._session})
        while (message := await self._receive()).get("id") != self._number:
            pass
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        result: dict[str, Any] = message["result"]
        return result

    async def load(self, url: str) -> list[dict[str, Any]]:
        """Load a page, and return the events until it was drawn."""
        self._events.clear()
        await self.send("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            await self._receive()
        await self.drawn()
        return list(self._events)

    async def prefer(self, scheme: str) -> None:
        """Have the system prefer a scheme of colours."""
        await self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def drawn(self) -> None:
        """Wait until the page is drawn."""
        await self.evaluate("new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn, 30)))")

    async def evaluate(self, code: str) -> Any:
        """Return the value of an expression, which may be a promise."""
        result = await self.send("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    async def picture(self) -> bytes:
        """Return what is shown, as a PNG."""
        return base64.b64decode((await self.send("Page.captureScreenshot", format="png"))["data"])

    async def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._socket.receive_json(timeout=SLOWEST)
        if "method" in message:
            self._events.append(message)
        return message


Browser = Callable[[int], AbstractAsyncContextManager[Tab]]
"""Open a window of a width in pixels."""


@asynccontextmanager
async def browser(program: str) -> AsyncGenerator[Browser]:
    """Run chromium with a new profile."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *FLAGS, f"--user-data-dir={profile}"]
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        assert process.stderr is not None
        line = b""
        try:
            async with asyncio.timeout(SLOWEST):
                while not line.startswith(b"DevTools listening on "):
                    line = await process.stderr.readline()
                    if not line:
                        raise RuntimeError(f"{program} ended with {await process.wait()}")
            rest = asyncio.create_task(process.stderr.read())  # so that it never waits for us to read
            async with aiohttp.ClientSession() as http:
                yield partial(_tab, http, line.split()[-1].decode())
            rest.cancel()
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def _tab(http: aiohttp.ClientSession, url: str, width: int) -> AsyncGenerator[Tab]:
    async with http.ws_connect(url, max_msg_size=0) as socket:
        root = Tab(socket)
        # In a window of its own: a page in the background is never drawn.
        target = (await root.send("Target.createTarget", url="about:blank", newWindow=True))["targetId"]
        tab = Tab(socket, (await root.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"])
        for domain in ("Page", "Runtime", "Log"):
            await tab.send(f"{domain}.enable")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        await tab.send("Emulation.setDeviceMetricsOverride", **size)
        yield tab


@asynccontextmanager
async def served(folder: Path) -> AsyncGenerator[str]:
    """Serve a folder on this machine, and give its URL."""

    class Quiet(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name in the base class)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def pages_of(site: Path) -> list[str]:
    """Return the path of every page, as a URL ends."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return sorted(name.removesuffix("index.html") for name in found if name != "404.html")


def console_errors(events: list[dict[str, Any]]) -> list[str]:
    """Return what the browser reports as an error."""
    found = list[str]()
    for event in events:
        match event:
            case {"method": "Runtime.exceptionThrown", "params": {"exceptionDetails": details}}:
                found.append(str(details.get("exception", details).get("description", details)))
            case {"method": "Runtime.consoleAPICalled", "params": {"type": "error", "args": args}}:
                found.append(" ".join(str(arg.get("value", arg)) for arg in args))
            case {"method": "Log.entryAdded", "params": {"entry": {"level": "error"} as entry}}:
                found.append(f"{entry['text']} {entry.get('url', '')}")
            case _:
                pass
    return found


def dead_links(url: str, links: dict[str, list[str]], ids: dict[str, set[str]], site: Path) -> list[Problem]:
    """Return each link of a page that leads to nothing in the site."""
    found = list[Problem]()
    for page, link in {(page, link) for page, all_links in links.items() for link in all_links}:
        target, heading = urldefrag(link)
        if not target.startswith(url):
            continue
        path = target.removeprefix(url).removesuffix("index.html")
        known = ids.get(path)
        if (known is None and not (site / path).is_file()) or (known is not None and heading and heading not in known):
            found.append(Problem("dead link", page, link.removeprefix(url)))
    return sorted(found)


async def check(
    browser: Browser, site: Path, pages: list[str], screenshots: Path | None = None
) -> tuple[list[Problem], int]:
    """Check the pages of a site in every way. Return what is wrong, and how many pages were opened."""
    problems = list[Problem]()
    links = dict[str, list[str]]()
    ids = dict[str, set[str]]()
    opened = 0

    async def keep(tab: Tab, name: str) -> None:
        if screenshots is not None:
            (screenshots / f"{name.strip('/').replace('/', '.') or 'index'}.png").write_bytes(await tab.picture())

    async def look(url: str, width: int, schemes: tuple[str, str]) -> None:
        nonlocal opened
        async with browser(width) as tab:
            await tab.prefer(schemes[0])
            for number, page in enumerate(pages):
                name = page or "/"
                errors = console_errors(await tab.load(url + page))
                problems.extend(Problem("console", f"{name} ({width} px)", error) for error in errors)
                for turn in (number, number + 1):
                    scheme = schemes[turn % 2]
                    if turn > number:
                        await tab.prefer(scheme)
                    # The page's own script may switch later than the load event, if the machine is busy.
                    switched = await tab.evaluate(f"({SWITCHED})({json.dumps(scheme == 'dark')})")
                    await tab.drawn()
                    seen = await tab.evaluate(f"({OBSERVE})({json.dumps(url)})")
                    opened += 1
                    place = f"{name} ({width} px, {scheme})"
                    problems.extend(
                        Problem(kind, place, each) for kind in ("overflow", "elsewhere") for each in seen[kind]
                    )
                    if not switched:
                        problems.append(Problem("colours", place, "are those of the other scheme"))
                    links[page], ids[page] = seen["links"], set(seen["ids"])
                    await keep(tab, f"{page}-{width}-{scheme}")
            await tab.load(url)
            if await tab.evaluate(f"({SEARCH})({json.dumps(WORD)})") < 1:
                problems.append(Problem("empty search", f"/ ({width} px)", WORD))
            await keep(tab, f"search-{width}")

    async with served(site) as url:
        await asyncio.gather(*(look(url, width, schemes) for width, schemes in WAYS.items()))
        problems.extend(dead_links(url, links, ids, site))
    return problems, opened


PLANTED = {
    "console": '<script>console.error("planted")</script>',
    "overflow": '<div style="width: 3000px">planted</div>',
    "dead link": '<a href="no-such-page/">planted</a>',
    "elsewhere": '<img src="http://127.0.0.1:9/planted.png" alt="">',
    "colours": '<script>setInterval(() => { document.body.dataset.mdColorScheme = "planted" }, 1)</script>',
}


def plant(site: Path, copy: Path) -> None:
    """Copy a site, with one fault of each kind."""
    shutil.copytree(site, copy)
    index = copy / "index.html"
    html = index.read_text("utf-8")
    index.write_text(html.replace("</article>", "".join(PLANTED.values()) + "</article>"), "utf-8")
    search = copy / "search.json"
    found = json.loads(search.read_text("utf-8"))
    found["items"] = [item for item in found["items"] if WORD not in json.dumps(item)]
    search.write_text(json.dumps(found), "utf-8")


async def main(site: Path, screenshots: Path | None) -> int:
    """Check a site, print what is wrong, and return the exit code."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        print("check-site: skipped, chromium is not installed")
        return 0
    async with browser(program) as running:
        problems, opened = await check(running, site, pages_of(site), screenshots)
        for problem in problems:
            print(f"{problem.kind}: {problem.page}: {problem.detail[:300]}")
        with tempfile.TemporaryDirectory() as folder:
            plant(site, Path(folder, "site"))
            found, _ = await check(running, Path(folder, "site"), [""])
    missed = {*PLANTED, "empty search"} - {problem.kind for problem in found}
    for kind in sorted(missed):
        print(f"check-site did not find what was planted: {kind}")
    found_planted = len(PLANTED) + 1 - len(missed)
    print(f"check-site: {opened} pages opened, {len(problems)} problems, {found_planted} planted faults found")
    return 1 if problems or missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--screenshots", type=Path)
    arguments = parser.parse_args()
    if arguments.screenshots is not None:
        arguments.screenshots.mkdir(exist_ok=True)
    sys.exit(asyncio.run(main(arguments.site, arguments.screenshots)))
