"""The commit that a folder was built from."""

import subprocess
from datetime import date, datetime
from pathlib import Path

import pytest
from spanferry.errors import InputError
from spanferry.publish.revision import clean_commit, describe_version


@pytest.fixture
def tree(tmp_path):
    def git(*arguments):
        identity = ["-c", "user.name=Anna", "-c", "user.email=anna@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "--message", "first")
    git("tag", "--annotate", "v1", "--message", "v1")
    return tmp_path


def test_a_clean_tree_has_a_revision_and_a_version(tree):
    commit = clean_commit(tree, [tree / "file"])
    assert len(commit.revision) == 40
    assert date.fromisoformat(commit.date) <= datetime.now().astimezone().date()
    assert describe_version(tree) == "v1"


def test_changes_are_refused(tree):
    (tree / "folder").mkdir()
    (tree / "folder" / "new").write_text("2")
    with pytest.raises(InputError, match=r"uncommitted changes \(1, first: \?\? folder/new\); commit them first"):
        clean_commit(tree, [tree / "folder", Path("/elsewhere")])
    (tree / "file").write_text("2")
    with pytest.raises(InputError, match=r"uncommitted changes \(1, first: M file\)"):
        clean_commit(tree, [tree / "file"])


def test_changes_that_have_no_part_in_the_build_are_not_asked_for(tree):
    (tree / "other").write_text("2")
    assert clean_commit(tree, [tree / "file"]).revision


def test_a_folder_outside_a_work_tree(tmp_path):
    with pytest.raises(InputError, match="git status: fatal: not a git repository"):
        clean_commit(tmp_path, [tmp_path / "file"])
