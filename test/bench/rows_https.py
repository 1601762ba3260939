"""The download server beside nginx."""

import json
import os
import subprocess

from bed import PATH_200, PATH_304, PROGRAMS, Bed, median
from figures import Row, ratios


def cpu_per_request(answer):
    return answer["server_cpu_us"] / answer["requests"]


def pairs(bench, bed, count, path_ours, path_theirs, expect, mode, *options):
    """Processor time per request in us, A B A B: ours, nginx's."""
    ours, theirs = [], []
    for _ in range(bench.rounds):
        ours.append(cpu_per_request(
            bed.load_daemon(path_ours, expect, mode, count, *options)))
        theirs.append(cpu_per_request(
            bed.load_nginx(path_theirs, expect, mode, count, *options)))
        bench.progress()
    return ours, theirs


def row(bench, bed, name, bound, *arguments):
    ours, theirs = pairs(bench, bed, *arguments)
    return Row(name, "nginx", ratios(theirs, ours), bound, "x per CPU-second",
               f"{median(ours):.0f} us against {median(theirs):.0f} us each")


def start(kind):
    bed = Bed(kind)
    bed.start_daemon()
    bed.publish_images()
    bed.start_nginx()
    return bed


def compare(bench):
    bed = start("ec")
    try:
        n = bench.work(4000)
        for name, bound, arguments in (
                ("304, resumed", 2.0, (n, PATH_304, PATH_304, 304, "resumed")),
                ("304, full handshake P-256", 0.9, (n // 2, PATH_304, PATH_304, 304, "full")),
                ("download 512 KB", 0.9,
                 (n // 10, PATH_200, "/images/2.bin", 200, "resumed")),
                ("304, resumed, TLS 1.3", None,
                 (n, PATH_304, PATH_304, 304, "resumed", "--tls13")),
                ("304, full handshake P-256, TLS 1.3", None,
                 (n // 2, PATH_304, PATH_304, 304, "full", "--tls13")),
                ("304, connection kept alive", None,
                 (n * 2, PATH_304, PATH_304, 304, "alive"))):
            if bench.begin(name):
                bench.add(row(bench, bed, name, bound, *arguments))
    finally:
        bed.stop()


def compare_rsa(bench):
    if not bench.begin("304, full handshake RSA-2048"):
        return
    bed = start("rsa")
    try:
        bench.add(row(bench, bed, "304, full handshake RSA-2048", 1.0, bench.work(2000),
                      PATH_304, PATH_304, 304, "full"))
    finally:
        bed.stop()


def rate(bench):
    """Polls a second on this machine, load and all."""
    if not bench.begin("polls/s"):
        return
    bed = Bed("ec")
    try:
        for threads in (1, 2):
            bed.start_daemon(threads)
            if threads == 1:
                bed.publish_images()
            rates = []
            for _ in range(bench.rounds):
                n = bench.work(6000)
                answer = bed.load_daemon(PATH_304, 304, "resumed", n, "--threads", "4")
                rates.append(n / answer["seconds"])
                bench.progress()
            bench.add(Row(f"polls/s, {threads} thread{'s' * (threads > 1)}", "", rates, None, "/s",
                          "resumed, the load on the same processors"))
            bed.stop_daemon()
    finally:
        bed.stop()


def latency(bench):
    """A poll while 50 devices download."""
    if not bench.begin("latency during 50 downloads"):
        return
    bed = start("ec")
    try:
        for name, load, port, download in (
                ("secureespd", bed.load_daemon, bed.https_port, PATH_200),
                ("nginx", bed.load_nginx, bed.nginx_port, "/images/2.bin")):
            downloads = subprocess.Popen(
                [os.path.join(PROGRAMS, "tls_load"), "--port", str(port), "--ca",
                 f"{bed.pki}/ca.crt", "--devices", bed.devices, "--path", download, "--expect",
                 "200", "--mode", "resumed", "--threads", "50"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            downloads.stdout.readline()  # they are under way
            found = {"p50_us": [], "p99_us": [], "p999_us": []}
            for _ in range(bench.rounds):
                answer = load(PATH_304, 304, "resumed", bench.work(1000), "--threads", "1")
                for key, values in found.items():
                    values.append(answer[key] / 1000)
                bench.progress()
            done = json.loads(downloads.communicate()[0])
            if done["requests"] < 50:
                raise RuntimeError(f"only {done['requests']} downloads went on meanwhile")
            for key, values in found.items():
                bench.add(Row(f"{key[:-3]} of a poll while 50 download", name, values, None, "ms", ""))
    finally:
        bed.stop()
