# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests of edits share, beside lib.sh: xendeck run with an expected exit status, and a look at
# what it printed.

OUT=/root/out ERR=/root/err

# edit STATUS NAME WORDS...: xendeck with these words must end with STATUS
edit() {
    local wanted=$1 name=$2 status
    shift 2
    xendeck "$@" >$OUT 2>$ERR </dev/null
    status=$?
    [ "$status" -eq "$wanted" ]
    result $? "$name" || note "xendeck $* ended with $status, not $wanted: $(cat $OUT $ERR)"
}

# says NAME REGEX: what the last edit printed
says() { like "$1" "$(cat $OUT $ERR)" "$2"; }

set_() { edit 0 "$1" set "${@:2}" --yes; }

# refused NAME REGEX OBJECT KNOB=VALUE...: such an edit must be refused with such a sentence
refused() {
    edit 2 "$1" set "${@:3}" --yes
    says "$1: the reason" "$2"
}

# undone NAME: the last edit is taken back
undone() { edit 0 "$1" undo --yes; }
