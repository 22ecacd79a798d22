# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For scripts that build something from packages of Debian and keep it: xen/patches/build, kernel/modules/build,
# tests/lab/tmon. Who sources this has set NAME, in whose name it speaks, and CACHE, the folder where things are kept.

# shellcheck disable=SC2034 # it is for them
UNAVAILABLE=77 # exit status that test drivers take for "skipped"

say() { printf '%s: %s\n' "$NAME" "$*" >&2; }

die() { # STATUS SENTENCE
    say "$2"
    exit "$1"
}

# cache_lock: until this shell ends nobody else builds in CACHE; sets WORK to a folder there that goes with it
cache_lock() {
    mkdir -p "$CACHE" || die 1 "cannot create $CACHE"
    exec {LOCK}>"$CACHE/lock"
    flock "$LOCK"
    rm -rf "$CACHE"/work.* # left by a build that was killed: nobody else builds, see the lock
    WORK=$(mktemp -d "$CACHE/work.XXXXXX") || die 1 "cannot write to $CACHE"
    trap 'rm -rf "$WORK"' EXIT
    trap 'exit 130' INT TERM HUP
}

# cache_forget COUNT: of the results only those stay that were used last; their names are hashes
cache_forget() {
    # shellcheck disable=SC2010,SC2012 # see above
    (cd "$CACHE" && ls -dt -- */ | grep -E '^[0-9a-f]{16}/$' | tail -n +$(($1 + 1)) | xargs -r rm -rf)
}

# debs_fetch DIR PACKAGE...: into DIR, which is made. False: they cannot be had, and apt has said why
debs_fetch() {
    local dir=$1
    shift
    mkdir -p "$dir"
    (cd "$dir" && apt-get -qq -o "APT::Sandbox::User=$(id -un)" download "$@") >"$WORK/apt.log" 2>&1 || {
        grep '^[EW]:' "$WORK/apt.log" | head -n 5 >&2
        return 1
    }
}
