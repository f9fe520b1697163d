"""The commit that a folder was built from."""

import subprocess

import pytest
from spanferry.errors import InputError
from spanferry.publish.revision import clean_revision, describe_version


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
    assert len(clean_revision(tree)) == 40
    assert describe_version(tree) == "v1"


def test_changes_are_refused(tree):
    (tree / "other").write_text("2")
    with pytest.raises(InputError, match=r"uncommitted changes \(1, first: \?\? other\)"):
        clean_revision(tree)


def test_a_folder_outside_a_work_tree(tmp_path):
    with pytest.raises(InputError, match="git status: fatal: not a git repository"):
        clean_revision(tmp_path)
