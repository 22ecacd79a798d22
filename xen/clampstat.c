/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading /powerclamp/stat: see clampstat.h. */
#include "xen/clampstat.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cpuset.h"
#include "base/str.h"

struct reader {
    const char *line; /* where it begins */
    unsigned number;
    bool has_clamp; /* the line of the whole clamp was there */
    struct xd_err *err;
    struct xd_clamp_stat *out;
    struct xd_arena *a;
};

static int wrong(const struct reader *r, const char *at, const char *wanted, const char *found)
{
    char shown[48];

    xd_str_safe_to(shown, sizeof(shown), found);
    return xd_err_set(r->err, -EINVAL, "/powerclamp/stat:%u:%zu: wanted %s, found \"%s\"",
                      r->number, (size_t)(at - r->line) + 1, wanted, shown);
}

/* The pCPU's entry; room is made for it. */
static struct xd_clamp_cpu *cpu(struct reader *r, unsigned i)
{
    if (i >= r->out->n) {
        unsigned n = 2 * i + 8;
        struct xd_clamp_cpu *more = xd_arena_array(r->a, n, sizeof(*more));

        if (r->out->n)
            memcpy(more, r->out->cpu, r->out->n * sizeof(*more));
        r->out->cpu = more;
        r->out->n = n;
    }
    return &r->out->cpu[i];
}

/* What each line has to tell, in what bounds, and where it goes. Others are passed over. */
// clang-format off
#define OF_CLAMP(key, member, least, most)                                                          \
    {false, key, offsetof(struct xd_clamp_stat, member),                                            \
     sizeof(((struct xd_clamp_stat *)NULL)->member), least, most}
#define OF_CPU(key, member, most)                                                                   \
    {true, key, offsetof(struct xd_clamp_cpu, member),                                              \
     sizeof(((struct xd_clamp_cpu *)NULL)->member), 0, most}
// clang-format on

static const struct {
    bool of_cpu;
    const char *name;
    size_t offset, size;
    uint64_t min, max;
} numbers[] = {
    OF_CLAMP("percent", percent, 0, 100),
    OF_CLAMP("percent-max", percent_max, 1, 100),
    OF_CLAMP("window-us", window_us, 1, UINT32_MAX),
    OF_CLAMP("natural-idle", natural, 0, 1),
    OF_CPU("clamped", clamped, 1),
    OF_CPU("injected", injected_ns, UINT64_MAX),
    OF_CPU("natural", natural_ns, UINT64_MAX),
    OF_CPU("ran", ran_ns, UINT64_MAX),
};
#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

/* The place of a key of that line among them; -1: it is none that we know. */
static int find(bool of_cpu, const char *key)
{
    for (size_t i = 0; i < N_NUMBERS; i++)
        if (numbers[i].of_cpu == of_cpu && strcmp(numbers[i].name, key) == 0)
            return (int)i;
    return -1;
}

static void take(struct reader *r, struct xd_clamp_cpu *c, int i, uint64_t n)
{
    char *to = (c ? (char *)c : (char *)r->out) + numbers[i].offset;

    if (numbers[i].size == sizeof(bool))
        *(bool *)to = n != 0;
    else
        *(uint64_t *)to = n;
}

/* A pair, which is cut; it begins at `at` of the line. *seen: a bit for each key that was there. */
static int read_pair(struct reader *r, struct xd_clamp_cpu *c, char *pair, const char *at,
                     unsigned *seen)
{
    char *value = strchr(pair, '='), bounds[64];
    uint64_t n;
    int i;

    if (!value)
        return wrong(r, at, "KEY=VALUE", pair);
    *value++ = '\0';
    at += value - pair;
    if (xd_parse_u64(value, &n) != 0)
        return wrong(r, at, "a number", value);
    i = find(c != NULL, pair);
    if (i < 0)
        return 0;
    if (n < numbers[i].min || n > numbers[i].max) {
        snprintf(bounds, sizeof(bounds), "%s from %" PRIu64 " to %" PRIu64, pair, numbers[i].min,
                 numbers[i].max);
        return wrong(r, at, bounds, value);
    }
    take(r, c, i, n);
    *seen |= 1U << i;
    return 0;
}

/* The pairs of a line behind its colon, `text`, as they stand at `at`. */
static int read_pairs(struct reader *r, struct xd_clamp_cpu *c, char *text, const char *at)
{
    const char *whole = xd_arena_strdup(r->a, text);
    unsigned seen = 0;
    char *save = NULL;
    int rc = 0;

    for (char *pair = strtok_r(text, " ", &save); rc == 0 && pair;
         pair = strtok_r(NULL, " ", &save))
        rc = read_pair(r, c, pair, at + (pair - text), &seen);
    for (size_t i = 0; rc == 0 && i < N_NUMBERS; i++)
        if (numbers[i].of_cpu == (c != NULL) && !(seen & 1U << i))
            rc =
                wrong(r, at, xd_arena_printf(r->a, "%s=NUMBER among them", numbers[i].name), whole);
    return rc;
}

static int read_line(struct reader *r, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    const char *whole = xd_arena_strndup(r->a, line, len);
    struct xd_clamp_cpu *c = NULL;
    char name[24];
    uint64_t n;

    if (!len)
        return 0;
    if (!colon || (size_t)(colon - line) >= sizeof(name))
        return wrong(r, line, "NAME: and pairs of KEY=VALUE", whole);
    memcpy(name, line, (size_t)(colon - line));
    name[colon - line] = '\0';
    if (xd_str_starts(name, "cpu")) {
        if (xd_parse_u64(name + 3, &n) != 0 || n >= XD_CPUSET_MAX)
            return wrong(r, line + 3, "the number of a pCPU", name + 3);
        c = cpu(r, (unsigned)n);
        c->told = true;
    } else if (strcmp(name, "clamp") != 0) {
        return 0;
    }
    r->has_clamp |= !c;
    return read_pairs(r, c, xd_arena_strndup(r->a, colon + 1, len - (size_t)(colon + 1 - line)),
                      colon + 1);
}

int xd_clamp_stat_parse(const char *text, size_t len, struct xd_arena *a, struct xd_clamp_stat *out,
                        struct xd_err *err)
{
    struct reader r = {.number = 1, .err = err, .out = out, .a = a};
    const char *at = text, *end = text + len;
    int rc = 0;

    *out = (struct xd_clamp_stat){0};
    for (; rc == 0 && at < end; r.number++) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((nl ? nl : end) - at);

        r.line = at;
        rc = read_line(&r, at, n);
        at += n + 1;
    }
    if (rc == 0 && !r.has_clamp) {
        r.line = text;
        r.number = 1;
        rc = wrong(&r, text, "a line that begins with \"clamp:\"",
                   len ? xd_arena_strndup(a, text, len) : "");
    }
    return rc;
}

int xd_clamp_stat_follows(const struct xd_clamp_stat *now, unsigned cpu, uint64_t injected_before,
                          struct xd_err *err)
{
    uint64_t found = cpu < now->n ? now->cpu[cpu].injected_ns : 0;

    if (found >= injected_before)
        return 0;
    return xd_err_set(err, -EINVAL,
                      "/powerclamp/stat: cpu%u: wanted injected of %" PRIu64
                      " ns or more, as it was before, found %" PRIu64,
                      cpu, injected_before, found);
}
