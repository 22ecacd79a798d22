/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of `xendeck cpuid` share. */
#ifndef XD_CMD_CPUID_H
#define XD_CMD_CPUID_H

#include "base/arena.h"
#include "capture/format.h"
#include "cmd/cli.h"
#include "xen/cpuid/level.h"

struct xd_cpuid_policy;
struct xd_json;

/* A set of features that the user named. */
struct cpuid_named {
    const char *label;
    const struct xd_cpuid_source *source;
    enum xd_cpuid_vendor vendor; /* ANY: unknown */
    bool pv;                     /* it is known to be a PV domain's */
};

/* What a host tells of, live or in a capture. */
struct cpuid_host {
    const char *title;
    struct xd_cpuid_policy *policy;
    size_t n;
};

struct cpuid {
    struct xd_cli *cli;
    struct xd_cpuid_db *db;
    struct xd_arena a;
    enum xd_format format;
    enum xd_cpuid_guests guests;          /* --pv: EVERY, else HVM_HAP */
    struct xd_featureset of;              /* features that are looked at */
    const struct xd_cpuid_source *native; /* once it was read */
    struct cpuid_host *live;              /* likewise; NULL: there is none, and why */
    bool asked_live;
    struct xd_err why_not;
    bool asked_cpu_map; /* libvirt's models, where it is installed, were added or can't be */
};

/* Which sets of a file that has several are meant. */
enum cpuid_pick {
    CPUID_EVERY_SET, /* to be compared */
    CPUID_HOST_SET,  /* the one that says what guests can have at most */
    CPUID_GUEST_SET, /* the one of a guest; several are an error */
};

/* The model of that name, be it one of libvirt's that this machine has; NULL: there is none. */
const struct xd_cpuid_model *cpuid_model(struct cpuid *c, const char *name);
/* Adds the models that --cpu-map and --qemu-help name. */
int cpuid_import(struct cpuid *c, struct xd_err *err);
/* Adds those of an installed libvirt, once; true if there were any that we hadn't. */
bool cpuid_import_installed(struct cpuid *c);

/* Reads a dump, or the beginning of a saved domain (XD_CPUID_IMAGE_BYTES of it). fd: is closed; -1:
 * errno says why. -EFBIG: more than `most` bytes, which are at least as many. */
int cpuid_read(int fd, const char *path, size_t most, struct xd_buf *out, struct xd_err *err);
/* Adds what `word` names: "host", a policy of the host's ("hvm-max"), FILE, FILE:LABEL, -, a
 * featureset in hex, a spec, or a domain. */
int cpuid_source(struct cpuid *c, const char *word, enum cpuid_pick pick, struct cpuid_named **list,
                 size_t *n, struct xd_err *err);
/* All policies of the host's own, else what the CPUID instruction says here. */
int cpuid_this_host(struct cpuid *c, struct cpuid_named **list, size_t *n, struct xd_err *err);
/* What guests with those specs would see on the host that --on names. */
int cpuid_predicted(struct cpuid *c, int argc, char **argv, struct cpuid_named **list, size_t *n,
                    struct xd_err *err);
/* The host that --on names, with its policies: "host" or a capture. */
int cpuid_on_host(struct cpuid *c, struct cpuid_host **h, struct xd_err *err);
/* The two tables, for a session's configuration. */
extern const struct xd_want cpuid_wants[2];
/* The policies of --host, else of the Xen host that this is. -ENODATA: there is none, and why. */
int cpuid_host_live(struct cpuid *c, struct cpuid_host **out, struct xd_err *err);
/* The newest policies in a capture. */
int cpuid_host_capture(struct cpuid *c, const char *path, struct cpuid_host **out,
                       struct xd_err *err);
/* By name ("hvm-max", "domain/3"), or a domain's name, UUID or number; NULL: there is none. */
const struct xd_cpuid_policy *cpuid_host_find(const struct cpuid_host *h, const char *word);
/* What guests of a kind can have there at most, as far as that is known. */
const struct xd_cpuid_policy *cpuid_host_most(const struct cpuid_host *h, bool pv);
/* What guests have there unasked: what "host" means in a spec; NULL: unknown. */
const struct xd_cpuid_policy *cpuid_host_unasked(const struct cpuid_host *h, bool pv);
/* This machine's, and a line on standard error that says how it was read. */
int cpuid_native(struct cpuid *c, const struct xd_cpuid_source **out, struct xd_err *err);
/* Parses a spec; an error has the text and a caret behind it. */
int cpuid_spec(struct cpuid *c, const char *text, struct xd_cpuid_spec *out, struct xd_err *err);
/* The feature that a word names; -ENOENT with a sentence that offers the nearest. */
int cpuid_feature(struct cpuid *c, const char *word, const struct xd_cpuid_feature **out,
                  struct xd_err *err);
/* Text in lines of at most 79 cells; the first begins behind `used` ones, the others behind indent.
 */
void cpuid_wrap(FILE *out, int used, int indent, const char *text);
/* The names of a set as a JSON array. */
void cpuid_json_names(struct cpuid *c, struct xd_json *j, const char *key,
                      const struct xd_featureset *s);
/* Prints and frees b. */
void cpuid_print_json(struct cpuid *c, struct xd_buf *b);

int cpuid_cmd_explain(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_models(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_show(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_diff(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_level(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_check(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_matrix(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_why(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_try(void *ctx, int argc, char **argv, struct xd_err *err);
int cpuid_cmd_translate(void *ctx, int argc, char **argv, struct xd_err *err);

#endif
