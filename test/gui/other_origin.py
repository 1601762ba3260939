"""A page of somebody else's, on the same machine and with a certificate of the same CA: what it sends comes
with the reader's cookie, as it is of the same site."""

import http.server
import os
import ssl
import threading

PAGE = b"<!doctype html><html lang=en><title>elsewhere</title><h1>elsewhere</h1></html>"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


class OtherOrigin:
    def __enter__(self):
        certificate = os.path.join(os.environ["SANDBOX_PKI"], "servers", "mosquitto")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate + ".crt", certificate + ".key")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"https://localhost:{self.server.server_address[1]}/"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
