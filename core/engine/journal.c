/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's file: opened, read on, locked, appended to and synced. What the lines say is the
 * business of journal_read.c and journal_write.c. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/slurp.h"
#include "engine/journal_impl.h"

#define LOCK_TRIES    200 /* of 10 ms: others hold the lock for one record */
#define WARNINGS_MAX  10  /* lines that can't be read, in one reading */
#define READ_CHUNK    (256 << 10)
#define STATE_OF_ROOT "/var/lib/xendeck"

/* --- where --- */

/* A host's name as a file's: "capture:/tmp/x" must not become a path. */
static void file_name(const char *host, char *out, size_t size)
{
    size_t n = 0;

    for (; *host && n + 1 < size; host++) {
        bool plain = (*host >= 'a' && *host <= 'z') || (*host >= 'A' && *host <= 'Z') ||
                     (*host >= '0' && *host <= '9') || *host == '-' || (*host == '.' && n);

        out[n++] = plain ? *host : '_';
    }
    out[n] = '\0';
}

char *xd_journal_default_path(const char *host, char *out, size_t size)
{
    const char *dir = getenv("XENDECK_STATE"), *xdg = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    struct passwd pw, *found = NULL;
    char name[128], buf[1024];

    file_name(host, name, sizeof(name));
    if ((!home || home[0] != '/') && getpwuid_r(getuid(), &pw, buf, sizeof(buf), &found) == 0 &&
        found)
        home = pw.pw_dir;
    if (dir && dir[0])
        snprintf(out, size, "%s/%s.journal", dir, name);
    else if (geteuid() == 0 || ((!xdg || xdg[0] != '/') && (!home || home[0] != '/')))
        snprintf(out, size, STATE_OF_ROOT "/%s.journal", name);
    else if (xdg && xdg[0] == '/')
        snprintf(out, size, "%s/xendeck/%s.journal", xdg, name);
    else
        snprintf(out, size, "%s/.local/state/xendeck/%s.journal", home, name);
    return out;
}

/* --- opening --- */

static int file_error(const struct xd_journal *j, const char *what, int code, struct xd_err *err)
{
    return xd_err_set(err, -code, "journal %s: %s: %s", j->path, what, strerror(code));
}

static void close_file(struct xd_journal *j)
{
    if (j->fd >= 0)
        close(j->fd);
    j->fd = -1;
    xd_journal_forget(j);
}

/* O_NONBLOCK, so that a FIFO of that name can't hold us up; it is turned away then. */
static int open_file(struct xd_journal *j, int extra, struct xd_err *err)
{
    int flags = O_APPEND | O_CLOEXEC | O_NONBLOCK | extra;
    struct stat st;

    j->fixed = 0;
    j->fd = open(j->path, O_RDWR | flags, 0600);
    if (j->fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        j->fixed = errno;
        j->fd = open(j->path, O_RDONLY | (flags & ~O_CREAT));
    }
    if (j->fd < 0)
        return errno == ENOENT && !extra ? 0 : file_error(j, "opening it", errno, err);
    if (fstat(j->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close_file(j);
        return xd_err_set(err, -EINVAL, "journal %s: wanted a regular file, found something else",
                          j->path);
    }
    j->dev = st.st_dev;
    j->ino = st.st_ino;
    return 0;
}

/* Makes the folders above the file, each private to its owner. */
static int make_folders(const struct xd_journal *j, struct xd_err *err)
{
    char path[4096], *slash;

    if (snprintf(path, sizeof(path), "%s", j->path) >= (int)sizeof(path))
        return file_error(j, "its path", ENAMETOOLONG, err);
    for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            return xd_err_set(err, -errno, "journal %s: making the folder %s: %s", j->path, path,
                              strerror(errno));
        *slash = '/';
    }
    return 0;
}

/* A new file is only there for certain when its folder is on disk. */
static void sync_folder(const struct xd_journal *j)
{
    const char *slash = strrchr(j->path, '/');
    char dir[4096];
    int fd;

    snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - j->path + 1) : 1,
             slash ? j->path : ".");
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static bool was_replaced(const struct xd_journal *j)
{
    struct stat st;

    return stat(j->path, &st) < 0 || st.st_dev != j->dev || st.st_ino != j->ino;
}

/* --- reading --- */

