/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings file: see settings.h. */
#include "tui/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slurp.h"

#define PUT_MAX 256
#define COMMENT_HEAD                                                                               \
    "# What xendeck's console keeps. It may be edited; what xendeck doesn't know stays.\n"

struct put {
    char *key, *value; /* value NULL: to be taken out */
    bool plain;
};

struct xd_settings {
    char *path; /* NULL: in memory */
    bool broken;
    struct xd_arena arena;
    struct xd_yaml *root; /* a map, or NULL */
    char *head;           /* the comment that the file begins with */
    struct put put[PUT_MAX];
    int n_put;
};

char *xd_settings_path(char *out, size_t size)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    out[0] = '\0';
    if (xdg && xdg[0] == '/')
        snprintf(out, size, "%s/xendeck/settings.yaml", xdg);
    else if (home && home[0] == '/')
        snprintf(out, size, "%s/.config/xendeck/settings.yaml", home);
    return out;
}

/* --- the tree --- */

static struct xd_yaml *new_node(struct xd_settings *s, enum xd_yaml_kind kind)
{
    struct xd_yaml *n = xd_arena_alloc(&s->arena, sizeof(*n));

    n->kind = kind;
    n->file = s->path ? s->path : "settings";
    return n;
}

static struct xd_yaml *child(const struct xd_yaml *map, const char *key, size_t len)
{
    for (struct xd_yaml *c = map && map->kind == XD_YAML_MAP ? map->first : NULL; c; c = c->next)
        if (strlen(c->key) == len && strncmp(c->key, key, len) == 0)
            return c;
    return NULL;
}

static struct xd_yaml *add_child(struct xd_settings *s, struct xd_yaml *map, const char *key,
                                 size_t len)
{
    struct xd_yaml *n = new_node(s, XD_YAML_MAP), **tail = &map->first;

    n->key = xd_arena_strndup(&s->arena, key, len);
    while (*tail)
        tail = &(*tail)->next;
    *tail = n;
    map->n++;
    return n;
}

static void remove_child(struct xd_yaml *map, const struct xd_yaml *gone)
{
    struct xd_yaml **at = &map->first;

    while (*at && *at != gone)
        at = &(*at)->next;
    if (*at) {
        *at = gone->next;
        map->n--;
    }
}

/* Makes n what it is to be: a node that was something else keeps its place in the file. */
static void become(struct xd_yaml *n, enum xd_yaml_kind kind)
{
    if (n->kind == kind)
        return;
    n->kind = kind;
    n->first = NULL;
    n->n = 0;
}

static void put_in_tree(struct xd_settings *s, const struct put *p)
{
    const char *key = p->key;

    if (!s->root)
        s->root = new_node(s, XD_YAML_MAP);
    for (struct xd_yaml *at = s->root;;) {
        size_t len = strcspn(key, "/");
        struct xd_yaml *next = child(at, key, len);
        bool last = key[len] == '\0';

        if (!p->value && (!next || last)) {
            if (next)
                remove_child(at, next);
            return;
        }
        if (!next)
            next = add_child(s, at, key, len);
        if (last) {
            become(next, XD_YAML_SCALAR);
            next->text = xd_arena_strdup(&s->arena, p->value);
            next->quoted = !p->plain;
            return;
        }
        become(next, XD_YAML_MAP);
        at = next;
        key += len + 1;
    }
}

/* --- reading --- */

/* Whether what YAML takes for the end of a line stands in text. */
static bool has_break(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\r')
            return true;
        if (i + 1 < len && memcmp(text + i, "\xc2\x85", 2) == 0)
            return true;
        if (i + 2 < len && memcmp(text + i, "\xe2\x80", 2) == 0 && (text[i + 2] & 0xfe) == 0xa8)
            return true;
    }
    return false;
}

/* The comment lines at the beginning: the one part of the text that the tree doesn't hold and that
 * is kept all the same. */
static char *head_of(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && text[n] == '#') {
        const char *end = memchr(text + n, '\n', len - n);
        if (!end || has_break(text + n, (size_t)(end - text) - n))
            break;
        n = (size_t)(end - text) + 1;
    }
    char *head = xd_malloc(n + 1);
    memcpy(head, text, n);
    return head;
}

static int take(struct xd_settings *s, struct xd_yaml *root, int rc, struct xd_err *err)
{
    if (rc == 0 && root && root->kind != XD_YAML_MAP)
        rc = xd_yaml_error(root, err, "settings are a map of keys and values");
    if (rc == 0)
        s->root = root;
    s->broken = rc < 0;
    return rc;
}

int xd_settings_parse(const char *file, const char *text, size_t len, struct xd_settings **out,
                      struct xd_err *err)
{
    struct xd_settings *s = *out = xd_malloc(sizeof(*s));
    struct xd_yaml *root = NULL;

