#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The form of our patches on Xen, as far as it can be told without Xen's source: each is in the series, has an author,
# a subject, a message and a sign-off, and what it adds keeps to Xen's CODING_STYLE: lines of 80 columns, no
# blanks at their ends, no tabs in C but in files that have them, blanks within the parentheses of if, for, while
# and switch. That they apply, with git am, is seen by who builds them (xen/patches/build).
set -u
cd "$(dirname "$0")/../../xen/patches" || exit 1
failed=0
wrong() { echo "xen/patches/$*" && failed=1; }

listed=$(sed 's/#.*//; /^ *$/d' series)
for patch in $listed; do [ -f "$patch" ] || wrong "series: $patch is not there"; done
for patch in */*.patch; do
    echo "$listed" | grep -qx "$patch" || wrong "$patch is not in the series"
    for line in '^From: [^<]* <[^@ ]*@[^@ ]*>$' '^Date: ' '^Subject: [^ ]' '^Signed-off-by: [^<]* <.*>$'; do
        sed '/^---$/q' "$patch" | grep -q "$line" || wrong "$patch: its head has no line like $line"
    done
    [ "$(sed -n '/^$/,/^---$/p' "$patch" | wc -w)" -gt 20 ] || wrong "$patch: its message says too little"
    awk -v patch="$patch" '
        function says(what) { print "xen/patches/" patch ":" FNR ": " what; bad = 1 }
        /^\+\+\+ / { file = substr($2, 3); c = file ~ /\.[ch]$/; tabs = file ~ /msr-index\.h$/; next }
        !/^\+/ || /^\+\+\+/ { next }
        { line = substr($0, 2) }
        line ~ /[ \t]$/ { says("blanks at the end of a line of " file) }
        length(line) > 80 { says("a line of " length(line) " columns in " file) }
        c && !tabs && line ~ /\t/ { says("a tab in " file) }
        c && line ~ /^ *(if|for|while|switch) \([^ ]/ { says("no blank within the parentheses, in " file) }
        c && line ~ /^ *(if|while|switch)\(/ { says("no blank before the parenthesis, in " file) }
        END { exit bad }' "$patch" || failed=1
done
[ "$failed" -ne 0 ] || echo "the patches are in good form"
exit $failed
