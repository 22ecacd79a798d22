/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a YAML file: a tree that holds together, or an error with a place. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

/* Walks the whole tree, as a reader of a policy would, and through each typed reader. */
static void walk(const struct xd_yaml *n, int depth)
{
    struct xd_err err = XD_ERR_INIT;
    const struct xd_yaml *c;
    const char *s;
    size_t count = 0;
    int64_t i;
    double d;
    bool b;

    check(depth <= 65 && n->line > 0 && n->col > 0);
    check((n->kind == XD_YAML_SCALAR) == (n->text != NULL));
    if (xd_yaml_str(n, "s", &s, &err) == 0)
        check(s == n->text);
    xd_yaml_bool(n, "b", &b, &err);
    if (xd_yaml_i64(n, "i", -5, 500, &i, &err) == 0)
        check(i >= -5 && i <= 500);
    if (xd_yaml_f64(n, "f", 0, 1, &d, &err) == 0)
        check(d >= 0 && d <= 1);
    for (c = n->first; c; c = c->next, count++) {
        check((n->kind == XD_YAML_MAP) == (c->key != NULL));
        if (count < 100) /* each is found by its key, and no other has it */
            check(!c->key || xd_yaml_get(n, c->key) == c);
        walk(c, depth + 1);
    }
    check(count == n->n);
    xd_yaml_only_keys(n, (const char *const[]){"name", "cap"}, 2, &err);
    check(xd_str_is_safe(err.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_yaml *root;
    int rc = xd_yaml_parse("f", (const char *)data, size, &arena, &root, &err);

    if (rc) {
        check(root == NULL && err.code == rc && xd_str_starts(err.text, "f:"));
        check(xd_str_is_safe(err.text));
    } else if (root) {
        walk(root, 1);
    }
    xd_arena_done(&arena);
    return 0;
}
