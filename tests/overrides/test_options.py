"""The options of a client: completed from the environment, checked, and refused with a message that helps."""

from typing import Any

import httpx
import pytest

from callrounded import ConfigurationError, Rounded
from callrounded._options import (
    DEFAULT_TIMEOUT,
    Options,
    base_url_fault,
    headers_fault,
    is_loopback,
    key_fault,
)
from callrounded_generated.settings import BASE_URL

KEY = "sk-live-4f9d2c71e8a05b36"


def _options(api_key: Any = KEY, base_url: Any = None, *, allow_insecure_http: bool = False) -> Options:
    return Options.resolve(api_key, base_url, DEFAULT_TIMEOUT, allow_http=allow_insecure_http)


def _changed(*, default_headers: Any = None, **changes: Any) -> Options:
    return _options().with_changes(default_headers=default_headers, **changes)


class TestKey:
    """Where the key comes from, and which strings are none."""

    def test_an_argument_goes_before_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """api_key= is what counts where it is given."""
        monkeypatch.setenv("CALLROUNDED_API_KEY", "from-the-environment")

        assert _options().api.token == KEY

    def test_the_first_variable_goes_before_the_second(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """$CALLROUNDED_API_KEY is ours, $ROUNDED_API_KEY the fallback."""
        monkeypatch.setenv("ROUNDED_API_KEY", "second")
        assert _options(None).api.token == "second"

        monkeypatch.setenv("CALLROUNDED_API_KEY", "first")
        assert _options(None).api.token == "first"

    def test_an_empty_variable_is_not_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Shells and CI set variables to nothing where they mean none."""
        monkeypatch.setenv("CALLROUNDED_API_KEY", "")
        monkeypatch.setenv("CALLROUNDED_BASE_URL", "")
        monkeypatch.setenv("ROUNDED_API_KEY", "second")

        options = _options(None)

        assert (options.api.token, options.api.base_url) == ("second", BASE_URL)

    def test_without_a_key_the_error_says_what_to_do(self) -> None:
        """Who has no key learns where keys are made and how to pass one."""
        with pytest.raises(ConfigurationError, match="Rounded Studio; pass it as api_key=, or set CALLROUNDED_API_KEY"):
            _options(None)

    @pytest.mark.parametrize(
        ("key", "fault"),
        [
            ("", "is empty"),
            (" ", "white space"),
            (f"{KEY}\n", "white space"),
            (f"\t{KEY}", "white space"),
            (f"{KEY}\u00a0", "white space"),
            (f"{KEY}\r\nX-Evil: 1", "control characters"),
            (f"{KEY}\x00x", "control characters"),
            (f"{KEY}\x7fx", "control characters"),
            (f"clé-{KEY}", "others than ASCII"),
            (KEY.encode(), "of type bytes, not str"),
            (1234567890, "of type int, not str"),
        ],
    )
    def test_a_key_that_cannot_be_one_is_refused_and_not_quoted(self, key: Any, fault: str) -> None:
        """The message names the fault and the source, never the key."""
        with pytest.raises(ConfigurationError, match=fault) as caught:
            _options(key)

        assert "api_key=" in str(caught.value)
        assert KEY not in str(caught.value)
        assert "1234567890" not in str(caught.value)

    def test_the_error_names_the_variable_it_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A key out of a variable is mended in another place than one out of an argument."""
        monkeypatch.setenv("ROUNDED_API_KEY", f"{KEY} ")

        with pytest.raises(ConfigurationError, match=r"\(\$ROUNDED_API_KEY\) begins or ends with white space"):
            _options(None)

    def test_a_usual_key_has_no_fault(self) -> None:
        """Keys are printable ASCII."""
        assert key_fault("sk_live.ABC-123/=+ x") is None


class TestBaseURL:
    """Where requests may go."""

    @pytest.mark.parametrize(
        ("given", "used"),
        [
            (None, "https://api.callrounded.com"),
            ("https://eu.callrounded.com/", "https://eu.callrounded.com"),
            ("https://gateway.example/rounded/v2//", "https://gateway.example/rounded/v2"),
            ("HTTPS://API.Example:8443", "https://api.example:8443"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("http://127.8.9.1", "http://127.8.9.1"),
            ("http://[::1]:8000/", "http://[::1]:8000"),
            ("http://localhost", "http://localhost"),
        ],
    )
    def test_a_base_url_is_brought_into_one_form(self, given: str | None, used: str) -> None:
        """A path before the API's own is kept, slashes at the end are not."""
        assert _options(base_url=given).api.base_url == used

    def test_the_environment_fills_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """$CALLROUNDED_BASE_URL counts where base_url= is not given."""
        monkeypatch.setenv("CALLROUNDED_BASE_URL", "https://staging.example")

        assert _options().api.base_url == "https://staging.example"
        assert _options(base_url="https://other.example").api.base_url == "https://other.example"

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "api.callrounded.com",
            "ftp://api.callrounded.com",
            "file:///etc/passwd",
            "https://",
            "https:///v1",
            "https://:443",
            "https://user@api.callrounded.com",
            "https://user:hunter2@api.callrounded.com",
            "https://api.callrounded.com\\@evil.example",
            "https://api.callrounded.com?key=hunter2",
            "https://api.callrounded.com/?",
            "https://api.callrounded.com/#v1",
            "https://api.callrounded.com:port",
            "https://api.callrounded.com:99999999",
            "https://api callrounded.com",
            "https://api.callrounded.com\r\nX-Evil: 1",
            "https://api..callrounded.com",
            f"https://{'a' * 64}.com",
            "https://[::1",
            "https://xn--.example",
        ],
    )
    def test_a_url_that_is_no_base_url_is_refused_and_not_quoted(self, url: str) -> None:
        """User names, queries, fragments and other schemes have no place in it; a password is not repeated."""
        with pytest.raises(ConfigurationError, match=r"The base URL \(base_url=\)") as caught:
            _options(base_url=url)

        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize(
        "url",
        [
            "http://api.callrounded.com",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://0.0.0.0:8000",
            "http://10.0.0.1",
            "http://127.1",
            "http://[::2]",
        ],
    )
    def test_a_key_leaves_this_machine_encrypted(self, url: str) -> None:
        """http:// is for loopback alone, unless somebody insists."""
        with pytest.raises(ConfigurationError, match="allow_insecure_http=True"):
            _options(base_url=url)

        assert _options(base_url=url, allow_insecure_http=True).api.base_url == url

    def test_any_host_of_https_will_do(self) -> None:
        """A name at the root of the tree, an international one, an address."""
        for url in (
            "https://api.callrounded.com.",
            "https://bücher.example",
            "https://[2001:db8::1]",
            "https://intranet",
        ):
            assert base_url_fault(url, allow_insecure_http=False) is None

    def test_this_machine_is_known_by_its_addresses(self) -> None:
        """Not by what a name server may say."""
        assert [host for host in ("127.0.0.1", "::1", "localhost", "my-host", "8.8.8.8") if is_loopback(host)] == [
            "127.0.0.1",
            "::1",
            "localhost",
        ]


