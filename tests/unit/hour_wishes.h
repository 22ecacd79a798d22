/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For test_hour.c: chance, and what it wishes: any value for any knob, any action on anything. */
#ifndef XD_TESTS_HOUR_WISHES_H
#define XD_TESTS_HOUR_WISHES_H

#include "backend_demo/random.h"
#include "hour_claims.h"

static inline uint64_t draw(struct hour *h, uint64_t n)
{
    return xd_demo_random(h->seed, h->drawn++) % n;
}

static inline bool chance(struct hour *h, unsigned percent)
{
    return draw(h, 100) < percent;
}

static inline const char *pick(struct hour *h, const char *const *words, size_t n)
{
    return words[draw(h, n)];
}
#define PICK(h, ...)                                                                               \
    pick(h, (const char *const[]){__VA_ARGS__},                                                    \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static inline const struct xd_row *any_row(struct hour *h, const char *table,
                                           const struct xd_table **t)
{
    *t = xd_world_table(xd_session_world(h->s), table);
    return *t && (*t)->n ? (*t)->rows[draw(h, (*t)->n)] : NULL;
}

static inline const char *any_label(struct hour *h, const char *table, struct xd_arena *a)
{
    const struct xd_table *t;
    const struct xd_row *r = any_row(h, table, &t);
    char label[XD_KEY_MAX];

    return r ? xd_arena_strdup(a, xd_row_label(t->desc, r, label)) : "nobody";
}

static inline const char *random_text(struct hour *h, int knob, struct xd_arena *a)
{
    switch (knob) {
    case XD_KNOB_NAME:
    case XD_KNOB_POOL_NAME:
        return chance(h, 20) ? PICK(h, "", "a/b", "7", "Pool-0", "pv-1")
                             : xd_arena_printf(a, "n%d", (int)draw(h, 40));
    case XD_KNOB_POOL:
    case XD_KNOB_PCPU_POOL:
        return chance(h, 20) ? PICK(h, "none", "nowhere") : any_label(h, "pools", a);
    default:
        return PICK(h, "0", "1", "none", "warning", "none/all", "64", "boot", "xpti", "a", "?");
    }
}

static inline const char *random_value(struct hour *h, int knob, struct xd_arena *a)
{
    const struct xd_kind *k = &xd_xen_knobs[knob].kind;
    size_t names = 0;

    switch (k->type) {
    case XD_BOOL:
        return PICK(h, "yes", "no");
    case XD_ENUM:
        while (k->names[names])
            names++;
        return k->names[draw(h, names)];
    case XD_CPUSET:
        if (knob == XD_KNOB_NODES)
            return PICK(h, "0", "1", "0-1", "none", "5");
        return PICK(h, "0-3", "all", "2", "8-9", "10-12", "0-15", "4,6", "none", "99");
    case XD_STR:
        return random_text(h, knob, a);
    default:
        break;
    }
    switch (k->unit) {
    case XD_UNIT_KIB:
        return PICK(h, "64M", "128M", "200M", "256M", "300M", "512M", "1G", "12G", "1K");
    case XD_UNIT_US:
        return PICK(h, "100", "1ms", "4ms", "10ms", "50ms", "1", "0");
    default:
        return PICK(h, "1", "2", "3", "50", "100", "200", "256", "512", "70000", "none");
    }
}

static inline const char *random_params(struct hour *h, int action, struct xd_arena *a)
{
    switch (action) {
    case XD_ACTION_TRIGGER:
        return xd_arena_printf(a, "trigger=%s vcpu=%s", PICK(h, "power", "nmi", "sleep", "reset"),
                               PICK(h, "0", "1", "9"));
    case XD_ACTION_SYSRQ:
        return PICK(h, "key=s", "key=s", "key=t", "key=b", "key=c", "key=long", "key=\"\"");
    case XD_ACTION_DUMP_CORE:
    case XD_ACTION_CREATE:
        return "file=/nowhere/at-all";
    case XD_ACTION_DISK_ATTACH:
        return xd_arena_printf(a, "vdev=%s target=%s readonly=%s cdrom=%s",
                               PICK(h, "xvdb", "xvdc", "hdb", "hdc", "hda", "sda1", "bad"),
                               PICK(h, "/dev/vg/x", "\"a b\\\"c\"", "\"\""), PICK(h, "yes", "no"),
                               PICK(h, "no", "no", "yes"));
    case XD_ACTION_CDROM:
        return PICK(h, "medium=/iso/a.iso", "medium=\"/iso/b c.iso\"", "medium=\"\"");
    case XD_ACTION_NIC_ATTACH:
        return PICK(h, "", "bridge=b2", "devid=5", "devid=0", "mac=00:16:3e:00:00:09", "mac=x",
                    "devid=6 bridge=\"br 1\"");
    case XD_ACTION_PCI_ATTACH:
        return xd_arena_printf(a, "domain=%s", any_label(h, "domains", a));
    case XD_ACTION_PCI_DETACH:
        return PICK(h, "", "force=yes");
    case XD_ACTION_POOL_CREATE:
        return xd_arena_printf(a, "name=%s sched=%s cpus=%s",
                               PICK(h, "new", "newer", "Pool-0", "1"),
                               PICK(h, "credit", "credit2", "rtds", "null"),
                               PICK(h, "13-15", "13", "14-15", "0", "8"));
    case XD_ACTION_CPUID_TRY:
        return PICK(h, "file=/etc/xen/web1.cfg", "file=/etc/xen/db1.cfg cpuid=host,avx2=0",
                    "file=x cpuid=host", "file=x cpuid=nonsense");
    default:
        return "";
    }
}

/* What ends guests comes seldom, or there would soon be none. */
static inline bool deadly(int action)
{
    return action == XD_ACTION_DESTROY || action == XD_ACTION_SHUTDOWN ||
           action == XD_ACTION_TRIGGER || action == XD_ACTION_SYSRQ;
}

/* One wish of any knob or action for any row of its table. False: there is none. */
static inline bool random_wish(struct hour *h, struct xd_wish *out, int *what, struct xd_arena *a)
{
    int i = (int)draw(h, XD_KNOB_N + XD_ACTION_N), action = i - XD_KNOB_N;
    const struct xd_knob *k = action < 0 ? &xd_xen_knobs[i] : NULL;
    const struct xd_action *act = k ? NULL : &xd_xen_actions[action];
    const struct xd_table *t;
    const struct xd_row *r = any_row(h, k ? k->table : act->table, &t);
    char key[XD_KEY_MAX];

    if (!r || (act && (act->terminal || (deadly(action) && !chance(h, 20)))))
        return false;
    xd_row_key(t->desc, r, key);
    *what = i;
    *out = (struct xd_wish){
        .object = xd_arena_printf(a, key[0] ? "%s/%s" : "%s", t->desc->noun, key),
        .name = k ? k->name : act->name,
        .value = k ? random_value(h, i, a) : random_params(h, action, a),
    };
    return true;
}

/* "vcpu/UUID/0" and "domain/UUID" are: what is done to the one can undo what was done to the other
 * before anybody looks. */
static inline bool same_thing(const char *a, const char *b)
{
    const char *ka = strchr(a, '/'), *kb = strchr(b, '/');
    size_t n = ka ? strcspn(ka + 1, "/") + 1 : 0;

    if (!ka || !kb)
        return strcmp(a, b) == 0;
    return strncmp(ka, kb, n) == 0 && (kb[n] == '/' || kb[n] == '\0');
}

#endif
