/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters of actions: read from "name=value …", written back, and what they are when nothing is
 * said. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "engine/plan_impl.h"

/* One "name=value" of *text, which moves on. The value may stand in quotes; \ escapes there. */
static int next_param(const char **text, struct xd_arena *a, const char **name, const char **value,
                      struct xd_err *err)
{
    const char *s = *text + strspn(*text, " \t");
    size_t len = strcspn(s, "= \t");
    struct xd_buf b = XD_BUF_INIT;
    bool quoted;

    *name = NULL;
    if (!*s)
        return 0;
    if (s[len] != '=' || len == 0)
        return xd_err_set(err, -EINVAL, "wanted NAME=VALUE, found \"%.*s\"", (int)len, s);
    *name = xd_arena_strndup(a, s, len);
    s += len + 1;
    quoted = *s == '"';
    s += quoted;
    while (*s && (quoted ? *s != '"' : !strchr(" \t", *s))) {
        if (*s == '\\' && s[1])
            s++;
        xd_buf_addc(&b, *s++);
    }
    *value = xd_arena_strdup(a, xd_buf_str(&b));
    xd_buf_done(&b);
    if (quoted && *s != '"')
        return xd_err_set(err, -EINVAL, "%s=: the quote is not closed", *name);
    *text = s + quoted;
    return 0;
}

static size_t count_params(const struct xd_action *act)
{
    size_t n = 0;

    while (act->params && act->params[n].name)
        n++;
    return n;
}

static int unknown_param(const struct xd_action *act, const char *name, struct xd_err *err)
{
    const char *names[32], *near;
    size_t n = count_params(act);

    n = n < 32 ? n : 32;
    for (size_t i = 0; i < n; i++)
        names[i] = act->params[i].name;
    near = xd_str_nearest(name, names, n);
    return xd_err_set(err, -EINVAL, "%s has no parameter \"%s\"%s%s%s", act->name, name,
                      near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
}

/* What a parameter is when nothing is said of it; stays unknown where its fallback is "". */
static int fallback(const struct xd_param *p, const struct xd_subject *on, unsigned n_all,
                    struct xd_arena *a, struct xd_value *out, struct xd_err *err)
{
    size_t len = p->fallback ? strlen(p->fallback) : 0;
    const struct xd_table_desc *d = on ? on->table->desc : NULL;
    int col;

    if (!len)
        return 0;
    if (p->fallback[0] != '{')
        return xd_value_parse(p->fallback, &p->kind, n_all, a, out, err);
    col = d ? xd_desc_column(d, xd_arena_strndup(a, p->fallback + 1, len - 2)) : -1;
    if (xd_row_has(on ? on->row : NULL, col) && d->columns[col].kind.type == p->kind.type)
        *out = xd_row_value(d, on->row, col);
    return 0;
}

int xd_params_parse(const struct xd_action *act, const char *text, const struct xd_subject *on,
                    unsigned n_all, struct xd_arena *a, struct xd_value **out, struct xd_err *err)
{
    const char *name, *value;
    size_t n = count_params(act), i;
    int rc = 0;

    *out = n ? xd_arena_array(a, n, sizeof(**out)) : NULL;
    for (i = 0; i < n && !rc; i++)
        rc = fallback(&act->params[i], on, n_all, a, &(*out)[i], err);
    for (text = text ? text : ""; !rc;) {
        rc = next_param(&text, a, &name, &value, err);
        if (rc || !name)
            break;
        for (i = 0; i < n && strcmp(act->params[i].name, name) != 0; i++)
            ;
        if (i == n)
            return unknown_param(act, name, err);
        rc = xd_value_parse(value, &act->params[i].kind, n_all, a, &(*out)[i], err);
        if (rc)
            xd_err_prefix(err, "%s: ", name);
    }
    for (i = 0; i < n && !rc; i++)
        if (!(*out)[i].have && !xd_streq(act->params[i].fallback, ""))
            rc = xd_err_set(err, -EINVAL, "%s=VALUE is needed: %s", act->params[i].name,
                            act->params[i].help ? act->params[i].help : act->params[i].title);
    return rc;
}

/* In quotes where next_param and xd_wish_word would read something else. */
void xd_wish_quote(struct xd_buf *b, const char *value)
{
    if (value[0] && !strpbrk(value, " \t\"\\")) {
        xd_buf_add(b, value);
        return;
    }
    xd_buf_addc(b, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            xd_buf_addc(b, '\\');
        xd_buf_addc(b, *value);
    }
    xd_buf_addc(b, '"');
}

const char *xd_params_text(const struct xd_action *act, const struct xd_value *params,
                           struct xd_arena *a)
{
    struct xd_buf b = XD_BUF_INIT;
    const char *text;

    for (size_t i = 0; params && act->params && act->params[i].name; i++) {
        if (!params[i].have)
            continue;
        xd_buf_printf(&b, "%s%s=", b.len ? " " : "", act->params[i].name);
        xd_wish_quote(&b, xd_value_exact(&params[i], &act->params[i].kind, a));
    }
    text = b.len ? xd_arena_strdup(a, xd_buf_str(&b)) : NULL;
    xd_buf_done(&b);
    return text;
}
