#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/pty/test_hand_over.sh PTYDRIVE XENDECK MODULES: the terminal given to another program and taken
# back, and what an action would do, in a real pty. The host is the module rig; its `xl` is the script made here.
. "$(dirname "$0")/lib.sh"
export XENDECK_MODULES="$3" TMP="$tmp"

mkdir "$tmp/bin"
cat >"$tmp/bin/xl" <<'XL'
#!/bin/sh
# What a guest's console does to a terminal, in small: says who it is, reads lines, minds no echo.
echo "guest console of $*"
trap 'int=1; echo interrupted' INT
while int='' && read -r line || [ -n "$int" ]; do
    case $line in
    bye) exit 0 ;;
    fail) echo "the guest has gone" >&2; exit 3 ;;
    stop) kill -STOP $$ ;;
    raw) stty -icanon -echo ;;
    group) ps -o stat= -p $$ | grep -q + && echo "in the foreground" ;;
    *) echo "you said: $line" ;;
    esac
done
XL
chmod +x "$tmp/bin/xl"

# over NAME PATH ARGS... : plays the steps on standard input
over() {
    name=$1 path=$2
    shift 2
    "$drive" -e LANG=C.UTF-8 -e LC_ALL=C.UTF-8 -e "PATH=$path" -t xterm-256color -- \
        "$xendeck" --host rig --interval 200ms "$@" >"$tmp/out" 2>&1
    result $? "$name"
}

over "a program gets the terminal, and the session goes on meanwhile" "$tmp/bin:$PATH" <<'STEPS'
wait guest-early
key o
wait guest console of console 5
type hello
key Enter
wait you said: hello
type group
key Enter
wait in the foreground
key C-c
wait interrupted
sleep 2s
type raw
key Enter
sleep 200ms
type bye
key Enter
wait Back from xl console 5
expect guest-late
key ?
wait This list
key Esc
gone This list
key q
exit 0
restored
STEPS

over "one that fails: its last words stay until Enter" "$tmp/bin:$PATH" <<'STEPS'
wait guest-
key o
wait guest console
type fail
key Enter
wait the guest has gone
wait xl console 5 ended with status 3; Enter goes back
key Enter
wait xl console 5 ended with status 3
gone the guest has gone
key q
exit 0
restored
STEPS

over "one that is stopped does not keep the terminal" "$tmp/bin:$PATH" <<'STEPS'
wait guest-
key o
wait guest console
type stop
key Enter
wait xl console 5 was ended by signal 1; Enter goes back
key Enter
gone Enter goes back
expect guest-
key q
exit 0
restored
STEPS

over "one that isn't there" /nonexistent <<'STEPS'
wait guest-
type :do console
key Enter
wait xl can't be started: No such file or directory
expect guest-
key q
exit 0
restored
STEPS

over "for an id that isn't known nothing is started" "$tmp/bin:$PATH" <<'STEPS'
wait other
key j o
wait console: its id is unknown
key q
exit 0
STEPS

over "what an action would do is shown before it is done, line by line" "$tmp/bin:$PATH" <<'STEPS'
wait guest-
type :do make
key Enter
wait Config file
type web.cfg
key Enter
wait Plan: 1 step
wait would make guest-
expect of web.cfg, part 1
absent part 40
key PgDn PgDn PgDn
wait of web.cfg, part 40
wait as    xl has no such command
key Esc
wait Nothing was done
type :do make file=bad
key Enter
wait would be REFUSED: bad:3:1: nothing is known of "kernle"
key Enter
expect It would be refused
key Esc q
exit 0
restored
STEPS

over "read-only there is no console" "$tmp/bin:$PATH" --readonly <<'STEPS'
wait guest-
key o
wait can't be edited
key q
exit 0
STEPS

over "SIGTERM while another has the terminal ends both" "$tmp/bin:$PATH" <<'STEPS'
wait guest-
key o
wait guest console
signal TERM
exit 143
restored
STEPS

over "xendeck console DOMAIN" "$tmp/bin:$PATH" console other <<'STEPS'
wait console: its id is unknown
exit 2
STEPS
PATH="$tmp/bin:$PATH" "$xendeck" --host rig console domain/5 >"$tmp/out" 2>&1 <<'STEPS'
hello
bye
STEPS
status=$?
grep -q 'guest console of console 5' "$tmp/out" && grep -q 'you said: hello' "$tmp/out"
result $((status + $?)) "xendeck console becomes the program"
PATH=/nonexistent "$xendeck" --host rig console domain/5 >"$tmp/out" 2>&1
[ $? -eq 5 ] && grep -q "xl can't be started" "$tmp/out"
result $? "and says when there is none"
"$xendeck" --host rig --readonly console domain/5 >"$tmp/out" 2>&1
[ $? -ne 0 ] && grep -q 'readonly' "$tmp/out"
result $? "and not read-only"

finish
