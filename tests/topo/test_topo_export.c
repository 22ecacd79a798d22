/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exports of machines: what is drawn doesn't overlap, lines keep to their width, and nothing that a
 * name says breaks a format. (That other programs open them is tested by exports.sh.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "machines.h"
#include "topo/export.h"
#include "topo/export_impl.h"

#include <json-c/json.h>

#define RANDOM_MACHINES 150
#define CELL            7.25 /* pixels of a character, at most */

static char *export(const struct xd_topo *t, const char *format, const struct xd_topo_style *s,
                    struct xd_buf *out)
{
    struct xd_err err = XD_ERR_INIT;

    xd_buf_clear(out);
    if (xd_topo_export(t, format, s, out, &err))
        fail_msg("%s: %s", format, xd_err_text(&err));
    return out->s;
}

/* --- formats --- */

static void an_unknown_format_is_refused(void **state)
{
    struct xd_topo *t = machine_named("one-cpu");
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_topo_export(t, "png", NULL, &out, &err), -EINVAL);
    assert_string_equal(err.text,
                        "there is no format \"png\" for a topology; there are tree, json, "
                        "dot, svg, hwloc-xml");
    xd_topo_free(t);
    xd_buf_done(&out);
}

static void hwloc_needs_cpus(void **state)
{
    struct xd_topo *t = xd_topo_new();
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    xd_topo_settle(t);
    assert_int_equal(xd_topo_export(t, "hwloc-xml", NULL, &out, &err), -ENODATA);
    assert_non_null(strstr(err.text, "needs CPUs"));
    for (size_t i = 0; i < 4; i++) /* the others say what there is */
        export(t, xd_topo_formats[i].name, NULL, &out);
    xd_topo_free(t);
    xd_buf_done(&out);
}

/* --- the text tree --- */

static void a_small_machine_as_text(void **state)
{
    struct xd_topo *t = machine_named("laptop");
    struct xd_topo_style s = xd_topo_style_print;
    struct xd_buf out = XD_BUF_INIT;

    s.parts = XD_TOPO_PART_CPU;
    assert_string_equal(export(t, "tree", &s, &out),
                        "laptop  16G  CPUs 0-7\n"
                        "└─ Package 0  Imaginary CPU 9000  CPUs 0-7\n"
                        "   └─ Node 0  16G  5.3G free  CPUs 0-7\n"
                        "      └─ L3  8.0M  CPUs 0-7\n"
                        "         └─ L2 1.3M + L1d 48K + Core 0 … Core 3 (4)  CPUs 0-7\n"
                        "            └─ pCPU 0 … pCPU 4 (2)  CPUs 0,4\n");
    s.ascii = true;
    s.width = 32;
    assert_string_equal(export(t, "tree", &s, &out), "laptop  16G  CPUs 0-7\n"
                                                     "`- Package 0  Imaginary CPU 9...\n"
                                                     "   `- Node 0  16G  5.3G free ...\n"
                                                     "      `- L3  8.0M  CPUs 0-7\n"
                                                     "         `- L2 1.3M + L1d 48K...\n"
                                                     "            `- pCPU 0 ... pCP...\n");
    xd_topo_free(t);
    xd_buf_done(&out);
}

static void check_lines(const struct xd_topo *t, struct xd_topo_style s, struct xd_buf *out)
{
    size_t lines = 0;

    for (char *line = strtok(export(t, "tree", &s, out), "\n"); line; line = strtok(NULL, "\n")) {
        lines++;
        assert_true(xd_str_width(line) <= s.width);
        for (const char *c = line; s.ascii && *c; c++)
            assert_true((unsigned char)*c < 0x7f);
    }
    if (s.unfolded)
        assert_int_equal(lines, t->n_things);
}

static void lines_keep_to_their_width(void **state)
{
    struct xd_buf out = XD_BUF_INIT;

    for (uint64_t seed = 0; seed < RANDOM_MACHINES; seed++) {
        struct xd_topo *t = machine_random(seed);
        struct xd_topo_style s = xd_topo_style_print;

        s.width = (int)(seed % 90) + 1;
        s.ascii = seed & 1;
        s.unfolded = seed & 2;
        check_lines(t, s, &out);
        xd_topo_free(t);
    }
    xd_buf_done(&out);
}

/* --- pictures --- */

struct shape {
    double x, y, w, h;
};
struct shapes {
    struct shape *rect, *text;
    size_t n_rects, n_texts;
    double w, h;
};

static double number(const char *tag, const char *end, const char *name)
{
    const char *at = strstr(tag, name);

    assert_true(at && at < end);
    return strtod(at + strlen(name), NULL);
}

