"""Tests of Hub ids."""

import pytest
from spanferry.errors import InputError
from spanferry.hub.ids import HubId, is_hub_id, parse_hub_id

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("location", "parts"),
    [
        (f"hf:anna/havens@{COMMIT}", ("anna/havens", COMMIT)),
        ("hf:anna/havens@v1.0", ("anna/havens", "v1.0")),
        ("hf:squad@release/2.0", ("squad", "release/2.0")),
    ],
)
def test_an_id_names_a_data_set_and_a_revision(location: str, parts: tuple[str, str]) -> None:
    assert is_hub_id(location)
    assert parse_hub_id(location) == HubId(*parts)
    assert str(parse_hub_id(location)) == location


@pytest.mark.parametrize(
    "location", ["hf:", "hf:a/b/c@v1", "hf:a/b@", "hf:../b@v1", "hf:a b@v1", "hf:a/b@-x", "hf:a\n@1"]
)
def test_another_form_is_refused_with_the_right_one(location: str) -> None:
    with pytest.raises(InputError, match="is not hf:owner/name@revision, where the revision is a commit"):
        parse_hub_id(location)


def test_an_id_without_a_revision_is_refused() -> None:
    with pytest.raises(InputError, match="'hf:anna/havens' has no revision: write hf:owner/name@revision"):
        parse_hub_id("hf:anna/havens")


@pytest.mark.parametrize("location", ["data/train.json", "https://example.org/hf:a/b@v1", "hf/train.json"])
def test_a_path_or_url_is_no_id(location: str) -> None:
    assert not is_hub_id(location)
