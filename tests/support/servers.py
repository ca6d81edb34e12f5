"""Ways to a repository: git's own smart http behind a small server, git's daemon, and ssh's protocol."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "127.0.0.1"


class _Backend(BaseHTTPRequestHandler):
    """Hands each request to ``git http-backend``, as a web server does (gitprotocol-http, CGI)."""

    folder: Path
    passwords: Mapping[str, str]

    def _login(self) -> str | None:
        """Who asks, by basic authentication; None if that is nobody. Without passwords, it is somebody."""
        if not self.passwords:
            return "somebody"
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        login, _, password = base64.b64decode(given).decode().partition(":")
        return login if login and self.passwords.get(login) == password else None

    def _answer(self) -> None:
        login = self._login()
        if login is None:
            self._body()
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        env = {
            **os.environ,
            **{"GIT_PROJECT_ROOT": str(self.folder), "GIT_HTTP_EXPORT_ALL": "1"},
            **{"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command},
            **{"CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_USER": login},
            **{"REMOTE_ADDR": HOST, "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")},
            **{"HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", "")},
        }
        done = subprocess.run(
            ["git", "http-backend"], input=self._body(), capture_output=True, env=env
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in {**fields, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def http(folder: Path, passwords: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of ``folder`` by smart http; with ``passwords`` by login, for these only."""
    handler = type("Backend", (_Backend,), {"folder": folder, "passwords": passwords or {}})
    server = ThreadingHTTPServer((HOST, 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def daemon(folder: Path) -> Iterator[str]:
    """The address of ``folder`` by ``git daemon``."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    options = ["--export-all", "--enable=receive-pack", "--reuseaddr", f"--base-path={folder}"]
    process = subprocess.Popen(
        ["git", "daemon", f"--listen={HOST}", f"--port={port}", *options, str(folder)],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(500):
            with socket.socket() as probe:
                if probe.connect_ex((HOST, port)) == 0:
                    break
            time.sleep(0.01)
        yield f"git://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait()


def ssh(folder: Path) -> str:
    """A program in the place of ``ssh`` that runs the command here: all of it but the encryption."""
    script = folder / "ssh"
    script.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    script.chmod(0o755)
    return str(script)
