#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""httpd_raw.py [--deadlines | --many-clients] ADDRESS:PORT ROOT: sends a running httpd what curl would not send.
httpd_raw.py --shutdown | --shutdown-deadline | --second-signal PROCESS ADDRESS:PORT ROOT: ends it."""

import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path

TIMEOUT = 60  # seconds; only ever reached when the server hangs


class Client:
    """One connection that reads responses as HTTP/1.1 says, so that a byte too many or too few shows."""

    def __init__(self, receive_buffer: int | None = None):
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(ADDRESS)
        self.input = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def more(self) -> bool:
        data = self.socket.recv(1 << 16)
        self.input += data
        return bool(data)

    def response(self, head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """The next response: status, header fields by lower-case name, body."""
        while b"\r\n\r\n" not in self.input:
            if not self.more():
                raise EOFError(f"end of the connection within a response head: {self.input!r}")
        lines, self.input = self.input.split(b"\r\n\r\n", 1)
        status, *fields = lines.decode().split("\r\n")
        named = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
        length = 0 if head else int(named["content-length"])
        chunks, size = [self.input], len(self.input)
        while size < length:
            data = self.socket.recv(1 << 18)
            if not data:
                raise EOFError(f"end of the connection after {size} of {length} bytes")
            chunks.append(data)
            size += len(data)
        body = b"".join(chunks)
        self.input = body[length:]
        return int(status.split()[1]), named, body[:length]

    def at_end(self) -> bool:
        """Whether the server closes the connection, in order, without sending anything more."""
        try:
            return not self.input and not self.more()
        except ConnectionResetError:
            return False


def get(path: str, fields: str = "", method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: test\r\n{fields}\r\n".encode()


def file(name: str) -> bytes:
    return (ROOT / name).read_bytes()


FAILURES = []


def expect(what: str, wanted, got) -> None:
    if wanted != got:
        FAILURES.append(f"{what}: wanted {wanted!r:.200}, got {got!r:.200}")


def test_refusals() -> None:
    """A request that is no request gets its status, and the connection ends."""
    host = b"Host: a\r\n\r\n"
    hidden = get("/4096.bin")
    refused = {
        b"GET /\r\n": 400,
        b"GET / HTTP/1.1 \r\n" + host: 400,
        b"GET  / HTTP/1.1\r\n" + host: 400,
        b"GET / HTTP/1.1\r\n\r\n": 400,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n": 400,
        b"GET / HTTP/1.1\n" + host: 400,
        b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n": 400,
        b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n": 400,
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n": 400,
        b"GET /\0 HTTP/1.1\r\n" + host: 400,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n": 400,
        b"\r\n\r\nGET / HTTP/1.1\r\n" + host: 400,
        b"GET / HTTP/2.0\r\n" + host: 505,
        b"GET /" + b"a" * 5000: 414,
        b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + host: 414,
        b"GET / HTTP/1.1\r\nX: " + b"a" * 9000: 431,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 12000 + host: 431,
        get("/", "Content-Length: 5\r\n") + b"hello" + hidden: 400,
        get("/", f"Content-Length: {len(hidden)}\r\n") + hidden: 400,
        get("/", "Content-Length: x\r\n"): 400,
        get("/", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n") + b"0\r\n\r\n" + hidden: 400,
        get("/", "Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n" + hidden: 400,
        get("/", f"Content-Length: {len(hidden)}\r\n", "POST") + hidden: 405,
        get("/", "Transfer-Encoding: chunked\r\n", "POST") + b"0\r\n\r\n" + hidden: 405,
    }
    for request, status in refused.items():
        with Client() as client:
            client.send(request)
            got, fields, body = client.response()
            what = f"{request[:60]!r}"
            expect(what, status, got)
            expect(f"{what}: Connection", "close", fields.get("connection"))
            expect(f"{what}: body", str(status), body.decode()[:3])
            client.socket.shutdown(socket.SHUT_WR)
            expect(f"{what}: end of the connection", True, client.at_end())


def test_late_bodies() -> None:
    """A client that still sends the body of a refused request gets the response, not a reset connection."""
    for method, status in (("GET", 400), ("POST", 405)):
        with Client() as client:
            client.send(get("/", "Content-Length: 1000\r\n", method))
            expect(f"a {method} with a body", status, client.response()[0])
            expect("the end of the responses", True, client.at_end())
            for _ in range(10):
                client.send(b"x" * 100)


def test_kept_connections() -> None:
    """Errors that leave no doubt where the next request begins do not end the connection."""
    with Client() as client:
        for path, status in (("/nope", 404), ("/..", 404), ("/%00", 400), ("/%", 400), ("/folder", 301), ("*", 400)):
            client.send(get(path))
            expect(path, status, client.response()[0])
        for method in ("DELETE", "OPTIONS", "PUT", "get"):
            client.send(get("/", method=method))
            status, fields, _ = client.response()
            expect(method, (405, "GET, HEAD"), (status, fields.get("allow")))
        client.send(get("/nope", method="HEAD") + get("/10485760.bin", method="HEAD") + get("/"))
        expect("HEAD of a missing file", 404, client.response(head=True)[0])
        expect("HEAD of a file", "10485760", client.response(head=True)[1]["content-length"])
        expect("GET after HEAD", file("index.html"), client.response()[2])
        client.send(get("http://test/folder/?x"))
        expect("an absolute URI", file("folder/index.html"), client.response()[2])
        client.send(b"\r\n" + get("/", "Content-Length: 0\r\n"))
        expect("an empty line before, an empty body", file("index.html"), client.response()[2])
        client.send(get("/", "Connection: close\r\n"))
        expect("Connection: close", "close", client.response()[1].get("connection"))
        expect("the end", True, client.at_end())
    with Client() as client:
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        expect("HTTP/1.0", file("index.html"), client.response()[2])
        expect("the end after HTTP/1.0", True, client.at_end())
    with Client() as client:
        for _ in range(2):
            client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            expect("a kept HTTP/1.0 connection", "keep-alive", client.response()[1].get("connection"))


def test_pipelining() -> None:
    names = ["0.bin", "1.bin", "4095.bin", "1048577.bin", "4097.bin", "nope"] * 50
    with Client() as client:
        # The first requests fill the server's socket long before the last are sent.
        client.socket.setblocking(False)
        unsent, answered = b"".join(get(f"/{name}") for name in names), 0
        while unsent:
            readable, writable, _ = select.select([client.socket], [client.socket], [], TIMEOUT)
            if not readable and not writable:
                raise TimeoutError("the server neither reads nor writes")
            if writable:
                unsent = unsent[client.socket.send(unsent[:10000]):]
            elif readable:
                client.socket.settimeout(TIMEOUT)
                expect_file(names[answered], client.response())
                answered += 1
                client.socket.setblocking(False)
        client.socket.settimeout(TIMEOUT)
        for name in names[answered:]:
            expect_file(name, client.response())


def expect_file(name: str, response) -> None:
    status, _, body = response
    if name == "nope":
        expect("a missing file in a row", 404, status)
    else:
        expect(f"{name} in a row", True, (status, body) == (200, file(name)))


def test_arrival_in_pieces() -> None:
    with Client() as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in get("/1.bin", "X-Long: " + "y" * 300 + "\r\n"):
            client.send(bytes([byte]))
        expect("a request byte by byte", file("1.bin"), client.response()[2])
        # Requests that lie across the place where the server's buffer begins anew.
        for length in range(3000, 4000, 37):
            request = get("/1.bin", "X: " + "y" * length + "\r\n")
            last = get("/4095.bin", "X: " + "z" * length + "\r\n")
            client.send(request * 5 + last[:length])
            client.send(last[length:])
            for _ in range(5):
                expect_file("1.bin", client.response())
            expect_file("4095.bin", client.response())


def test_concurrent_connections() -> None:
    clients = [Client() for _ in range(200)]
    names = ["4096.bin", "index.html", "1048576.bin", "4095.bin"]
    for round in range(2):
        for i, client in enumerate(clients):
            client.send(get(f"/{names[(i + round) % 4]}"))
        for i, client in enumerate(clients):
            expect_file(names[(i + round) % 4], client.response())
    for client in clients:
        client.socket.close()


def test_more_clients_than_places() -> None:
    """Those whom the server does not take yet are served when others leave."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2000), hard))
    clients = [Client() for _ in range(950)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    clients[0].send(get("/1.bin"))
    expect_file("1.bin", clients[0].response())
    for client in clients[:-1]:
        client.socket.close()
    clients[-1].send(get("/1.bin"))
    expect_file("1.bin", clients[-1].response())
    clients[-1].socket.close()


def test_slow_reader() -> None:
    """A client that does not read holds up nobody else, and gets everything when it reads."""
    with Client(receive_buffer=4096) as slow, Client() as quick:
        slow.send(get("/10485760.bin"))
        for _ in range(10):
            quick.send(get("/4097.bin"))
            expect("beside a slow reader", file("4097.bin"), quick.response()[2])
        expect("a slow reader", True, slow.response()[2] == file("10485760.bin"))


def test_leaving_clients() -> None:
    for _ in range(20):
        with Client() as client:
            client.send(get("/10485760.bin") * 3)
    with Client() as client:
        client.send(get("/1.bin") + b"GET /")
        client.socket.shutdown(socket.SHUT_WR)
        expect("a request before the end of the input", file("1.bin"), client.response()[2])
        expect("half a request before the end of the input", True, client.at_end())


def test_file_cut_off_while_sent() -> None:
    """The promised bytes do not exist any more: the connection ends early, the server goes on."""
    for size in (1 << 20, 30 << 20):
        path = ROOT / "cut.bin"
        path.write_bytes(bytes(size))
        with Client(receive_buffer=4096) as client:
            client.send(get("/cut.bin") * 20)
            while b"\r\n\r\n" not in client.input:
                client.more()
            with path.open("r+b") as cut:
                cut.truncate(0)
            try:
                while client.more():
                    client.input = b""
            except ConnectionResetError:
                pass
        path.unlink()
        with Client() as client:
            client.send(get("/1.bin"))
            expect("after a file was cut off", file("1.bin"), client.response()[2])


def test_deadlines() -> None:
    """For a server with a short timeout. Nothing here depends on how short."""
    with Client() as idle, Client() as used, Client() as half, Client() as dripping, Client(4096) as stuck:
        used.send(get("/1.bin"))
        expect("a request in time", file("1.bin"), used.response()[2])
        half.send(b"GET / HTTP/1.1\r\nHost:")
        stuck.send(get("/10485760.bin") * 4)
        # Drops do not buy time: the whole head has to be there by the deadline.
        drops = 0
        dripping.send(b"GET / HTTP/1.1\r\n")
        while not select.select([dripping.socket], [], [], 0.05)[0]:
            dripping.send(b"X: y\r\n"[drops % 6:][:1])
            drops += 1
            if drops > 1000:
                raise TimeoutError("a dripping client is never ended")
        expect("a dripping client", 408, dripping.response()[0])
        status, fields, _ = half.response()
        expect("half a request", (408, "close"), (status, fields.get("connection")))
        expect("the end after 408", True, half.at_end())
        expect("an idle client", True, idle.at_end())
        expect("an idle client after a request", True, used.at_end())
        # Its deadline ran from the last byte that its socket took, which may be after the others began. A client that
        # comes now is ended after it, and nothing has to be read to see that.
        with Client() as later:
            expect("a later idle client", True, later.at_end())
        # What is in flight still arrives; then comes the end, before all that was asked for.
        received = 0
        try:
            while stuck.more():
                received += len(stuck.input)
                stuck.input = b""
        except ConnectionResetError:
            pass
        expect("a client that does not read is cut off", True, received < 4 * 10485760)


def test_many_clients() -> None:
    """For a server with few descriptors: more clients than it can take at once."""
    clients = [Client() for _ in range(100)]
    # Those that are taken in get an answer, if only that there is no descriptor left for the file.
    for client in clients[:4]:
        client.send(get("/1.bin"))
        expect("an early client", True, client.response()[0] in (200, 503))
    for client in clients[:-1]:
        client.socket.close()
    last = clients[-1]
    last.send(get("/1.bin"))
    expect("the last client", file("1.bin"), last.response()[2])
    last.socket.close()


def test_shutdown() -> None:
    """What has begun is answered, what has not is told so, and nobody else gets in."""
    with Client(receive_buffer=4096) as slow, Client() as half, Client() as idle:
        slow.send(get("/10485760.bin"))
        while b"\r\n\r\n" not in slow.input:
            slow.more()
        half.send(b"GET /1.bin HTTP/1.1\r\n")
        idle.send(get("/1.bin"))  # its answer comes after the server has seen the others
        expect("before the end", "200", str(idle.response()[0]))
        os.kill(PROCESS, signal.SIGTERM)
        expect("an idle client at the end", True, idle.at_end())
        try:
            Client().socket.close()
            FAILURES.append("a client got in after the end had begun")
        except ConnectionRefusedError:
            pass
        half.send(b"Host: test\r\n\r\n" + get("/1.bin"))
        status, fields, body = half.response()
        expect("half a request at the end", (200, "close", file("1.bin")), (status, fields.get("connection"), body))
        expect("the end of its connection", True, half.at_end())
        expect("a slow reader at the end", True, slow.response()[2] == file("10485760.bin"))
        expect("the end of the slow reader's connection", True, slow.at_end())


def test_shutdown_deadline() -> None:
    with Client() as half:
        half.send(b"GET /1.bin HTTP/1.1\r\n")
        os.kill(PROCESS, signal.SIGTERM)
        expect("half a request at the deadline", True, half.at_end())


def test_second_signal() -> None:
    with Client() as half, Client() as idle:
        half.send(b"GET /1.bin HTTP/1.1\r\n")
        idle.send(get("/1.bin"))
        expect("before the end", "200", str(idle.response()[0]))
        os.kill(PROCESS, signal.SIGTERM)
        expect("an idle client at the first signal", True, idle.at_end())
        os.kill(PROCESS, signal.SIGTERM)
        expect("half a request at the second signal", True, half.at_end())


def main() -> int:
    mode = sys.argv[1] if sys.argv[1].startswith("--") else ""
    tests = {
        "": [
            test_refusals,
            test_late_bodies,
            test_kept_connections,
            test_pipelining,
            test_arrival_in_pieces,
            test_concurrent_connections,
            test_more_clients_than_places,
            test_slow_reader,
            test_leaving_clients,
            test_file_cut_off_while_sent,
        ],
        "--deadlines": [test_deadlines],
        "--many-clients": [test_many_clients],
        "--shutdown": [test_shutdown],
        "--shutdown-deadline": [test_shutdown_deadline],
        "--second-signal": [test_second_signal],
    }
    for test in tests[mode]:
        try:
            test()
        except (OSError, EOFError, ValueError) as error:
            FAILURES.append(f"{test.__name__}: {type(error).__name__}: {error}")
    for failure in FAILURES:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if FAILURES else 0


HOST, PORT = sys.argv[-2].rsplit(":", 1)
ADDRESS = (HOST, int(PORT))
ROOT = Path(sys.argv[-1])
PROCESS = int(sys.argv[-3]) if len(sys.argv) > 4 else 0
sys.exit(main())