static void bad_line(struct xd_journal *j, const struct xd_err *err, size_t *warned)
{
    j->bad++;
    if (++*warned > WARNINGS_MAX)
        return;
    xd_log_write(j->log, XD_LOG_WARN, "journal", "%s:%" PRIu64 "%s: %s", j->path ? j->path : "",
                 j->lines, j->cut_front ? " (of the part that was read)" : "", xd_err_text(err));
}

/* Takes in the whole lines of text[len]; returns how many bytes they were. */
static size_t take_lines(struct xd_journal *j, const char *text, size_t len, size_t *warned)
{
    size_t at = 0;
    const char *nl;

    while ((nl = memchr(text + at, '\n', len - at))) {
        size_t n = (size_t)(nl - text) - at;
        struct xd_err err = XD_ERR_INIT;

        j->lines++;
        if (n > 0 && xd_journal_take_line(j, text + at, n, &err) < 0)
            bad_line(j, &err, warned);
        at += n + 1;
    }
    return at;
}

/* Of a file that is larger than wanted, its end is read: from the line that begins there. */
static void skip_front(struct xd_journal *j, off_t size)
{
    off_t at = size - j->most;
    char part[4096], *nl = NULL;
    ssize_t n;

    if (j->read_to > 0 || at <= 0)
        return;
    j->cut_front = true;
    while (!nl && (n = pread(j->fd, part, sizeof(part), at)) > 0) {
        nl = memchr(part, '\n', (size_t)n);
        at += nl ? nl - part + 1 : n;
    }
    j->read_to = at < size ? at : size;
    if (j->most == XD_JOURNAL_READ_MAX)
        xd_log_write(j->log, XD_LOG_WARN, "journal", "%s has %lld MiB: only the last %d are read",
                     j->path, (long long)(size >> 20), XD_JOURNAL_READ_MAX >> 20);
}

/* Reads on from where we were. A last line without its newline waits until it has one. */
static int read_on(struct xd_journal *j, off_t *size, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    struct stat st;
    size_t warned = 0, room;
    ssize_t n = 1;
    char *chunk;

    if (fstat(j->fd, &st) < 0)
        return file_error(j, "looking at it", errno, err);
    if (st.st_size < j->read_to) /* somebody emptied it */
        xd_journal_forget(j);
    *size = st.st_size;
    skip_front(j, st.st_size);
    if (j->read_to == st.st_size)
        return 0;
    /* one more, so that what grew meanwhile is seen */
    room =
        st.st_size - j->read_to < READ_CHUNK ? (size_t)(st.st_size - j->read_to) + 1 : READ_CHUNK;
    chunk = xd_malloc(room);
    while (n > 0 && b.len <= XD_JOURNAL_READ_MAX) {
        size_t taken;

        n = pread(j->fd, chunk, room, j->read_to + (off_t)b.len);
        if (n <= 0)
            break;
        xd_buf_addn(&b, chunk, (size_t)n);
        taken = take_lines(j, b.s, b.len, &warned);
        memmove(b.s, b.s + taken, b.len - taken);
        b.len -= taken;
        j->read_to += (off_t)taken;
    }
    free(chunk);
    xd_buf_done(&b);
    if (warned > WARNINGS_MAX)
        xd_log_write(j->log, XD_LOG_WARN, "journal", "%s: and %zu more lines that can't be read",
                     j->path, warned - WARNINGS_MAX);
    return n < 0 ? file_error(j, "reading it", errno, err) : 0;
}

static bool knows_any(const struct xd_journal *j)
{
    return j->numbers ? j->last_id > 0 : j->n > 0;
}

/* Reads at least one entry, or all there is: entries may be larger than the end that was wanted. */
static int read_first(struct xd_journal *j, struct xd_err *err)
{
    off_t size;
    int rc = read_on(j, &size, err);

    while (rc == 0 && !knows_any(j) && j->cut_front && j->most < XD_JOURNAL_READ_MAX) {
        xd_journal_forget(j);
        j->most = j->most * 16 < XD_JOURNAL_READ_MAX ? j->most * 16 : XD_JOURNAL_READ_MAX;
        rc = read_on(j, &size, err);
    }
    return rc;
}

static int open_journal(const char *path, bool numbers, struct xd_clock *clock, struct xd_log *log,
                        struct xd_journal **out, struct xd_err *err)
{
    struct xd_journal *j = xd_malloc(sizeof(*j));
    int rc = 0;

