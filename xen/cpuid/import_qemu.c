/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `qemu-system-x86_64 -cpu help` prints: see import.h.
 *
 *   Available CPUs:
 *   x86 Broadwell-IBRS        (alias of Broadwell-v3)
 *   x86 EPYC                  (alias configured by machine type)
 *   x86 EPYC-v1               AMD EPYC Processor
 *
 *   Recognized CPUID flags:
 *     3dnow 3dnowext …
 *
 * Later versions leave the "x86" away. */
#include "xen/cpuid/import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xen/cpuid/db_impl.h"

#define BLANKS " \t\r"
#define HEAD   "Available CPUs:"
#define FLAGS  "Recognized CPUID flags:"

struct listing {
    struct xd_cpuid_db *db;
    struct xd_cpuid_import *out;
    const char **left; /* in db's arena */
    struct alias {
        const char *name;
        int what;
    } * aliases; /* in scratch: added once all is read */
    size_t n_aliases;
    struct xd_arena scratch;
};

static bool begins(const char *at, const char *end, const char *with)
{
    size_t len = strlen(with);

    return (size_t)(end - at) >= len && memcmp(at, with, len) == 0;
}

/* The next word of a line that ends at end; NULL: there is none. */
static const char *word(const char **at, const char *end, size_t *len)
{
    const char *from = *at;

    while (from < end && strchr(BLANKS, *from))
        from++;
    *at = from;
    while (*at < end && !strchr(BLANKS, **at))
        (*at)++;
    *len = (size_t)(*at - from);
    return *len ? from : NULL;
}

/* The model that a line's remark says a name is another name of; NULL: it doesn't. */
static const struct xd_cpuid_model *alias_of(const struct listing *l, const char *name,
                                             const char *remark, size_t len)
{
    static const char of[] = "(alias of ", machine[] = "(alias configured by machine type)";
    char text[128], target[XD_CPUID_NAME_MAX + 4];
    const char *at, *close;

    snprintf(text, sizeof(text), "%.*s", (int)(len < sizeof(text) ? len : sizeof(text) - 1),
             remark);
    at = strstr(text, of);
    close = at ? strchr(at, ')') : NULL;
    if (close) {
        at += strlen(of);
        return xd_cpuid_model(l->db, XD_CPUID_ANY, at, (size_t)(close - at));
    }
    if (!strstr(text, machine))
        return NULL;
    snprintf(target, sizeof(target), "%s-v1", name);
    return xd_cpuid_model(l->db, XD_CPUID_ANY, target, strlen(target));
}

static void take_model(struct listing *l, const char *name, size_t len, const char *rest,
                       const char *end)
{
    static const char *const of_host[] = {"base", "host", "max"}; /* whatever the machine has */
    const struct xd_cpuid_model *m;
    char *copy;

    for (size_t i = 0; i < sizeof(of_host) / sizeof(of_host[0]); i++)
        if (len == strlen(of_host[i]) && memcmp(name, of_host[i], len) == 0)
            return;
    l->out->models++;
    if (!xd_cpuid_model_name_ok(name, len) || xd_cpuid_model(l->db, XD_CPUID_ANY, name, len))
        return;
    copy = xd_arena_strndup(&l->db->arena, name, len);
    m = alias_of(l, copy, rest, (size_t)(end - rest));
    if (m) {
        l->aliases = xd_arena_grow(&l->scratch, l->aliases, l->n_aliases, sizeof(*l->aliases));
        l->aliases[l->n_aliases++] = (struct alias){copy, (int)(m - l->db->models)};
        return;
    }
    l->left = xd_arena_grow(&l->db->arena, l->left, l->out->n_left, sizeof(*l->left));
    l->left[l->out->n_left++] = copy;
}

static void take_flags(struct listing *l, const char *at, const char *end)
{
    const char *flag;
    size_t len;

    while ((flag = word(&at, end, &len))) {
        l->out->flags++;
        if (!xd_cpuid_find(l->db, XD_CPUID_QEMU, flag, len))
            l->out->unknown_flags++;
    }
}

static void keep_aliases(struct listing *l)
{
    struct xd_cpuid_db *db = l->db;

    for (size_t i = 0; i < l->n_aliases; i++) {
        xd_cpuid_name_add(&db->arena, &db->model_names, &db->n_model_names, XD_CPUID_ANY,
                          l->aliases[i].name, l->aliases[i].what, NULL, NULL);
        xd_cpuid_name_add(&db->arena, &db->model_names, &db->n_model_names, XD_CPUID_QEMU,
                          l->aliases[i].name, l->aliases[i].what, NULL, NULL);
    }
    xd_cpuid_names_sort(db->model_names, db->n_model_names);
}

int xd_cpuid_import_qemu(struct xd_cpuid_db *db, const char *file, const char *text, size_t len,
                         struct xd_cpuid_import *out, struct xd_err *err)
{
    struct listing l = {.db = db, .out = out, .scratch = XD_ARENA_INIT};
    const char *at = text, *stop = text + len, *name;
    enum { BEFORE, MODELS, FLAGS_NOW } part = BEFORE;

    *out = (struct xd_cpuid_import){.models = 0};
    for (; at < stop; at++) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        size_t n;

        end = end ? end : stop;
        if (begins(at, end, HEAD)) {
            part = MODELS;
        } else if (begins(at, end, FLAGS)) {
            part = FLAGS_NOW;
        } else if (part == FLAGS_NOW) {
            take_flags(&l, at, end);
        } else if (part == MODELS && (name = word(&at, end, &n))) {
            if (n == 3 && memcmp(name, "x86", 3) == 0)
                name = word(&at, end, &n);
            if (name)
                take_model(&l, name, n, at, end);
        }
        at = end;
    }
    if (out->models) {
        out->added = l.n_aliases;
        out->left = l.left;
        keep_aliases(&l);
    }
    xd_arena_done(&l.scratch);
    return out->models ? 0
                       : xd_err_set(err, -EINVAL,
                                    "%s:1:1: wanted what `qemu-system-x86_64 -cpu help` prints, "
                                    "found no model behind a line \"" HEAD "\"",
                                    file);
}