class TestHeaders:
    """Default headers add to a request and cannot break out of it."""

    def test_they_replace_ours_of_the_same_name(self) -> None:
        """The case of a name does not matter; each is sent once."""
        headers = _changed(default_headers={"USER-Agent": "mine", "X-Trace": "1", "x-trace": "2"}).api.headers

        assert headers == {"user-agent": "mine", "x-trace": "2"}

    def test_the_user_agent_names_package_python_and_httpx(self) -> None:
        """A provider can tell who is calling."""
        agent = _options().api.headers["user-agent"]

        assert agent.startswith("callrounded/")
        assert agent.endswith(f" httpx/{httpx.__version__}")
        assert " python/3." in agent

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Trace": "1\r\nX-Evil: 1"},
            {"X-Trace": "1\n"},
            {"X-Trace": "\x00"},
            {"X-Trace": " 1"},
            {"X-Trace": "1 "},
            {"X-Trace": "é"},
            {"X-Trace": 1},
            {"X-Trace": b"1"},
            {"X-Trace": None},
            {"X-Evil: 1\r\nX-Trace": "1"},
            {"X Trace": "1"},
            {"X-Trace:": "1"},
            {"": "1"},
            {"é": "1"},
            {1: "1"},
            {"X-Api-Key": "1"},
            {"x-api-KEY": "1"},
            {"Host": "evil.example"},
            {"Content-Length": "5"},
            {"Transfer-Encoding": "chunked"},
            {"Accept": "text/html"},
            {"Accept-Encoding": "br"},
            [("X-Trace", "1")],
            "X-Trace: 1",
        ],
        ids=repr,
    )
    def test_what_could_break_or_bend_a_request_is_refused(self, headers: Any) -> None:
        """Line breaks, what is no string, and the headers that say where a request goes and where it ends."""
        with pytest.raises(ConfigurationError, match="default_headers: "):
            _changed(default_headers=headers)

    def test_a_refusal_does_not_quote_a_value(self) -> None:
        """The value that somebody passed as X-Api-Key is a key."""
        for headers in ({"X-Api-Key": KEY}, {"X-Trace": f"{KEY}\n"}, {f"X-Api-Key: {KEY}": ""}):
            fault = headers_fault(headers)
            assert fault is not None
            assert KEY not in fault
        assert headers_fault({"X-Api-Key": KEY}) == "X-Api-Key is set by callrounded itself: pass api_key="

    def test_usual_ones_have_no_fault(self) -> None:
        """An empty value, blanks and punctuation inside."""
        assert headers_fault({"X-Empty": "", "X-List": "a, b;\tq=0.5", "Authorization": "Basic abc=="}) is None


