/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps in words: what they do, the equal xl command, and what takes them back. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/plan_impl.h"

/* Called by nothing but a number: "3" alone would not say what of. */
static bool is_bare_number(const struct xd_table_desc *d)
{
    return d->labels[0] >= 0 && d->labels[1] < 0 &&
           xd_type_is_number(d->columns[d->labels[0]].kind.type);
}

struct xd_subject xd_subject_of(const struct xd_table *t, const struct xd_row *r,
                                struct xd_arena *a)
{
    char key[XD_KEY_MAX], label[XD_KEY_MAX];

    xd_row_key(t->desc, r, key);
    xd_row_label(t->desc, r, label);
    return (struct xd_subject){.table = t,
                               .row = r,
                               .key = xd_arena_strdup(a, key),
                               .label = !label[0] ? t->desc->noun
                                        : is_bare_number(t->desc)
                                            ? xd_arena_printf(a, "%s/%s", t->desc->noun, label)
                                            : xd_arena_strdup(a, label)};
}

/* --- the xl command --- */

/* Names that a shell would read otherwise are quoted: they come from guests. */
static void add_quoted(struct xd_buf *b, const char *s)
{
    const char *c = s;

    while (isalnum((unsigned char)*c) || (*c && strchr("_./:=@%+,^-", *c)))
        c++;
    if (s[0] && !*c) {
        xd_buf_add(b, s);
        return;
    }
    xd_buf_addc(b, '\'');
    for (; *s; s++) {
        if (*s == '\'')
            xd_buf_add(b, "'\\''");
        else
            xd_buf_addc(b, *s);
    }
    xd_buf_addc(b, '\'');
}

static bool is_zero(const struct xd_value *v)
{
    return v->type == XD_F64 ? v->cell.f == 0 : v->type <= XD_U64 && v->cell.u == 0;
}

/* xl wants the number where we have a word: for zero, for yes and no; xenpm its kHz. */
static const char *xl_value(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a)
{
    if (v->have && v->type == XD_BOOL)
        return v->cell.b ? "1" : "0";
    if (k->zero && v->have && is_zero(v))
        return "0";
    if (k->unit == XD_UNIT_KHZ && v->have && v->type == XD_U64)
        return xd_arena_printf(a, "%" PRIu64, v->cell.u);
    return xd_value_exact(v, k, a);
}

/* --- templates --- */

/* Text with {NAME} in it, and what the names stand for. */
struct filling_in {
    const struct xd_subject *on;
    const struct xd_kind *kind; /* of the value; NULL: there is no {value} */
    const struct xd_value *value;
    const struct xd_action *act; /* NULL: no parameters */
    const struct xd_value *params;
    struct xd_arena *a;
    const char *(*text)(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a);
    void (*quote)(struct xd_buf *b, const char *word);
    bool for_people; /* names instead of identities */
};

/* What a name stands for; false: nothing is called so, or it has no value. */
static bool find_value(const struct filling_in *f, const char *name, struct xd_value *v,
                       const struct xd_kind **kind)
{
    const struct xd_table_desc *d = f->on->table->desc;
    const struct xd_param *p = f->act ? f->act->params : NULL;
    int col;

    if (f->value && strcmp(name, "value") == 0) {
        *v = *f->value;
        *kind = f->kind;
        return v->have;
    }
    for (size_t i = 0; f->params && p && p[i].name; i++) {
        if (strcmp(p[i].name, name) != 0)
            continue;
        *v = f->params[i];
        *kind = &p[i].kind;
        return v->have;
    }
    if (f->for_people && strcmp(name, "uuid") == 0)
        name = "name";
    if (f->for_people && strcmp(name, "domain_uuid") == 0)
        name = "domain";
    col = xd_desc_column(d, name);
    if (!xd_row_has(f->on->row, col))
        return false;
    *v = xd_row_value(d, f->on->row, col);
    *kind = &d->columns[col].kind;
    return true;
}

/* No, zero, or the kind's word for it. */
static bool is_off(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a)
{
    if (v->type == XD_BOOL)
        return !v->cell.b;
    return k->zero && xd_streq(xd_value_exact(v, k, a), k->zero);
}

/* Whether a name has a value that says yes, or the one that "NAME=WORD" wants. */
static bool is_so(const struct filling_in *f, char *name)
{
    const struct xd_kind *kind;
    char *word = strchr(name, '=');
    struct xd_value v;

    if (word)
        *word++ = '\0';
    if (!find_value(f, name, &v, &kind))
        return false;
    return word ? strcmp(xd_value_exact(&v, kind, f->a), word) == 0 : !is_off(&v, kind, f->a);
}

static bool fill_in(const struct filling_in *f, const char *form, size_t len, struct xd_buf *b);

/* What stands within [ ]: put in whole or not at all. */
static void fill_in_part(const struct filling_in *f, const char *part, size_t len, struct xd_buf *b)
{
    const char *mark = memchr(part, '?', len), *end = part + len;
    size_t before = b->len;

    if (mark && !is_so(f, xd_arena_strndup(f->a, part, (size_t)(mark - part))))
        return;
    if (mark)
        part = mark + 1;
    if (!fill_in(f, part, (size_t)(end - part), b))
        xd_buf_cut(b, before);
}

