"""The httpx client behind ours: the caller's, or one of our own in the environment of the process."""

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import trustme

from callrounded import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ClientClosedError,
    ConfigurationError,
    InternalServerError,
    NotFoundError,
)
from callrounded.testing import FakeRounded, Fault, Server
from tests.overrides.conftest import KEY, Client, World


@pytest.fixture
def client(world: World, server: Server) -> Client:
    """A client of the server that retries at once."""
    return world.client(base_url=server.url, max_retry_wait=0)


class TestRedirects:
    """They are not followed, whatever the injected client says."""

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_the_key_stays_with_its_host(
        self, world: World, fake: FakeRounded, server: Server, status: int
    ) -> None:
        """Plain httpx would take X-Api-Key along to another host."""
        thief = FakeRounded(records=1, api_keys=[KEY])
        with thief.serve() as elsewhere:
            fake.fail(Fault.status(status, headers={"Location": f"{elsewhere.url}/v1/phone-numbers"}, body=b""))
            client = world.client(base_url=server.url, http_client=world.httpx_client(follow_redirects=True))

            error = await world.error(client)

        assert isinstance(error, APIStatusError)
        assert error.status_code == status
        assert elsewhere.url in str(error)
        assert not thief.requests

    async def test_a_redirect_without_a_usable_location_is_an_error_too(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """Plain httpx reads a Location even where it is not followed, and stumbles over one that is no URL."""
        for location in ("https://elsewhere.example:port/", "https://xn--.example/"):
            fake.fail(Fault.status(302, headers={"Location": location}, body=b""))
            assert isinstance(await world.api_error(client.with_options(max_retries=0)), APIConnectionError)

        fake.fail(Fault.status(304))
        assert isinstance(await world.api_error(client), APIStatusError)


class TestInjectedClient:
    """An httpx client of the caller: theirs to set up, and theirs to close."""

    async def test_its_timeout_counts_unless_one_is_given(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """timeout= goes before it, None included."""
        fake.delay = 0.3
        impatient = world.httpx_client(timeout=0.05)
        options: dict[str, Any] = {"base_url": server.url, "http_client": impatient, "max_retries": 0}

        assert isinstance(await world.error(world.client(**options)), APITimeoutError)
        await world.list(world.client(**options, timeout=None))
        await world.list(world.client(**options).with_options(timeout=60))

    async def test_its_headers_are_sent_and_ours_go_before_them(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """Its X-Api-Key is not the one of this client."""
        theirs = world.httpx_client(headers={"X-Theirs": "1", "X-Api-Key": "other", "User-Agent": "theirs"})

        await world.list(world.client(base_url=server.url, http_client=theirs))

        assert fake.requests[0].headers["x-theirs"] == "1"
        assert fake.requests[0].headers["user-agent"].startswith("callrounded/")

    async def test_transports_that_know_no_stream_will_do(self, world: World, fake: FakeRounded) -> None:
        """httpx.MockTransport hands out bodies that are read already."""
        content = fake.answer_to().content
        transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))

        page = await world.list(world.client(http_client=world.httpx_client(transport=transport)))

        assert len(page.data) == 5

    async def test_a_subclass_may_sign_requests_and_look_at_responses(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """As those of authlib do in request(), and others in send(): both are what httpx calls."""
        seen: list[int] = []

        class Sync(httpx.Client):
            def request(self, *args: Any, **options: Any) -> httpx.Response:
                return super().request(*args, **options | {"auth": ("user", "token")})

            def send(self, *args: Any, **options: Any) -> httpx.Response:
                response = super().send(*args, **options)
                seen.append(len(response.content))
                return response

        class Async(httpx.AsyncClient):
            async def request(self, *args: Any, **options: Any) -> httpx.Response:
                return await super().request(*args, **options | {"auth": ("user", "token")})

            async def send(self, *args: Any, **options: Any) -> httpx.Response:
                response = await super().send(*args, **options)
                seen.append(len(response.content))
                return response

        http_client = Sync() if world.name == "sync" else Async()
        page = await world.list(world.client(base_url=server.url, http_client=http_client))

        assert "authorization" in fake.requests[0].headers
        assert seen == [len(page.response.content)]
        await world.close(http_client)

    async def test_the_fakes_own_transport_needs_no_network(self, world: World, fake: FakeRounded) -> None:
        """callrounded.testing without a server."""
        fake.fail(Fault.status(503, retry_after=0))
        http_client = world.httpx_client(transport=fake.transport())

        assert len((await world.list(world.client(http_client=http_client))).data) == 5

    @pytest.mark.parametrize("reads", [True, False], ids=["read", "unread"])
    async def test_a_hook_that_raises_for_status_means_the_same_error(
        self, world: World, fake: FakeRounded, server: Server, reads: bool
    ) -> None:
        """A hook that has not read the body costs the error its details, not its kind; it is retried like any."""

        def check(response: httpx.Response) -> None:
            if reads:
                response.read()
            response.raise_for_status()

        async def acheck(response: httpx.Response) -> None:
            if reads:
                await response.aread()
            response.raise_for_status()

        http_client = world.httpx_client(event_hooks={"response": [check if world.name == "sync" else acheck]})
        client = world.client(base_url=server.url, http_client=http_client)
        fake.fail(Fault.status(503, retry_after=0))
        fake.fail(Fault.status(503, retry_after=7, headers={"X-Request-Id": "r"}))

        error = await world.error(client.with_options(max_retry_wait=0.01))

        assert isinstance(error, InternalServerError)
        assert (error.retry_after, error.request_id, error.attempts) == (7, "r", 2)
        assert (error.type is not None) is reads
        assert isinstance(error.__cause__, httpx.HTTPStatusError)
        for request in (
            error.request,
            error.response.request,
            error.__cause__.request,
            error.__cause__.response.request,
        ):
            assert request is not None
            assert "x-api-key" not in request.headers
        fake.fail(Fault.status(404))
        assert isinstance(await world.error(client), NotFoundError)
        assert len((await world.list(client)).data) == 5

    @pytest.mark.parametrize("kind", [ZeroDivisionError, KeyboardInterrupt])
    async def test_an_exception_of_the_callers_own_code_passes_as_it_is(
        self, world: World, kind: type[BaseException]
    ) -> None:
        """A mistake in their transport is theirs to see, and not retried; neither is an interruption."""
        asked: list[int] = []

        def broken(request: httpx.Request) -> httpx.Response:
            asked.append(1)
            raise kind("in the transport")

        client = world.client(http_client=world.httpx_client(transport=httpx.MockTransport(broken)))

        with pytest.raises(kind, match="in the transport"):
            await world.list(client)
        assert len(asked) == 1

    async def test_closing_it_in_the_middle_is_a_closed_client(self, world: World) -> None:
        """There is a RuntimeError of httpx for that."""

        def close(request: httpx.Request) -> httpx.Response:
            http_client.close()
            raise RuntimeError("Cannot send a request, as the client has been closed.")

        async def aclose(request: httpx.Request) -> httpx.Response:
            await http_client.aclose()
            raise RuntimeError("Cannot send a request, as the client has been closed.")

        http_client = world.httpx_client(transport=httpx.MockTransport(close if world.name == "sync" else aclose))

        assert isinstance(await world.error(world.client(http_client=http_client)), ClientClosedError)

    async def test_a_runtime_error_of_another_kind_passes(self, world: World) -> None:
        """Only that of a closed client is ours."""

        def broken(request: httpx.Request) -> httpx.Response:
            raise RuntimeError("no")

        with pytest.raises(RuntimeError, match="no"):
            await world.list(world.client(http_client=world.httpx_client(transport=httpx.MockTransport(broken))))


class TestRequests:
    """What cannot be sent."""

    @pytest.mark.parametrize("cursor", ["x" * 100_000, "\ud800"], ids=["too long for a URL", "no text"])
    async def test_parameters_that_fit_no_url_are_refused(
        self, world: World, fake: FakeRounded, client: Client, cursor: str
    ) -> None:
        """The caller can mend that; trying again cannot."""
        error = await world.error(client, cursor=cursor)

        assert isinstance(error, ConfigurationError)
        assert "cannot be sent with these parameters" in str(error)
        assert not fake.requests

    async def test_a_gateway_before_the_api_is_a_path_of_the_base_url(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """The path of the operation follows it."""
        await world.error(world.client(base_url=f"{server.url}/gateway/v2/"))

        assert fake.requests[0].path == "/gateway/v2/v1/phone-numbers"


class TestEnvironment:
    """Proxies and certificates that the environment of the process names."""

    @pytest.fixture(autouse=True)
    def _no_proxies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)

    async def test_a_proxy_of_the_environment_does_not_come_between_us_and_this_machine(
        self, world: World, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The key of a local server is not shown to a proxy."""
        for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")

        assert len((await world.list(world.client(base_url=server.url))).data) == 5

    @pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
    async def test_ipv6_will_do(self, world: World, fake: FakeRounded, monkeypatch: pytest.MonkeyPatch) -> None:
        """Brackets and all."""
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        with fake.serve(host="::1") as server:
            assert len((await world.list(world.client(base_url=server.url))).data) == 5

    @pytest.mark.parametrize(
        "no_proxy", ["fd00::/8", "[::1]", "::1", "[fd00::1]:8080", "10.0.0.0/8,fe80::/10, *.local,"]
    )
    async def test_no_entry_of_no_proxy_makes_the_client_unusable(
        self, world: World, fake: FakeRounded, server: Server, no_proxy: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """IPv6 networks and brackets are more than httpx can read; what no entry names goes through the proxy."""
        monkeypatch.setenv("HTTP_PROXY", server.url)
        monkeypatch.setenv("NO_PROXY", no_proxy)

        await world.error(world.client(base_url="http://api.example", allow_insecure_http=True))

        assert fake.requests[0].headers["host"] == "api.example"

    async def test_an_entry_of_no_proxy_may_have_a_port(
        self, world: World, fake: FakeRounded, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It stands for that port alone."""
        monkeypatch.setenv("HTTP_PROXY", server.url)
        monkeypatch.setenv("NO_PROXY", "api.example:8080")

        with pytest.raises(RuntimeError, match="reached for another machine"):
            await world.list(world.client(base_url="http://api.example:8080", allow_insecure_http=True))
        await world.error(world.client(base_url="http://api.example:8081", allow_insecure_http=True))
        assert [request.headers["host"] for request in fake.requests] == ["api.example:8081"]

    async def test_what_no_proxy_names_is_reached_without_the_proxy(
        self, world: World, fake: FakeRounded, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other entries count although one of them is for others to read."""
        monkeypatch.setenv("HTTP_PROXY", server.url)
        monkeypatch.setenv("NO_PROXY", "fd00::/8,.example")

        with pytest.raises(RuntimeError, match=r"reached for another machine: b?'api\.example'"):
            await world.list(world.client(base_url="http://api.example", allow_insecure_http=True))
        assert not fake.requests

    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    def test_a_proxy_that_is_none_is_a_configuration_error(
        self, world: World, variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The message names the variable at fault."""
        monkeypatch.setenv(variable, "foo://proxy")

        with pytest.raises(ConfigurationError, match=f"(?i){variable}.*foo://proxy|foo://proxy.*{variable}"):
            world.client()

    def test_a_file_of_certificates_that_is_not_there_is_a_configuration_error(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As the constructor reads it."""
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")

        with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
            world.client()


class TestCertificates:
    """A server whose certificate nobody has signed but itself."""

    async def test_one_that_is_not_trusted_is_named_as_such(self, world: World, tls_server: str) -> None:
        """The hint is about certificates and nothing else, and the way it names works."""
        error = await world.api_error(world.client(base_url=tls_server, max_retries=0))

        assert isinstance(error, APIConnectionError)
        assert "certificate is not trusted: set SSL_CERT_FILE" in str(error)
        assert "base_url" not in str(error)

    async def test_the_hint_works(
        self, world: World, tls_server: str, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """SSL_CERT_FILE is read, and so is an httpx client that knows the certificate."""
        with authority.cert_pem.tempfile() as file:
            trusting = world.httpx_client(verify=ssl.create_default_context(cafile=file))
            assert (await world.list(world.client(base_url=tls_server, http_client=trusting))).data == []
            monkeypatch.setenv("SSL_CERT_FILE", file)
            assert (await world.list(world.client(base_url=tls_server))).data == []

    async def test_a_connection_that_fails_otherwise_is_not_a_matter_of_certificates(
        self, world: World, server: Server
    ) -> None:
        """Nobody listens, for one."""
        client = world.client(base_url=server.url.replace("http:", "https:"), max_retries=0)

        with server.down():
            error = await world.api_error(client)

        assert "certificate" not in str(error)
        assert "base_url" in str(error)


@pytest.fixture
def authority() -> trustme.CA:
    """Whoever signed the certificate of the TLS server."""
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[str]:
    """The base URL of a server with TLS, which has no records."""
    content = FakeRounded().answer_to().content

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class TestCookies:
    """A key identifies the caller; nothing that a response sets changes the next request."""

    async def test_cookies_of_responses_are_not_sent(self, world: World, fake: FakeRounded, client: Client) -> None:
        """A load balancer sets one with every response."""
        names = iter(range(1000))
        fake.override(
            lambda request, reply: reply.with_headers(("Set-Cookie", f"lb-{next(names)}=1; Path=/")), times=None
        )

        for _ in range(3):
            await world.list(client)

        assert len(fake.requests) == 3
        assert all("cookie" not in request.headers for request in fake.requests)

    async def test_cookies_of_an_injected_client_are_its_own(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """It may need one to pass a gateway; no error shows it."""
        http_client = world.httpx_client(cookies={"gateway": "hunter2"})
        fake.fail(Fault.status(400))

        error = await world.error(world.client(base_url=server.url, http_client=http_client))

        assert fake.requests[0].headers["cookie"] == "gateway=hunter2"
        assert isinstance(error, APIStatusError)
        assert error.request is not None
        assert "cookie" not in error.request.headers