CHECKED: dict[str, tuple[list[Any], list[Any]]] = {
    "max_retries": ([0, 10], [-1, 1.5, True, None, "2", float("inf")]),
    "max_retry_wait": ([0, 0.5, 3600], [-1, float("nan"), float("inf"), True, None, "2"]),
    "on_invalid": (["raise", "keep"], ["ignore", None, True, [], ""]),
}


class TestNumbers:
    """Timeouts and limits."""

    def test_our_timeout_is_finite_and_gives_way_to_that_of_an_injected_client(self) -> None:
        """Ours is 30 seconds; who brings an httpx client has decided."""
        with httpx.Client() as http, Rounded(KEY) as ours, Rounded(KEY, http_client=http) as injected:
            assert ours._options.api.timeout == DEFAULT_TIMEOUT == 30.0
            assert injected._options.api.timeout is httpx.USE_CLIENT_DEFAULT

    @pytest.mark.parametrize("timeout", [5, 0.5, None, httpx.Timeout(5.0, connect=None), httpx.Timeout(None)], ids=repr)
    def test_a_timeout_is_seconds_or_an_httpx_timeout_or_none(self, timeout: Any) -> None:
        """None is no limit, as in httpx."""
        assert _changed(timeout=timeout).api.timeout == timeout

    @pytest.mark.parametrize(
        "timeout",
        [0, -1, float("nan"), float("inf"), 1e10, True, "5", (1, 2, 3, 4), httpx.Timeout(-1), httpx.Timeout(5, read=0)],
        ids=repr,
    )
    def test_a_timeout_that_sockets_do_not_take_is_refused(self, timeout: Any) -> None:
        """Zero, the negative, the infinite, and what is no number."""
        with pytest.raises(ConfigurationError, match="timeout must be seconds above 0"):
            _changed(timeout=timeout)

    @pytest.mark.parametrize("option", CHECKED)
    def test_other_options_are_checked(self, option: str) -> None:
        """A wrong value is refused when it is given, not when it is first needed."""
        good, bad = CHECKED[option]
        for value in good:
            changed = _changed(**{option: value})
            assert getattr(changed.api if option == "on_invalid" else changed, option) == value
        for value in bad:
            with pytest.raises(ConfigurationError, match=option):
                _changed(**{option: value})


def test_reprs_show_no_secret() -> None:
    """Options are local variables of frames that a traceback shows."""
    options = _changed(default_headers={"Authorization": "Bearer hunter2"})

    assert KEY not in repr(options)
    assert "hunter2" not in repr(options)
