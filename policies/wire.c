/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions and answers as text: see wire.h. Pure: bytes in, bytes out. */
#include "policies/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/json_c.h"

// clang-format off
static const struct {
    const char *name;
    bool changes, domain, rule; /* takes a domain; needs a rule */
} kinds[] = {
    [XD_WIRE_STATUS] = {"status", false, false, false},
    [XD_WIRE_EXPLAIN] = {"explain", false, true, false},
    [XD_WIRE_TABLE] = {"table", false, false, false},
    [XD_WIRE_RELOAD] = {"reload", true, false, false},
    [XD_WIRE_PAUSE] = {"pause", true, true, false},
    [XD_WIRE_RESUME] = {"resume", true, true, false},
    [XD_WIRE_BUDGET] = {"budget", true, false, true},
    [XD_WIRE_LIMIT] = {"limit", true, false, true},
};
// clang-format on
#define N_KINDS (sizeof(kinds) / sizeof(*kinds))

bool xd_wire_changes(enum xd_wire_kind kind)
{
    return kinds[kind].changes;
}

/* --- reading JSON --- */

/* False: it is there, but no text that fits. */
static bool take_text(struct json_object *o, const char *key, char *out, size_t size)
{
    const char *s = xd_json_text(o, key);

    out[0] = '\0';
    if (!xd_json_member(o, key))
        return true;
    if (!s || strlen(s) >= size)
        return false;
    strcpy(out, s);
    return xd_str_is_safe(s);
}

static bool take_number(struct json_object *o, const char *key, int64_t unnamed, int64_t *out)
{
    struct json_object *v = xd_json_member(o, key);

    *out = unnamed;
    if (!v)
        return true;
    *out = json_object_get_int64(v);
    return json_object_is_type(v, json_type_int) && *out >= 0;
}

static bool take_limit(struct json_object *o, const char *key, double *out)
{
    struct json_object *v = xd_json_member(o, key);

    *out = v ? json_object_get_double(v) : 0;
    return !v ||
           ((json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int)) &&
            *out > 0);
}

/* --- questions --- */

static int wrong(struct xd_err *err, const char *what)
{
    return xd_err_set(err, -EINVAL, "the question makes no sense: %s", what);
}

static int take_ask(struct json_object *o, struct xd_wire_ask *a, struct xd_err *err)
{
    const char *name = xd_json_text(o, "ask"), *how;
    size_t k = 0;

    while (name && k < N_KINDS && strcmp(kinds[k].name, name) != 0)
        k++;
    if (!name || k == N_KINDS)
        return wrong(err, "ask is status, explain, table, reload, pause, resume, budget or limit");
    a->kind = (enum xd_wire_kind)k;
    if (!take_text(o, "domain", a->domain, sizeof(a->domain)) ||
        !take_text(o, "rule", a->rule, sizeof(a->rule)))
        return wrong(err, "domain and rule are names");
    if (a->domain[0] && !kinds[k].domain)
        return wrong(err, "it is of no domain");
    if ((a->kind == XD_WIRE_EXPLAIN && !a->domain[0]) || (kinds[k].rule && !a->rule[0]))
        return wrong(err, kinds[k].rule ? "rule is missing" : "domain is missing");
    if (!take_text(o, "name", a->table, sizeof(a->table)) ||
        (a->kind == XD_WIRE_TABLE && !a->table[0]))
        return wrong(err, "name is that of a table");
    if (!take_number(o, "cpu_ns", 0, &a->cpu_ns) || !take_number(o, "per_ns", 0, &a->per_ns) ||
        !take_number(o, "cap", -1, &a->cap) || a->cap > INT32_MAX)
        return wrong(err, "cpu_ns, per_ns and cap are whole numbers");
    if (!take_limit(o, "watts", &a->watts) || !take_limit(o, "celsius", &a->celsius) ||
        (a->kind == XD_WIRE_LIMIT && !a->watts == !a->celsius))
        return wrong(err, "a limit is of watts or of celsius, and more than nothing");
    how = xd_json_text(o, "how");
    a->restore = how && strcmp(how, "restore") == 0;
    if (a->kind == XD_WIRE_PAUSE && xd_json_member(o, "how") && !a->restore &&
        (!how || strcmp(how, "hold") != 0))
        return wrong(err, "how is hold or restore");
    return 0;
}

