/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a capture: a host that can be played, or an error with a sentence. Input that begins
 * like a zstd frame is taken as a file; other input is the text of its frames, divided by form
 * feeds, because no fuzzer guesses checksums. What could be read is recorded anew and has to read
 * back the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zstd.h>

#include "base/arena.h"
#include "base/str.h"
#include "capture/format.h"
#include "model/backend.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct xd_backend xd_backend_capture;

static void check(int truth)
{
    if (!truth)
        abort();
}

/* A file in memory, with a name. */
struct file {
    int fd;
    char path[40];
};

static struct file file_make(void)
{
    struct file f = {memfd_create("fuzz", MFD_CLOEXEC), ""};

    check(f.fd >= 0);
    snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
    return f;
}

static void file_add(const struct file *f, const void *bytes, size_t n)
{
    check(write(f->fd, bytes, n) == (ssize_t)n);
}

static void add_frame(const struct file *f, ZSTD_CCtx *zstd, const uint8_t *text, size_t n)
{
    size_t cap = ZSTD_compressBound(n);
    void *packed = malloc(cap);

    check(packed != NULL);
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    cap = ZSTD_compress2(zstd, packed, cap, text, n);
    check(!ZSTD_isError(cap));
    file_add(f, packed, cap);
    free(packed);
}

static void fill(const struct file *f, const uint8_t *data, size_t size)
{
    ZSTD_CCtx *zstd;

    if (size >= 4 && memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0) {
        file_add(f, data, size);
        return;
    }
    zstd = ZSTD_createCCtx();
    check(zstd != NULL);
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\f', size - at);
        size_t n = end ? (size_t)(end - data) - at : size - at;

        add_frame(f, zstd, data + at, n);
        at += n + 1;
    }
    ZSTD_freeCCtx(zstd);
}

/* --- what has to hold of anything that was read --- */

static void check_desc(const struct xd_table_desc *d)
{
    check(d->n_columns >= 1 && d->n_columns <= XD_COLUMNS_MAX);
    check(xd_str_is_safe(d->name) && xd_str_is_safe(d->noun));
    check(xd_str_is_safe(d->title) && xd_str_is_safe(d->help));
    for (int i = 0; i < 2; i++)
        check(d->keys[i] < d->n_columns && d->labels[i] < d->n_columns);
    for (int i = 0; i < d->n_columns; i++) {
        const struct xd_column *c = &d->columns[i];

        check(c->name && xd_str_is_safe(c->name) && xd_desc_column(d, c->name) == i);
        check(c->title && xd_str_is_safe(c->title) && xd_str_width(c->title) <= 8);
        check(c->help && xd_str_is_safe(c->help));
        check(!c->kind.zero || xd_str_is_safe(c->kind.zero));
        check(c->rate_of == 0 && c->width >= 0 && c->width <= 60);
        check((c->kind.type == XD_ENUM) == (c->kind.names != NULL));
    }
}

static void check_table(const struct xd_table *t)
{
    char key[XD_KEY_MAX];

    check(!t->reason || xd_str_is_safe(t->reason));
    check(t->state == XD_TABLE_OK || (t->n == 0 && t->reason));
    for (size_t r = 0; r < t->n; r++) {
        check(xd_str_is_safe(xd_row_label(t->desc, t->rows[r], key)));
        check(xd_table_find(t, xd_row_key(t->desc, t->rows[r], key)) != NULL);
        for (int col = 0; col < t->desc->n_columns; col++) {
            struct xd_value v = xd_row_value(t->desc, t->rows[r], col);

            check(!v.have || v.type != XD_STR || xd_str_is_safe(v.cell.s));
        }
    }
}

static void check_same(const struct xd_snapshot *a, const struct xd_snapshot *b)
{
    check(xd_snapshot_tables(a) == xd_snapshot_tables(b));
    for (size_t i = 0; i < xd_snapshot_tables(a); i++) {
        const struct xd_table *x = xd_snapshot_table_at(a, i), *y = xd_snapshot_table_at(b, i);

        check(x->state == y->state && x->n == y->n && x->at_ns == y->at_ns);
        check(x->desc->n_columns == y->desc->n_columns);
        for (size_t r = 0; r < x->n; r++)
            for (int col = 0; col < x->desc->n_columns; col++) {
                struct xd_value v = xd_row_value(x->desc, x->rows[r], col);
                struct xd_value w = xd_row_value(y->desc, y->rows[r], col);

                check(v.have == w.have && xd_value_equal(&v, &w));
            }
    }
}