/* Fills in form, of which `len` bytes count. False where a name outside of [ ] has no value. */
static bool fill_in(const struct filling_in *f, const char *form, size_t len, struct xd_buf *b)
{
    const char *end = form + len;

    while (form < end) {
        const char *close = *form == '{'   ? memchr(form, '}', (size_t)(end - form))
                            : *form == '[' ? memchr(form, ']', (size_t)(end - form))
                                           : NULL;
        const struct xd_kind *kind;
        struct xd_value v;

        if (!close) {
            xd_buf_addc(b, *form++);
            continue;
        }
        if (*form == '[') {
            fill_in_part(f, form + 1, (size_t)(close - form - 1), b);
        } else {
            const char *name = xd_arena_strndup(f->a, form + 1, (size_t)(close - form - 1));

            if (!find_value(f, name, &v, &kind))
                return false;
            f->quote(b, f->text(&v, kind, f->a));
        }
        form = close + 1;
    }
    return true;
}

static const char *filled_in(const struct filling_in *f, const char *form)
{
    struct xd_buf b = XD_BUF_INIT;
    const char *text = NULL;

    if (form && fill_in(f, form, strlen(form), &b))
        text = xd_arena_strdup(f->a, xd_buf_str(&b));
    xd_buf_done(&b);
    return text;
}

const char *xd_xl_text(const char *form, const struct xd_subject *on, const struct xd_kind *kind,
                       const struct xd_value *value, const struct xd_action *act,
                       const struct xd_value *params, struct xd_arena *a)
{
    struct filling_in f = {on, kind, value, act, params, a, xl_value, add_quoted, false};

    return filled_in(&f, form);
}

/* --- steps --- */

static struct xd_object object_of(const struct xd_subject *on, struct xd_arena *a)
{
    return (struct xd_object){.table = on->table->desc->name,
                              .key = xd_arena_strdup(a, on->key),
                              .label = xd_arena_strdup(a, on->label)};
}

void xd_step_knob(struct xd_plan *p, struct xd_step *s, const struct xd_offer *o,
                  const struct xd_subject *on, const struct xd_value *old,
                  const struct xd_value *now)
{
    const struct xd_knob *k = o->knob;
    struct xd_arena *a = &p->arena;
    const char *from = xd_value_exact(old, &k->kind, a), *to = xd_value_exact(now, &k->kind, a);

    *s = (struct xd_step){.offer = *o, .object = object_of(on, a), .risk = k->risk};
    s->old = xd_value_copy(old, a);
    s->now = xd_value_copy(now, a);
    s->text = xd_arena_printf(a, "%s %s %s → %s", on->label, k->name, from, to);
    s->inverse = xd_arena_printf(a, "%s %s %s → %s", on->label, k->name, to, from);
    xd_step_knob_xl(p, s, on);
}

void xd_step_knob_xl(struct xd_plan *p, struct xd_step *s, const struct xd_subject *on)
{
    const struct xd_knob *k = s->offer.knob;
    bool off = k->xl_off && is_off(&s->now, &k->kind, &p->arena);

    s->xl = xd_xl_text(off ? k->xl_off : k->xl, on, &k->kind, &s->now, NULL, NULL, &p->arena);
}

void xd_step_action(struct xd_plan *p, struct xd_step *s, const struct xd_world *w,
                    const struct xd_offer *o, const struct xd_subject *on,
                    const struct xd_value *params)
{
    const struct xd_action *act = o->action;
    struct xd_arena *a = &p->arena;
    const char *words = xd_params_text(act, params, a);
    struct filling_in f = {on, NULL, NULL, act, params, a, xd_value_exact, xd_wish_quote, false};

    *s = (struct xd_step){.offer = *o, .object = object_of(on, a), .risk = act->risk};
    s->params = params;
    s->text =
        xd_arena_printf(a, "%s %s%s%s", act->name, on->label, words ? " " : "", words ? words : "");
    s->xl = xd_xl_text(act->xl, on, NULL, NULL, act, params, a);
    if (act->inverse && strchr(act->inverse, ' ')) {
        s->undo = filled_in(&f, act->inverse);
        f.for_people = true;
        s->inverse = s->undo ? filled_in(&f, act->inverse) : NULL;
    } else if (xd_inverse_action(w, o)) {
        s->undo = act->inverse;
        s->inverse = xd_arena_printf(a, "%s %s", act->inverse, on->label);
    } else if (act->leaves_nothing) {
        s->inverse = "nothing is left to undo";
    }
}

void xd_plan_finish(struct xd_plan *p, size_t n, const char *title)
{
    p->n = n;
    p->permille = -1;
    for (size_t i = 0; i < n; i++)
        if (p->steps[i].risk > p->risk)
            p->risk = p->steps[i].risk;
    if (title)
        p->title = xd_arena_strdup(&p->arena, title);
    else if (n == 1)
        p->title = p->steps[0].text;
    else
        p->title = xd_arena_printf(&p->arena, "%zu edits", n);
}

char *xd_plan_word(const struct xd_plan *p, char *out)
{
    const struct xd_step *worst = NULL;
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (p->steps[i].risk != XD_RISK_DESTRUCTIVE)
            continue;
        worst = worst ? worst : &p->steps[i];
        n++;
    }
    if (!worst)
        out[0] = '\0';
    else if (n > 1)
        snprintf(out, XD_KEY_MAX, "all %zu", n);
    else if (strstr(worst->object.label, "\uFFFD"))
        snprintf(out, XD_KEY_MAX, "%.8s", worst->object.key);
    else
        snprintf(out, XD_KEY_MAX, "%s", worst->object.label);
    return out;
}
