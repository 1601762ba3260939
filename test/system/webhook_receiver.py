"""A receiver of webhooks on a free loopback port, which is written to FOLDER/port: HTTPS with the
certificate and key that are given, HTTP without. Each request is a line of FOLDER/requests, a JSON
object: path, id, at (the time stamp), signature, status, and body. How PATH is answered says
FOLDER/answer-PATH, without its slash; 204 without it:

  STATUS             that status
  STATUS LOCATION    and that place to go to
  slow               after 8 s, 204

usage: webhook_receiver.py FOLDER PORT [CERTIFICATE KEY]     PORT 0: any

With `check FILE SECRET...` in place of it: every request of FILE is signed with one of the secrets as
Standard Webhooks says, and its time stamp is within a minute of now or before; no two that bear the
same id differ."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys
import threading
import time

PREFIX = "whsec_"
lock = threading.Lock()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def how(self):
        try:
            with open(os.path.join(sys.argv[1], "answer-" + self.path.strip("/")), encoding="ascii") as file:
                return file.read().split()
        except FileNotFoundError:
            return ["204"]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        how = self.how()
        if how[0] == "slow":
            time.sleep(8)
            how = ["204"]
        row = {"path": self.path, "id": self.headers["webhook-id"], "at": self.headers["webhook-timestamp"],
               "signature": self.headers["webhook-signature"], "type": self.headers["Content-Type"],
               "status": int(how[0]), "body": body}
        with lock, open(os.path.join(sys.argv[1], "requests"), "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        self.send_response(int(how[0]))
        if len(how) > 1:
            self.send_header("Location", how[1])
        if how[0] != "204":
            self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    context = None

    def finish_request(self, request, client_address):
        if self.context is not None:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass  # a client that does not like the certificate


def serve(folder, port, pair):
    server = Server(("127.0.0.1", port), Receiver)
    if pair:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(*pair)
    with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as file:
        file.write(str(server.server_port))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    server.serve_forever()


def is_signed(row, secrets):
    text = f"{row['id']}.{row['at']}.{row['body']}".encode()
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix(PREFIX))
        tag = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        if hmac.compare_digest(row["signature"], "v1," + tag):
            return True
    return False


def check(name, secrets):
    bodies = {}
    with open(name, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if not is_signed(row, secrets):
                sys.exit(f"not signed: {line}")
            if not 0 <= time.time() - int(row["at"]) < 600:
                sys.exit(f"of another time: {line}")
            if row["type"] != "application/json" or bodies.setdefault(row["id"], row["body"]) != row["body"]:
                sys.exit(f"not as before: {line}")
    print(len(bodies))


if sys.argv[1] == "check":
    check(sys.argv[2], sys.argv[3:])
else:
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
