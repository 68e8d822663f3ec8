"""Open every page of the built site in chromium, narrow and wide, dark and light, and list what is wrong with it.

    python -m tests.check_site .site                      check it, then check that planted faults are found
    python -m tests.check_site .site --screenshots DIR    also write a picture of each page in each of the four ways

A page is wrong if it logs an error to the console, loads something from elsewhere, is wider than the window, or links to
a page or a heading of the site that does not exist. The search must find `fan_out`.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import itertools
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
(() => {
  const wide = document.documentElement.clientWidth + 1
  const inside = element => {  // an element that scrolls or clips
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true
    return false
  }
  const broad = [...document.body.querySelectorAll("*")].filter(element => {
    const box = element.getBoundingClientRect()
    return box.width && box.height && box.right > wide && box.left < wide && !inside(element)
  })
  return {
    broad: broad.slice(0, 3).map(element => element.outerHTML.slice(0, 80)),
    scrolls: document.documentElement.scrollWidth >= wide,
    dark: document.body.getAttribute("data-md-color-scheme") === "slate",
    ids: [...document.querySelectorAll("[id]")].map(element => element.id),
    links: [...document.querySelectorAll("a[href]")].map(element => element.href),
  }
})()
"""

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


class Way(NamedTuple):
    """How the site is looked at."""

    width: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.width} px, {self.scheme}"


WAYS = tuple(itertools.starmap(Way, itertools.product((380, 1400), ("light", "dark"))))


class Problem(NamedTuple):
    """What is wrong with a page."""

    kind: str
    page: str
    detail: str


class Tab:
    """A page of the browser, over its DevTools protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: str) -> None:
        self._socket = socket
        self._session = session
        self._numbers = itertools.count(1)
        self.events = list[dict[str, Any]]()

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command, and return its result. Events that come before it are collected."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params, "sessionId": self._session})
        while True:
            message = await self._receive()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    async def load(self, url: str) -> list[dict[str, Any]]:
        """Load a page, and return the events until it was drawn."""
        self.events.clear()
        await self.send("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            await self._receive()
        await self.evaluate("new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn, 30)))")
        return list(self.events)

    async def evaluate(self, code: str) -> Any:
        """Return the value of an expression, which may be a promise."""
        result = await self.send("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    async def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._socket.receive_json(timeout=SLOWEST)
        if "method" in message:
            self.events.append(message)
        return message


class Browser:
    """A chromium that runs, and its connections."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    @asynccontextmanager
    async def tab(self, way: Way) -> AsyncIterator[Tab]:
        """Open a page that is looked at in one way."""
        async with self._http.ws_connect(self._url, max_msg_size=0) as socket:
            await socket.send_json({"id": 0, "method": "Target.createTarget", "params": {"url": "about:blank", "newWindow": True}})
            target = await _answer(socket, 0)
            attach = {"targetId": target["targetId"], "flatten": True}
            await socket.send_json({"id": 0, "method": "Target.attachToTarget", "params": attach})
            tab = Tab(socket, (await _answer(socket, 0))["sessionId"])
            for domain in ("Page", "Runtime", "Log", "Network"):
                await tab.send(f"{domain}.enable")
            await tab.send(
                "Emulation.setDeviceMetricsOverride", width=way.width, height=900, deviceScaleFactor=1, mobile=False
            )
            await tab.send(
                "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": way.scheme}]
            )
            yield tab


async def _answer(socket: aiohttp.ClientWebSocketResponse, number: int) -> dict[str, Any]:
    while True:
        message = await socket.receive_json(timeout=SLOWEST)
        if message.get("id") == number:
            result: dict[str, Any] = message["result"]
            return result