    j->path = xd_strdup(path);
    j->fd = -1;
    j->numbers = numbers && path;
    j->most = numbers ? XD_JOURNAL_END : XD_JOURNAL_READ_MAX;
    j->clock = clock;
    j->log = log;
    if (path)
        rc = open_file(j, 0, err);
    if (rc == 0 && j->fd >= 0)
        rc = read_first(j, err);
    if (rc) {
        xd_journal_close(j);
        return rc;
    }
    xd_journal_settle(j);
    *out = j;
    return 0;
}

int xd_journal_open(const char *path, struct xd_clock *clock, struct xd_log *log,
                    struct xd_journal **out, struct xd_err *err)
{
    return open_journal(path, false, clock, log, out, err);
}

int xd_journal_open_end(const char *path, struct xd_clock *clock, struct xd_log *log,
                        struct xd_journal **out, struct xd_err *err)
{
    return open_journal(path, true, clock, log, out, err);
}

void xd_journal_close(struct xd_journal *j)
{
    if (!j)
        return;
    close_file(j);
    free(j->records);
    free(j->path);
    free(j);
}

const char *xd_journal_path(const struct xd_journal *j)
{
    return j->path;
}

size_t xd_journal_count(const struct xd_journal *j)
{
    return j->n;
}

const struct xd_journal_entry *xd_journal_at(const struct xd_journal *j, size_t i)
{
    return i < j->n ? &j->records[i]->e : NULL;
}

const struct xd_journal_entry *xd_journal_find(const struct xd_journal *j, uint64_t id)
{
    const struct xd_record *r = xd_journal_record(j, id);

    return r ? &r->e : NULL;
}

bool xd_journal_refresh(struct xd_journal *j)
{
    size_t before = j->good;
    bool changed = false;
    off_t size;

    if (!j->path)
        return xd_journal_settle(j);
    if (j->fd >= 0 && was_replaced(j)) {
        close_file(j);
        changed = true;
    }
    if (j->fd < 0 && open_file(j, 0, NULL) < 0)
        return changed;
    if (j->fd >= 0)
        read_on(j, &size, NULL);
    return xd_journal_settle(j) || changed || j->good != before;
}

/* --- appending --- */

static int lock(struct xd_journal *j, struct xd_err *err)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    int tries = LOCK_TRIES;

    while (flock(j->fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return file_error(j, "locking it", errno, err);
        if (--tries == 0)
            return xd_err_set(err, -EBUSY,
                              "journal %s: another process has held its lock for "
                              "2 seconds",
                              j->path);
        nanosleep(&pause, NULL);
    }
    return 0;
}

/* The file that has our path now, made if there is none, locked and read to its end. */
static int open_locked(struct xd_journal *j, off_t *size, struct xd_err *err)
{
    bool is_new = j->fd < 0;
    int rc = 0;

    for (int tries = 0; tries < 3; tries++) {
        if (j->fd < 0) {
            rc = make_folders(j, err);
            if (!rc)
                rc = open_file(j, O_CREAT, err);
            if (rc)
                return rc;
        }
        if (j->fixed)
            return file_error(j, "it can't be written", j->fixed, err);
        rc = lock(j, err);
        if (rc)
            return rc;
        if (!was_replaced(j)) {
            if (is_new)
                sync_folder(j);
            return read_on(j, size, err);
        }
        close_file(j);
        is_new = true;
    }
    return xd_err_set(err, -EBUSY, "journal %s: it is replaced again and again", j->path);
}

/* Whatever has that path, we only write to what we wrote: an admin may have named another file. */
static int check_ours(struct xd_journal *j, off_t size, struct xd_err *err)
{
    char head[sizeof(XD_JOURNAL_MAGIC)] = "";
    ssize_t n;

    if (j->good || size == 0)
        return 0;
    n = pread(j->fd, head, sizeof(head) - 1, 0);
    if (!j->bad && n > 0 && strncmp(head, XD_JOURNAL_MAGIC, (size_t)n) == 0)
        return 0; /* our first record, cut in the middle */
    return xd_err_set(err, -EILSEQ, "%s is no journal of xendeck: nothing was written to it",
                      j->path);
}

/* With the lock held and the file read to its end. A cut line of somebody who died is taken away
 * first; if ours can't be written whole, so is what there is of it. */
