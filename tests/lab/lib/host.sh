# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The life of one emulated host: its own directory, its start, its end on every way out.
#
# Parallel labs share nothing but the image. If this shell is killed outright, the kernel ends QEMU
# (PDEATHSIG), and the next lab removes the directory, whose lock nobody holds any more.

# Seconds until dom0 must be up: about 10 if the machine is free; by instructions 150 and more where six pCPUs wait for
# each other.
BOOT_TIMEOUT=150
BOOT_TIMEOUT_ICOUNT=500
KEEP_LOGS=20

host_remove_stale() {
    local old fd
    for old in "$CACHE_DIR"/run/*; do
        [ -d "$old" ] || continue
        exec {fd}<"$old" || continue
        ! flock -nx "$fd" || rm -rf "$old"
        exec {fd}<&-
    done 2>/dev/null
}

# host_directory: makes RUN, this host's own directory, and names LOG
host_directory() {
    mkdir -p "$CACHE_DIR/run" "$CACHE_DIR/log"
    exec {RUN_LOCK}>"$CACHE_DIR/run.lock"
    flock "$RUN_LOCK" # nobody may take our new directory for a stale one before we have locked it
    host_remove_stale
    RUN=$(mktemp -d "$CACHE_DIR/run/XXXXXXXX") || die "cannot make a directory in $CACHE_DIR/run"
    exec {RUN_FD}<"$RUN"
    flock -x "$RUN_FD"
    exec {RUN_LOCK}>&-
    LOG=$CACHE_DIR/log/${RUN##*/}.log
    OVERLAY=$RUN/overlay
    find "$CACHE_DIR/log" -name '*.log' -printf '%T@ %p\n' | sort -rn | tail -n +$KEEP_LOGS |
        cut -d' ' -f2- | xargs -r rm -f
}

# host_cleanup: on every way out of the program
host_cleanup() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    host_end
    [ -z "${RUN:-}" ] || rm -rf "$RUN"
    [ -z "${LOG:-}" ] || [ "$KEEP_LOG" = yes ] || rm -f "$LOG"
    exit "$status"
}

# host_end: end QEMU, wait until what it wrote has been copied to our outputs, restore the terminal
host_end() {
    local pid
    if [ -n "${QEMU_PID:-}" ]; then
        kill "$QEMU_PID" 2>/dev/null
        (sleep 5 && kill -KILL "$QEMU_PID") 2>/dev/null &
        pid=$!
        wait "$QEMU_PID" 2>/dev/null
        kill "$pid" 2>/dev/null
        QEMU_PID=
    fi
    for pid in "${COPIERS[@]}"; do
        # they end by themselves, unless QEMU never came to opening the other end
        [ -e "$RUN/opened" ] || kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    COPIERS=()
    [ -z "${SAVED_TTY:-}" ] || stty "$SAVED_TTY" <&"$TTY" 2>/dev/null
}

# host_fail SENTENCE: the lab itself failed: say so, keep the log
host_fail() {
    host_end
    { echo "--- qemu ---" && grep -v "TCG doesn't support" "$RUN/qemu.log"; } >>"$LOG" 2>/dev/null
    host_say_log "$1"
    exit "${2:-$LAB_FAILED}"
}

# host_say_log SENTENCE: … and how Xen's console ended; the log is kept
host_say_log() {
    KEEP_LOG=yes
    say "$1; the log is $LOG, its end:"
    tail -n 20 "$LOG" | tr -d '\r' | sed 's/^/    /' >&2
}

# host_prepare: the host's directory with all that QEMU loads
host_prepare() {
    KEEP_LOG=no COPIERS=() QEMU_PID=
    trap host_cleanup EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    host_directory
    { cat "$IMAGE/initrd" ${HVM:+"$IMAGE/hvm"} && overlay_make; } >"$RUN/initrd" ||
        die "cannot write $RUN/initrd"
    rm -rf "$OVERLAY"
    if [ "$(head -c2 "$XEN" | od -An -tx1)" = " 1f 8b" ]; then
        gzip -dc "$XEN" >"$RUN/xen"
    else
        cp "$XEN" "$RUN/xen"
    fi || die "cannot read the hypervisor $XEN"
    mkfifo "$RUN/out" "$RUN/err" "$RUN/size.in" "$RUN/size.out"
}

# host_launch: start QEMU; STATUS_FD then reads what dom0 says
host_launch() {
    if [ "$COMMAND" != "" ]; then
        cat <"$RUN/out" & COPIERS+=($!)
        cat <"$RUN/err" >&2 & COPIERS+=($!)
    fi
    qemu_arguments
    exec {STATUS_FD}< <(exec 3>&1 >&"$STDOUT" <&"$TTY" 2>"$RUN/qemu.log"
        exec setpriv --pdeathsig KILL -- "${QEMU[@]}")
    QEMU_PID=$!
    if [ ${#QMP_JOBS[@]} -gt 0 ]; then # it ends with QEMU
        "$LAB_DIR/lib/qmp.py" "$RUN/qmp" "${QMP_JOBS[@]}" </dev/null >/dev/null 2>>"$RUN/qemu.log" &
    fi
}

# host_wait WORD SECONDS: wait until dom0 says WORD; REPLY is what follows it
host_wait() {
    local line status
    while :; do
        IFS= read -r -t "$2" line <&"$STATUS_FD"
        status=$?
        [ $status -le 128 ] || return $LAB_TIMEOUT
        [ $status -eq 0 ] || return $LAB_FAILED
        if [ "${line%% *}" = "$1" ]; then
            REPLY=${line#"$1"}
            REPLY=${REPLY# }
            return 0
        fi
    done
}

# host_up: start the host and wait for dom0. Emulation on several threads is not perfect: one boot of
# the first fifty hung, on a loaded machine. So a boot that failed within Xen is tried once more.
host_up() {
    local tries=2 status reason seconds=$BOOT_TIMEOUT
    [ "$ICOUNT" = no ] || seconds=$BOOT_TIMEOUT_ICOUNT
    seconds=${LAB_BOOT_TIMEOUT:-$seconds}
    while :; do
        host_launch
        host_wait ready "$seconds"
        status=$?
        [ $status -ne 0 ] || break
        reason="the host ended while it was booting"
        [ $status -ne "$LAB_TIMEOUT" ] || reason="dom0 was not up after $seconds s"
        tries=$((tries - 1))
        [ $tries -gt 0 ] && grep -q '(XEN)' "$LOG" || host_fail "$reason"
        host_end
        mv "$LOG" "${LOG%.log}-first.log"
        say "$reason (log: ${LOG%.log}-first.log): trying once more"
    done
    touch "$RUN/opened"
    rm -f "$RUN/initrd" "$RUN/xen"
}

# host_result: wait for the end of the command, exit with its status
host_result() {
    host_wait status "$TIMEOUT"
    case $? in
    0)
        [ "$REPLY" -eq 0 ] || [ -z "$COMMAND" ] || host_say_log "the command ended with $REPLY"
        exit "$REPLY"
        ;;
    "$LAB_TIMEOUT") host_fail "the command did not end within $TIMEOUT s" "$LAB_TIMEOUT" ;;
    *) host_fail "the host died while the command ran" ;;
    esac
}
