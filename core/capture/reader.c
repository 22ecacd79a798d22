/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture opened: the file is walked through frame by frame, each is checked, and an index says
 * where everything is. See format.h. */
#include "capture/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define WINDOW_MIN ((size_t)256 * 1024)
/* A file of nothing but damage shall not keep us for hours. */
#define DAMAGES_MAX 1024
#define WASTE_MAX   ((uint64_t)1024 * 1024 * 1024)
/* Sources are sampled side by side, so their times may be a little out of order; a larger step back
 * is another boot, or captures put one behind the other. */
#define DISORDER_NS (5 * XD_NS_PER_S)

/* The part of the file that is in memory. */
struct window {
    unsigned char *bytes;
    size_t cap, n;
    uint64_t offset;
};

struct source {
    char name[32];
    uint32_t *frames; /* indices, growing; malloc */
    size_t n, cap;
};

struct xd_capture {
    char name[100]; /* for errors: the path, or its end */
    int fd;
    uint64_t file_size;
    struct window window;
    struct xd_unpacker *unpacker;
    struct xd_capture_layouts layouts;
    struct xd_capture_frame *frames;
    size_t n, cap;
    struct source sources[XD_CAPTURE_SOURCES_MAX];
    size_t n_sources;
    int64_t last_at_ns, last_pos_ns;
    size_t damages;
    bool in_damage;
    uint64_t wasted;      /* bytes looked at in vain */
    struct xd_err damage; /* the first */
};

static void place(const struct xd_capture *c, size_t sample, uint64_t offset, char *out,
                  size_t size)
{
    snprintf(out, size, "%s: sample %zu (at byte %llu)", c->name, sample + 1,
             (unsigned long long)offset);
}

/* --- the file --- */

/* The end of a long path: it tells more than the beginning, and errors have little room. */
static void set_name(struct xd_capture *c, const char *path)
{
    size_t n = strlen(path), skip = n < sizeof(c->name) ? 0 : n - (sizeof(c->name) - 4);

    while (skip && ((unsigned char)path[skip] & 0xc0) == 0x80)
        skip++;
    xd_str_safe_to(c->name, sizeof(c->name), path + skip);
    if (skip) {
        xd_str_safe_to(c->name + 3, sizeof(c->name) - 3, path + skip);
        memcpy(c->name, "...", 3);
    }
}

static int open_file(struct xd_capture *c, const char *path, struct xd_err *err)
{
    struct stat st;
    int code;

    /* Not to wait for the writer of a pipe. */
    c->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (c->fd < 0 || fstat(c->fd, &st) < 0) {
        code = -errno;
        return xd_err_set(err, code, "the capture %s can't be opened: %s", c->name,
                          strerror(-code));
    }
    if (!S_ISREG(st.st_mode))
        return xd_err_set(err, -EINVAL, "%s isn't a regular file, so it is no capture", c->name);
    c->file_size = (uint64_t)st.st_size;
    return 0;
}

/* Brings at least `want` bytes from offset on into the window, less only at the file's end.
 * Returns them. */
static int look(struct xd_capture *c, uint64_t offset, size_t want, const unsigned char **p,
                size_t *n, struct xd_err *err)
{
    struct window *w = &c->window;
    size_t skip;
    ssize_t got;

    if (offset < w->offset || offset - w->offset > w->n)
        w->n = 0, w->offset = offset;
    skip = (size_t)(offset - w->offset);
    if (w->n - skip < want) {
        if (w->n > skip)
            memmove(w->bytes, w->bytes + skip, w->n - skip);
        w->n -= skip;
        w->offset = offset;
        skip = 0;
        if (w->cap < want) {
            w->bytes = xd_realloc(w->bytes, want);
            w->cap = want;
        }
    }
    while (w->n - skip < want) {
        got = pread(c->fd, w->bytes + w->n, w->cap - w->n, (off_t)(w->offset + w->n));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int code = -errno;
            return xd_err_set(err, code, "%s can't be read: %s", c->name, strerror(-code));
        }
        if (got == 0)
            break;
        w->n += (size_t)got;
    }
    *p = w->bytes + skip;
    *n = w->n - skip;
    return 0;
}

