# SPDX-License-Identifier: GPL-2.0-or-later
# A line of Xen's cpufeatureset.h, XEN_CPUFEATURE(SSE3, 1*32+ 0) /*A  what it is */, as "1 0 SSE3 A".
s@^XEN_CPUFEATURE\(([A-Z0-9_]+), *([0-9]+)\*32\+ *([0-9]+)\) */\*([AaSsHh!|]*) .*@\2 \3 \1 \4@p
