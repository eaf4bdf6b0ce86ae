#!/usr/bin/env python3
"""tls_server.py <certificate> <key>: a web server that speaks TLS, at a port of 127.0.0.1 that it prints.

GET /hello is answered with "hello", /to?<url> with a redirect to that URL, all else with 404. It ends with its input.
"""
import http.server
import os
import ssl
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, _, where = self.path.partition("?")
        body = b"hello" if path == "/hello" else b""
        self.send_response({"/hello": 200, "/to": 302}.get(path, 404))
        if path == "/to":
            self.send_header("Location", where)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:  # of a client that has gone away
        pass


def end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=end_with_input, daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
