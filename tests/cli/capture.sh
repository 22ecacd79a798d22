#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# capture: a host recorded to a file and shown from it again.
. "$(dirname "$0")/lib.sh"

t "record" 0 --host demo:tiny --interval 100ms capture "$tmp/tiny.xdc" --count 3
holds "there is a file" test -s "$tmp/tiny.xdc"
t "not over what is there" 2 --host demo:tiny --interval 100ms capture "$tmp/tiny.xdc" --count 1
err "--force writes over it"
t "unless it is forced" 0 --host demo:tiny --interval 100ms capture "$tmp/tiny.xdc" --count 3 --force
t "without a file" 1 --host demo:tiny capture
t "play back" 0 --host "capture:$tmp/tiny.xdc" get domains -1 -o json
json 'd["source"] == "capture" and [r["name"] for r in d["rows"]] == ["Domain-0", "web1", "db1"]'
json 'd["rows"][1]["mem_kib"] == 2097152'
t "it says that it is a capture" 0 --host "capture:$tmp/tiny.xdc" get host -1 -o json
json 'd["rows"][0]["kind"] == "capture" and d["rows"][0]["recorded_at"] is not None'
t "a capture can't be edited" 2 --host "capture:$tmp/tiny.xdc" set web1 sched.cap=20 --yes

# Cut in the middle: what stands before is still there.
head -c $(($(wc -c <"$tmp/tiny.xdc") - 20)) "$tmp/tiny.xdc" >"$tmp/cut.xdc"
t "a cut capture" 0 --host "capture:$tmp/cut.xdc" get domains -1 -o json
json 'len(d["rows"]) == 3'
echo "this is no capture" >"$tmp/text.xdc"
t "a file that is no capture" 5 --host "capture:$tmp/text.xdc" get domains
err "text.xdc"
finish