static void record_again(const struct xd_snapshot *s)
{
    struct file f = file_make();
    struct xd_capture_writer *w;
    struct xd_capture *c;
    struct xd_snapshot *back;
    struct xd_err err = XD_ERR_INIT;

    check(xd_capture_writer_open(f.path, true, "fuzz", 0, &w, &err) == 0);
    check(xd_capture_writer_add(w, s, &err) == 0);
    if (xd_capture_writer_samples(w) == 1) { /* number 0 is nobody's newest */
        check(xd_capture_open(f.path, NULL, NULL, &c, &err) == 0);
        check(xd_capture_load(c, 0, &back, &err) == 0);
        check_same(s, back);
        xd_snapshot_unref(back);
        xd_capture_close(c);
    }
    check(xd_capture_writer_close(w, &err) == 0);
    close(f.fd);
}

static void read_all(const char *path)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s;
    struct xd_capture *c;

    if (xd_capture_open(path, NULL, NULL, &c, &err)) {
        check(!c && err.code < 0 && err.text[0] && xd_str_is_safe(err.text));
        return;
    }
    check(xd_capture_frames(c) > 0 && xd_str_is_safe(xd_capture_host(c)));
    check(!xd_capture_damage(c) || xd_str_is_safe(xd_capture_damage(c)));
    for (size_t i = 0; i < xd_capture_tables(c); i++)
        check_desc(xd_capture_table(c, i));
    for (size_t i = 0; i < xd_capture_frames(c); i++) {
        check(i == 0 || xd_capture_frame(c, i)->pos_ns >= xd_capture_frame(c, i - 1)->pos_ns);
        if (xd_capture_load(c, i, &s, &err)) {
            check(err.code < 0 && xd_str_is_safe(err.text));
            continue;
        }
        for (size_t k = 0; k < xd_snapshot_tables(s); k++)
            check_table(xd_snapshot_table_at(s, k));
        record_again(s);
        xd_snapshot_unref(s);
    }
    xd_capture_close(c);
}

/* --- and of its playback --- */

static void collect(void *self, struct xd_clock *clock)
{
    struct xd_builder *b = xd_builder_new("capture");
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s;

    if (xd_backend_capture.collect(self, b, &err)) {
        check(err.code < 0 && xd_str_is_safe(err.text));
        xd_builder_free(b);
        return;
    }
    s = xd_builder_seal(b, NULL, 1, xd_clock_now(clock), 0, 0);
    for (size_t k = 0; k < xd_snapshot_tables(s); k++)
        check_table(xd_snapshot_table_at(s, k));
    for (const struct xd_table_desc *const *d = xd_backend_capture.tables; *d; d++)
        check(xd_snapshot_table(s, (*d)->name) != NULL);
    xd_snapshot_unref(s);
}

static void play(const char *path)
{
    static const char *const verbs[] = {"speed 3", "seek 50%", "step -1", "resume", "step 2"};
    struct xd_clock clock;
    struct xd_log *log = xd_malloc(sizeof(*log));
    struct xd_backend_env env = {.clock = &clock, .log = log, .role = XD_OBSERVER, .arg = path};
    void *self;

    xd_clock_init_manual(&clock, 0);
    xd_log_init(log, &clock);
    if (xd_backend_capture.open(&env, &self, NULL) == 0) {
        collect(self, &clock);
        for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
            xd_backend_capture.control(self, verbs[i], NULL);
            xd_clock_advance(&clock, XD_NS_PER_S / 3);
            collect(self, &clock);
            check(xd_backend_capture.due(self) >= -1);
        }
        xd_backend_capture.close(self);
    }
    xd_log_done(log);
    free(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file f = file_make();

    fill(&f, data, size);
    read_all(f.path);
    play(f.path);
    close(f.fd);
    return 0;
}
