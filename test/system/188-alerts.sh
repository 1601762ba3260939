#!/usr/bin/env bash
# Alerts: what goes wrong is told once by mail and by webhook, and its end once, also when the daemon is
# killed in between; what a device says in one is text and nothing else; no more mails than so many an
# hour; and what sendmail does not take is not lost.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$root/test/system/rollout_lib.sh"
# shellcheck source=test/system/faults.sh
. "$root/test/system/faults.sh"

lift_bounds
sandbox_up --devices 1
other=84f3eb0000aa
new_device "$other"
receiver=$work/receiver
mails=$work/mails
mkdir "$receiver" "$mails"

# Stands for a mail server's.
cat >"$work/sendmail" <<EOF
#!/bin/sh
[ ! -e "$work/refuse" ] || exit 75
[ "\$*" = "-t -i" ] || exit 64
exec cat >"$mails/\$(date +%s%N)"
EOF
chmod +x "$work/sendmail"
secureesp pki server "$SANDBOX_PKI" receiver --dns localhost >/dev/null
process_start "$receiver/record" "$receiver/log" python3 -B "$root/test/system/webhook_receiver.py" "$receiver" 0 \
    "$SANDBOX_PKI/servers/receiver.crt" "$SANDBOX_PKI/servers/receiver.key"
records+=("$receiver/record")
eventually 10 "the receiver" test -s "$receiver/port"

step "what is no address is refused"
part stop daemon
for line in 'mail_to = keeper' 'mail_to = a@example, "b c"@example' 'mail_from = -oQ/tmp@example' 'per_hour = 0'; do
    { cat "$sandbox/etc/secureesp.conf" && printf '[alerts]\n%s\n' "$line"; } >"$work/bad.conf"
    expect_exit 1 secureespd --check-config --config "$work/bad.conf"
    expect_match "$line" "is not an address|per_hour" "$output"
done
cat >>"$sandbox/etc/secureesp.conf" <<EOF
[webhooks]
ca = $SANDBOX_PKI/ca.crt
allow = 127.0.0.0/8 ::1
retry_min_s = 1
[alerts]
mail_to = keeper@example other@example
mail_from = fleet@example
sendmail = $work/sendmail
per_hour = 8
broker_lost_s = 2
EOF
part start daemon
part wait daemon
expect_exit 0 secureesp webhooks add "https://localhost:$(cat "$receiver/port")/hook" --name hook --event 'alert-*'

