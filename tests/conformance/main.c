/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the suite against the backends that are built in, or against one that is named:
 *
 *   conformance                               the table below
 *   conformance --module libxl.so [--arg ARG] [--edit DOMAIN] [--edit-host] [--refuses KNOBS]
 *               [--do "ACTION=OBJECT [PARAM=VALUE]…"]… [--dom0]
 *   conformance --backend demo [--arg huge] …
 *
 * --edit names the domain whose knobs are turned there and back, --edit-host allows the same with
 * those of pools, pCPUs and the host, --refuses names those that may be refused whatever they are
 * set to, --do what an action is carried out on (and taken back, where that is possible), --dom0
 * allows to ask Domain-0 for what it has to refuse. Prints TAP; the status is 0 if all is well. */
#include <dlfcn.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "conformance.h"
#include "record.h"

extern const struct xd_backend *const xd_builtin_backends[];
extern const struct xd_backend xd_backend_demo, xd_backend_capture, xd_backend_topofile;

/* One line a host. */
static const struct conf_host builtin[] = {
    {.name = "demo",
     .backend = &xd_backend_demo,
     .dom0 = true,
     .edit = "web1",
     .edit_host = true,
     .refuses = "cpu.smt", /* second threads are in Pool-1 */
     .victims = {{"pause", "web1", NULL},
                 {"unpause", "staging", NULL},
                 {"reboot", "web2", NULL},
                 {"disk-attach", "web1", "vdev=xvdz target=/dev/vg0/more readonly=yes"},
                 {"disk-detach", "db2/xvda", NULL},
                 {"cdrom", "win-files/hdc", "medium=/iso/other.iso"},
                 {"nic-attach", "web1", "devid=7 bridge=xenbr1 mac=00:16:3e:01:02:03"},
                 {"nic-detach", "mail/0", NULL},
                 {"pci-assignable", "0000:41:00.1", NULL},
                 {"pci-host", "0000:81:00.1", NULL},
                 {"pci-attach", "0000:81:00.1", "domain=win-files"},
                 {"pci-detach", "0000:81:00.0", NULL},
                 {"trigger", "db1", "trigger=nmi vcpu=1"},
                 {"sysrq", "mail", "key=s"},
                 {"shutdown", "mail", NULL},
                 {"destroy", "db1", NULL},
                 {"destroy", "crm-old", NULL}}},
    {.name = "demo:tiny",
     .backend = &xd_backend_demo,
     .arg = "tiny",
     .dom0 = true,
     .edit = "db1",
     .edit_host = true,
     .refuses = "pool"}, /* there is but one */
    {.name = "demo:pools",
     .backend = &xd_backend_demo,
     .arg = "pools",
     .edit = "rt1",
     .edit_host = true,
     .refuses = "pool", /* no other pool knows its budgets */
     .victims = {{"pool-create", "", "name=conf sched=rtds cpus=14-15"},
                 {"pool-destroy", "spare", NULL}}},
    {.name = "demo:huge",
     .backend = &xd_backend_demo,
     .arg = "huge",
     .edit = "db-1",
     .refuses = "mem.max"}, /* its target is as high as it gets */
    {.name = "capture",
     .backend = &xd_backend_capture,
     .prepare = conf_record_demo,
     .recorded = true},
    {.name = "topo",
     .backend = &xd_backend_topofile,
     .arg = "tests/fixtures/topology/smt.xdt",
     .recorded = true},
};

static const struct conf_check *const suites[] = {
    conf_desc_checks, conf_table_checks, conf_knob_checks, conf_action_checks, conf_life_checks,
};

struct tally {
    int n, failed;
};