@asynccontextmanager
async def browser(program: str) -> AsyncIterator[Browser]:
    """Run chromium with a new profile."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            async with asyncio.timeout(SLOWEST):
                while not (line := await process.stderr.readline()).startswith(b"DevTools listening on "):
                    if not line:
                        raise RuntimeError(f"{program} ended with {await process.wait()}")
            drain = asyncio.create_task(process.stderr.read())
            async with aiohttp.ClientSession() as http:
                yield Browser(http, line.split()[-1].decode())
            drain.cancel()
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
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


def _console(events: list[dict[str, Any]], url: str) -> list[tuple[str, str]]:
    found = list[tuple[str, str]]()
    for event in events:
        match event:
            case {"method": "Runtime.exceptionThrown", "params": {"exceptionDetails": details}}:
                found.append(("console", str(details.get("exception", details).get("description", details))))
            case {"method": "Runtime.consoleAPICalled", "params": {"type": "error", "args": args}}:
                found.append(("console", " ".join(str(arg.get("value", arg)) for arg in args)))
            case {"method": "Log.entryAdded", "params": {"entry": {"level": "error"} as entry}}:
                found.append(("console", f"{entry['text']} {entry.get('url', '')}"))
            case {"method": "Network.requestWillBeSent", "params": {"request": {"url": asked}}}:
                if not asked.startswith((url, "data:", "blob:")):
                    found.append(("elsewhere", asked))
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
        if known is None and not (site / path).is_file():
            found.append(Problem("dead link", page, link.removeprefix(url)))
        elif known is not None and heading and heading not in known:
            found.append(Problem("dead link", page, link.removeprefix(url)))
    return sorted(found)


async def check(
    program: Browser, site: Path, pages: list[str], screenshots: Path | None = None
) -> tuple[list[Problem], int]:
    """Look at pages of a site in every way. Return what is wrong, and how many pages were opened."""
    problems = list[Problem]()
    links = dict[str, list[str]]()
    ids = dict[str, set[str]]()
    opened = 0

    async def look(url: str, way: Way) -> None:
        nonlocal opened
        async with program.tab(way) as tab:
            for page in pages:
                problems.extend(
                    Problem(kind, f"{page or '/'} ({way})", detail)
                    for kind, detail in _console(await tab.load(url + page), url)
                )
                seen = await tab.evaluate(OBSERVE)
                opened += 1
                if seen["scrolls"] or seen["broad"]:
                    problems.append(Problem("overflow", f"{page or '/'} ({way})", " ".join(seen["broad"])))
                if seen["dark"] != (way.scheme == "dark"):
                    problems.append(Problem("colours", f"{page or '/'} ({way})", "are those of the other scheme"))
                links[page], ids[page] = seen["links"], set(seen["ids"])
                if screenshots is not None:
                    await picture(tab, screenshots / f"{page.strip('/').replace('/', '.') or 'index'}-{way.width}-{way.scheme}.png")
            await tab.load(url)
            if not await tab.evaluate(f"({SEARCH})({json.dumps(WORD)})") > 0:
                problems.append(Problem("empty search", f"/ ({way})", WORD))
            if screenshots is not None:
                await picture(tab, screenshots / f"search-{way.width}-{way.scheme}.png")

    async with served(site) as url:
        await asyncio.gather(*(look(url, way) for way in WAYS))
        problems.extend(dead_links(url, links, ids, site))
    return problems, opened


async def picture(tab: Tab, path: Path) -> None:
    """Write what a tab shows, from the top of the page."""
    image = await tab.send("Page.captureScreenshot", format="png")
    path.write_bytes(base64.b64decode(image["data"]))


PLANTED = {
    "console": '<script>console.error("planted")</script>',
    "overflow": '<div style="width: 3000px">planted</div>',
    "dead link": '<a href="no-such-page/">planted</a>',
    "elsewhere": '<img src="http://127.0.0.1:9/planted.png" alt="">',
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
    print(f"check-site: {opened} pages opened, {len(problems)} problems, {len(PLANTED) + 1 - len(missed)} planted faults found")
    return 1 if problems or missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--screenshots", type=Path)
    arguments = parser.parse_args()
    if arguments.screenshots is not None:
        os.makedirs(arguments.screenshots, exist_ok=True)
    sys.exit(asyncio.run(main(arguments.site, arguments.screenshots)))
