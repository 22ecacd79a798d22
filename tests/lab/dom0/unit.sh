#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The service of the policy daemon, as systemd starts it: with all its hardening, does it get at Xen, is it
# ready when it says so, is it watched and started again, and does its end give back? tests/lab/systemd runs
# this in the lab's dom0.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# There is no more to boot than these; systemd is not the first process here, so it gets a PID namespace.
units() {
    local target
    mkdir -p /etc/systemd/system /etc/xendeck
    for target in basic sysinit default shutdown umount final; do
        printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' $target >"/etc/systemd/system/$target.target"
    done
    sed 's|@CMAKE_INSTALL_FULL_BINDIR@|/usr/bin|' /root/xendeck-policy.service.in \
        >/etc/systemd/system/xendeck-policy.service
    echo 0123456789abcdef0123456789abcdef >/etc/machine-id
    cat >/etc/xendeck/policy.yaml <<'END'
policy: unit
timezone: UTC
on_exit: restore
rules:
  - name: burst
    match: {name: spin1}
    budget: {cpu: 3s, per: 5m, then: {sched.cap: 20}}
END
}
boot() {
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    container=lab unshare --pid --fork --mount --mount-proc \
        /usr/lib/systemd/systemd --system --log-target=kmsg --show-status=no </dev/null >/root/systemd.log 2>&1 &
    eventually 60 inside systemctl is-active default.target
    inside mount -t xenfs xenfs /proc/xen
    inside systemctl --no-ask-password start systemd-journald
}
inside() { nsenter -t "$(pgrep -x systemd)" -p -m "$@" </dev/null; }
service() { inside systemctl --no-ask-password "$1" xendeck-policy; }
property() { inside systemctl show -P "$1" xendeck-policy; }
journal() { inside journalctl --no-pager -u xendeck-policy -o "$1"; }

units
check "systemd runs" boot
check "a guest that spins" guest spin spin1
check "the service starts, and is ready" service start
is "it is in force" "$(property ActiveState) $(property SubState) $(property StatusText)" \
    "active running policy unit, 2 domains"
like "its console is reached by its socket" "$(xendeck policy status)" 'policy: +unit .*on_exit: restore'
check "under all its hardening it moves knobs: a cap" eventually 30 has_cap spin1 20
check "it keeps the journal of edits in its own folder" test -s /var/lib/xendeck/live.journal
check "and balances" test -n "$(find /var/lib/xendeck -name '*ledger*' -size +0)"
like "what it says is in systemd's journal" "$(journal cat)" 'policy: unit rules 2 domains of host live'
like "with the priorities of what happened" "$(journal json | jq -r .PRIORITY | sort -u | tr '\n' ' ')" '6'

was=$(property MainPID)
sed -i 's/sched.cap: 20/sched.cap: 30/' /etc/xendeck/policy.yaml
check "it reads its file again" service reload
check "and goes by it" eventually 20 has_cap spin1 30
is "as the same process" "$(property MainPID)" "$was"

inside kill -9 "$was"
check "killed, it is started again" eventually 30 eval '[ "$(property MainPID)" != '"$was"' ] && [ "$(property SubState)" = running ]'
like "and goes on" "$(journal cat)" 'goes on with the balances of'
has_cap spin1 30
result $? "the cap is there still"

# Who hangs says nothing to systemd, which then ends it: after a minute, but 3 s will do here.
mkdir -p /etc/systemd/system/xendeck-policy.service.d
printf '[Service]\nWatchdogSec=3\n' >/etc/systemd/system/xendeck-policy.service.d/test.conf
inside systemctl daemon-reload
check "restarted with a shorter watchdog" service restart
sleep 8
was=$(property MainPID)
is "one that works isn't ended by it" "$(property SubState) $(property Result)" "running success"
inside kill -STOP "$was"
check "one that hangs is" eventually 60 eval '[ "$(property MainPID)" != '"$was"' ] && [ "$(property SubState)" = running ]'

check "it is stopped" service stop
is "and gives back" "$(cap spin1)" 0
is "as one that ended well" "$(property Result)" success
note "$(journal cat | tail -n 5)"
end_guests
tap_end
