/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings as text: sensors in files, and what ipmitool prints. See sensors.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kernel/sensors.h"

#define NS_PER_S    INT64_C(1000000000)
#define WATTS_MAX   1e6
#define CELSIUS_MIN (-100.0)
#define CELSIUS_MAX 300.0
#define AGE_MAX_S   86400.0

/* --- sensors in files --- */

bool xd_sensor_name_ok(const char *name)
{
    size_t n = 0;

    for (; name[n]; n++)
        if (!isalnum((unsigned char)name[n]) && !strchr("-_.", name[n]))
            return false;
    return n > 0 && n <= 64 && name[0] != '.';
}

enum { WATTS, CELSIUS, MAX, PLACE, LABEL, AGE, N_KEYS };
static const char *const keys[N_KEYS + 1] = {"watts", "celsius", "celsius_max", "place",
                                             "label", "max_age", NULL};

/* One line of the file, and where in it something is wrong. */
struct line {
    const char *file, *key, *value;
    unsigned number, value_col;
    struct xd_err *err;
};

static int wrong(const struct line *l, unsigned col, const char *what)
{
    return xd_err_set(l->err, -EINVAL, "%s:%u:%u: %s", l->file, l->number, col, what);
}

static int read_number(const struct line *l, double min, double max, double *out)
{
    char what[160], shown[40];

    if (xd_parse_f64(l->value, out) == 0 && *out >= min && *out <= max)
        return 0;
    xd_str_safe_to(shown, sizeof(shown), l->value);
    snprintf(what, sizeof(what), "%s: wanted a number from %.0f to %.0f, found \"%s\"", l->key, min,
             max, shown);
    return wrong(l, l->value_col, what);
}

static int read_text(const struct line *l, struct xd_arena *a, const char **out)
{
    char text[64];

    xd_str_safe_to(text, sizeof(text), l->value);
    *out = xd_arena_strdup(a, text);
    return l->value[0] ? 0 : wrong(l, l->value_col, "wanted a text behind it");
}

static int read_key(const struct line *l, int key, struct xd_arena *a, struct xd_sensor_file *s)
{
    double n = 0;
    int rc;

    switch (key) {
    case WATTS:
        return read_number(l, 0, WATTS_MAX, &s->value);
    case CELSIUS:
        s->temperature = true;
        return read_number(l, CELSIUS_MIN, CELSIUS_MAX, &s->value);
    case MAX:
        s->has_max = true;
        return read_number(l, CELSIUS_MIN, CELSIUS_MAX, &s->celsius_max);
    case PLACE:
        return read_text(l, a, &s->place);
    case LABEL:
        return read_text(l, a, &s->label);
    default:
        rc = read_number(l, 1, AGE_MAX_S, &n);
        s->max_age_ns = (int64_t)(n * (double)NS_PER_S);
        return rc;
    }
}

static int find_key(const struct line *l, unsigned col, int *key)
{
    char what[160], shown[40];
    const char *near;

    for (*key = 0; *key < N_KEYS; ++*key)
        if (xd_streq(keys[*key], l->key))
            return 0;
    xd_str_safe_to(shown, sizeof(shown), l->key);
    near = xd_str_nearest(l->key, keys, N_KEYS);
    snprintf(what, sizeof(what), "there is no key \"%s\"%s%s%s", shown,
             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return wrong(l, col, what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* s: the line without its end, to be cut into pieces. */
static int read_line(struct line *l, char *s, unsigned *seen, struct xd_arena *a,
                     struct xd_sensor_file *out)
{
    char *start = s, *end;
    int key, rc;

    s[strcspn(s, "#")] = '\0';
    for (end = s + strlen(s); end > s && is_blank(end[-1]);)
        *--end = '\0';
    while (is_blank(*s))
        s++;
    if (!*s)
        return 0;
    l->key = s;
    rc = (int)strcspn(s, " \t");
    end = s + rc;
    l->value = end;
    if (*end) {
        *end++ = '\0';
        while (is_blank(*end))
            end++;
        l->value = end;
    }
    l->value_col = (unsigned)(l->value - start) + 1;
    rc = find_key(l, (unsigned)(s - start) + 1, &key);
    if (rc)
        return rc;
    if (*seen >> key & 1)
        return wrong(l, (unsigned)(s - start) + 1, "it says that twice");
    if (key <= CELSIUS && *seen & (1U << WATTS | 1U << CELSIUS))
        return wrong(l, (unsigned)(s - start) + 1,
                     "a file is one reading: watts or celsius, not both");
    *seen |= 1U << key;
    return read_key(l, key, a, out);
}

int xd_sensor_file_parse(const char *name, const char *text, size_t len, struct xd_arena *a,
                         struct xd_sensor_file *out, struct xd_err *err)
{
    struct line l = {.file = name, .number = 1, .err = err};
    const char *at = text, *end = text + len;
    unsigned seen = 0;
    int rc = 0;

    *out = (struct xd_sensor_file){.max_age_ns = XD_SENSOR_FILE_AGE_NS};
    if (len > XD_SENSOR_FILE_MAX)
        return xd_err_set(err, -EINVAL, "%s:1:1: a file of one reading has no more than %d bytes",
                          name, XD_SENSOR_FILE_MAX);
    if (memchr(text, '\0', len))
        return xd_err_set(err, -EINVAL, "%s:1:1: there is a NUL in it: it is no text", name);
    for (; rc == 0 && at < end; l.number++) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((nl ? nl : end) - at);

        rc = read_line(&l, xd_arena_strndup(a, at, n), &seen, a, out);
        at += n + 1;
    }
    if (rc == 0 && !(seen & (1U << WATTS | 1U << CELSIUS)))
        rc = wrong(&l, 1, "it ends without a reading: wanted a line \"watts N\" or \"celsius N\"");
    if (rc == 0 && out->has_max && !out->temperature)
        rc = xd_err_set(err, -EINVAL, "%s:1:1: celsius_max goes with celsius only", name);
    return rc;
}

/* --- ipmitool --- */

int xd_dcmi_parse(const char *text, size_t len, double *watts, struct xd_err *err)
{
    static const char reading[] = "Instantaneous power reading:", state[] = "reading state is:";
    const char *at, *word;
    char number[16];
    size_t n;

    at = memmem(text, len, state, sizeof(state) - 1);
    if (at) {
        word = at + sizeof(state) - 1;
        n = (size_t)(text + len - word);
        if (memmem(word, n < 40 ? n : 40, "deactivated", 11))
            return xd_err_set(err, -ENODATA,
                              "the BMC says that it measures no power just now "
                              "(DCMI: power reading deactivated)");
    }
    at = memmem(text, len, reading, sizeof(reading) - 1);
    if (!at)
        return xd_err_set(err, -EINVAL,
                          "ipmitool dcmi power reading tells no power: this BMC knows "
                          "no DCMI, or another ipmitool is installed");
    for (at += sizeof(reading) - 1; at < text + len && *at == ' ';)
        at++;
    for (n = 0; at + n < text + len && n < sizeof(number) - 1 && isdigit((unsigned char)at[n]);)
        n++;
    snprintf(number, sizeof(number), "%.*s", (int)n, at);
    if (!n || xd_parse_f64(number, watts) != 0 || *watts > WATTS_MAX)
        return xd_err_set(err, -EINVAL, "ipmitool dcmi power reading tells no number of watts");
    return 0;
}
