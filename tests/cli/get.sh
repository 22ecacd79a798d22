#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `get`: tables as text, JSON and CSV; columns, filters, order; watching.
. "$(dirname "$0")/lib.sh"
tiny='--host demo:tiny'

t "tables and their columns" 0 $tiny get
out "domains    Domains and what they use"
out "  * cpu                %         CPU use, in percent of one pCPU"

t "a table" 0 $tiny get domains
out "NAME      ID  STATE"
out "web1"
lines 4
silent

t "JSON has every column and the envelope" 0 $tiny get domains -o json
json 'd["schema"] == 1 and d["table"] == "domains" and d["source"] == "demo" and d["trouble"] is None'
json '[r["name"] for r in d["rows"]] == ["Domain-0", "web1", "db1"]'
json 'd["rows"][1]["mem_kib"] == 2097152 and d["rows"][1]["id"] == 1'
json 'abs(d["rows"][1]["cpu"] - 120) < 5'
json 'd["rows"][1]["uuid"] == "9a89381d-2939-4b86-a29f-f3079899fd81"'
json 'd["time"].endswith("Z") and len(d["time"]) == 20'

t "the host counts its domains by state" 0 --host demo get host -1 -o json
json 'sum(d["rows"][0]["domains_" + s] for s in ("run", "idle", "paused", "shutdown", "crashed", "dying")) == d["rows"][0]["domains"]'
json 'd["rows"][0]["domains_paused"] == 1 and d["rows"][0]["domains_crashed"] == 1'
t "a percentage is of the column that it stands beside" 0 $tiny get domains -1 -o json
json 'all(abs(r[m + "_percent"] - 100 * r[m + "_kib"] / (16 << 20)) < 0.1 for r in d["rows"] for m in ("mem", "mem_max", "mem_limit"))'

t "unknown is null, never zero: rates after one sample" 0 $tiny get domains -1 -o json
json 'all(r["cpu"] is None and r["net_rx"] is None for r in d["rows"])'
json 'd["rows"][2]["net_rx_bytes"] is None'
json 'd["rows"][2]["guest"] is None'

t "unknown in text is a dash, in CSV an empty field" 0 $tiny get domains -1 -c name,cpu
out "web1         -"
t "CSV" 0 $tiny get domains -1 -c name,cpu,mem_kib -o csv
out "name,cpu,mem_kib"
out "web1,,2097152"
holds "lines end in CR LF" sh -c "[ \$(tr -cd '\\r' <'$tmp/out' | wc -c) -eq 4 ]"

cat >"$tmp/quotes.yaml" <<'YAML'
host: {name: quotes, sockets: 1, nodes_per_socket: 1, cores_per_node: 2, threads_per_core: 1, memory: 4G, reserved: 256M}
domains:
  - {name: Domain-0, type: pv, memory: 512M}
  - {name: 'say "hi", guest', memory: 256M}
YAML
t "CSV quotes what needs it" 0 --host "demo:$tmp/quotes.yaml" get domains -1 -c name,id -o csv
out '"say ""hi"", guest",1'

t "columns: the default ones and one more" 0 $tiny get domains -1 -c default,+uuid,-pool
out "9a89381d-2939-4b86-a29f-f3079899fd81"
no_out "Pool-0"
t "columns: all" 0 $tiny get domains -1 -c all -o csv
out "uuid,name,id,state,flags"

t "a filter" 0 $tiny get domains -f 'cpu>50' -c name -o csv
lines 3
no_out "Domain-0"
t "a filter that nothing passes" 0 $tiny get domains -1 -f nobody -o json
json 'd["rows"] == []'
t "an order" 0 $tiny get domains -s -cpu -c name -o csv
holds "the busiest first" sh -c "sed -n 2p '$tmp/out' | grep -q '^db1'"
t "an order of two columns" 0 $tiny get domains -1 -s type,-name -c name -o csv
holds "by type, then by name" sh -c "tr -d '\\r' <'$tmp/out' | tr '\\n' ' ' | grep -qx 'name Domain-0 web1 db1 '"

t "watching" 0 $tiny get domains --watch 100ms --count 3 -c name,cpu -o json
lines 3
holds "a document a line" python3 -c "
import json
docs = [json.loads(l) for l in open('$tmp/out')]
assert all(d['rows'][1]['cpu'] is not None for d in docs)"
t "watching as CSV: one heading, and the time in each line" 0 $tiny get domains -w 100ms -n 2 -c name -o csv
holds "one heading" sh -c "[ \$(grep -c '^time,name' '$tmp/out') -eq 1 ]"
lines 7

t "watching as a table: a heading before each of the blocks, as xentop -b" 0 $tiny get domains -p xentop \
    --watch 100ms --count 2
holds "two headings, with xentop's columns in its order" sh -c "[ \$(tr -s ' ' <'$tmp/out' |
    grep -c '^NAME FLAGS CPU(s) CPU% MEM MEM% MAXMEM MAXMEM% VCPUS NETS RX TX VBDS VBDOO VBDRD VBDWR RSECT WSECT SSID') -eq 2 ]"
lines 9
holds "each block is out before the next sample" sh -c "timeout 60 '$xendeck' $tiny get domains \
    --watch 1000s --interval 100ms 2>/dev/null | head -4 | grep -q '^db1'"
holds "a signal ends the watching, and the caller learns which" sh -c "
    '$xendeck' $tiny get domains --watch 1000s --interval 100ms -o csv >'$tmp/watched' 2>&1 & p=\$!
    until grep -q db1 '$tmp/watched'; do sleep 0.05; done
    kill -TERM \$p; wait \$p; [ \$? -eq 143 ]"
cat >"$tmp/slow.yaml" <<'YAML'
domains: [{name: Domain-0, type: pv, memory: 1G}]
faults: [{at: 0s, kind: slow, for: 600s}]
YAML
holds "… also one that comes while the first sample is awaited" sh -c "
    '$xendeck' --host 'demo:$tmp/slow.yaml' get domains --watch 1s >'$tmp/watched' 2>&1 & p=\$!
    until [ \$(ls /proc/\$p/task | wc -l) -gt 1 ]; do sleep 0.05; done
    kill -INT \$p; kill -TERM \$p; wait \$p; [ \$? -gt 128 ]"
t "a preset, and more" 0 $tiny get domains -1 -p memory -c +uuid,-id -o csv
out "name,state,mem_kib,mem_target_kib,mem_max_kib,mem_percent,mem_max_percent,node_affinity,uuid"
holds "its order" sh -c "tail -n +2 '$tmp/out' | cut -d, -f1 | tr '\n' ' ' | grep -qx 'db1 web1 Domain-0 '"
t "no such preset" 1 $tiny get domains -p xentpo
err 'domains have no preset "xentpo", did you mean "xentop"?'

t "a thousand domains" 0 --host demo:huge get domains -1 -o json
json 'len(d["rows"]) == 1000'
t "each of the tables" 0 $tiny get host -1 -o json
json 'len(d["rows"]) == 1 and d["rows"][0]["name"] == "tiny" and d["rows"][0]["kind"] == "demo"'
for table in nodes pcpus pools vcpus; do
    t "table $table" 0 $tiny get $table -o json
    json 'len(d["rows"]) > 0'
done

# Guests lie: what they say never reaches a terminal as it is, in whatever format.
for format in table json csv; do
    t "hostile names as $format" 0 --host demo get domains -1 -c name,guest -o $format
    out "evil"
    holds "no control character but line ends" sh -c "! LC_ALL=C grep -q '[[:cntrl:]]' <<X
\$(tr -d '\\r' <'$tmp/out')
X"
done
finish
