#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# xendeck policy: check, simulate, explain, show, reference; on files and the demo host.
. "$(dirname "$0")/lib.sh"

awk 'BEGIN { print "time,name,cpu,vcpus"
    for (t = 0; t <= 7200; t += 10) { print t ",web1,100,1"; print t ",db1,30,4" } }' >"$tmp/load.csv"
sed 's/300s/600s/; s/^policy: .*/policy: twice/' "$(dirname "$0")/../../policies/burst-hour.yaml" >"$tmp/twice.yaml"
cat >"$tmp/fight.yaml" <<'EOT'
policy: fight
rules:
  - {name: a, match: all, at_least: {sched.weight: 512}}
  - {name: b, match: all, at_most: {sched.weight: 256}}
EOT
printf 'policy: p\nrules:\n  - {name: r, match: all, set: {sched.cpa: 20}}\n' >"$tmp/wrong.yaml"

t "no verb" 1 policy
err 'policy does one of: check FILE…'
t "a misspelt verb" 1 policy chek x
err 'did you mean check?'

t "check" 0 policy check burst-hour "$tmp/twice.yaml"
out 'burst-hour: policy burst-hour, 1 rule: valid'
silent
t "check what is wrong" 1 policy check "$tmp/wrong.yaml"
err 'wrong.yaml:3:33: unknown key "sched.cpa"; did you mean "sched.cap"?'
t "check what fights" 0 policy check "$tmp/fight.yaml"
err 'warning: '
err 'fight.yaml:4:5: rules a and b fight over sched.weight: at least 512 against at most 256'
t "check as JSON" 1 policy check "$tmp/wrong.yaml" burst-hour -o json
json '[x["valid"] for x in d] == [False, True] and "did you mean" in d[0]["error"]'
t "check what is not there" 1 policy check "$tmp/none.yaml"
err 'No such file'

t "simulate" 0 policy simulate burst-hour --from "$tmp/load.csv" --acts
out '2024-01-01T00:05:00Z  web1 sched.cap none → 20: rule burst'
out 'policy burst-hour on'
out 'xxxxxxxx'
silent
t "simulate as JSON" 0 policy simulate burst-hour --from "$tmp/load.csv" --compare "$tmp/twice.yaml" -o json
json 'abs({x["name"]: x for x in d["simulation"]["domains"]}["web1"]["wanted_s"] - 7200) < 1'
json '{x["name"]: x for x in d["simulation"]["domains"]}["db1"]["denied_s"] == 0'
json '[r["domains"][0]["used_s"] for r in (d["simulation"], d["compare"])] == sorted(r["domains"][0]["used_s"] for r in (d["simulation"], d["compare"]))'
t "the same again is the same" 0 policy simulate burst-hour --from "$tmp/load.csv" -o json
cp "$tmp/out" "$tmp/first"
t "… for sure" 0 policy simulate burst-hour --from "$tmp/load.csv" -o json
holds "equal" cmp "$tmp/first" "$tmp/out"
t "simulate days" 0 policy simulate burst-hour --from "$tmp/load.csv" --days 1 -o json
json 'abs(d["simulation"]["length_s"] - 86400) < 20'
t "simulate a capture" 0 policy simulate burst-hour --from "$(dirname "$0")/../fixtures/tiny.xdc" --ascii
out 'web1             999999 burst'
t "what get prints is a load" 0 --host demo get domains -c name,uuid,cpu_ns,vcpus -o csv --watch 1s --count 3
cp "$tmp/out" "$tmp/watched.csv"
t "… and can be simulated" 0 policy simulate burst-hour --from "$tmp/watched.csv" -o json
json 'len(d["simulation"]["domains"]) == 14 and d["simulation"]["domains"][0]["wanted_s"] > 0'
t "compare" 0 policy simulate burst-hour --from "$tmp/load.csv" --compare "$tmp/twice.yaml"
out 'twice against burst-hour: what changes'
t "no load" 1 policy simulate burst-hour
err 'one policy and recorded load'
printf 'time,name,cpu\n5,web1,10\n3,web1,10\n' >"$tmp/back.csv"
t "time that goes back" 5 policy simulate burst-hour --from "$tmp/back.csv"
err 'back.csv:3:1: time goes back'
printf 'time,name\n5,web1\n' >"$tmp/short.csv"
t "no use" 5 policy simulate burst-hour --from "$tmp/short.csv"
err 'short.csv:1:1: wanted one of the columns cpu (percent) and cpu_ns (a counter)'

t "explain on recorded load" 0 policy explain web1 --policy burst-hour --from "$tmp/load.csv"
out 'budget burst: '
t "explain on a host" 0 --host demo policy explain Domain-0 --policy dom0-share -d 100ms
out 'sched.weight 1024 (by itself 512), now still 512: rule dom0'
out 'No balance was kept of this policy here'
t "explain a limit on a host" 0 --host demo policy explain host --policy power-cap -d 100ms
out '  limit watts: 180.0 W'
out '    2. caps: '
t "simulate a limit" 0 policy simulate power-cap --from "$tmp/load.csv"
out 'rule watts takes nothing here: no recording tells what the sensor would say then'
cat >"$tmp/hot.yaml" <<'EOF'
policy: hot
rules:
  - {name: hot, match: all, if: {table: pcpus, where: busy>90}, set: {sched.cap: 9}}
EOF
t "simulate what the load doesn't tell" 0 policy simulate "$tmp/hot.yaml" --from "$tmp/load.csv"
out 'rule hot is never in force here: it asks pcpus "busy>90", which the load doesn'
t "… as JSON" 0 policy simulate "$tmp/hot.yaml" --from "$tmp/load.csv" -o json
json 'len(d["simulation"]["not_played"]) == 1'
t "explain nobody" 1 --host demo policy explain web99 --policy burst-hour -d 100ms
err 'there is no domain "web99"'

t "show all" 0 policy show
lines 6
t "show one" 0 policy show burst-hour
out 'then: {sched.cap: 20}'
t "show none" 1 policy show bust-hour
err 'did you mean burst-hour?'
t "reference" 0 policy reference
out '  on_exit: hold or restore; if left out: restore'
t "help" 0 policy --help
out 'run FILE carries a policy out'
finish