/* The frame that begins at offset, whole in memory. -EBADMSG: none begins there, or it is cut. */
static int frame_at(struct xd_capture *c, uint64_t offset, const unsigned char **p, size_t *size,
                    struct xd_err *err)
{
    const size_t most = xd_frame_bound(XD_CAPTURE_FRAME_MAX);
    size_t want = WINDOW_MIN, n;
    int rc;

    /* What is in memory already may do. */
    if (offset >= c->window.offset && offset - c->window.offset < c->window.n)
        want = c->window.n - (size_t)(offset - c->window.offset);
    for (;;) {
        rc = look(c, offset, want, p, &n, err);
        if (rc)
            return rc;
        switch (xd_frame_measure(*p, n, size)) {
        case XD_FRAME_WHOLE:
            return 0;
        case XD_FRAME_BAD:
            return xd_err_set(err, -EBADMSG, "no frame of a capture begins there");
        case XD_FRAME_SHORT:
            c->wasted += n;
            if (n < want)
                return xd_err_set(err, -EBADMSG, "the file ends within it");
            if (want >= most)
                return xd_err_set(err, -EBADMSG, "it is too large");
            want = want < WINDOW_MIN ? WINDOW_MIN : want * 2;
            if (want > most)
                want = most;
        }
    }
}

/* --- the index --- */

static int source_of(struct xd_capture *c, const char *name)
{
    size_t i;

    for (i = 0; i < c->n_sources; i++)
        if (strcmp(c->sources[i].name, name) == 0)
            return (int)i;
    if (i == XD_CAPTURE_SOURCES_MAX)
        return -1;
    memcpy(c->sources[i].name, name, strlen(name) + 1);
    return (int)c->n_sources++;
}

static int64_t position(struct xd_capture *c, int64_t at_ns)
{
    int64_t step;

    if (c->n == 0) {
        c->last_at_ns = at_ns;
        return 0;
    }
    if (__builtin_sub_overflow(at_ns, c->last_at_ns, &step) || step < -DISORDER_NS)
        step = XD_NS_PER_S;
    else if (step < 0)
        return c->last_pos_ns;
    c->last_at_ns = at_ns;
    if (!__builtin_add_overflow(c->last_pos_ns, step, &step))
        c->last_pos_ns = step;
    return c->last_pos_ns;
}

static void add_frame(struct xd_capture *c, const struct xd_capture_frame *f)
{
    struct source *s = &c->sources[f->source];

    if (c->n == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 64;
        c->frames = xd_realloc(c->frames, c->cap * sizeof(*c->frames));
    }
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->frames = xd_realloc(s->frames, s->cap * sizeof(*s->frames));
    }
    s->frames[s->n++] = (uint32_t)c->n;
    c->frames[c->n++] = *f;
}

/* Takes the frame p[size] into the index. -EBADMSG: it is damaged; other errors end the reading. */
static int index_frame(struct xd_capture *c, uint64_t offset, const unsigned char *p, size_t size,
                       struct xd_err *err)
{
    struct xd_capture_frame f = {.offset = offset, .size = size};
    struct xd_sample_line sample;
    char what[160];
    struct xd_lines lines = {.what = what};
    const char *text, *header;
    size_t len;
    int rc = xd_unpack(c->unpacker, p, size, &text, &len, err);

    place(c, c->n, offset, what, sizeof(what));
    if (rc) {
        xd_err_prefix(err, "%s: ", what);
        return rc;
    }
    lines.at = text;
    lines.end = text + len;
    if (!xd_lines_next(&lines, &header, &len))
        return xd_err_set(err, -EBADMSG, "%s is empty", what);
    rc = xd_capture_layout_get(&c->layouts, what, header, len, err);
    if (rc < 0)
        return rc == -EPROTONOSUPPORT ? rc : -EBADMSG;
    f.layout = (uint16_t)rc;
    rc = xd_sample_line_read(&lines, &sample, err);
    if (rc)
        return rc;
    rc = source_of(c, sample.source);
    if (rc < 0)
        return xd_err_set(err, -EBADMSG, "%s: source %s comes on top of %d others", what,
                          sample.source, XD_CAPTURE_SOURCES_MAX);
    f.source = (uint16_t)rc;
    f.at_ns = sample.at_ns;
    f.wall_ns = sample.wall_ns;
    f.pos_ns = position(c, sample.at_ns);
    add_frame(c, &f);
    return 0;
}

