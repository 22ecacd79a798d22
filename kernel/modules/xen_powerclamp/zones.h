/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each package whose counter of energy can be read is a powercap zone: /sys/class/powercap/xen:N. None has constraints;
 * why not stands in README.md of kernel/modules.
 */
#ifndef XEN_POWERCLAMP_ZONES_H
#define XEN_POWERCLAMP_ZONES_H

/*
 * Learns which packages there are, from lines "packageN: ..." of the hypervisor's /powerclamp/stat, N being one of the
 * package's pCPUs. Returns 0 or -ENOMEM.
 */
int zones_parse(const char *text);

/* Registers their zones. That there are none is no reason not to load: a sentence in the log says why. */
void zones_begin(void);

/* Takes them back, and forgets the packages: also after zones_parse() alone. */
void zones_end(void);

#endif
