"""The servers: nginx, which answers at once, and one that answers late. Both say what the API reference prints."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .processes import SetupError, pinned, stop

VERSION = "2023-04-25"

DOCUMENTED: dict[str, Any] = json.loads(Path(__file__).with_name("destination.json").read_text(encoding="utf-8"))
"""The answer that the API reference prints for `GET /api/bulk/dest/{id}`."""

# `return` instead of a file: nginx then answers without a system call but read and write.
CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid nginx.pid;
error_log stderr;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
    default_type application/json;
    add_header X-Polytomic-Version {version};
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ return 200 '{body}'; }}
    }}
}}
"""


def find_nginx() -> str:
    """Return the path of nginx.

    Raises:
        SetupError: It is not installed.
    """
    found = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
    if found is None:
        raise SetupError("nginx is not installed, on the PATH or in /usr/sbin: apt-get install nginx")
    return found


@contextmanager
def nginx(core: int) -> Generator[str]:
    """Run nginx with one worker on one core, and give its URL.

    Raises:
        SetupError: It is not installed, or does not start.
    """
    program = find_nginx()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    body = json.dumps(DOCUMENTED)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "nginx.conf")
        written.write_text(CONFIGURATION.format(version=VERSION, port=port, body=body), encoding="utf-8")
        process = pinned(core, [program, "-e", "stderr", "-p", folder, "-c", str(written)])
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)


@contextmanager
def late_server(core: int, shortest: float, longest: float) -> Generator[str]:
    """Run a server on one core that answers after so many seconds, and give its URL."""
    command = [sys.executable, "-m", "benchmarks.late_server", str(shortest), str(longest)]
    process = pinned(core, command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise SetupError("the server that answers late did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SetupError("nginx did not start; it says above why")