/* Counts a stretch that can't be read once, however many attempts it takes to get over it. */
static void add_damage(struct xd_capture *c, uint64_t offset, const struct xd_err *err)
{
    if (c->in_damage)
        return;
    c->in_damage = true;
    if (c->damages++ > 0)
        return;
    if (strncmp(err->text, c->name, strlen(c->name)) == 0)
        xd_err_set(&c->damage, err->code, "%s", err->text);
    else
        xd_err_set(&c->damage, err->code, "%s: at byte %llu: %s", c->name,
                   (unsigned long long)offset, err->text);
}

/* The next place behind offset where a frame may begin; the file's size if there is none. */
static int resync(struct xd_capture *c, uint64_t offset, uint64_t *next, struct xd_err *err)
{
    const unsigned char *p;
    size_t n, at;
    int rc;

    for (offset++;; offset += n - 3) {
        rc = look(c, offset, WINDOW_MIN, &p, &n, err);
        if (rc)
            return rc;
        if (xd_frame_search(p, n, 0, &at)) {
            *next = offset + at;
            return 0;
        }
        c->wasted += n;
        if (n < WINDOW_MIN) {
            *next = offset + n;
            return 0;
        }
    }
}

static bool too_bad(const struct xd_capture *c)
{
    return c->damages >= DAMAGES_MAX || c->wasted > WASTE_MAX + 4 * c->file_size ||
           c->n >= XD_CAPTURE_FRAMES_MAX;
}

static int read_all(struct xd_capture *c, bool (*stop)(void *arg), void *arg, struct xd_err *err)
{
    uint64_t offset = 0;
    const unsigned char *p;
    size_t size;
    int rc;

    while (offset < c->file_size && !too_bad(c)) {
        struct xd_err why = XD_ERR_INIT;

        if (stop && stop(arg))
            return xd_err_set(err, -ECANCELED, "%s: reading was stopped", c->name);
        rc = frame_at(c, offset, &p, &size, &why);
        if (!rc)
            rc = index_frame(c, offset, p, size, &why);
        if (rc && rc != -EBADMSG)
            return xd_err_set(err, rc, "%s", why.text);
        if (!rc) {
            c->in_damage = false;
            offset += size;
            continue;
        }
        add_damage(c, offset, &why);
        rc = resync(c, offset, &offset, err);
        if (rc)
            return rc;
    }
    if (offset < c->file_size) {
        struct xd_err why = XD_ERR_INIT;

        c->in_damage = false;
        xd_err_set(&why, -EFBIG, "it is too long or too damaged, the rest is left out");
        add_damage(c, offset, &why);
    }
    return 0;
}

static int check_any(struct xd_capture *c, struct xd_err *err)
{
    if (c->n > 0)
        return 0;
    if (c->file_size == 0)
        return xd_err_set(err, -ENODATA, "%s is empty: nothing was recorded in it", c->name);
    return xd_err_set(err, -ENODATA, "%s is no capture, or nothing is left of it: %s", c->name,
                      c->damage.text + strlen(c->name) + 2);
}

bool xd_capture_is(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    unsigned char head[4];
    size_t at;
    bool is = fd >= 0 &&
              pread(fd, head, sizeof(head), 0) == sizeof(head) /* takes nothing from a pipe */ &&
              xd_frame_search(head, sizeof(head), 0, &at);

    if (fd >= 0)
        close(fd);
    return is;
}

int xd_capture_open(const char *path, bool (*stop)(void *arg), void *arg, struct xd_capture **out,
                    struct xd_err *err)
{
    struct xd_capture *c = xd_malloc(sizeof(*c));
    int rc;

    *out = NULL;
    set_name(c, path);
    rc = open_file(c, path, err);
    if (!rc)
        rc = xd_unpacker_new(&c->unpacker, err);
    if (!rc)
        rc = read_all(c, stop, arg, err);
    if (!rc)
        rc = check_any(c, err);
    if (rc)
        xd_capture_close(c);
    else
        *out = c;
    return rc;
}

void xd_capture_close(struct xd_capture *c)
{
    if (!c)
        return;
    if (c->fd >= 0)
        close(c->fd);
    for (size_t i = 0; i < c->n_sources; i++)
        free(c->sources[i].frames);
    xd_unpacker_free(c->unpacker);
    xd_capture_layouts_done(&c->layouts);
    free(c->window.bytes);
    free(c->frames);
    free(c);
}

