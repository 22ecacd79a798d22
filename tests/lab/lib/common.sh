# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Places, messages and small helpers which every part of the lab uses.

LAB_FAILED=125  # exit status: the lab itself failed, not the command
LAB_SKIPPED=77  # exit status: what was to be tested cannot be had here, and a sentence said so
LAB_TIMEOUT=124 # exit status: the command did not end in time

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT_DIR=$(cd "$LAB_DIR/../.." && pwd)
BUILD_DIR=${XENDECK_BUILD:-$ROOT_DIR/build/dev}
CACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/xendeck-lab

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit "$LAB_FAILED"
}

# list FILE: its words, without comments
list() { sed 's/#.*//' "$1" | tr -s ' \t' '\n' | sed '/^$/d'; }

# check_host_packages: fail with the name of each Debian package that is missing here
check_host_packages() {
    local package missing=()
    local -A have=()
    while read -r package; do
        have[${package%%:*}]=1
    done < <(dpkg-query -W -f '${db:Status-Abbrev} ${binary:Package}\n' | sed -n 's/^ii *//p')
    while read -r package; do
        [[ -v have[$package] ]] || missing+=("$package")
    done < <(list "$LAB_DIR/packages")
    [ ${#missing[@]} -eq 0 ] ||
        die "Debian packages are missing here: ${missing[*]} (apt-get install ${missing[*]})"
}
