/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger on disk: see store.h. */
#include "budgets/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/slurp.h"
#include "engine/journal.h"

#define COPIES       2
#define DOCUMENT_MAX ((size_t)1 << 20)

struct xd_ledger_store {
    char *dir;
    int fd; /* of the folder */
    uint64_t seq;
    char note[256];
};

static const char *const names[COPIES] = {"ledger.0", "ledger.1"};

/* Also the folders above it. */
static int make_dir(const char *dir)
{
    char *path = xd_strdup(dir);
    int rc = 0;

    for (char *p = path + 1; rc == 0; p++) {
        char c = *p;

        if (c && c != '/')
            continue;
        *p = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            rc = -errno;
        *p = c;
        if (!c)
            break;
    }
    free(path);
    return rc;
}

int xd_ledger_store_open(const char *dir, struct xd_ledger_store **out, struct xd_err *err)
{
    int rc = dir[0] ? make_dir(dir) : -ENOENT;
    int fd = rc < 0 ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *out = NULL;
    if (fd < 0) {
        rc = rc < 0 ? rc : -errno;
        return xd_err_set(err, rc, "balances can't be kept in \"%s\": %s", dir, strerror(-rc));
    }
    *out = xd_malloc(sizeof(**out));
    (*out)->dir = xd_strdup(dir);
    (*out)->fd = fd;
    return 0;
}

void xd_ledger_store_close(struct xd_ledger_store *s)
{
    if (!s)
        return;
    close(s->fd);
    free(s->dir);
    free(s);
}

const char *xd_ledger_store_dir(const struct xd_ledger_store *s)
{
    return s->dir;
}

uint64_t xd_ledger_store_seq(const struct xd_ledger_store *s)
{
    return s->seq;
}

/* --- files --- */

static int file_error(const struct xd_ledger_store *s, const char *name, int code,
                      struct xd_err *err)
{
    return xd_err_set(err, code, "%s/%s: %s", s->dir, name, strerror(-code));
}

/* 1, 0: there is none. A pipe of that name can't hold us up. */
static int read_file(struct xd_ledger_store *s, const char *name, size_t most, struct xd_buf *out,
                     struct xd_err *err)
{
    int fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW), rc;
    struct stat st;

    if (fd < 0)
        return errno == ENOENT ? 0 : file_error(s, name, -errno, err);
    if (fstat(fd, &st) < 0)
        rc = -errno;
    else if (!S_ISREG(st.st_mode))
        rc = -EINVAL;
    else
        rc = xd_slurp_fd(fd, most + 1, out);
    close(fd);
    if (rc == 0 && out->len > most)
        rc = -EFBIG;
    return rc < 0 ? file_error(s, name, rc, err) : 1;
}

static int replace(struct xd_ledger_store *s, const char *name, const char *text, size_t len,
                   struct xd_err *err)
{
    char fresh[64];
    struct xd_replace how = {
        .dir = s->fd, .name = name, .fresh = fresh, .mode = 0600, .to_disk = true};
    int rc;

    snprintf(fresh, sizeof(fresh), "%.48s.new", name);
    rc = xd_replace(&how, text, len);
    return rc < 0 ? file_error(s, name, rc, err) : 0;
}

/* --- the ledger --- */

int xd_ledger_store_load(struct xd_ledger_store *s, struct xd_buf *out, const char **note,
                         struct xd_err *err)
{
    struct xd_buf text[COPIES] = {XD_BUF_INIT, XD_BUF_INIT};
    struct xd_ledger_copy copy[COPIES] = {{NULL, 0}};
    struct xd_err why[COPIES] = {XD_ERR_INIT, XD_ERR_INIT};
    int there = 0, best, rc;

    s->note[0] = '\0';
    for (int i = 0; i < COPIES; i++) {
        uint64_t seq;

        rc = read_file(s, names[i], XD_LEDGER_BYTES_MAX, &text[i], &why[i]);
        there += rc != 0;
        if (rc > 0 &&
            xd_ledger_check(names[i], xd_buf_str(&text[i]), text[i].len, &seq, &why[i]) < 0)
            rc = -EBADMSG;
        if (rc > 0)
            copy[i] = (struct xd_ledger_copy){xd_buf_str(&text[i]), text[i].len};
        if (rc < 0)
            snprintf(s->note, sizeof(s->note), "%.200s", xd_err_text(&why[i]));
    }
    best = xd_ledger_choose(copy, COPIES);
    if (best >= 0) {
        xd_ledger_check(names[best], copy[best].text, copy[best].len, &s->seq, NULL);
        xd_buf_addn(out, copy[best].text, copy[best].len);
    }
    for (int i = 0; i < COPIES; i++)
        xd_buf_done(&text[i]);
    if (note)
        *note = s->note[0] ? s->note : NULL;
    if (best < 0 && there)
        return xd_err_set(err, -EBADMSG, "%s: no copy of the ledger is whole: %s", s->dir, s->note);
    return best >= 0;
}

int xd_ledger_store_save(struct xd_ledger_store *s, const struct xd_engine *e, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    xd_ledger_write(e, s->seq + 1, &b);
    rc = replace(s, names[(s->seq + 1) % COPIES], b.s, b.len, err);
    if (rc == 0)
        s->seq++;
    xd_buf_done(&b);
    return rc;
}

/* --- documents --- */

int xd_ledger_store_put(struct xd_ledger_store *s, const char *name, const char *text, size_t len,
                        struct xd_err *err)
{
    if (len)
        return replace(s, name, text, len, err);
    if (unlinkat(s->fd, name, 0) < 0)
        return errno == ENOENT ? 0 : file_error(s, name, -errno, err);
    return fsync(s->fd) < 0 ? file_error(s, name, -errno, err) : 0;
}

int xd_ledger_store_get(struct xd_ledger_store *s, const char *name, struct xd_buf *out,
                        struct xd_err *err)
{
    return read_file(s, name, DOCUMENT_MAX, out, err);
}

char *xd_ledger_store_default(const char *host, char *out, size_t size)
{
    char *dot;

    xd_journal_default_path(host, out, size);
    dot = strrchr(out, '.');
    if (dot && strcmp(dot, ".journal") == 0)
        *dot = '\0';
    if (strcmp(host, "live") == 0) {
        char *slash = strrchr(out, '/');

        snprintf(slash ? slash + 1 : out, size - (size_t)(slash ? slash + 1 - out : 0), "policy");
    } else {
        size_t len = strlen(out);

        snprintf(out + len, size - len, ".policy");
    }
    return out;
}