int xd_wire_ask_read(const char *line, size_t len, struct xd_wire_ask *out, struct xd_err *err)
{
    struct json_object *o = NULL;
    int rc;

    memset(out, 0, sizeof(*out));
    if (len >= XD_WIRE_ASK_MAX)
        return wrong(err, "it is too long");
    rc = xd_json_parse("the question", line, len, &o, err);
    if (rc < 0)
        return -EINVAL;
    rc = take_ask(o, out, err);
    json_object_put(o);
    return rc;
}

void xd_wire_ask_write(const struct xd_wire_ask *a, struct xd_buf *out)
{
    struct xd_json j;

    xd_json_init(&j, out, false);
    xd_json_open(&j, NULL, '{');
    xd_json_str(&j, "ask", kinds[a->kind].name);
    if (a->domain[0])
        xd_json_str(&j, "domain", a->domain);
    if (a->rule[0])
        xd_json_str(&j, "rule", a->rule);
    if (a->kind == XD_WIRE_TABLE)
        xd_json_str(&j, "name", a->table);
    if (a->kind == XD_WIRE_PAUSE)
        xd_json_str(&j, "how", a->restore ? "restore" : "hold");
    if (a->kind == XD_WIRE_BUDGET && a->cpu_ns)
        xd_json_i64(&j, "cpu_ns", a->cpu_ns);
    if (a->kind == XD_WIRE_BUDGET && a->per_ns)
        xd_json_i64(&j, "per_ns", a->per_ns);
    if (a->kind == XD_WIRE_BUDGET && a->cap >= 0)
        xd_json_i64(&j, "cap", a->cap);
    if (a->kind == XD_WIRE_LIMIT)
        xd_json_f64(&j, a->watts ? "watts" : "celsius", a->watts ? a->watts : a->celsius);
    xd_json_close(&j, '}');
    xd_buf_addc(out, '\n');
}

/* --- answers --- */

void xd_wire_fail(const struct xd_err *err, struct xd_buf *out)
{
    struct xd_json j;

    xd_json_init(&j, out, false);
    xd_json_open(&j, NULL, '{');
    xd_json_bool(&j, "ok", false);
    xd_json_i64(&j, "code", err->code < 0 ? -err->code : EIO);
    xd_json_str(&j, "error", xd_err_text(err));
    xd_json_close(&j, '}');
    xd_buf_addc(out, '\n');
}

static int not_an_answer(struct xd_err *err, const char *what)
{
    return xd_err_set(err, -EBADMSG, "the daemon's answer makes no sense: %s", what);
}

static struct json_object *head_of(const char *text, size_t len, struct xd_err *err)
{
    const char *end = memchr(text, '\n', len);
    struct json_object *o = NULL;

    if (!end || xd_json_parse("the daemon's answer", text, (size_t)(end - text), &o, err) < 0)
        return NULL;
    if (json_object_is_type(xd_json_member(o, "ok"), json_type_boolean))
        return o;
    not_an_answer(err, "it has no \"ok\"");
    json_object_put(o);
    return NULL;
}

int64_t xd_wire_answer_len(const char *text, size_t len, struct xd_err *err)
{
    const char *at = len ? memchr(text, '\n', len) : NULL;
    struct json_object *o;
    int64_t rows;
    bool known;

    if (!at)
        return len > XD_WIRE_ANSWER_MAX ? not_an_answer(err, "it has no end") : 0;
    o = head_of(text, len, err);
    if (!o)
        return -EBADMSG;
    known = take_number(o, "rows", 0, &rows);
    json_object_put(o);
    if (!known || rows > (int64_t)XD_WIRE_ROWS_MAX)
        return not_an_answer(err, "so many rows can't be");
    for (at++; rows; rows--) {
        at = memchr(at, '\n', (size_t)(text + len - at));
        if (!at)
            return len > XD_WIRE_ANSWER_MAX ? not_an_answer(err, "it has no end") : 0;
        at++;
    }
    return at - text;
}

int xd_wire_answer_check(const char *text, size_t len, struct xd_err *err)
{
    struct json_object *o = head_of(text, len, err);
    int rc = 0;

    if (!o)
        return -EBADMSG;
    if (!json_object_get_boolean(xd_json_member(o, "ok"))) {
        const char *why = xd_json_text(o, "error");
        int64_t code;
        char safe[400];

        if (!take_number(o, "code", EIO, &code) || code < 1 || code > 4095)
            code = EIO;
        xd_str_safe_to(safe, sizeof(safe), why ? why : "the daemon doesn't say why");
        rc = xd_err_set(err, -(int)code, "%s", safe);
    }
    json_object_put(o);
    return rc;
}
