"""Clients that were let in, and later try everything to stay.

usage: stayers.py CREDENTIALS...

Each opens at the broker and at the download server a connection and a session that can be resumed, and
prints "ready". Each line on the standard input has it try, for each of them: whether the old connections
go on ("live"), whether the session can be resumed ("resumed"), and whether a new connection is let in
("full"); at the broker ("broker") and the download server ("download"). Prints for each one line, as

    NAME broker live=no resumed=no full=no download live=no resumed=no full=no

where live is "gone" once the connection is over. A new connection of the same identity ends the one
before, so "live" is asked first."""

import os
import sys

import mqtt_client


class Stayer:
    def __init__(self, credentials):
        self.name = os.path.basename(credentials)
        self.tls = mqtt_client.context(os.environ["SANDBOX_PKI"] + "/ca.crt", credentials)
        self.own = self.name.split(".")[0]
        self.mqtt_port = int(os.environ["SANDBOX_MQTT_PORT"])
        self.https_port = int(os.environ["SANDBOX_HTTPS_PORT"])
        # The resumable sessions are of the connections before these.
        first = self.at_broker(None)
        self.broker_session = first.link.session
        first.close()
        self.broker = self.at_broker(None)
        _, self.download_session, _ = self.get(None)
        self.download = mqtt_client.open_tls(self.https_port, self.tls)
        if not self.ask_again():
            sys.exit(f"{self.name} is not served")

    def at_broker(self, session):
        return mqtt_client.Client(self.mqtt_port, self.tls, self.own, session)

    def get(self, session):
        return mqtt_client.get(self.https_port, self.tls, "/download/ca.crt", session)

    def ask_again(self):
        """On the connection that is kept open."""
        try:
            self.download.sendall(b"GET /download/ca.crt HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while b"-----END" not in answer and not answer.startswith(b"HTTP/1.1 4"):
                piece = self.download.recv(65536)
                if not piece:
                    return False
                answer += piece
            return answer.startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def broker_lives(self):
        try:
            self.broker.hear()
            return "yes"
        except OSError:
            return "gone"

    def broker_lets_in(self, session):
        try:
            client = self.at_broker(session)
        except mqtt_client.Refused:
            return "no"
        answer = "yes" if session is None or client.link.session_reused else "full"
        client.close()
        return answer

    def download_lets_in(self, session):
        status, _, reused = self.get(session)
        if status != "200":
            return "no"
        return "yes" if session is None or reused else "full"

    def stay(self):
        live = self.broker_lives()
        return (f"{self.name} broker live={live} resumed={self.broker_lets_in(self.broker_session)}"
                f" full={self.broker_lets_in(None)}"
                f" download live={'yes' if self.ask_again() else 'gone'}"
                f" resumed={self.download_lets_in(self.download_session)}"
                f" full={self.download_lets_in(None)}")


def main():
    stayers = [Stayer(credentials) for credentials in sys.argv[1:]]
    print("ready", flush=True)
    for _ in sys.stdin:
        for stayer in stayers:
            print(stayer.stay(), flush=True)


main()
