#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does the full-screen console show and edit a real host? Driven in a pty as a person would. To be run
# in the lab's dom0:
#   tests/lab/lab run 'bash /tests/console.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

export LANG=C.UTF-8

# console NAME [OPTION...]: plays the steps on standard input in the console, 80x24 by default
console() {
    local name=$1
    shift
    in_console "$name" 500ms "$@"
}

# To one domain, by the filter
go_to() {
    echo "timeout 30s"
    echo "wait LIVE"
    echo "wait $1"
    echo "key /"
    echo "type $1"
    echo "key Enter"
    echo "wait 1 of 1"
}

# Stages a cap up to the plan on the screen
stage_cap() {
    echo "key c"
    echo "wait CPU cap"
    echo "key C-u"
    echo "type $1"
    echo "key Enter"
    echo "wait staged:"
    echo "key a"
    echo "wait Plan: 1 step"
}

quit() {
    echo "key q"
    echo "exit 0"
    echo "restored"
}

shows_the_host() {
    guest spin spin1
    guest idle idle1
    for term in xterm-256color linux vt100 screen-256color; do
        console "the console shows the host under TERM=$term" -t $term <<STEPS
timeout 30s
wait LIVE
wait Domain-0
wait spin1
wait idle1
expect Xen 4.17
expect Pool-0
$(quit)
STEPS
    done
    console "the spinning guest uses a pCPU" -g 120x40 < <(
        go_to spin1
        echo "key /"
        echo "key C-u"
        echo "type spin1 cpu>60"
        echo "key Enter"
        echo "wait 1 of 1"
        echo "expect pvh"
        quit
    )
}

edits_it() {
    console "a cap is staged, planned and applied" < <(
        go_to spin1
        stage_cap 40
        echo "expect xl sched-credit2 -d spin1 -c 40"
        echo "key Enter"
        echo "wait done: spin1 sched.cap none → 40"
        quit
    )
    is "xl sees the cap" "$(credit2 spin1)" "256 40"
    sleep 2
    between "the spinning guest falls to 40 percent, give or take 8" "$(cpu_share spin1 10)" 32 48
    console "it is taken back from the journal" < <(
        go_to spin1
        echo "key U"
        echo "wait Plan: 1 step"
        echo "key Enter"
        echo "wait done: undo"
        quit
    )
    is "xl sees no cap" "$(credit2 spin1)" "256 0"
}

# While the plan is on the screen, somebody changes the value with xl.
is_refused() {
    console "a value changed meanwhile with xl is REFUSED" < <(
        go_to spin1
        stage_cap 30
        echo "expect none → 30"
        sleep 8 # the steps above are played as they come
        xl sched-credit2 -d spin1 -c 70 >&2
        echo "key Enter"
        echo "wait REFUSED"
        echo "key u"
        quit
    )
    is "and theirs stays" "$(credit2 spin1)" "256 70"
    xl sched-credit2 -d spin1 -c 0
}

destroys_only_by_name() {
    console "destroying asks for the name" < <(
        go_to idle1
        echo "type :do destroy"
        echo "key Enter"
        echo "wait Something is lost for good"
        echo "type idle2"
        echo "key Enter"
        echo "wait That is not it"
        echo "key C-u"
        echo "type idle1"
        echo "key Enter"
        echo "wait done: destroy idle1"
        quit
    )
    check "it is gone" gone idle1
    console "a domain that comes is shown by the next sample" < <(
        echo "timeout 30s"
        echo "wait spin1"
        echo "absent late1"
        sleep 6 # the steps above are played as they come
        guest idle late1 >&2
        echo "wait late1"
        quit
    )
}

keeps_dom0() {
    local before
    before=$(credit2 Domain-0)
    console "an edit of Domain-0 that nobody keeps is undone by itself" < <(
        go_to Domain-0
        echo "key w"
        echo "key C-u"
        echo "type 512"
        echo "key Enter"
        echo "wait staged:"
        echo "key a"
        echo "wait Plan: 1 step"
        echo "key Enter"
        echo "wait Keep the edit of Domain-0?"
        echo "wait done: undo"
        quit
    )
    is "its weight is as before" "$(credit2 Domain-0)" "$before"
}

# A guest that says something on its console once a second; Ctrl-] is xenconsole's own key.
hands_over() {
    guest idle beats1 'extra="mode=idle hb=1"'
    console "the guest's console gets the terminal and gives it back" < <(
        go_to beats1
        echo "key o"
        echo "wait xendeck-guest: beat"
        echo "key C-]"
        echo "wait Back from xl console"
        echo "expect beats1"
        quit
    )
    like "and the guest runs on" "$(xl list beats1)" beats1
    xl destroy beats1
}

shows_the_host
hands_over
edits_it
is_refused
destroys_only_by_name
keeps_dom0
end_guests
tap_end
