"""A page of the API, and what the stock templates of openapi-python-client make of the same document."""

import gc
import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import hypothesis
import pytest

from callrounded.testing import sample_records

ROOT = Path(__file__).parents[2]

# For a long search now and then, which takes about an hour:
# pytest tests/generated_client/test_properties.py --hypothesis-profile=thorough -o faulthandler_timeout=0
hypothesis.settings.register_profile(
    "thorough",
    hypothesis.settings.get_profile("repeatable"),
    derandomize=False,
    max_examples=10_000,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture
def record() -> dict[str, Any]:
    """Return a phone number as the API writes it, with a value for each property."""
    return {
        "id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        "number": "+33199000000",
        "name": "Reception",
        "created_at": "2023-11-07T05:31:56Z",
        "type": "pstn",
        "inbound_agent_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2",
        "redirect": True,
        "redirect_phone_number": "+33199000001",
    }


@pytest.fixture
def page() -> Callable[..., dict[str, Any]]:
    """Return an answer with the given records, or with that many of all kinds."""

    def answer(records: list[Any] | int = 0, **envelope: Any) -> dict[str, Any]:
        data = sample_records(records) if isinstance(records, int) else records
        return {
            "data": data,
            "message": "Calls retrieved successfully",
            "error": None,
            "status": 200,
            "next_cursor": None,
            "current_page": 1,
            "total_pages": 1,
            "total_items": len(data),
            **envelope,
        }

    return answer


@pytest.fixture
def body(page: Callable[..., dict[str, Any]]) -> Callable[..., bytes]:
    """Return such an answer as JSON text."""

    def text(*args: Any, **envelope: Any) -> bytes:
        return json.dumps(page(*args, **envelope)).encode()

    return text


@pytest.fixture(scope="session")
def python() -> Callable[[str], str]:
    """Run a program in a process of its own, and return what it prints."""

    def run(program: str) -> str:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def calls() -> Callable[[Callable[[], Any]], int]:
    """Count the Python functions that are entered when a function is called for the second time."""

    def counted(function: Callable[[], Any]) -> int:
        entered = 0

        def count(frame: FrameType, event: str, argument: Any) -> None:
            nonlocal entered
            entered += event == "call"

        function()
        gc.disable()  # Others may have callbacks that run when it does.
        sys.setprofile(count)
        try:
            function()
        finally:
            sys.setprofile(None)
            gc.enable()
        return entered

    return counted


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ModuleType]]:
    """Render our document with the stock templates; import modules of that package by their names."""
    folder = tmp_path_factory.mktemp("stock")
    config = folder / "config.yaml"
    config.write_text("package_name_override: stock_client\npost_hooks: []\n")
    arguments = ["--path", ROOT / "openapi" / "rounded.yaml", "--output-path", folder / "stock_client"]
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--config", config]
    subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=60)
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"stock_client.{name}")
    sys.path.remove(str(folder))
