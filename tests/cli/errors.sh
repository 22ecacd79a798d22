#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is misspelt is answered with advice and status 1, what is out of bounds with 2; a host that
# can't be had with 5.
. "$(dirname "$0")/lib.sh"
tiny='--host demo:tiny'

t "a misspelt command" 1 gett domains
err 'there is no command "gett"; did you mean "get"?'
t "a misspelt option" 1 $tiny get domains --colums name
err 'there is no option "--colums"; did you mean --columns?'
t "an option without its value" 1 $tiny get domains --watch
err '--watch needs a value: TIME'
t "a value for a flag" 1 --readonly=yes $tiny get domains
err '--readonly takes no value'
t "a misspelt table" 1 $tiny get domans
err 'there is no table "domans"'
err '"domains"'
t "two tables" 1 $tiny get domains vcpus
err '"vcpus" is one word too many'
t "a misspelt column" 1 $tiny get domains -c name,mem_kbi
err '--columns: column 6: there is no column "mem_kbi" in domains; did you mean mem_kib?'
t "a misspelt column in a filter" 1 $tiny get domains -f 'cpu>1 wieght=3'
err '--filter: column 7: there is no column "wieght" in domains; did you mean weight?'
t "an open parenthesis in a filter" 1 $tiny get domains -f '(cpu>1'
err '--filter: column'
t "a value that is none" 1 $tiny get domains -f 'mem_kib>much'
err 'found "much"'
t "a regular expression that is none" 1 $tiny get domains -f 'name~('
err 'regular expression'
t "a misspelt column in an order" 1 $tiny get domains -s -cup
err '--sort: column 2: there is no column "cup" in domains; did you mean cpu?'
t "a format that is none" 1 $tiny get domains -o xml
err '"xml" is not table, json or csv'
t "a count without --watch" 1 $tiny get domains -n 3
err '--count needs --watch TIME'
t "a count of nothing" 1 $tiny get domains -w 1s -n 0
err '"0" is not a number from 1 on'
t "an interval that is none" 1 $tiny --interval soon get domains
err '--interval: '
t "an interval out of bounds" 1 $tiny --interval 1ms get domains
err 'is not between 10ms and 1 day'

t "set without anything" 1 $tiny set
err 'For example: xendeck set'
t "a value without an object" 1 $tiny set sched.cap=40
err 'of which object?'
t "an object that is not there" 1 $tiny set domain/wbe1 sched.cap=40 --yes
err 'there is no domain "wbe1": did you mean web1?'
t "a knob that is not there" 1 $tiny set domain/web1 sched.cpa=40 --yes
err 'did you mean sched.cap?'
t "a value out of the bounds of its object" 2 $tiny set domain/web1 sched.cap=4000 --yes
err 'at most 200'
t "a value that is no number" 1 $tiny set domain/web1 sched.weight=heavy --yes
err 'found "heavy"'
t "an action that is not there" 1 $tiny do web1 puase --yes
err 'did you mean pause?'
t "a plan as CSV" 1 $tiny set web1 sched.cap=40 --yes -o csv
err 'a plan is a table or json'
t "undo of a word" 1 $tiny undo it
err 'not "it"'
t "undo of nothing" 1 $tiny undo --yes
t "a journal entry that is not there" 1 $tiny journal 99
err 'there is no entry 99'
t "help on what is not there" 1 help gte
err 'did you mean "get"?'

t "no such host" 5 --host mars get domains
err 'there is no host "mars": there are live, capture, demo'
t "no such scenario" 5 --host demo:hug get domains
err 'did you mean "huge"?'
t "a scenario with a mistake" 5 --host "demo:$tmp/none.yaml" get domains
err "none.yaml"
printf 'host:\n  name: x\n  memroy: 4G\ndomains: []\n' >"$tmp/bad.yaml"
t "a scenario with a misspelt key" 5 --host "demo:$tmp/bad.yaml" get domains
err 'bad.yaml:3:3'
err 'memory'
t "no Xen here" 5 --host live get domains
err 'no live host'
t "a capture that is not there" 5 --host "capture:$tmp/none.xdc" get domains
err 'No such file or directory'
finish