/* Cells of the text up to the next mark, "&#38;" being one. */
static int cells(const char *s)
{
    char plain[4096];
    size_t n = 0;

    for (; *s != '<'; s++) {
        assert_true(n + 1 < sizeof(plain));
        plain[n++] = *s == '&' ? '.' : *s;
        s += *s == '&' ? strcspn(s, ";") : 0;
    }
    plain[n] = '\0';
    return xd_str_width(plain);
}

static void read_shapes(const char *svg, struct shapes *out)
{
    size_t size = strlen(svg) / 30 + 1;
    const char *end;

    *out = (struct shapes){xd_malloc(size * sizeof(struct shape)),
                           xd_malloc(size * sizeof(struct shape))};
    out->w = number(svg, svg + strlen(svg), " width=\"");
    out->h = number(svg, svg + strlen(svg), " height=\"");
    for (const char *at = svg; (at = strchr(at, '<')); at++) {
        end = strchr(at, '>');
        if (xd_str_starts(at, "<rect x="))
            out->rect[out->n_rects++] =
                (struct shape){number(at, end, " x=\""), number(at, end, " y=\""),
                               number(at, end, " width=\""), number(at, end, " height=\"")};
        if (xd_str_starts(at, "<text x="))
            out->text[out->n_texts++] = (struct shape){
                number(at, end, " x=\""), number(at, end, " y=\"") - 9, cells(end + 1) * CELL, 9};
    }
}

static bool is_in(const struct shape *a, const struct shape *b)
{
    return a->x >= b->x && a->y >= b->y && a->x + a->w <= b->x + b->w && a->y + a->h <= b->y + b->h;
}

static bool is_apart(const struct shape *a, const struct shape *b)
{
    return a->x + a->w < b->x || b->x + b->w < a->x || a->y + a->h < b->y || b->y + b->h < a->y;
}

static void check_rects(const struct shapes *s, const char *name)
{
    struct shape all = {0, 0, s->w, s->h};

    for (size_t i = 0; i < s->n_rects; i++) {
        const struct shape *a = &s->rect[i];

        assert_true(is_in(a, &all));
        for (size_t k = i + 1; k < s->n_rects; k++) {
            const struct shape *b = &s->rect[k];

            if (!is_apart(a, b) && !is_in(a, b) && !is_in(b, a))
                fail_msg("%s: %g,%g %gx%g and %g,%g %gx%g overlap", name, a->x, a->y, a->w, a->h,
                         b->x, b->y, b->w, b->h);
        }
    }
}

/* Text stays in the picture, and within each box that it begins in; no two texts touch. */
static void check_texts(const struct shapes *s, const char *name)
{
    struct shape all = {0, 0, s->w, s->h};

    for (size_t i = 0; i < s->n_texts; i++) {
        const struct shape *t = &s->text[i];

        if (!is_in(t, &all))
            fail_msg("%s: text at %g,%g leaves the picture", name, t->x, t->y);
        for (size_t k = 0; k < s->n_rects; k++)
            if (!is_apart(t, &s->rect[k]) && !is_in(t, &s->rect[k]))
                fail_msg("%s: text at %g,%g crosses the box at %g,%g", name, t->x, t->y,
                         s->rect[k].x, s->rect[k].y);
        for (size_t k = i + 1; k < s->n_texts; k++)
            if (!is_apart(t, &s->text[k]))
                fail_msg("%s: texts at %g,%g and %g,%g overlap", name, t->x, t->y, s->text[k].x,
                         s->text[k].y);
    }
}

static void check_picture(const struct xd_topo *t, const struct xd_topo_style *s, const char *name)
{
    struct xd_buf out = XD_BUF_INIT;
    struct shapes shapes;

    read_shapes(export(t, "svg", s, &out), &shapes);
    assert_true(shapes.n_rects > (s && s->root ? 9u : 10u)); /* the legend alone has nine */
    check_rects(&shapes, name);
    check_texts(&shapes, name);
    free(shapes.rect);
    free(shapes.text);
    xd_buf_done(&out);
}

static void nothing_overlaps(void **state)
{
    char name[32];

    for (size_t i = 0; machines_named[i].name; i++) {
        struct xd_topo *t = machine_make(&machines_named[i]);

        check_picture(t, NULL, machines_named[i].name);
        xd_topo_free(t);
    }
    for (uint64_t seed = 0; seed < RANDOM_MACHINES; seed++) {
        struct xd_topo_style s = xd_topo_style_print;
        struct xd_topo *t = machine_random(seed);

        s.parts = seed % (XD_TOPO_PART_ALL + 1);
        snprintf(name, sizeof(name), "random:%lu", (unsigned long)seed);
        check_picture(t, &s, name);
        xd_topo_free(t);
    }
}

