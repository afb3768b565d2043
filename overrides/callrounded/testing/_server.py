"""The fake API as a real HTTP/1.1 server: one thread per connection, so that faults are plain socket calls."""

import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from callrounded.testing._http import BadRequestError, RequestHead, RequestReader, written
from callrounded.testing._reply import Break, Exchange, Pause, Step

_BACKLOG = 128
# How long close() waits for threads that a hook of a test keeps busy.
_PATIENCE_SECONDS = 2.0
# l_onoff, l_linger: closing drops what is unsent and sends RST.
_LINGER_NONE = struct.pack("ii", 1, 0)


class Server:
    """A server that is running, until `close()` or the end of its `with` block.

        with FakeRounded(records=10).serve() as server:
            httpx.get(f"{server.url}/v1/phone-numbers", headers={"X-Api-Key": "test-key"})

    An exception in a hook or an override costs the client its answer, and is raised at the end of the block.
    """

    def __init__(self, exchange: Exchange, host: str, port: int) -> None:
        self._exchange = exchange
        self._closing = threading.Event()
        self._errors: list[Exception] = []
        # Guards what follows it here.
        self._lock = threading.Lock()
        self._threads: dict[socket.socket, threading.Thread] = {}
        self._idle: set[socket.socket] = set()
        self._outages = 0
        self._listener: _Listener | None = _Listener(host, port, self._accept)
        self._host, self._port = self._listener.address

    @property
    def host(self) -> str:
        """The address it listens on."""
        return self._host

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """The base URL for a client, without a slash at the end."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        if error is None and self._errors:
            raise self._errors[0]

    def close(self) -> None:
        """Stop listening, end every connection in whatever it is doing, and wait for their threads."""
        self._closing.set()
        with self._lock:
            listener, self._listener = self._listener, None
            threads = dict(self._threads)
            for connection in threads:
                _end(connection)
        if listener is not None:
            listener.close()
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        for thread in threads.values():
            thread.join(max(0.0, give_up_at - time.monotonic()))

    def serve_forever(self) -> None:
        """Block until `close()` is called in another thread, or until Ctrl-C raises KeyboardInterrupt here."""
        self._closing.wait()

    @contextmanager
    def down(self) -> Generator[None]:
        """Be down for the length of a `with` block: connections are refused, then accepted on the same port again.

        Answers that are under way are finished; idle connections are closed.
        """
        with self._lock:
            self._outages += 1
            listener, self._listener = self._listener, None
            for connection in self._idle:
                _end(connection)
        if listener is not None:
            listener.close()
        try:
            yield
        finally:
            with self._lock:
                self._outages -= 1
                if not self._outages and not self._closing.is_set():
                    self._listener = _Listener(self.host, self.port, self._accept)

    def _accept(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=self._converse, args=(connection,), name=str(self), daemon=True)
        with self._lock:
            self._threads[connection] = thread
        thread.start()

    def _converse(self, connection: socket.socket) -> None:
        """Answer the requests that arrive on *connection* until either side ends it."""
        reader = RequestReader(lambda size: _receive(connection, size))
        try:
            while (request := self._next_request(connection, reader)) and self._answer(connection, request):
                pass
        except BadRequestError as error:
            self._send(connection, written(error.reply, keep_alive=False))
        except Exception as error:  # noqa: BLE001 - of a hook or an override; it belongs to the test, not to this thread
            self._errors.append(error)
        finally:
            connection.close()
            with self._lock:
                del self._threads[connection]

    def _next_request(self, connection: socket.socket, reader: RequestReader) -> RequestHead | None:
        with self._lock:
            if self._listener is None:
                return None
            self._idle.add(connection)
        try:
            return reader.next()
        finally:
            with self._lock:
                self._idle.remove(connection)

    def _answer(self, connection: socket.socket, request: RequestHead) -> bool:
        """Answer *request* and return whether the connection goes on."""
        with self._exchange(request.method, request.target, request.headers) as reply:
            return self._send(connection, written(reply, keep_alive=request.keep_alive)) and request.keep_alive

    def _send(self, connection: socket.socket, steps: Iterable[Step]) -> bool:
        """Take *steps* and return whether the connection is still good."""
        for step in steps:
            if isinstance(step, Pause):
                if self._closing.wait(step.seconds):
                    return False
            elif isinstance(step, Break):
                self._break(connection, step)
                return False
            else:
                try:
                    connection.sendall(step)
                except OSError:
                    # The client is gone, which is its right.
                    return False
        return True

    def _break(self, connection: socket.socket, how: Break) -> None:
        if how.how == "close":
            connection.close()
        elif how.how == "reset":
            _reset(connection)
        else:
            with self.down():
                _reset(connection)
                self._closing.wait(how.seconds)


class _Listener:
    """A listening socket and the thread that hands on its connections."""

    def __init__(self, host: str, port: int, accept: Callable[[socket.socket], None]) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._waker, self._wakened = socket.socketpair()
        self._thread = threading.Thread(target=self._run, args=(accept,), name="FakeRounded listener", daemon=True)
        self._thread.start()

    def _run(self, accept: Callable[[socket.socket], None]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wakened, selectors.EVENT_READ)
            while self._wakened not in [key.fileobj for key, _ in selector.select()]:
                # A client may be gone before it is accepted.
                with suppress(OSError):
                    accept(self._socket.accept()[0])

    def close(self) -> None:
        # Closing a socket does not wake a thread that waits for it; a second socket does.
        self._waker.close()
        self._thread.join()
        self._wakened.close()
        self._socket.close()


def _receive(connection: socket.socket, size: int) -> bytes:
    """Return the next bytes, none when either side has ended the connection."""
    try:
        return connection.recv(size)
    except OSError:
        return b""


def _end(connection: socket.socket) -> None:
    """Wake the thread that reads from *connection* or writes to it, and let it find the end."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
    connection.close()