# As secureesp-mail.service does.
deliver() {
    secureespd --send-mail --config "$sandbox/etc/secureesp.conf" 2>>"$work/deliver.log"
}
# mailed SUBJECT: how many mails have that subject.
mailed() {
    { cat "$mails"/* 2>/dev/null || true; } | grep -c "^Subject: secureesp: $1" || true
}
has_mail() {
    deliver && [ "$(mailed "$1")" -ge 1 ]
}
# got KIND STATE: how many such messages the receiver has.
got() {
    [ -e "$receiver/requests" ] || { echo 0 && return; }
    sqlite3 :memory: "select count(distinct value ->> '\$.id') from (select value, value ->> '\$.body' as body
        from json_each('[' || replace(trim(readfile('$receiver/requests'), char(10)), char(10), ',') || ']'))
        where body ->> '\$.event' = 'alert-$1' and body ->> '\$.state' = '$2'"
}
has_got() {
    [ "$(got "$1" "$2")" -ge 1 ]
}
goes_on() {
    secureesp alerts list | grep -q "$1"
}

step "a test"
expect_exit 1 secureesp alerts test nonsense
expect_match "a kind that there is not" 'there are no alerts "nonsense"' "$output"
expect_match "who is told" 'test: mail to keeper@example other@example, and 1 webhooks' "$(secureesp alerts test)"
eventually 15 "the mail" has_mail 'test: this is a test'
eventually 15 "the message" has_got test test
mail=$(cat "$mails"/*)
for line in 'From: fleet@example' 'To: keeper@example, other@example' 'Auto-Submitted: auto-generated'; do
    grep -qx "$line" <<<"$mail" || fail "the mail has no '$line': $mail"
done

step "the broker is lost, and told of once, also by a daemon that starts meanwhile"
part kill broker
eventually 20 "the mail" has_mail 'the broker cannot be reached'
eventually 15 "the message" has_got broker-lost raised
eventually 5 "the list" goes_on broker-lost
part kill daemon
# Not by scripts/sandbox, which waits until it is connected.
process_start "$sandbox/run/daemon" "$SANDBOX_LOG/daemon.log" secureespd --config "$sandbox/etc/secureesp.conf"
answers() {
    api /status >/dev/null 2>&1
}
eventually 20 "the daemon answers" answers
sleep 5 # two looks
deliver
expect_equal "mails" 1 "$(mailed 'the broker cannot be reached')"
expect_equal "messages" 1 "$(got broker-lost raised)"
part start broker
eventually 30 "the mail of its end" has_mail 'over: the broker cannot be reached'
eventually 15 "the message of its end" has_got broker-lost resolved
! goes_on broker-lost || fail "it goes on"

step "the database cannot be written, which it cannot keep itself"
hold 'BEGIN IMMEDIATE;'
eventually 30 "the mail" has_mail 'the database cannot be written'
let_go
eventually 15 "the mail of its end" has_mail 'over: the database cannot be written'
expect_equal "mails" 1 "$(mailed 'the database cannot be written')"

step "what a device says in one is text"
publish_text "$other" "/event/$other" \
    '{"event": "trial", "result": "trial-failed", "image": "B-1", "detail": "x\r\nBcc: evil@example\r\n\r\n\u001b[2J"}' -q 1
eventually 20 "the mail" has_mail "a device came back from a new image that failed: $other"
eventually 15 "the message" has_got device-trial-failed raised
expect_equal "recipients that a device added" 0 "$(cat "$mails"/* | grep -c '^Bcc' || true)"
expect_equal "control characters" 0 "$(cat "$mails"/* | grep -c -P '[\x00-\x09\x0b-\x1f]' || true)"
grep -q 'Bcc: evil@example' "$mails"/* || fail "what it said is not in the mail"

step "what sendmail does not take waits"
touch "$work/refuse"
secureesp alerts test disk-low >/dev/null
is_refused() {
    ! deliver
}
eventually 15 "sendmail refuses" is_refused
grep -q 'did not take a mail status=75' "$work/deliver.log" || fail "the log does not say so"
rm "$work/refuse"
eventually 5 "the mail" has_mail 'test: the disk is nearly full'
deliver
expect_equal "mails" 1 "$(mailed 'test: the disk is nearly full')"

step "no more than so many an hour"
for ((i = 0; i < 12; i++)); do
    secureesp alerts test >/dev/null
done
told_all() {
    [ "$(sqlite3 "$sandbox/state/secureesp.db" 'select mailed = (select max(number) from alert_notes)
        from alert_progress')" = 1 ]
}
eventually 15 "all are decided" told_all
deliver
expect_equal "mails of this hour, beside those that the database did not count" 8 \
    "$(grep -L '^kind:  database-fault' "$mails"/* | wc -l)"
sqlite3 "$sandbox/state/secureesp.db" '.timeout 5000' 'update alert_progress set hour_ms = 0'
eventually 15 "the mail that says so" has_mail '[0-9]* more alerts were not sent'
expect_equal "what is left" 0 "$(find "$sandbox/state/mail" -type f | wc -l)"
has_all() {
    [ "$(got test test)" -eq 13 ]
}
eventually 15 "all messages" has_all

step "a backup that is long ago"
! goes_on backup-old || fail "there never was one"
listed=$(sqlite3 :memory: "select json_array_length('$(secureesp alerts list --json)')")
[ "$listed" -gt 0 ] || fail "no alert goes on"
expect_equal "status says how many" "$listed" "$(json_get "$(api /status)" '$.alerts')"
part stop daemon
echo 1000 >"$sandbox/state/last-backup"
part start daemon
eventually 10 "the alert" goes_on backup-old
secureesp status | grep -qE '^alerts +[1-9][0-9]* \(secureesp alerts list\)$' || fail "status does not say it"
secureesp backup create "$work/backup.tar" --root "$work/elsewhere" </dev/null >/dev/null || fail "no backup"
is_over() {
    ! goes_on backup-old
}
eventually 10 "its end" is_over