/* One thing with all in it: nothing else is told, and its picture is drawn as well as the whole. */
static void parts_of_machines(void **state)
{
    for (uint64_t seed = 0; seed < RANDOM_MACHINES / 5; seed++) {
        struct xd_topo *t = machine_random(seed);

        for (size_t i = seed % 7; i < t->n_things; i += 1 + t->n_things / 11) {
            struct xd_topo_style s = xd_topo_style_print;
            struct xd_buf out = XD_BUF_INIT;
            struct json_object *doc, *things;
            size_t n = 0;

            s.root = t->things[i];
            s.unfolded = true;
            for (size_t k = 0; k < t->n_things; k++)
                n += xd_topo_is_within(t->things[k], &s);
            export(t, "json", &s, &out);
            assert_int_equal(xd_json_parse("json", out.s, out.len, &doc, NULL), 0);
            assert_true(json_object_object_get_ex(doc, "things", &things));
            assert_int_equal(json_object_array_length(things), n);
            assert_string_equal(json_object_get_string(json_object_object_get(
                                    json_object_array_get_idx(things, 0), "id")),
                                s.root->id);
            json_object_put(doc);
            export(t, "tree", &s, &out);
            for (const char *p = out.s; (p = strchr(p, '\n')); p++)
                n--;
            assert_int_equal(n, 0); /* a line each */
            export(t, "dot", &s, &out);
            check_picture(t, &s, s.root->id);
            xd_buf_done(&out);
        }
        xd_topo_free(t);
    }
}

static void hwloc_has_no_parts(void **state)
{
    struct xd_topo *t = machine_named("two-sockets");
    struct xd_topo_style s = xd_topo_style_print;
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    s.root = xd_topo_find(t, "package/1");
    assert_int_equal(xd_topo_export(t, "hwloc-xml", &s, &out, &err), -EINVAL);
    assert_string_equal(err.text, "XML of hwloc is of whole machines, not of package/1 alone: "
                                  "leave it out, or take another format");
    s.root = t->machine;
    export(t, "hwloc-xml", &s, &out);
    xd_topo_free(t);
    xd_buf_done(&out);
}

/* Each thread's number stands in the picture; each function has a row, or one of its like has. */
static void all_is_in_the_picture(void **state)
{
    struct xd_topo *t = machine_named("two-sockets");
    struct xd_buf out = XD_BUF_INIT;
    const char *svg = export(t, "svg", NULL, &out);

    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        char tip[XD_KEY_MAX + 16];

        if (o->kind == XD_THING_VF || o->kind == XD_THING_THREAD || xd_topo_set(o, XD_TOPO_CPUS))
            continue;
        snprintf(tip, sizeof(tip), "<title>%s</title>", o->id);
        if (!strstr(svg, tip))
            fail_msg("%s is not in the picture", o->id);
    }
    assert_non_null(strstr(svg, ">0 24</text>"));
    assert_non_null(strstr(svg, ">23 47</text>"));
    xd_topo_free(t);
    xd_buf_done(&out);
}

/* --- what names can't do --- */

#define EVIL "\"]; <b>&amp;</b> \\N \\\" ]]> -- {evil|x}"

static void names_break_nothing(void **state)
{
    struct xd_topo *t = machine_named("one-cpu");
    struct xd_topo_style s = xd_topo_style_print;
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct json_object *json;

    s.title = EVIL;
    xd_topo_tell_str(t, xd_topo_find(t, "package/0"), XD_TOPO_NAME, XD_TOPO_BY_XEN, EVIL);
    for (size_t i = 3; i < 5; i++) {
        export(t, xd_topo_formats[i].name, &s, &out);
        assert_null(strstr(out.s, "<b>"));
        assert_non_null(strstr(out.s, "&#60;b&#62;&#38;amp;"));
    }
    export(t, "dot", &s, &out);
    assert_non_null(strstr(out.s, "\\\"]; <b>&amp;</b> \\\\N \\\\\\\" ]]>"));
    export(t, "json", &s, &out);
    assert_int_equal(xd_json_parse("json", out.s, out.len, &json, &err), 0);
    json_object_put(json);
    xd_topo_free(t);
    xd_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_format_is_refused),
        cmocka_unit_test(hwloc_needs_cpus),
        cmocka_unit_test(a_small_machine_as_text),
        cmocka_unit_test(lines_keep_to_their_width),
        cmocka_unit_test(nothing_overlaps),
        cmocka_unit_test(parts_of_machines),
        cmocka_unit_test(hwloc_has_no_parts),
        cmocka_unit_test(all_is_in_the_picture),
        cmocka_unit_test(names_break_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
