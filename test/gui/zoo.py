"""A fleet of names, labels and errors that try to be something else than text. Prints SQL for a database
with MACs on the command line; the daemon must not run.

usage: zoo.py MAC..."""

import sys

RUN = "window.hit='{}'"
TEXTS = [
    '<img src=x onerror="' + RUN.format("img") + '">',
    "<script>" + RUN.format("script") + "</script>",
    '"><svg onload="' + RUN.format("svg") + '"><iframe srcdoc="<script>parent.' + RUN.format("iframe") + '</script>">',
    "javascript:" + RUN.format("href") + "//</title></style></textarea><base href=//evil.example>",
    "{{constructor.constructor(\"" + RUN.format("template") + "\")()}} ${" + RUN.format("literal") + "} <%=1%>",
    "\x1b]0;evil\x07\x1b[31;1mred\x1b[2J\x9b31m\x08\x08\x7f\u2028\u2029\x85",
    "\u202egnp.exe \u2066\u2067\u200f\u061c\u05d0\u05d1\u05d2 \u0627\u0644\u062c\u0647\u0627\u0632 left",
    "Z\u0335\u0321\u0322\u0327" + "\u0300\u0301\u0302\u0303\u0304\u0305" * 60 + " \ufdfd" * 40 + "\U0001f469\u200d\U0001f4bb" * 30,
    "W" * 10240,
    "<b>" * 3400 + "\u202e",
    "a b " * 2560,
    " \u00a0\u3000\u200b\ufeff" * 50,
]


def quoted(text):
    return "CAST(x'" + text.encode().hex() + "' AS TEXT)"


def main():
    for n, mac in enumerate(sys.argv[1:]):
        text, other = quoted(TEXTS[n % len(TEXTS)]), quoted(TEXTS[(n + 1) % len(TEXTS)])
        key = int(mac, 16)
        print(f"""INSERT OR IGNORE INTO devices (mac, online, reason, first_seen_ms, last_seen_ms, name, image,
              build, ip, error, speaks_events, reboots, bad_payloads, boot_ms, previous_boot_ms,
              shared_identity_at_ms) VALUES ({key}, 0, 1, 1, 1, '', '', '', '', '', 0, 0, 0, 0, 0, 0);
            UPDATE devices SET name = {text}, error = {other}, image = {text}, build = {text}, ip = {text},
              status_json = json_object('uptimemillis', 1, 'espname', {text}, {other}, {text}) WHERE mac = {key};
            INSERT OR REPLACE INTO device_labels (device, name, place, note) VALUES ({key}, {text}, {other}, {text});
            INSERT OR REPLACE INTO device_marks (device, held_at_ms, held_by, hold_reason, canary, pin)
              VALUES ({key}, 1, {text}, {other}, 0, '');
            INSERT INTO events (device, at_ms, kind, command, command_id, result, image, detail)
              VALUES ({key}, 1, {text}, '', 0, {text}, {text}, {text});
            INSERT INTO device_faults VALUES ({key}, {text}, 1, 1, 1, 0, {text}, {text});""")
    print("UPDATE event_clock SET newest = (SELECT max(id) FROM events);")


main()
