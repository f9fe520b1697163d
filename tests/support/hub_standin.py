"""A local stand-in for the Hub's HTTP interface, with the endpoints that uploads and downloads use."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Hub:
    """Repositories with their files, visibility and tags. Parquet files use large-file storage."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict] = {}
        self.large: dict[str, bytes] = {}
        self.refused: int | None = None  # the HTTP status of every response
        self.refusal: dict[str, str] = {}  # headers of these
        self.gated = False  # files may not be read
        self.address = ""
        self.requests: list[str] = []  # method and path of each

    def publish(self, name: str, files: dict[str, bytes], tag: str, converted: str | None = None) -> str:
        """Add a data set with a tag, and return the tag's commit. converted: the commit of its rows as parquet."""
        commit = sha1(repr(sorted(files.items())).encode()).hexdigest()
        self.repositories[name] = {
            **{"visibility": "public", "files": files, "tags": {tag: commit}, "commits": []},
            **{"head": commit, "converted": converted},
        }
        return commit

    def create(self, body: dict) -> tuple[int, dict]:
        name = f"{body['organization']}/{body['name']}"
        if name in self.repositories:
            return 409, {"error": "You already created this dataset repo", "url": self.page(name)}
        self.repositories[name] = {"visibility": body.get("visibility"), "files": {}, "tags": {}, "commits": []}
        return 200, {"url": self.page(name), "name": name}

    def page(self, name: str) -> str:
        return f"{self.address}/datasets/{name}"

    def commit(self, name: str, lines: list[dict]) -> dict:
        repository = self.repositories[name]
        for line in lines:
            value = line["value"]
            match line["key"]:
                case "header":
                    summary = value["summary"]
                case "file":
                    repository["files"][value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    repository["files"][value["path"]] = self.large[value["oid"]]
                case "deletedFile":
                    del repository["files"][value["path"]]
        oid = sha1(json.dumps([summary, len(repository["commits"])]).encode()).hexdigest()
        repository["commits"].append(summary)
        return {"commitUrl": f"{self.page(name)}/commit/{oid}", "commitOid": oid}

    def refs(self, name: str) -> dict:
        repository = self.repositories[name]
        refs = [{"name": t, "ref": f"refs/tags/{t}", "targetCommit": oid} for t, oid in repository["tags"].items()]
        head, converted = repository.get("head"), repository.get("converted")
        return {
            "branches": [{"name": "main", "ref": "refs/heads/main", "targetCommit": head}] if head else [],
            "converts": [{"name": "parquet", "ref": "refs/convert/parquet", "targetCommit": converted}]
            if converted
            else [],
            "tags": refs,
        }

    def has_revision(self, name: str, revision: str) -> bool:
        repository = self.repositories[name]
        return revision in (*repository["tags"], *repository["tags"].values(), repository.get("head"))

    def tree(self, name: str) -> list[dict]:
        files = self.repositories[name]["files"]
        return [{"type": "file", "path": p, "size": len(c), "oid": sha1(c).hexdigest()} for p, c in files.items()]

    def respond_to(self, method: str, path: str, raw: bytes) -> tuple[int, object]:
        if self.refused:
            return self.refused, {"error": "refused"}
        if self.gated and "/resolve/" in path:
            return 403, {"error": "Access is restricted"}
        if method == "PUT":
            self.large[path.rpartition("/")[2]] = raw
            return 200, {}
        body = json.loads(raw) if raw and not path.endswith("/commit/main") else None
        match path.strip("/").split("/"):
            case ["api", "repos", "create"]:
                return self.create(body)
            case ["api", "validate-yaml"]:
                return 200, {"errors": [], "warnings": []}
            case ["api", "datasets", user, name, "refs"]:
                if f"{user}/{name}" not in self.repositories:
                    return 404, {"error": "Repository not found"}
                return 200, self.refs(f"{user}/{name}")
            case ["api", "datasets", user, name, "preupload", "main"]:
                modes = {f["path"]: "lfs" if f["path"].endswith("parquet") else "regular" for f in body["files"]}
                return 200, {
                    "files": [{"path": p, "uploadMode": mode, "shouldIgnore": False} for p, mode in modes.items()]
                }
            case ["datasets", user, name, "info", "lfs", "objects", "batch"]:
                return 200, {"transfer": "basic", "objects": [self.large_object(o) for o in body["objects"]]}
            case ["api", "datasets", user, name, "commit", "main"]:
                return 200, self.commit(f"{user}/{name}", [json.loads(line) for line in raw.splitlines()])
            case ["api", "datasets", user, name, "tag", oid]:
                self.repositories[f"{user}/{name}"]["tags"][body["tag"]] = oid
                return 200, {}
            case ["api", "datasets", user, name, "tree", revision]:
                if revision != "main" and not self.has_revision(f"{user}/{name}", revision):
                    return 404, {"error": f"Invalid rev id: {revision}"}
                return 200, self.tree(f"{user}/{name}")
            case ["api", "datasets", user, name, "revision", revision]:
                return 200, {
                    "id": f"{user}/{name}",
                    "sha": self.repositories[f"{user}/{name}"]["tags"].get(revision, revision),
                    "siblings": [{"rfilename": file["path"]} for file in self.tree(f"{user}/{name}")],
                }
            case ["datasets", user, name, "resolve", _, *parts]:
                return 200, self.repositories[f"{user}/{name}"]["files"][unquote("/".join(parts))]
            case ["api", "datasets", user, name, *_]:
                return 200, {
                    "id": f"{user}/{name}",
                    "sha": "0" * 40,
                    "siblings": [{"rfilename": file["path"]} for file in self.tree(f"{user}/{name}")],
                }
        return 404, {"error": f"the stand-in does not support {method} {path}"}

    def large_object(self, requested: dict) -> dict:
        upload = {"href": f"{self.address}/large/{requested['oid']}"}
        return {**requested, "authenticated": True, "actions": {"upload": upload}}


def errors_start(content: object) -> str:
    """Return the first word of an error."""
    return str(content.get("error", "")).partition(" ")[0] if isinstance(content, dict) else ""


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """Serve a hub on a free local port."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path.replace(".git/", "/")
            hub.requests.append(f"{self.command} {path}")
            status, content = hub.respond_to(self.command, path, raw)
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{sha256(body).hexdigest()}"')
            if "/resolve/" in path:
                self.send_header("X-Repo-Commit", path.split("/")[5])
            codes = {"Repository": "RepoNotFound", "Invalid": "RevisionNotFound", "Access": "GatedRepo"}
            if code := codes.get(errors_start(content)):
                self.send_header("X-Error-Code", code)
            for name, value in hub.refusal.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_HEAD = respond

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
