"""Records become rows of a data frame in one line."""

from datetime import UTC, datetime
from uuid import UUID

import pandas as pd
import polars as pl

from callrounded import Rounded, to_dicts
from callrounded.testing import FakeRounded


def test_rows(rounded_fake: FakeRounded, rounded: Rounded) -> None:
    """A row has the documented attributes of a number of any type, with dates as datetime and UUIDs as text."""
    added = rounded_fake.add({"type": "fax", "lines": 2, "redirect": None})
    [row] = to_dicts(rounded.phone_numbers.iter_all())
    created_at = datetime.fromisoformat(added["created_at"])
    assert row == {name: value for name, value in added.items() if name != "lines"} | {"created_at": created_at}


def test_pandas(rounded_fake: FakeRounded, rounded: Rounded) -> None:
    """In pandas dates, booleans and texts have types of their own."""
    for index in range(150):
        rounded_fake.add({"name": None if index < 120 else "数字"})
    frame = pd.DataFrame(to_dicts(rounded.phone_numbers.list_all())).convert_dtypes()
    assert len(frame) == 150
    assert isinstance(frame["created_at"].dtype, pd.DatetimeTZDtype)
    assert str(frame["redirect"].dtype) == "boolean"
    assert UUID(frame["id"][0])
    assert frame["name"].count() == 30


def test_polars(rounded_fake: FakeRounded, rounded: Rounded) -> None:
    """So they have in polars, even if the first hundred have no name."""
    for index in range(150):
        rounded_fake.add({"name": "数字" if index < 30 else None})
    frame = pl.DataFrame(to_dicts(rounded.phone_numbers.list_all()), infer_schema_length=None)
    assert frame.schema["created_at"] == pl.Datetime("us", "UTC")
    assert frame.schema["redirect"] == pl.Boolean
    assert frame.schema["id"] == frame.schema["name"] == pl.String
    assert frame["created_at"].max() <= datetime.now(UTC)
    assert frame["name"].drop_nulls().len() == 30