    int rc = xd_yaml_parse(file, text, len, &s->arena, &root, err);

    s->head = head_of(text, len);
    return take(s, root, rc, err);
}

/* The file's first bytes; enough for any comment that somebody writes there. */
static char *read_head(const char *path)
{
    char text[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));

    if (fd >= 0)
        close(fd);
    return head_of(text, n > 0 ? (size_t)n : 0);
}

int xd_settings_open(const char *path, struct xd_settings **out, struct xd_err *err)
{
    struct xd_settings *s = *out = xd_malloc(sizeof(*s));
    struct xd_yaml *root = NULL;
    int rc = 0;

    if (!path || !path[0]) {
        s->head = xd_strdup("");
        return 0;
    }
    s->path = xd_strdup(path);
    if (access(path, F_OK) < 0 && errno == ENOENT) {
        s->head = xd_strdup(COMMENT_HEAD);
        return 0;
    }
    rc = xd_yaml_load(path, &s->arena, &root, err);
    s->head = read_head(path);
    return take(s, root, rc, err);
}

static void forget_puts(struct xd_settings *s)
{
    while (s->n_put) {
        s->n_put--;
        free(s->put[s->n_put].key);
        free(s->put[s->n_put].value);
    }
}

void xd_settings_free(struct xd_settings *s)
{
    if (!s)
        return;
    forget_puts(s);
    free(s->path);
    free(s->head);
    xd_arena_done(&s->arena);
    free(s);
}

const struct xd_yaml *xd_settings_get(const struct xd_settings *s, const char *key)
{
    const struct xd_yaml *n = s ? s->root : NULL;

    while (n && *key) {
        size_t len = strcspn(key, "/");
        n = child(n, key, len);
        key += len + (key[len] == '/');
    }
    return n;
}

void xd_settings_put(struct xd_settings *s, const char *key, const char *value, bool plain)
{
    int i = 0;

    while (i < s->n_put && strcmp(s->put[i].key, key) != 0)
        i++;
    if (i == PUT_MAX)
        return;
    if (i == s->n_put)
        s->put[s->n_put++] = (struct put){.key = xd_strdup(key)};
    free(s->put[i].value);
    s->put[i].value = xd_strdup(value);
    s->put[i].plain = plain;
    put_in_tree(s, &s->put[i]);
}

bool xd_settings_changed(const struct xd_settings *s)
{
    return s && s->n_put > 0;
}

/* --- writing --- */

void xd_settings_write(const struct xd_settings *s, struct xd_buf *out)
{
    xd_buf_add(out, s->head);
    if (s->root && s->root->first)
        xd_yaml_write(s->root, out);
}

/* The folders that the file is in. */
static int make_folders(const char *path, struct xd_err *err)
{
    char dir[PATH_MAX];

    for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
        snprintf(dir, sizeof(dir), "%.*s", (int)(p - path), path);
        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
            return xd_err_set(err, -errno, "%s can't be made: %s", dir, strerror(errno));
    }
    return 0;
}

/* Beside the file and then in its place. A link is followed: the file may be kept elsewhere. */
static int replace(const char *path, const struct xd_buf *text, struct xd_err *err)
{
    char real[PATH_MAX], fresh[PATH_MAX + 32];
    struct stat st;
    int rc;

    if (!realpath(path, real))
        snprintf(real, sizeof(real), "%s", path);
    snprintf(fresh, sizeof(fresh), "%s.new.%ld", real, (long)getpid());
    struct xd_replace how = {.dir = AT_FDCWD, .name = real, .fresh = fresh, .to_disk = true};
    how.mode = stat(real, &st) == 0 ? st.st_mode & 0777 : 0600;
    rc = xd_replace(&how, xd_buf_str(text), text->len);
    if (rc < 0)
        return xd_err_set(err, rc, "%s can't be written: %s", path, strerror(-rc));
    return 0;
}

int xd_settings_save(struct xd_settings *s, struct xd_err *err)
{
    struct xd_settings *now = NULL;
    struct xd_buf text = XD_BUF_INIT;
    int rc;

    if (!xd_settings_changed(s) || !s->path) {
        forget_puts(s);
        return 0;
    }
    rc = xd_settings_open(s->path, &now, err);
    if (rc == 0) {
        for (int i = 0; i < s->n_put; i++)
            put_in_tree(now, &s->put[i]);
        xd_settings_write(now, &text);
        rc = make_folders(s->path, err);
        if (rc == 0)
            rc = replace(s->path, &text, err);
    }
    if (rc == 0)
        forget_puts(s);
    xd_settings_free(now);
    xd_buf_done(&text);
    return rc;
}