static int append(struct xd_journal *j, const struct xd_buf *b, off_t size, struct xd_err *err)
{
    int rc = check_ours(j, size, err);

    if (rc)
        return rc;
    if (b->len > XD_JOURNAL_LINE_MAX)
        return xd_err_set(err, -E2BIG,
                          "journal %s: a record of %zu MiB is too large for it; "
                          "make several smaller edits",
                          j->path, b->len >> 20);
    if (size > j->read_to && ftruncate(j->fd, j->read_to) < 0)
        return file_error(j, "taking away a cut last line", errno, err);
    rc = xd_write_all(j->fd, b->s, b->len);
    if (rc == 0 && fsync(j->fd) < 0)
        rc = -errno;
    if (rc) {
        if (ftruncate(j->fd, j->read_to) < 0)
            xd_log_write(j->log, XD_LOG_ERROR, "journal", "%s: a cut line stays in it: %s", j->path,
                         strerror(errno));
        return file_error(j, "writing to it", -rc, err);
    }
    return read_on(j, &size, err);
}

static void unlock(struct xd_journal *j)
{
    if (j->fd >= 0)
        flock(j->fd, LOCK_UN);
}

/* What would be written, where there is no file. */
static int take_text(struct xd_journal *j, const struct xd_buf *b, struct xd_err *err)
{
    int rc = 0;

    for (size_t at = 0; rc == 0 && at < b->len;) {
        size_t n = (size_t)((const char *)memchr(b->s + at, '\n', b->len - at) - b->s) - at;

        rc = xd_journal_take_line(j, b->s + at, n, err);
        at += n + 1;
    }
    return rc;
}

static int append_record(struct xd_journal *j, const struct xd_buf *b, struct xd_err *err)
{
    off_t size = 0;
    int rc;

    if (!j->path)
        return take_text(j, b, err);
    rc = open_locked(j, &size, err);
    if (!rc)
        rc = append(j, b, size, err);
    unlock(j);
    return rc;
}

static int begin(struct xd_journal *j, struct xd_plan *p, const char *who, bool start,
                 struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    off_t size = 0;
    uint64_t id;
    int rc = j->path ? open_locked(j, &size, err) : 0;

    id = j->last_id + 1; /* under the lock: nobody else takes it */
    if (!rc) {
        xd_journal_make_begin(&b, j, p, id, who);
        if (start)
            xd_journal_make_start(&b, j, p, id, 0);
        rc = j->path ? append(j, &b, size, err) : take_text(j, &b, err);
    }
    if (!rc && (j->numbers ? j->last_id != id : !xd_journal_record(j, id)))
        rc = xd_err_set(err, -EIO, "the record of \"%s\" can't be read back", p->title);
    unlock(j);
    xd_buf_done(&b);
    if (rc)
        return rc;
    p->id = id;
    xd_journal_settle(j);
    return 0;
}

int xd_journal_begin(struct xd_journal *j, struct xd_plan *p, const char *who, struct xd_err *err)
{
    return begin(j, p, who, false, err);
}

int xd_journal_begin_first(struct xd_journal *j, struct xd_plan *p, const char *who,
                           struct xd_err *err)
{
    return begin(j, p, who, true, err);
}

int xd_journal_step_start(struct xd_journal *j, const struct xd_plan *p, size_t i,
                          struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    xd_journal_make_start(&b, j, p, p->id, i);
    rc = append_record(j, &b, err);
    xd_buf_done(&b);
    return rc;
}

int xd_journal_step_end(struct xd_journal *j, const struct xd_plan *p, size_t i, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    xd_journal_make_step(&b, j, p, i);
    rc = append_record(j, &b, err);
    xd_buf_done(&b);
    return rc;
}

int xd_journal_end_last(struct xd_journal *j, const struct xd_plan *p, size_t i, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    xd_journal_make_step(&b, j, p, i);
    xd_journal_make_end(&b, j, p);
    rc = append_record(j, &b, err);
    xd_buf_done(&b);
    xd_journal_settle(j);
    return rc;
}

int xd_journal_end(struct xd_journal *j, const struct xd_plan *p, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_record *r;
    int rc;

    xd_journal_make_end(&b, j, p);
    rc = append_record(j, &b, err);
    if (rc && (r = xd_journal_record(j, p->id))) {
        /* The file won't say it; this session at least knows. */
        xd_journal_take_line(j, b.s, b.len - 1, NULL);
    }
    xd_buf_done(&b);
    xd_journal_settle(j);
    return rc;
}
