"""Answer `docker search` on loopback: python3 search_index.py ADDRESS:PORT IMAGES.json.

An engine asked to search ADDRESS:PORT/term first pings the index, then sends GET /v1/search?q=term&n=limit.
The file holds the list of images; one matches when the term is in its name or description.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


def search(images: list[dict[str, Any]], query: dict[str, list[str]]) -> dict[str, Any]:
    term = query.get("q", [""])[0]
    limit = int(query.get("n", ["25"])[0])
    found = [image for image in images if term in image["name"] or term in image["description"].lower()]
    return {"query": term, "num_results": len(found), "results": found[:limit]}


class Index(BaseHTTPRequestHandler):
    images: list[dict[str, Any]]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/v1/_ping":
            self.answer(200, True)
        elif url.path == "/v1/search":
            self.answer(200, search(self.images, parse_qs(url.query)))
        else:
            self.answer(404, {"error": "not found"})

    def answer(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Docker-Registry-Version", "0.9.0")
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    address, file = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    Index.images = json.loads(Path(file).read_text())["images"]
    ThreadingHTTPServer((host, int(port)), Index).serve_forever()


if __name__ == "__main__":
    main()
