#!/usr/bin/env python3
"""A registry with one image, pulled:1, made of a root file system.  registry.py ROOT PORT_FILE PULLS_FILE

Writes the port that it listens on to PORT_FILE, and a line to PULLS_FILE for each look at the manifest."""
import gzip
import hashlib
import http.server
import io
import json
import os
import sys
import tarfile

root, port_file, pulls_file = sys.argv[1:]
blobs = {}


def keep(data):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    blobs[digest] = data
    return {"digest": digest, "size": len(data)}


tar = io.BytesIO()
with tarfile.open(fileobj=tar, mode="w") as archive:
    archive.add(root, arcname=".")
layer = tar.getvalue()
config = {"architecture": "amd64", "os": "linux", "config": {},
          "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}
kinds = "application/vnd.docker."
manifest = json.dumps({
    "schemaVersion": 2, "mediaType": kinds + "distribution.manifest.v2+json",
    "config": {"mediaType": kinds + "container.image.v1+json", **keep(json.dumps(config).encode())},
    "layers": [{"mediaType": kinds + "image.rootfs.diff.tar.gzip", **keep(gzip.compress(layer))}]}).encode()
manifest_digest = keep(manifest)["digest"]


class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        data, kind = b"{}", "application/json"
        if "/manifests/" in self.path:
            with open(pulls_file, "a", encoding="ascii") as pulls:
                pulls.write(name + "\n")
            data, kind = manifest, kinds + "distribution.manifest.v2+json"
        elif "/blobs/" in self.path:
            data, kind = blobs[name], "application/octet-stream"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Docker-Content-Digest", manifest_digest)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
with open(port_file + ".new", "w", encoding="ascii") as out:
    out.write(str(server.server_address[1]))
os.rename(port_file + ".new", port_file)
server.serve_forever()
