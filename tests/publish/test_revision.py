"""The commit that a folder was built from."""

import subprocess
from datetime import date, datetime
from pathlib import Path

import pytest
from spanferry.errors import InputError
from spanferry.publish.revision import clean_commit, describe_version, find_commit


def git(tree: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Anna", "-c", "user.email=anna@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=tree, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--message", "first")
    git(tmp_path, "tag", "--annotate", "v1", "--message", "v1")
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
    with pytest.raises(InputError, match=r"uncommitted changes \(1, first: M file\)"):
        clean_commit(tree, [], [tree / "file"])


def test_changes_that_have_no_part_in_the_build_are_not_asked_for(tree):
    (tree / "other").write_text("2")
    assert clean_commit(tree, [tree / "file"]).revision


def test_the_commit_that_wrote_a_checksum_is_found(tree):
    def commit(lock: str) -> str:
        (tree / "dvc.lock").write_text(lock)
        git(tree, "add", "dvc.lock")
        git(tree, "commit", "--message", lock)
        return clean_commit(tree, [tree / "dvc.lock"]).revision

    with pytest.raises(InputError, match="git show: "):
        find_commit(tree, "aa")  # nothing was built
    commit("md5: aa")
    built = commit("md5: bb")
    commit("md5: bb, md5: cc")
    found = find_commit(tree, "bb")
    assert found is not None
    assert (found.revision, len(found.date)) == (built, 10)
    assert find_commit(tree, "aa") is None  # replaced by another build


def test_a_folder_outside_a_work_tree(tmp_path):
    with pytest.raises(InputError, match="git status: fatal: not a git repository"):
        clean_commit(tmp_path, [tmp_path / "file"])


JUNK = (
    *("notes.txt", "notes", "a.py~", "#a.py#", ".a.py.swp", ".#a.py", "a.py.orig", "a (copy).py", "ünd\nso.txt"),
    *("__pycache__/a.cpython-312.pyc", ".ipynb_checkpoints/a.py", "my-notes/a.py"),
)


def write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("new")


def test_among_modules_only_those_that_can_be_imported_count(tree):
    for name in JUNK:
        write(tree / "code" / name)
    assert clean_commit(tree, [], [tree / "code"]).revision
    with pytest.raises(InputError, match=rf"uncommitted changes \({len(JUNK)}, first: "):
        clean_commit(tree, [tree / "code"])


@pytest.mark.parametrize("name", ["new.py", "folder/new.py", "new.pyc", "new.abi3.so", "ünd.py", "ignored.py"])
def test_a_module_that_git_does_not_know_counts(tree, name):
    (tree / ".git/info/exclude").write_text("ignored.py\n")
    write(tree / "code" / name)
    with pytest.raises(InputError, match=rf"uncommitted changes \(1, first: (\?\?|!!) code/{name}\)"):
        clean_commit(tree, [], [tree / "code"])


def test_a_project_in_a_folder_of_its_repository(tree):
    project = tree / "my-projects" / "one"
    write(project / "code" / "new.py")
    with pytest.raises(InputError, match=r"uncommitted changes \(1, first: \?\? code/new.py\)"):
        clean_commit(project, [], [project / "code"])


def test_names_are_no_patterns(tree):
    (tree / "fil*").write_text("2")
    (tree / "file").write_text("2")
    with pytest.raises(InputError, match=r"uncommitted changes \(1, first: \?\? fil\*\)"):
        clean_commit(tree, [tree / "fil*"])
