/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xen/cpuid costs: loading its tables, levelling 1,000 hosts over all features, what each of
 * them loses, the verdict on each, and reading 1,000 dumps; and a matrix of 250 domains: making it,
 * its lines, a search, each of its cells, and a reason for each of a column. CPU time of this
 * thread; medians. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "xen/cpuid/level.h"
#include "xen/cpuid/matrix.h"

#define HOSTS   1000
#define ROUNDS  21
#define DOMAINS 250

struct bench {
    struct xd_cpuid_db *db;
    struct xd_cpuid_source source[HOSTS];
    const struct xd_cpuid_set *set[HOSTS];
    struct xd_featureset of;
    struct xd_cpuid_level level;
    struct xd_buf dumps; /* 1,000 featuresets as text */
    struct xd_cpuid_matrix matrix;
    struct xd_cpuid_lines lines;
    int columns[DOMAINS + 6];
};

static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void load(struct bench *b)
{
    struct xd_cpuid_db *db;

    if (xd_cpuid_db_new(&db, NULL) < 0)
        abort();
    xd_cpuid_db_free(db);
}

static void level(struct bench *b)
{
    xd_cpuid_level(b->db, b->set, HOSTS, &b->of, &b->level);
}

static void losses(struct bench *b)
{
    struct xd_featureset loss;

    for (int i = 0; i < HOSTS; i++)
        xd_cpuid_level_loss(b->db, &b->level, b->set[i], &b->of, &loss);
}

static void nearest(struct bench *b)
{
    struct xd_cpuid_spec s;

    xd_cpuid_spec_nearest(b->db, &b->level.common, XD_VENDOR_ANY, false, &s);
}

static void verdicts(struct bench *b)
{
    struct xd_cpuid_verdict v;

    for (int i = 0; i < HOSTS; i++) {
        struct xd_arena a = XD_ARENA_INIT;

        xd_cpuid_check(b->db, "guest", &b->source[0], "host", &b->source[i], &a, &v);
        xd_arena_done(&a);
    }
}

static void read_dumps(struct bench *b)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuid_dump d;

    if (xd_cpuid_dump_parse("hosts", b->dumps.s, b->dumps.len, &a, &d, NULL) < 0 || d.n != HOSTS)
        abort();
    xd_arena_done(&a);
}

/* --- the matrix --- */

static void make(struct bench *b)
{
    static const struct xd_cpuid_column layers[] = {
        {.name = "raw", .layer = XD_CPUID_LAYER_RAW},
        {.name = "host", .layer = XD_CPUID_LAYER_HOST},
        {.name = "pv-max", .layer = XD_CPUID_LAYER_MAX, .side = XD_CPUID_SIDE_PV},
        {.name = "hvm-max", .layer = XD_CPUID_LAYER_MAX, .side = XD_CPUID_SIDE_HVM},
        {.name = "pv-def", .layer = XD_CPUID_LAYER_DEFAULT, .side = XD_CPUID_SIDE_PV},
        {.name = "hvm-def", .layer = XD_CPUID_LAYER_DEFAULT, .side = XD_CPUID_SIDE_HVM},
    };

    xd_cpuid_matrix_done(&b->matrix);
    xd_cpuid_matrix_init(&b->matrix, b->db);
    for (int i = 0; i < DOMAINS + 6; i++) {
        struct xd_cpuid_column c = {
            .name = "domain", .layer = XD_CPUID_LAYER_DOMAIN, .side = XD_CPUID_SIDE_HVM};

        if (i < 6)
            c = layers[i];
        c.set = *b->set[i];
        if (xd_cpuid_matrix_add(&b->matrix, &c, NULL) != i)
            abort();
        b->columns[i] = i;
    }
}

static void lines_of(struct bench *b, enum xd_cpuid_rows rows, const char *text)
{
    struct xd_cpuid_wish w = {b->columns, DOMAINS + 6, rows, text, 0, false};

    xd_cpuid_matrix_lines(&b->matrix, &w, &b->lines);
}

static void different(struct bench *b)
{
    lines_of(b, XD_CPUID_ROWS_DIFFERENT, NULL);
}

static void search(struct bench *b)
{
    lines_of(b, XD_CPUID_ROWS_USED, "meltdown");
}

static void cells(struct bench *b)
{
    int on = 0;

    lines_of(b, XD_CPUID_ROWS_ALL, NULL);
    for (size_t i = 0; i < b->lines.n; i++)
        for (int c = 0; b->lines.line[i].bit >= 0 && c < DOMAINS + 6; c++)
            on += xd_cpuid_cell_on(xd_cpuid_matrix_cell(&b->matrix, b->lines.line[i].bit, c));
    if (!on)
        abort();
}

static void whys(struct bench *b)
{
    for (size_t i = 0; i < b->lines.n; i++) {
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_cpuid_why w;

        if (b->lines.line[i].bit >= 0)
            xd_cpuid_matrix_why(&b->matrix, b->lines.line[i].bit, DOMAINS, &a, &w);
        xd_arena_done(&a);
    }
}

/* Hosts of all models, each with some features switched off. */
static void setup(struct bench *b)
{
    unsigned seed = 1;

    if (xd_cpuid_db_new(&b->db, NULL) < 0)
        abort();
    memset(&b->of, 0xff, sizeof(b->of));
    for (int i = 0; i < HOSTS; i++) {
        const struct xd_cpuid_model *m =
            xd_cpuid_model_at(b->db, (size_t)i % xd_cpuid_models(b->db));

        b->source[i].set = (struct xd_cpuid_set){.fs = m->fs, .known = UINT32_MAX};
        for (int k = 0; k < 4; k++)
            xd_fs_del(&b->source[i].set.fs, rand_r(&seed) % XD_CPUID_BITS);
        b->set[i] = &b->source[i].set;
        xd_buf_printf(&b->dumps, "host%d ", i);
        xd_cpuid_hex_format(b->set[i], ':', &b->dumps);
        xd_buf_addc(&b->dumps, '\n');
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(void)
{
    static struct bench b;
    static const struct {
        const char *name;
        void (*run)(struct bench *b);
    } cases[] = {
        {"load both tables", load},           {"level 1,000 hosts", level},
        {"what each of 1,000 loses", losses}, {"the nearest model", nearest},
        {"1,000 verdicts", verdicts},         {"read 1,000 featuresets", read_dumps},
        {"matrix: 256 columns", make},        {"matrix: what differs", different},
        {"matrix: a search", search},         {"matrix: all 321 x 256 cells", cells},
        {"matrix: why, a column", whys},
    };

    setup(&b);
    printf("%-28s %12s\n", "cpuid, medians of 21", "CPU");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double us[ROUNDS];

        for (int r = 0; r < ROUNDS; r++) {
            double start = cpu_us();
            cases[i].run(&b);
            us[r] = cpu_us() - start;
        }
        qsort(us, ROUNDS, sizeof(us[0]), compare);
        printf("%-28s %9.0f us\n", cases[i].name, us[ROUNDS / 2]);
    }
    xd_cpuid_lines_done(&b.lines);
    xd_cpuid_matrix_done(&b.matrix);
    xd_buf_done(&b.dumps);
    xd_cpuid_db_free(b.db);
    return 0;
}