static void run_check(const struct conf_host *h, const struct conf_check *check, struct tally *t)
{
    struct xd_err err = XD_ERR_INIT;
    struct conf c;

    t->n++;
    if (conf_open(&c, h, &err)) {
        t->failed++;
        printf("not ok %d - %s: %s\n#   open: %s\n", t->n, h->name, check->name, xd_err_text(&err));
        return;
    }
    check->run(&c);
    if (c.failures > 10)
        printf("#   and %d more\n", c.failures - 10);
    t->failed += c.failures > 0;
    printf("%s %d - %s: %s%s%s\n", c.failures ? "not ok" : "ok", t->n, h->name, check->name,
           c.skipped[0] ? " # SKIP " : "", c.skipped);
    fflush(stdout);
    conf_close(&c);
}

static void run_host(const struct conf_host *host, struct tally *t)
{
    struct conf_host h = *host;
    char arg[256];

    if (h.prepare) {
        if (h.prepare(arg, sizeof(arg))) {
            printf("not ok %d - %s: its host could not be made\n", ++t->n, h.name);
            t->failed++;
            return;
        }
        h.arg = arg;
    }
    for (size_t s = 0; s < sizeof(suites) / sizeof(suites[0]); s++) {
        for (const struct conf_check *check = suites[s]; check->name; check++)
            run_check(&h, check, t);
    }
    if (h.prepare)
        unlink(arg);
}

/* --- the command line --- */

static const struct xd_backend *load_module(const char *path)
{
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* stays: its descriptions are pointed at */
    const struct xd_backend *b = so ? dlsym(so, "xd_backend_module") : NULL;

    if (!b)
        printf("Bail out! %s\n", dlerror());
    return b;
}

static const struct xd_backend *find_builtin(const char *name)
{
    for (size_t i = 0; xd_builtin_backends[i]; i++) {
        if (xd_streq(xd_builtin_backends[i]->name, name))
            return xd_builtin_backends[i];
    }
    printf("Bail out! There is no backend %s\n", name);
    return NULL;
}

static bool add_victim(struct conf_host *h, char *text)
{
    char *object = strchr(text, '='), *params;
    size_t n = 0;

    while (n < CONF_VICTIMS_MAX - 1 && h->victims[n].action)
        n++;
    if (!object || n == CONF_VICTIMS_MAX - 1)
        return false;
    *object++ = '\0';
    params = strchr(object, ' ');
    if (params)
        *params++ = '\0';
    h->victims[n] = (struct conf_victim){text, object, params};
    return true;
}

/* False: a word that isn't understood, or a backend that isn't there. */
static bool read_args(int argc, char **argv, struct conf_host *h)
{
    static const struct option options[] = {
        {"module", required_argument, NULL, 'm'},
        {"backend", required_argument, NULL, 'b'},
        {"arg", required_argument, NULL, 'a'},
        {"edit", required_argument, NULL, 'e'},
        {"do", required_argument, NULL, 'd'},
        {"dom0", no_argument, NULL, '0'},
        {"edit-host", no_argument, NULL, 'h'},
        {"refuses", required_argument, NULL, 'r'},
        {NULL, 0, NULL, 0},
    };
    bool ok = true;
    int o;

    while (ok && (o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o == 'm') {
            h->backend = load_module(optarg);
            h->real_clock = true; /* what it shows moves by itself */
        } else if (o == 'b') {
            h->backend = find_builtin(optarg);
        } else if (o == 'a') {
            h->arg = optarg;
        } else if (o == 'e') {
            h->edit = optarg;
        } else if (o == '0') {
            h->dom0 = true;
        } else if (o == 'h') {
            h->edit_host = true;
        } else if (o == 'r') {
            h->refuses = optarg;
        } else {
            ok = o == 'd' && add_victim(h, optarg);
        }
    }
    return ok && h->backend && optind == argc;
}

int main(int argc, char **argv)
{
    struct conf_host named = {0};
    struct tally t = {0};

    if (argc > 1) {
        if (!read_args(argc, argv, &named))
            return 1;
        named.name = named.backend->name;
        run_host(&named, &t);
    }
    for (size_t i = 0; argc == 1 && i < sizeof(builtin) / sizeof(builtin[0]); i++)
        run_host(&builtin[i], &t);
    printf("1..%d\n# %d of %d failed\n", t.n, t.failed, t.n);
    return t.failed ? 1 : 0;
}
