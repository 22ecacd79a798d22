/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the journal read: every string is made safe and bounded on its way in, a line that
 * can't be read is one sentence and no more. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_c.h"
#include "engine/journal_impl.h"

struct xd_record *xd_journal_record(const struct xd_journal *j, uint64_t id)
{
    size_t lo = 0, hi = j->n;

    while (lo < hi) { /* ids only rise */
        size_t mid = lo + (hi - lo) / 2;

        if (j->records[mid]->e.id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < j->n && j->records[lo]->e.id == id ? j->records[lo] : NULL;
}

static void free_record(struct xd_record *r)
{
    xd_arena_done(&r->arena);
    free(r);
}

void xd_journal_forget(struct xd_journal *j)
{
    for (size_t i = 0; i < j->n; i++)
        free_record(j->records[i]);
    j->n = j->good = j->bad = 0;
    j->last_id = j->lines = 0;
    j->read_to = 0;
    j->cut_front = false;
}

/* --- fields --- */

/* NULL where it is missing, null or no string. */
static const char *get_str(struct json_object *o, const char *key, struct xd_arena *a)
{
    struct json_object *v;

    if (!json_object_object_get_ex(o, key, &v) || json_object_get_type(v) != json_type_string)
        return NULL;
    return xd_str_safe(a, json_object_get_string(v), XD_JOURNAL_STRING_MAX);
}

static bool get_num(struct json_object *o, const char *key, int64_t min, int64_t *out)
{
    struct json_object *v;

    if (!json_object_object_get_ex(o, key, &v) || json_object_get_type(v) != json_type_int)
        return false;
    *out = json_object_get_int64(v);
    return *out >= min;
}

static bool get_true(struct json_object *o, const char *key)
{
    struct json_object *v;

    return json_object_object_get_ex(o, key, &v) && json_object_get_type(v) == json_type_boolean &&
           json_object_get_boolean(v);
}

static int bad(struct xd_err *err, const char *what)
{
    return xd_err_set(err, -EILSEQ, "the record has no %s that makes sense", what);
}

/* --- begin --- */

static int read_step(struct json_object *o, struct xd_arena *a, struct xd_journal_step *s,
                     struct xd_err *err)
{
    if (json_object_get_type(o) != json_type_object)
        return bad(err, "step");
    s->table = get_str(o, "table", a);
    s->key = get_str(o, "key", a);
    s->label = get_str(o, "label", a);
    s->name = get_str(o, "name", a);
    s->is_action = get_true(o, "action");
    s->old = get_str(o, "old", a);
    s->now = get_str(o, "new", a);
    s->inverse = get_str(o, "inverse", a);
    s->text = get_str(o, "text", a);
    s->xl = get_str(o, "xl", a);
    s->outcome = XD_PLANNED;
    if (!s->table || !s->key || !s->label || !s->name || !s->text)
        return bad(err, "step with table, key, label, name and text");
    return 0;
}

static int read_steps(struct json_object *o, struct xd_record *r, struct xd_err *err)
{
    struct json_object *list;
    int rc = 0;

    if (!json_object_object_get_ex(o, "steps", &list) ||
        json_object_get_type(list) != json_type_array)
        return bad(err, "steps");
    r->e.n = json_object_array_length(list);
    if (r->e.n == 0 || r->e.n > XD_JOURNAL_STEPS_MAX)
        return bad(err, "number of steps");
    r->steps = xd_arena_array(&r->arena, r->e.n, sizeof(*r->steps));
    r->e.steps = r->steps;
    for (size_t i = 0; i < r->e.n && !rc; i++)
        rc = read_step(json_object_array_get_idx(list, i), &r->arena, &r->steps[i], err);
    return rc;
}

static int read_begin(struct json_object *o, struct xd_record *r, struct xd_err *err)
{
    struct xd_arena *a = &r->arena;
    const char *boot = get_str(o, "boot", a);
    int64_t v;

    r->e.begin_wall_ns = get_num(o, "at_ns", INT64_MIN, &v) ? v : 0;
    r->by.pid = get_num(o, "pid", 1, &v) ? v : 0;
    r->by.start = get_num(o, "pid_start", 1, &v) ? (uint64_t)v : 0;
    xd_str_safe_to(r->by.boot, sizeof(r->by.boot), boot ? boot : "");
    r->e.who = get_str(o, "who", a);
    r->e.title = get_str(o, "title", a);
    r->e.undoes = get_num(o, "undoes", 1, &v) ? (uint64_t)v : 0;
    r->e.outcome = XD_RUNNING;
    if (!r->e.who)
        r->e.who = "?";
    if (!r->e.title)
        return bad(err, "title");
    return read_steps(o, r, err);
}

static int take_begin(struct xd_journal *j, struct json_object *o, uint64_t id, struct xd_err *err)
{
    struct xd_record *r;
    int rc;

    if (id <= j->last_id)
        return xd_err_set(err, -EILSEQ, "entry %" PRIu64 " begins after entry %" PRIu64, id,
                          j->last_id);
    r = xd_malloc(sizeof(*r));
    xd_arena_init(&r->arena);
    r->e.id = id;
    rc = read_begin(o, r, err);
    if (rc) {
        free_record(r);
        return rc;
    }
    if (j->n == j->cap) {
        j->cap = j->cap ? 2 * j->cap : 64;
        j->records = xd_realloc(j->records, j->cap * sizeof(*j->records));
    }
    j->records[j->n++] = r;
    j->last_id = id;
    return 0;
}

/* --- the others --- */

static int take_start(struct xd_record *r, struct json_object *o, struct xd_err *err)
{
    int64_t i;

    if (!get_num(o, "step", 0, &i) || (uint64_t)i >= r->e.n)
        return bad(err, "step number");
    r->begun_step = true;
    r->open_step = (size_t)i;
    r->open_is_back = get_true(o, "back");
    r->steps[i].outcome = XD_RUNNING;
    return 0;
}

static int take_step(struct xd_record *r, struct json_object *o, struct xd_err *err)
{
    const char *name = get_str(o, "outcome", &r->arena);
    enum xd_outcome outcome;
    int64_t i;

    if (!get_num(o, "step", 0, &i) || (uint64_t)i >= r->e.n)
        return bad(err, "step number");
    if (xd_outcome_from_name(name, &outcome) < 0)
        return bad(err, "outcome");
    r->begun_step = false;
    r->steps[i].outcome = outcome;
    r->steps[i].detail = get_str(o, "detail", &r->arena);
    return 0;
}

static int take_end(struct xd_record *r, struct json_object *o, struct xd_err *err)
{
    const char *name = get_str(o, "outcome", &r->arena);
    enum xd_outcome outcome;
    int64_t v;

    if (xd_outcome_from_name(name, &outcome) < 0)
        return bad(err, "outcome");
    r->ended = true;
    r->e.outcome = outcome;
    r->e.detail = get_str(o, "detail", &r->arena);
    r->e.end_wall_ns = get_num(o, "at_ns", INT64_MIN, &v) ? v : r->e.begin_wall_ns;
    for (size_t i = 0; i < r->e.n; i++) /* left open by a session that ended meanwhile */
        if (r->steps[i].outcome == XD_RUNNING)
            r->steps[i].outcome = XD_LOST;
    return 0;
}

static int take_object(struct xd_journal *j, struct json_object *o, struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    const char *rec = get_str(o, "rec", &a);
    struct xd_record *r;
    int64_t version, id;
    int rc;

    if (!get_num(o, "xendeck", 1, &version) || !get_num(o, "id", 1, &id) ||
        id > XD_JOURNAL_ID_MAX || !rec) {
        rc = bad(err, "version, kind and number");
    } else if (version > XD_JOURNAL_VERSION) {
        rc = xd_err_set(err, -EILSEQ,
                        "the record was written by a newer xendeck (version %" PRId64 ")", version);
    } else if (strcmp(rec, "begin") == 0) {
        rc = take_begin(j, o, (uint64_t)id, err);
    } else {
        r = xd_journal_record(j, (uint64_t)id);
        if (!r)
            rc = j->cut_front && (!j->n || (uint64_t)id < j->records[0]->e.id)
                     ? 0 /* its beginning is in the part that wasn't read */
                     : xd_err_set(err, -EILSEQ, "entry %" PRId64 " has no beginning", id);
        else if (r->ended)
            rc = xd_err_set(err, -EILSEQ, "entry %" PRId64 " had ended before", id);
        else
            rc = strcmp(rec, "start") == 0  ? take_start(r, o, err)
                 : strcmp(rec, "step") == 0 ? take_step(r, o, err)
                 : strcmp(rec, "end") == 0  ? take_end(r, o, err)
                                            : bad(err, "kind");
    }
    xd_arena_done(&a);
    return rc;
}

/* Takes the number of a line that begins as we write it, which needs no parser of JSON. False: let
 * it be read whole. */
static bool take_number(struct xd_journal *j, const char *text, size_t len)
{
    static const char head[] = XD_JOURNAL_MAGIC "1,\"rec\":\"", id[] = "\",\"id\":";
    static const char *const kinds[] = {"begin", "start", "step", "end"};
    size_t at = sizeof(head) - 1, n, kind = 0;
    char digits[20];
    uint64_t number;

    if (len < at || memcmp(text, head, at) != 0)
        return false;
    for (; kind < 4; kind++) {
        n = strlen(kinds[kind]);
        if (len - at > n + sizeof(id) && memcmp(text + at, kinds[kind], n) == 0 &&
            memcmp(text + at + n, id, sizeof(id) - 1) == 0)
            break;
    }
    if (kind == 4)
        return false;
    at += n + sizeof(id) - 1;
    for (n = 0; n < sizeof(digits) - 1 && at + n < len && text[at + n] != ','; n++)
        digits[n] = text[at + n];
    digits[n] = '\0';
    if (xd_parse_u64(digits, &number) < 0 || number > XD_JOURNAL_ID_MAX || text[len - 1] != '}')
        return false;
    if (kind == 0 && number <= j->last_id)
        return false;
    if (kind == 0)
        j->last_id = number;
    return true;
}

int xd_journal_take_line(struct xd_journal *j, const char *text, size_t len, struct xd_err *err)
{
    struct json_object *o = NULL;
    int rc;

    if (len > XD_JOURNAL_LINE_MAX)
        return xd_err_set(err, -EILSEQ, "the line has %zu bytes, at most %d are read", len,
                          XD_JOURNAL_LINE_MAX);
    if (j->numbers && take_number(j, text, len)) {
        j->good++;
        return 0;
    }
    rc = xd_json_parse("the record", text, len, &o, err);
    if (rc == 0 && json_object_get_type(o) != json_type_object)
        rc = bad(err, "form");
    if (rc == 0)
        rc = take_object(j, o, err);
    json_object_put(o);
    if (rc == 0)
        j->good++;
    return rc ? -EILSEQ : 0;
}

/* --- what follows from the records --- */

/* An entry without an end: running, or nobody knows. */
static bool settle_open(const struct xd_journal *j, struct xd_record *r)
{
    const struct xd_journal_step *s = r->begun_step ? &r->steps[r->open_step] : NULL;

    bool ours = j->self.pid && r->by.pid == j->self.pid && r->by.start == j->self.start &&
                strcmp(r->by.boot, j->self.boot) == 0;

    if (r->e.outcome == XD_LOST || ours || xd_process_lives(&r->by))
        return false;
    r->e.outcome = XD_LOST;
    if (s) {
        r->steps[r->open_step].outcome = XD_LOST;
        r->e.detail = xd_arena_printf(&r->arena,
                                      "xendeck (process %" PRId64
                                      ") ended in the middle of step %zu of %zu%s: %s; "
                                      "look at %s and set it by hand",
                                      r->by.pid, r->open_step + 1, r->e.n,
                                      r->open_is_back ? ", taking it back" : "", s->text, s->label);
    } else {
        r->e.detail = xd_arena_printf(&r->arena,
                                      "xendeck (process %" PRId64
                                      ") ended between two steps; those shown as done were done",
                                      r->by.pid);
    }
    return true;
}

/* Why an entry can't be undone; NULL: it can. */
static const char *find_no_undo(struct xd_record *r)
{
    switch (r->e.outcome) {
    case XD_DONE:
        break;
    case XD_REFUSED:
    case XD_ROLLED_BACK:
        return "nothing of it is on the host";
    case XD_RUNNING:
    case XD_PLANNED:
        return "it is still being carried out";
    default:
        return "nobody knows what of it is on the host: look, and set it by hand";
    }
    if (r->e.undone_by)
        return xd_arena_printf(&r->arena, "it was undone by %" PRIu64, r->e.undone_by);
    for (size_t i = 0; i < r->e.n; i++)
        if (!r->steps[i].inverse)
            return xd_arena_printf(&r->arena, "step %zu, %s, has nothing that would take it back",
                                   i + 1, r->steps[i].text);
    return NULL;
}

/* An undo that was itself undone no longer counts. The newest entry is never undone by another, and
 * an undo is newer than what it undoes: so from the newest to the oldest, each is known in time. */
static void settle_undone(struct xd_journal *j)
{
    for (size_t i = 0; i < j->n; i++)
        j->records[i]->e.undone_by = 0;
    for (size_t i = j->n; i-- > 0;) {
        struct xd_record *r = j->records[i], *of;

        if (r->e.outcome != XD_DONE || r->e.undone_by || !r->e.undoes || r->e.undoes >= r->e.id)
            continue;
        of = xd_journal_record(j, r->e.undoes);
        if (of && !of->e.undone_by)
            of->e.undone_by = r->e.id;
    }
}

/* Only where it may have become another sentence: they stay in the record's arena. */
static void settle_no_undo(struct xd_record *r)
{
    if (r->settled && r->settled_as == r->e.outcome && r->settled_by == r->e.undone_by)
        return;
    r->settled = true;
    r->settled_as = r->e.outcome;
    r->settled_by = r->e.undone_by;
    r->e.no_undo = find_no_undo(r);
}

bool xd_journal_settle(struct xd_journal *j)
{
    bool changed = false;

    for (size_t i = 0; i < j->n; i++)
        if (!j->records[i]->ended)
            changed |= settle_open(j, j->records[i]);
    settle_undone(j);
    for (size_t i = 0; i < j->n; i++)
        settle_no_undo(j->records[i]);
    return changed;
}