/* --- what there is --- */

const char *xd_capture_host(const struct xd_capture *c)
{
    return c->layouts.host;
}

size_t xd_capture_frames(const struct xd_capture *c)
{
    return c->n;
}

const struct xd_capture_frame *xd_capture_frame(const struct xd_capture *c, size_t i)
{
    return i < c->n ? &c->frames[i] : NULL;
}

size_t xd_capture_sources(const struct xd_capture *c)
{
    return c->n_sources;
}

const char *xd_capture_source(const struct xd_capture *c, size_t source)
{
    return source < c->n_sources ? c->sources[source].name : NULL;
}

int64_t xd_capture_newest(const struct xd_capture *c, size_t source, size_t last)
{
    const struct source *s = &c->sources[source];
    size_t low = 0, high = s->n; /* the first behind `last` lies within */

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (s->frames[mid] <= last)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? (int64_t)s->frames[low - 1] : -1;
}

size_t xd_capture_damages(const struct xd_capture *c)
{
    return c->damages;
}

const char *xd_capture_damage(const struct xd_capture *c)
{
    return c->damages ? c->damage.text : NULL;
}

size_t xd_capture_tables(const struct xd_capture *c)
{
    return c->layouts.n_tables;
}

const struct xd_table_desc *xd_capture_table(const struct xd_capture *c, size_t i)
{
    return i < c->layouts.n_tables ? c->layouts.tables[i] : NULL;
}

/* --- one sample --- */

static int load_text(struct xd_capture *c, const struct xd_capture_frame *f, const char *what,
                     struct xd_lines *lines, struct xd_err *err)
{
    const struct xd_capture_layout *layout = &c->layouts.all[f->layout];
    const unsigned char *p;
    const char *text, *header;
    size_t n, len;
    int rc = look(c, f->offset, f->size, &p, &n, err);

    if (rc)
        return rc;
    if (n < f->size)
        return xd_err_set(err, -EBADMSG, "%s is gone: the file was changed", what);
    rc = xd_unpack(c->unpacker, p, f->size, &text, &len, err);
    if (rc) {
        xd_err_prefix(err, "%s: ", what);
        return rc;
    }
    *lines = (struct xd_lines){what, text, text + len, 0};
    if (!xd_lines_next(lines, &header, &len) || len != layout->len ||
        memcmp(header, layout->text, len) != 0)
        return xd_err_set(err, -EBADMSG, "%s is another one now: the file was changed", what);
    return 0;
}

int xd_capture_load(struct xd_capture *c, size_t i, struct xd_snapshot **out, struct xd_err *err)
{
    const struct xd_capture_frame *f = xd_capture_frame(c, i);
    struct xd_sample_line sample;
    struct xd_builder *b;
    struct xd_lines lines;
    char what[160];
    int rc;

    *out = NULL;
    if (!f)
        return xd_err_set(err, -ERANGE, "%s has %zu samples; there is no %zu", c->name, c->n,
                          i + 1);
    place(c, i, f->offset, what, sizeof(what));
    rc = load_text(c, f, what, &lines, err);
    if (!rc)
        rc = xd_sample_line_read(&lines, &sample, err);
    if (rc)
        return rc;
    b = xd_builder_new(c->sources[f->source].name);
    rc = xd_sample_tables_read(&lines, &c->layouts.all[f->layout], b, err);
    if (rc) {
        xd_builder_free(b);
        return rc;
    }
    *out = xd_builder_seal(b, NULL, sample.seq, sample.at_ns, sample.wall_ns, sample.took_ns);
    return 0;
}

struct xd_snapshot *xd_capture_load_table(struct xd_capture *c, const char *table,
                                          struct xd_err *err)
{
    for (size_t i = 0; i < c->n_sources; i++) {
        int64_t at = xd_capture_newest(c, i, c->n - 1);
        struct xd_snapshot *s;
        const struct xd_table *t;

        if (at < 0 || xd_capture_load(c, (size_t)at, &s, err) < 0)
            continue;
        t = xd_snapshot_table(s, table);
        if (t && t->n)
            return s;
        xd_snapshot_unref(s);
    }
    return NULL;
}
