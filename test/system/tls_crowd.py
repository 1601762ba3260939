"""Opens COUNT TLS connections, in turns from each ADDRESS, says how many, and keeps them until standard
input ends.

usage: tls_crowd.py HOST PORT CA CERTIFICATE KEY COUNT [ADDRESS...]"""

import resource
import socket
import ssl
import sys


def main():
    host, port, ca, certificate, key, count, *addresses = sys.argv[1:]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(certificate, key)
    # With 1.2 the client's side is done only when the server's is.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    clients = []
    reason = "all"
    for i in range(int(count)):
        source = (addresses[i % len(addresses)], 0) if addresses else None
        try:
            client = socket.create_connection((host, int(port)), 10, source)
            clients.append(context.wrap_socket(client, server_hostname=host))
        except OSError as error:
            reason = str(error)
            break
    print(f"{len(clients)} open, {reason}", flush=True)
    sys.stdin.read()


main()
