/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of CPUID policies: what a host's processor says, what Xen makes of it for each kind of
 * guest, and what each domain was given. `cpuid` has a row a policy, `cpuid_leaves` a row for each
 * leaf of each; two functions put a policy into them and get it out again, live or from a capture.
 */
#ifndef XD_MODEL_TABLES_CPUID_H
#define XD_MODEL_TABLES_CPUID_H

#include "model/table.h"
#include "xen/cpuid/dump.h"

/* cpuid */
enum {
    XD_CPUID_COL_NAME, /* key: "raw" "host" "pv-max" "hvm-max" "pv-default" "hvm-default" "domain/3"
                        */
    XD_CPUID_COL_KIND, /* enum xd_cpuid_kind */
    XD_CPUID_COL_GUESTS, /* enum xd_cpuid_seen_by; of a domain: what it is */
    XD_CPUID_COL_DOMID,  /* this and the next two are unknown of the host's */
    XD_CPUID_COL_DOMAIN,
    XD_CPUID_COL_UUID,
    XD_CPUID_COL_PROCESSOR, /* its brand, as the policy has it */
    XD_CPUID_COL_VENDOR,
    XD_CPUID_COL_FEATURES, /* how many there are */
    XD_CPUID_COL_LEAVES,
    XD_CPUID_COL_WORDS, /* the featureset as xen-cpuid prints it: words in hex, divided by ':' */
    XD_CPUID_COL_MSRS,  /* "0x10a=0x2b 0xcf=0x8000000000000000"; "": all are zero */
    XD_CPUID_COL_MICROCODE,    /* of "raw": the processor's; unknown else */
    XD_CPUID_COL_COMMAND_LINE, /* of "host": Xen's; unknown else */
    XD_CPUID_COL_N,
};
/* What a policy says. */
enum xd_cpuid_kind {
    XD_CPUID_KIND_RAW,     /* what the processor says */
    XD_CPUID_KIND_HOST,    /* … and Xen uses */
    XD_CPUID_KIND_MAX,     /* what guests of a kind can have at most */
    XD_CPUID_KIND_DEFAULT, /* what they have unasked */
    XD_CPUID_KIND_DOMAIN,  /* what one was given when it was made */
};
/* Whom it is for. */
enum xd_cpuid_seen_by { XD_CPUID_FOR_PV, XD_CPUID_FOR_HVM, XD_CPUID_FOR_BOTH };

/* cpuid_leaves */
enum {
    XD_CPUID_LEAF_POLICY, /* the name of the policy, and */
    XD_CPUID_LEAF_PLACE,  /* "0x00000007:1": leaf and subleaf */
    XD_CPUID_LEAF_EAX,    /* this and the next three: "0x0000000d" */
    XD_CPUID_LEAF_EBX,
    XD_CPUID_LEAF_ECX,
    XD_CPUID_LEAF_EDX,
    XD_CPUID_LEAF_N,
};

/* cpuid_try: at most one row */
enum {
    XD_CPUID_TRY_NAME,
    XD_CPUID_TRY_FILE,
    XD_CPUID_TRY_ASKED,
    XD_CPUID_TRY_GUESTS,
    XD_CPUID_TRY_FEATURES,
    XD_CPUID_TRY_WORDS,
    XD_CPUID_TRY_N,
};

extern const struct xd_table_desc xd_cpuid_desc, xd_cpuid_leaves_desc, xd_cpuid_try_desc;

/* One policy. NULL and -1 are unknown. */
struct xd_cpuid_policy {
    const char *name;
    enum xd_cpuid_kind kind;
    enum xd_cpuid_seen_by guests;
    int64_t domid;
    const char *domain, *uuid;
    const char *microcode, *command_line;
    struct xd_cpuid_source source; /* its label is the name */
};

/* A host's own policies, in the order in which they are shown. NULL ends. */
extern const struct xd_cpuid_host_policy {
    const char *name;
    enum xd_cpuid_kind kind;
    enum xd_cpuid_seen_by guests;
} xd_cpuid_host_policies[];

/* Adds a row to xd_cpuid_desc, and its leaves to xd_cpuid_leaves_desc where `leaves` says that
 * somebody wants them. at_ns: when it was read. */
void xd_cpuid_put(struct xd_builder *b, int64_t at_ns, const struct xd_cpuid_policy *p,
                  bool leaves);
/* All policies of the two tables, in their order, into *out[n]; texts live as long as the rows, the
 * rest in the arena. leaves NULL: the featuresets alone. What a capture has of them is read as
 * well, whatever columns it has. */
size_t xd_cpuid_policies(const struct xd_table *policies, const struct xd_table *leaves,
                         struct xd_arena *a, struct xd_cpuid_policy **out);

/* What came of a dry run: the action cpuid-try. */
struct xd_cpuid_tried {
    const char *name; /* the throw-away domain's, another one each time */
    const char *file, *asked;
    enum xd_cpuid_seen_by guests;
    struct xd_cpuid_set set;
};
/* Adds the table, with a row; tried NULL: there was none yet. */
void xd_cpuid_put_try(struct xd_builder *b, int64_t at_ns, const struct xd_cpuid_tried *tried);
/* The row of that table; false: there is none. Texts live as long as it. */
bool xd_cpuid_try_get(const struct xd_table *t, struct xd_cpuid_tried *out);

#endif
