#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several tests on one host, which saves boots. Each leaves the host without guests of its own.
#   tests/lab/lab run 'bash /tests/several.sh guests linux'
failed=
for name; do
    echo "# $name"
    bash "$(dirname "$0")/$name.sh" || failed="$failed $name"
done
[ -z "$failed" ] || { echo "failed:$failed" && exit 1; }
