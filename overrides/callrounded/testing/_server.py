"""The fake API as a real HTTP/1.1 server: one thread per connection, so that faults are plain socket calls."""

import socket
import struct
import threading
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from http.client import HTTPException, parse_headers, responses
from io import BufferedReader

import httpx

from callrounded.testing._messages import Exchange, Pause, Reply, Step, error_reply

_POLL_SECONDS = 0.05  # how soon a listener ends on systems where shutting its socket down does not wake it
_LINGER_NONE = struct.pack("ii", 1, 0)  # l_onoff, l_linger: closing discards what is unsent and sends RST


class Server(AbstractContextManager["Server"]):
    """A running server, until `close()` or the end of its `with` block.

    An exception in a hook or an override ends the connection without a response; the end of the block raises it again.
    """

    def __init__(self, exchange: Exchange, host: str, port: int) -> None:
        self._exchange = exchange
        self._closing = threading.Event()
        self._errors: list[Exception] = []
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()  # guards what follows it here
        self._outages = 0
        self.host, self.port = host, port
        self._listen()
        self.port = int(self._listener.getsockname()[1])
        address = f"[{self.host}]" if ":" in self.host else self.host
        self.url = f"http://{address}:{self.port}"
        """The base URL for a client, without a trailing slash."""

    def __exit__(self, *error: object) -> None:
        self.close()
        if error == (None, None, None) and self._errors:
            raise self._errors[0]

    def close(self) -> None:
        """Stop listening, end every connection and wait for their threads."""
        self._closing.set()
        with self._lock:
            self._stop_listening(socket.SHUT_RDWR)
        for thread in self._connections.copy().values():
            if thread is not threading.current_thread():  # a hook can close the server
                thread.join(2)  # not for ever: a hook may keep it busy

    def serve_forever(self) -> None:
        """Block until `close()` is called in another thread, or until Ctrl-C raises KeyboardInterrupt here."""
        self._closing.wait()

    @contextmanager
    def down(self) -> Generator[None]:
        """Refuse connections and close idle ones for the length of a `with` block, then listen on the same port."""
        with self._lock:
            self._outages += 1
            self._stop_listening(socket.SHUT_RD)  # what is under way can still be sent
        try:
            yield
        finally:
            with self._lock:
                self._outages -= 1
                if not self._outages and not self._closing.is_set():
                    self._listen()

    def _listen(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, self.port), family=family, backlog=128)
        self._listener.settimeout(_POLL_SECONDS)
        self._listening = True
        self._accepting = threading.Thread(target=self._accept, name="FakeRounded", daemon=True)
        self._accepting.start()

    def _stop_listening(self, how: int) -> None:
        """Accept no more connections, and shut those that are open down in one direction or in both."""
        self._listening = False
        with suppress(OSError):  # it may be closed already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for connection in self._connections.copy():
            with suppress(OSError):  # so may this one
                connection.shutdown(how)

    def _accept(self) -> None:
        while self._listening:
            with suppress(OSError):  # a timeout, the end, or a client that is gone already
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                thread = threading.Thread(target=self._converse, args=(connection,), name="FakeRounded", daemon=True)
                self._connections[connection] = thread
                thread.start()

    def _converse(self, connection: socket.socket) -> None:
        """Answer the requests that arrive on *connection* until either side ends it."""
        try:
            with connection, connection.makefile("rb") as file:
                while self._listening and self._answer(connection, file):
                    pass
        except Exception as error:  # noqa: BLE001 - of a hook or an override: it belongs to the test
            self._errors.append(error)
        finally:
            del self._connections[connection]

    def _answer(self, connection: socket.socket, file: BufferedReader) -> bool:
        """Answer the next request and return whether another one may follow."""
        try:
            if not (line := file.readline(65536)):
                return False
            method, target, version = line.decode("latin-1").split()
            message = parse_headers(file)
            headers = dict(httpx.Headers(message.items(), encoding="latin-1"))
            file.read(max(0, int(headers.get("content-length", "0"))))
            if message.defects or not version.startswith("HTTP/1."):
                raise ValueError(version)  # noqa: TRY301 - it ends like what cannot be parsed
        except (OSError, ValueError, HTTPException):
            return self._send(connection, file, error_reply(400, "Malformed request").framed(), keep_alive=False)
        if not self._listening:  # a connection that was shut down may still receive
            return False
        closes = "transfer-encoding" in headers or headers.get("connection", "").lower() == "close"
        with self._exchange(method, target, headers) as reply:
            return self._send(connection, file, reply, keep_alive=version != "HTTP/1.0" and not closes)

    def _send(self, connection: socket.socket, file: BufferedReader, reply: Reply, *, keep_alive: bool) -> bool:
        """Send *reply* and return whether the connection goes on."""
        for step in _steps(reply, keep_alive=keep_alive):
            if isinstance(step, Pause):
                if self._closing.wait(step.seconds):
                    return False
            elif isinstance(step, bytes):
                try:
                    connection.sendall(step)
                except OSError:
                    return False  # the client is gone
            else:
                with self.down() if step.how == "refuse" else nullcontext():
                    if step.how != "close":
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
                    file.close()  # the socket stays open as long as a file of it
                    connection.close()
                    self._closing.wait(step.seconds)
                return False
        return keep_alive


def _steps(reply: Reply, *, keep_alive: bool) -> Iterator[Step]:
    """Yield the steps of sending *reply* over HTTP/1.1."""
    yield from reply.before
    headers = reply.headers if keep_alive else (*reply.headers, ("Connection", "close"))
    lines = [f"{name}: {value}" for name, value in headers]
    yield "\r\n".join([f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}", *lines, "", ""]).encode("latin-1")
    is_chunked = not isinstance(reply.body, bytes) and ("Transfer-Encoding", "chunked") in headers
    for step in reply.steps:
        if not is_chunked or not isinstance(step, bytes):
            yield step
        elif step:
            yield b"%x\r\n%b\r\n" % (len(step), step)
    if is_chunked:
        yield b"0\r\n\r\n"
