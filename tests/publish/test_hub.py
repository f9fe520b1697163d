"""Uploading to a local stand-in for the Hub."""

import subprocess

import msgspec
import pytest
from huggingface_hub import HfApi, constants
from spanferry.errors import ContractError, InputError
from spanferry.publish.about import About
from spanferry.publish.hub import UploadError, check_ready, list_files, upload
from spanferry.publish.package import build_package
from spanferry.publish.revision import Commit

from tests.support.hub_standin import serve_hub
from tests.support.tiny_clean import ABOUT, BUILD, write

REVISION = "0123456789abcdef0123456789abcdef01234567"
KNOWN_LATER = ("version", "datePublished", "url")
COMMIT = Commit(REVISION, "2026-11-30")


@pytest.fixture
def published(tmp_path):
    build_package(*write(tmp_path), tmp_path / "published", BUILD, ABOUT)
    return tmp_path / "published"


@pytest.fixture
def hub(monkeypatch):
    # The hub's own storage protocol (Xet) has no open server; plain HTTP is the library's other way.
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    with serve_hub() as hub:
        yield hub


def send(hub, folder, tag="v1", private=True):
    return upload(folder, COMMIT, "anna/haven", tag, private, HfApi(endpoint=hub.address, token="hf_test"))


def test_the_folder_is_uploaded_complete_private_and_tagged(hub, published, tmp_path):
    address = send(hub, published)
    repository = hub.repositories["anna/haven"]
    assert (repository["visibility"], repository["commits"]) == ("private", [f"v1, built from {REVISION}"])
    assert repository["tags"] == {"v1": address.rpartition("/")[2]}
    assert {
        name: len(content) for name, content in repository["files"].items() if name not in ("README.md", "SHA256SUMS")
    } == {name: size for name, size in list_files(published) if name not in ("README.md", "SHA256SUMS")}
    for name, content in repository["files"].items():
        path = tmp_path / "arrived" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert f"git revision: `{REVISION}`" in (tmp_path / "arrived" / "README.md").read_text()
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "arrived", check=False)
    assert done.returncode == 0
    check_ready(tmp_path / "arrived", "tiny", ABOUT, "nl", native=False)
    assert REVISION not in (published / "README.md").read_text()


def test_the_metadata_state_the_tag_and_the_date_of_the_commit_where_params_yaml_gives_none(hub, published):
    def sent(tag: str) -> tuple[str, str, str]:
        send(hub, published, tag)
        record = msgspec.json.decode(hub.repositories["anna/haven"]["files"]["croissant.json"])
        return record["version"], record["datePublished"], record["url"]

    assert sent("v1") == ("1.0.0", "2026-11-29", "https://example.org/spanferry")
    path = published / "croissant.json"
    record = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode({k: v for k, v in record.items() if k not in KNOWN_LATER}))
    assert sent("v2") == ("v2", "2026-11-30", f"{hub.address}/datasets/anna/haven")


def test_a_second_version_replaces_the_files_and_keeps_the_first_tag(hub, published):
    send(hub, published)
    hub.repositories["anna/haven"]["files"]["stale.txt"] = b"from an older version"
    send(hub, published, "v2")
    repository = hub.repositories["anna/haven"]
    assert "stale.txt" not in repository["files"]
    assert sorted(repository["tags"]) == ["v1", "v2"]
    with pytest.raises(UploadError, match="already has the tag v2"):
        send(hub, published, "v2")
    assert len(repository["commits"]) == 2


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_refusal_gives_a_one_line_error(hub, published, status):
    hub.refused = status
    with pytest.raises(UploadError) as raised:
        send(hub, published)
    assert str(raised.value).startswith("anna/haven: ")
    assert "\n" not in str(raised.value)


def test_an_unreachable_hub_and_a_wrong_name_give_a_one_line_error(published):
    nowhere = HfApi(endpoint="http://127.0.0.1:9", token="hf_test")
    for name in ("anna/haven", "anna/haven/more"):
        with pytest.raises(UploadError) as raised:
            upload(published, COMMIT, name, "v1", True, nowhere)
        assert "\n" not in str(raised.value)


def test_folders_that_must_not_be_uploaded(published):
    check_ready(published, "tiny", ABOUT, "nl", native=False)
    with pytest.raises(
        InputError,
        match=r"its licence and the day of its translation are not known; add about\.tiny to params\.yaml, such as",
    ):
        check_ready(published, "tiny", About(), "nl", native=False)
    (published / "loss.json").write_text("{}")
    with pytest.raises(ContractError, match=r"checksum_mismatch: loss\.json"):
        check_ready(published, "tiny", ABOUT, "nl", native=False)
    (published / "SHA256SUMS").unlink()
    with pytest.raises(InputError, match="no SHA256SUMS in it"):
        check_ready(published, "tiny", ABOUT, "nl", native=False)


def test_broken_files_are_not_uploaded(published):
    path = published / "nl_squadv2_dev_clean.json"
    document = msgspec.json.decode(path.read_bytes())
    document["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]["text"] = ""
    path.write_bytes(msgspec.json.encode(document))
    with pytest.raises(ContractError, match="empty_answer"):
        check_ready(published, "tiny", ABOUT, "nl", native=False)
