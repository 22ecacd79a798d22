/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every backend has to hold to, checked against any of them: a host is opened anew for each
 * check, sampled, edited and closed. Results are printed as TAP. */
#ifndef XD_TESTS_CONFORMANCE_H
#define XD_TESTS_CONFORMANCE_H

#include "base/arena.h"
#include "model/backend.h"
#include "model/tables.h"

#define CONF_VICTIMS_MAX 24
#define CONF_NOWHERE     "ffffffff-dead-4bad-8bad-ffffffffffff"

/* What an action may be tried on: a row of its table as people call it ("" : the host), and its
 * parameters as people write them, or NULL. What undoes it is tried as well. */
struct conf_victim {
    const char *action, *object, *params;
};

/* One host that the suite runs against: a line in main.c's table, or the command line. */
struct conf_host {
    const char *name; /* in the results */
    const struct xd_backend *backend;
    const char *arg; /* as behind the colon of --host */
    /* Makes what arg is to name, a file say, and writes it to arg[size]. NULL: nothing to do. */
    int (*prepare)(char *arg, size_t size);
    bool real_clock;  /* false: a manual one, moved by the checks */
    bool recorded;    /* shows what was recorded, be it declared or not */
    bool dom0;        /* Domain-0 may be asked to do what it must refuse */
    const char *edit; /* the domain whose knobs are turned; NULL: none */
    bool edit_host;   /* those of pools, pCPUs, parameters and of the host itself as well */
    /* Knobs that may well be refused on this host whatever they are set to, or (gradual ones) left
     * undone by the guest; between blanks. */
    const char *refuses;
    struct conf_victim victims[CONF_VICTIMS_MAX];
};

/* A host while a check runs. */
struct conf {
    const struct conf_host *host;
    const struct xd_backend *b;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_backend_env observer_env, operator_env;
    void *observer, *operator; /* operator NULL: the backend has nothing to operate */
    struct xd_snapshot *before, *now;
    uint64_t samples;
    struct xd_arena arena;
    int failures;
    char skipped[160]; /* why nothing was checked, or "" */
};

struct conf_check {
    const char *name; /* a NULL name ends a list */
    void (*run)(struct conf *c);
};

extern const struct conf_check conf_desc_checks[], conf_table_checks[], conf_knob_checks[],
    conf_action_checks[], conf_life_checks[];

/* --- harness.c --- */
int conf_open(struct conf *c, const struct conf_host *h, struct xd_err *err);
void conf_close(struct conf *c);
/* Notes a failure, with a sentence; the check goes on. */
void conf_fail(struct conf *c, const char *fmt, ...) XD_PRINTF(2, 3);
void conf_skip(struct conf *c, const char *fmt, ...) XD_PRINTF(2, 3);

#define CONF(c, truth, ...)                                                                        \
    do {                                                                                           \
        if (!(truth))                                                                              \
            conf_fail(c, __VA_ARGS__);                                                             \
    } while (0)

/* Lets time pass: moves the clock, or waits. */
void conf_pass(struct conf *c, int64_t ns);
/* Lets time pass and takes a sample; c->before is then the one that was c->now. False: failed. */
bool conf_sample(struct conf *c, int64_t ns);
const struct xd_table *conf_table(const struct conf *c, const char *name); /* or NULL */
/* Whether it adds cells to that table of another backend. */
bool conf_fills(const struct xd_backend *b, const char *table);
/* The row of a table that people call so; NULL: none. */
const struct xd_row *conf_row(const struct conf *c, const char *table, const char *label);
/* The row that people call so, or whose key it is: "disk/UUID/xvda", "pool/Pool-0", "host". */
const struct xd_row *conf_path(const struct conf *c, const char *path, const struct xd_table **t);
/* The row as an object that knobs and actions take; its strings live until conf_close. */
struct xd_object conf_object(struct conf *c, const struct xd_table *t, const struct xd_row *r);
/* An object of that table that is not there. NULL key: the table always has its only row. */
struct xd_object conf_nobody(const char *table);
/* Why the host hasn't got that knob or action, as its table "limits" says; NULL: it has. */
const char *conf_limit(const struct conf *c, const char *name);
/* How many pCPUs the host has; 0: unknown. */
unsigned conf_pcpus(const struct conf *c);
/* True if err is what a refusal has to be: the code, and a sentence fit for a terminal. */
void conf_expect_error(struct conf *c, int rc, const struct xd_err *err, const char *what);

#endif
