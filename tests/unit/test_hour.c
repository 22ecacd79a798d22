/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An hour of a host's time under random edits and random faults, from a seed: whatever happens,
 * what the journal says has happened has happened, what it says was refused was not done, and in
 * the end the model is what the host is; nothing leaks and no descriptor stays open.
 *
 * Every claim is held against the host itself, read past engine and model, at the moment at which
 * it is made. That these checks can fail is shown too: with a host that lies about its writes or
 * its actions, and with a model that was changed behind the engine's back, they do. */
#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend_demo/random.h"
#include "engine/registry.h"
#include "engine/session.h"
#include "hour_spy.h"

#define S    XD_NS_PER_S
#define HOUR (3600 * S)

/* Small guests of every kind in pools of every scheduler. */
static const char scenario[] =
    "seed: 11\n"
    "host: {name: hour, sockets: 1, nodes_per_socket: 2, cores_per_node: 4, threads_per_core: 2,\n"
    "       memory: 16G, uptime: 1h}\n"
    "pools:\n"
    "- {name: Pool-0, cpus: 0-7}\n"
    "- {name: classic, sched: credit, cpus: 8-9}\n"
    "- {name: realtime, sched: rtds, cpus: 10-12}\n"
    "domains:\n"
    "- {name: Domain-0, type: pv, vcpus: 2, memory: 1G, load: {curve: constant, high: 10}}\n"
    "- {name: 'pv-{n}', count: 4, type: pv, vcpus: 2, memory: 256M, max_memory: 512M,\n"
    "   load: {curve: wave, low: 5, high: 90}, net: {rx: 1M, tx: 1M}, disk: {read: 1M, write: "
    "1M}}\n"
    "- {name: 'hvm-{n}', count: 3, type: hvm, vcpus: 3, memory: 256M, load: {curve: noise},\n"
    "   disks: [{vdev: hda}, {vdev: hdc, cdrom: yes}], nics: [{}, {bridge: b1}]}\n"
    "- {name: 'old-{n}', count: 3, pool: classic, memory: 128M, load: {curve: spin}}\n"
    "- {name: 'rt-{n}', count: 3, pool: realtime, vcpus: 2, memory: 128M, load: {curve: spin}}\n"
    "- {name: still, memory: 128M, state: paused}\n"
    "pci:\n"
    "- {bdf: '0000:00:00.0', class: Host bridge}\n"
    "- {bdf: '0000:01:00.0', class: NIC, driver: e1000e, use: assignable}\n"
    "- {bdf: '0000:01:00.1', class: NIC, driver: e1000e}\n"
    "- {bdf: '0000:02:00.0', class: GPU, node: 1, use: assigned, domain: hvm-1}\n";

struct hour {
    struct xd_registry *registry;
    struct xd_backend backend;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_session *s;
    uint64_t seed, drawn; /* chance */
    size_t lies;          /* claims that the host doesn't bear out */
    bool tell;            /* prints them */
    size_t outcomes[XD_LOST + 1], planned, unplanned;
    bool tried[XD_KNOB_N + XD_ACTION_N];
    enum xd_outcome steps[64]; /* of the running plan, as they were when looked at last */
    uint64_t seen_plan;
};

/* --- chance --- */

static uint64_t draw(struct hour *h, uint64_t n)
{
    return xd_demo_random(h->seed, h->drawn++) % n;
}

static bool chance(struct hour *h, unsigned percent)
{
    return draw(h, 100) < percent;
}

static const char *pick(struct hour *h, const char *const *words, size_t n)
{
    return words[draw(h, n)];
}
#define PICK(h, ...)                                                                               \
    pick(h, (const char *const[]){__VA_ARGS__},                                                    \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static const struct xd_row *any_row(struct hour *h, const char *table, const struct xd_table **t)
{
    *t = xd_world_table(xd_session_world(h->s), table);
    return *t && (*t)->n ? (*t)->rows[draw(h, (*t)->n)] : NULL;
}

static const char *any_label(struct hour *h, const char *table, struct xd_arena *a)
{
    const struct xd_table *t;
    const struct xd_row *r = any_row(h, table, &t);
    char label[XD_KEY_MAX];

    return r ? xd_arena_strdup(a, xd_row_label(t->desc, r, label)) : "nobody";
}

/* --- claims --- */

static void lie(struct hour *h, const struct xd_step *s, const char *fmt, ...) XD_PRINTF(3, 4);
static void lie(struct hour *h, const struct xd_step *s, const char *fmt, ...)
{
    va_list ap;

    h->lies++;
    if (!h->tell)
        return;
    va_start(ap, fmt);
    fprintf(stderr, "seed %" PRIu64 ": %s is %s (%s), but ", h->seed, s->text,
            xd_outcome_name(s->outcome), s->detail ? s->detail : "-");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
}

/* From a (left already) to b, or there. */
static bool on_its_way(const struct xd_value *v, const struct xd_value *a, const struct xd_value *b)
{
    int up = xd_value_cmp(a, b);

    return v->have && (up < 0 ? xd_value_cmp(a, v) < 0 && xd_value_cmp(v, b) <= 0
                              : xd_value_cmp(a, v) > 0 && xd_value_cmp(v, b) >= 0);
}

static bool is_now(const struct xd_step *s, const struct xd_value *found,
                   const struct xd_value *from, const struct xd_value *to)
{
    return xd_value_equal(found, to) || (s->offer.knob->gradual && on_its_way(found, from, to));
}

static void check_knob(struct hour *h, const struct xd_step *s)
{
    const struct deed *d = spy_deed(s->offer.knob, s->object.key);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value found = spy_read(&s->object, s->offer.knob, &a);
    const char *text = found.have ? xd_value_exact(&found, &s->offer.knob->kind, &a) : "unknown";

    if (s->outcome == XD_DONE && !is_now(s, &found, &s->old, &s->now))
        lie(h, s, "the host has %s", text);
    if (s->outcome == XD_ROLLED_BACK && !is_now(s, &found, &s->now, &s->old))
        lie(h, s, "the host has %s", text);
    if (s->outcome == XD_NOT_SEEN && xd_value_equal(&found, &s->now))
        lie(h, s, "the host has it: %s", text);
    if (s->outcome == XD_REFUSED && d && (d->rc == 0 || d->rc == -EINPROGRESS))
        lie(h, s, "the host had taken it");
    if (s->outcome == XD_REFUSED && d && d->changed)
        lie(h, s, "the write changed it all the same");
    xd_arena_done(&a);
}

/* What a done action has to have made of its object; NULL: it has, or nothing is known here. */
static const char *undone(const struct xd_step *s, const struct xd_snapshot *now)
{
    const struct xd_table *t = xd_snapshot_table(now, s->object.table);
    const struct xd_row *r = t ? xd_table_find(t, s->object.key) : NULL;
    uint64_t state = r ? xd_row_u64(r, XD_DOMAIN_STATE, 99) : 99;
    char key[XD_KEY_MAX];

    switch (s->offer.action - xd_xen_actions) {
    case XD_ACTION_PAUSE:
        return r && state == XD_STATE_PAUSED ? NULL : "it is not paused";
    case XD_ACTION_UNPAUSE:
        return r && state != XD_STATE_PAUSED ? NULL : "it is paused";
    case XD_ACTION_DESTROY:
    case XD_ACTION_DISK_DETACH:
    case XD_ACTION_NIC_DETACH:
    case XD_ACTION_POOL_DESTROY:
        return r ? "it is still there" : NULL;
    case XD_ACTION_DISK_ATTACH:
        snprintf(key, sizeof(key), "%s/%s", s->object.key, s->params[XD_DISK_ATTACH_VDEV].cell.s);
        t = xd_snapshot_table(now, "disks");
        return xd_table_find(t, key) ? NULL : "there is no such disk";
    case XD_ACTION_NIC_ATTACH:
        snprintf(key, sizeof(key), "%s/%" PRIu64, s->object.key,
                 s->params[XD_NIC_ATTACH_DEVID].cell.u);
        t = xd_snapshot_table(now, "nics");
        return xd_table_find(t, key) ? NULL : "there is no such NIC";
    case XD_ACTION_CDROM:
        return r && xd_streq(xd_row_str(r, XD_DISK_TARGET, "?"), s->params[0].cell.s)
                   ? NULL
                   : "another medium is in it";
    case XD_ACTION_PCI_ATTACH:
        return r && xd_row_u64(r, XD_PCI_USE, 9) == XD_PCI_ASSIGNED ? NULL : "it isn't assigned";
    case XD_ACTION_PCI_ASSIGNABLE:
    case XD_ACTION_PCI_DETACH:
        return r && xd_row_u64(r, XD_PCI_USE, 9) == XD_PCI_ASSIGNABLE ? NULL
                                                                      : "it isn't assignable";
    case XD_ACTION_PCI_HOST:
        return r && xd_row_u64(r, XD_PCI_USE, 9) == XD_PCI_HOST ? NULL : "it isn't dom0's";
    case XD_ACTION_POOL_CREATE:
        t = xd_snapshot_table(now, "pools");
        for (size_t i = 0; i < t->n; i++) {
            if (xd_streq(xd_row_str(t->rows[i], XD_POOL_NAME, ""),
                         s->params[XD_POOL_CREATE_NAME].cell.s))
                return NULL;
        }
        return "there is no such pool";
    case XD_ACTION_CPUID_TRY:
        t = xd_snapshot_table(now, "cpuid_try");
        return t && t->n ? NULL : "nothing came of it";
    default:
        return NULL;
    }
}

static void check_action(struct hour *h, const struct xd_step *s)
{
    struct xd_snapshot *now = spy_look();
    const char *why = now && s->outcome == XD_DONE ? undone(s, now) : NULL;
    const struct deed *d = spy_deed(s->offer.action, s->object.key);

    if (why)
        lie(h, s, "%s", why);
    /* One that vanished as the action began did not do so by the action. */
    if (s->outcome == XD_REFUSED && d && d->rc != -ESRCH && (d->rc == 0 || d->changed))
        lie(h, s, "something changed all the same");
    xd_snapshot_unref(now);
}

/* The steps whose outcome became known since the last look; no time has passed since it did. */
static void check_steps(struct hour *h)
{
    const struct xd_plan *p = xd_session_plan(h->s);

    if (!p)
        return;
    if (p->id != h->seen_plan)
        memset(h->steps, 0, sizeof(h->steps));
    h->seen_plan = p->id;
    for (size_t i = 0; i < p->n && i < 64; i++) {
        const struct xd_step *s = &p->steps[i];

        if (h->steps[i] == s->outcome)
            continue;
        h->steps[i] = s->outcome;
        if (s->outcome == XD_PLANNED || s->outcome == XD_RUNNING)
            continue;
        if (s->offer.knob)
            check_knob(h, s);
        else
            check_action(h, s);
    }
}

/* The journal tells the same of the plan as the plan itself. */
static void check_entry(struct hour *h)
{
    const struct xd_plan *p = xd_session_plan(h->s);
    const struct xd_journal_entry *e = xd_journal_find(xd_session_journal(h->s), p->id);

    assert_non_null(e);
    h->outcomes[p->outcome]++;
    if (e->outcome != p->outcome || e->n != p->n || !e->end_wall_ns)
        lie(h, &p->steps[0], "its journal entry says %s", xd_outcome_name(e->outcome));
    for (size_t i = 0; i < e->n && i < p->n; i++) {
        /* Steps that were never begun are in the entry as planned. */
        if (e->steps[i].outcome != p->steps[i].outcome)
            lie(h, &p->steps[i], "the journal says %s of it", xd_outcome_name(e->steps[i].outcome));
    }
}

/* --- time --- */

static void advance(struct hour *h, int64_t ns)
{
    int64_t until = xd_clock_now(&h->clock) + ns;

    while (xd_clock_now(&h->clock) < until) {
        int64_t left = until - xd_clock_now(&h->clock);
        int64_t step = (int64_t)xd_session_timeout_ms(h->s) * XD_NS_PER_MS;

        xd_clock_advance(&h->clock, step <= 0 || step > left ? left : step);
        xd_session_dispatch(h->s);
    }
}

static void carry_out(struct hour *h, struct xd_plan *p)
{
    struct xd_err err = XD_ERR_INIT;
    int waited = 0;

    spy.n_deeds = 0;
    if (xd_session_apply(h->s, p, &err))
        fail_msg("apply: %s", err.text);
    while (xd_session_busy(h->s)) {
        bool any = xd_session_dispatch(h->s);

        check_steps(h);
        if (!xd_session_busy(h->s))
            break;
        if (chance(h, 1) && chance(h, 20))
            xd_session_cancel(h->s);
        if (!any)
            xd_clock_advance(&h->clock, 50 * XD_NS_PER_MS);
        assert_true(waited++ < 100000);
    }
    check_steps(h);
    check_entry(h);
}

/* --- wishes --- */

static const char *random_text(struct hour *h, int knob, struct xd_arena *a)
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

static const char *random_value(struct hour *h, int knob, struct xd_arena *a)
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

static const char *random_params(struct hour *h, int action, struct xd_arena *a)
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
static bool deadly(int action)
{
    return action == XD_ACTION_DESTROY || action == XD_ACTION_SHUTDOWN ||
           action == XD_ACTION_TRIGGER || action == XD_ACTION_SYSRQ;
}

/* One wish of any knob or action for any row of its table. False: there is none. */
static bool random_wish(struct hour *h, struct xd_wish *out, int *what, struct xd_arena *a)
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
static bool same_thing(const char *a, const char *b)
{
    const char *ka = strchr(a, '/'), *kb = strchr(b, '/');
    size_t n = ka ? strcspn(ka + 1, "/") + 1 : 0;

    if (!ka || !kb)
        return strcmp(a, b) == 0;
    return strncmp(ka, kb, n) == 0 && (kb[n] == '/' || kb[n] == '\0');
}

/* --- events --- */

static void wish(struct hour *h)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_wish w[3];
    struct xd_plan *p;
    size_t n = 0, want = chance(h, 25) ? 3 : 1;
    int what[3];

    for (int tries = 0; n < want && tries < 20; tries++) {
        bool again = !random_wish(h, &w[n], &what[n], &a);

        for (size_t i = 0; i < n && !again; i++)
            again = same_thing(w[i].object, w[n].object);
        n += !again;
    }
    if (n && xd_plan_make(xd_session_world(h->s), w, n, &p, &err) == 0) {
        h->planned++;
        for (size_t i = 0; i < n; i++)
            h->tried[what[i]] = true;
        carry_out(h, p);
    } else if (n) {
        h->unplanned++;
        assert_true(err.text[0] && xd_str_is_safe(err.text));
    }
    xd_arena_done(&a);
}

static void undo(struct hour *h)
{
    const struct xd_journal *j = xd_session_journal(h->s);
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    uint64_t id = chance(h, 50) || !xd_journal_count(j) ? 0 : draw(h, xd_journal_count(j)) + 1;

    if (xd_plan_undo(xd_session_world(h->s), j, id, &p, &err) == 0)
        carry_out(h, p);
    else
        assert_true(err.text[0] && xd_str_is_safe(err.text));
}

static void order(struct hour *h)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    const char *verb, *when = PICK(h, "now", "edit", "after");
    const char *dom = any_label(h, "domains", &a);
    int knob;

    switch (draw(h, 10)) {
    case 0:
        verb = xd_arena_printf(&a, "fault dead %ds", (int)draw(h, 8) + 1);
        break;
    case 1:
        verb = chance(h, 10) ? "fault slow 1ms" : "fault clear"; /* that is real time */
        break;
    case 2:
    case 3:
        verb = xd_arena_printf(&a, "fault ignore %d", (int)draw(h, 2) + 1);
        break;
    case 4:
        verb = chance(h, 5) ? xd_arena_printf(&a, "fault vanish %s %s", dom, PICK(h, "now", "edit"))
                            : "fault clear";
        break;
    default:
        do
            knob = (int)draw(h, XD_KNOB_N);
        while (!xd_streq(xd_xen_knobs[knob].table, "domains") &&
               !xd_streq(xd_xen_knobs[knob].table, "vcpus"));
        verb = xd_arena_printf(
            &a, "fault change %s %s=%s %s",
            xd_streq(xd_xen_knobs[knob].table, "vcpus") ? any_label(h, "vcpus", &a) : dom,
            xd_xen_knobs[knob].name, random_value(h, knob, &a), when);
        break;
    }
    if (xd_session_control(h->s, verb, &err))
        fail_msg("%s: %s", verb, err.text);
    xd_arena_done(&a);
}

/* --- the end --- */

/* For each knob of each object what the model shows is what the host is. */
static size_t differences(struct hour *h)
{
    const struct xd_world *w = xd_session_world(h->s);
    struct xd_arena a = XD_ARENA_INIT;
    char key[XD_KEY_MAX], label[XD_KEY_MAX];
    size_t n = 0;

    for (int i = 0; i < XD_KNOB_N; i++) {
        const struct xd_knob *k = &xd_xen_knobs[i];
        const struct xd_table *t = xd_world_table(w, k->table);

        for (size_t row = 0; row < t->n; row++) {
            struct xd_object o = {t->desc->name, xd_row_key(t->desc, t->rows[row], key),
                                  xd_row_label(t->desc, t->rows[row], label)};
            struct xd_value shown =
                xd_row_value(t->desc, t->rows[row], xd_desc_column(t->desc, k->column));
            struct xd_value is = spy_read(&o, k, &a);

            if (xd_value_equal(&shown, &is))
                continue;
            n++;
            if (h->tell)
                fprintf(stderr, "seed %" PRIu64 ": %s %s is shown as %s and is %s\n", h->seed,
                        o.label, k->name, shown.have ? xd_value_exact(&shown, &k->kind, &a) : "?",
                        is.have ? xd_value_exact(&is, &k->kind, &a) : "?");
        }
    }
    xd_arena_done(&a);
    return n;
}

/* Rows that one of the two has and the other hasn't. */
static size_t strangers(struct hour *h)
{
    struct xd_snapshot *s = spy_look();
    size_t n = 0;
    char key[XD_KEY_MAX];

    assert_non_null(s);
    for (size_t i = 0; i < xd_snapshot_tables(s); i++) {
        const struct xd_table *is = xd_snapshot_table_at(s, i);
        const struct xd_table *shown = xd_world_table(xd_session_world(h->s), is->desc->name);

        assert_non_null(shown);
        n += is->n != shown->n;
        for (size_t row = 0; row < is->n; row++)
            n += !xd_table_find(shown, xd_row_key(is->desc, is->rows[row], key));
    }
    xd_snapshot_unref(s);
    return n;
}

/* --- an hour --- */

static size_t descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void begin(struct hour *h, uint64_t seed, const char *journal)
{
    static const struct xd_backend *builtin[2];
    char file[] = "/tmp/xendeck-hour-XXXXXX.yaml", host[64];
    struct xd_session_config c = {.inline_workers = true, .interval_ns = 5 * S};
    struct xd_err err = XD_ERR_INIT;
    int fd = mkstemps(file, 5);

    memset(h, 0, sizeof(*h));
    memset(&spy, 0, sizeof(spy));
    h->seed = seed;
    h->tell = true;
    h->backend = spy_backend();
    builtin[0] = &h->backend;
    assert_true(fd >= 0 && write(fd, scenario, strlen(scenario)) == (ssize_t)strlen(scenario));
    close(fd);
    snprintf(host, sizeof(host), "demo:%s", file);
    xd_clock_init_manual(&h->clock, INT64_C(1700000000) * S);
    xd_log_init(&h->log, &h->clock);
    assert_int_equal(xd_registry_new(builtin, NULL, NULL, &h->log, &h->registry, &err), 0);
    c.registry = h->registry;
    c.clock = &h->clock;
    c.log = &h->log;
    c.host = host;
    c.journal = journal;
    if (xd_session_open(&c, &h->s, &err) || xd_session_wait_samples(h->s, 1, 10 * S, &err))
        fail_msg("%s", err.text);
    unlink(file);
}

static void finish(struct hour *h)
{
    xd_session_close(h->s);
    xd_registry_free(h->registry);
    xd_log_done(&h->log);
    xd_arena_done(&spy.arena);
}

static void live(struct hour *h, int64_t ns)
{
    int64_t until = xd_clock_now(&h->clock) + ns;

    while (xd_clock_now(&h->clock) < until) {
        uint64_t what = draw(h, 10);

        if (what < 5)
            wish(h);
        else if (what < 7)
            undo(h);
        else if (what < 9)
            order(h);
        advance(h, (int64_t)draw(h, 12000) * XD_NS_PER_MS);
    }
}

/* Until nothing is on its way any more. */
static void come_to_rest(struct hour *h)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_session_control(h->s, "fault clear", &err), 0);
    advance(h, 60 * S);
    xd_session_refresh(h->s);
    xd_session_dispatch(h->s);
}

/* The journal as the next xendeck will read it. */
static void check_file(struct hour *h, const char *path)
{
    const struct xd_journal *mine = xd_session_journal(h->s);
    struct xd_err err = XD_ERR_INIT;
    struct xd_journal *j;

    if (xd_journal_open(path, &h->clock, &h->log, &j, &err))
        fail_msg("%s", err.text);
    assert_int_equal(xd_journal_count(j), xd_journal_count(mine));
    for (size_t i = 0; i < xd_journal_count(j); i++) {
        const struct xd_journal_entry *a = xd_journal_at(j, i), *b = xd_journal_at(mine, i);

        assert_int_equal(a->outcome, b->outcome);
        assert_int_equal(a->n, b->n);
        assert_int_equal(a->undoes, b->undoes);
        assert_int_equal(a->undone_by, b->undone_by);
        for (size_t k = 0; k < a->n; k++)
            assert_int_equal(a->steps[k].outcome, b->steps[k].outcome);
    }
    xd_journal_close(j);
}

static void an_hour(uint64_t seed, const char *journal, bool *tried)
{
    size_t files = descriptors();
    struct hour h;

    begin(&h, seed, journal);
    live(&h, HOUR);
    come_to_rest(&h);
    assert_int_equal(h.lies, 0);
    assert_int_equal(strangers(&h), 0);
    assert_int_equal(differences(&h), 0);
    if (journal[0])
        check_file(&h, journal);
    /* It was an hour in which something happened. */
    print_message("seed %" PRIu64 ": %zu plans, %zu wishes refused at once;", seed, h.planned,
                  h.unplanned);
    for (int i = XD_DONE; i <= XD_LOST; i++)
        print_message(" %zu %s", h.outcomes[i], xd_outcome_name((enum xd_outcome)i));
    print_message("\n");
    assert_true(h.planned > 100 && h.unplanned > 10);
    assert_true(h.outcomes[XD_DONE] > 50 && h.outcomes[XD_REFUSED] > 10);
    for (int i = 0; i < XD_KNOB_N + XD_ACTION_N; i++)
        tried[i] = tried[i] || h.tried[i];
    finish(&h);
    assert_int_equal(descriptors(), files);
}

/* Each knob and action but those that the demo host hasn't got at all. */
static bool all_tried(const bool *tried)
{
    for (int i = 0; i < XD_KNOB_N + XD_ACTION_N; i++) {
        int action = i - XD_KNOB_N;

        if (!tried[i] && action != XD_ACTION_CONSOLE && action != XD_ACTION_DUMP_CORE &&
            action != XD_ACTION_CREATE && action != XD_ACTION_CPUID_CONFIG)
            return false;
    }
    return true;
}

static void hours(void **state)
{
    char dir[] = "/tmp/xendeck-hour-XXXXXX", path[64];
    const char *more = getenv("XENDECK_HOURS"); /* to go and look for trouble */
    uint64_t least = more ? strtoull(more, NULL, 10) : 3;
    bool tried[XD_KNOB_N + XD_ACTION_N] = {false};

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/journal", dir);
    an_hour(1, path, tried);
    /* Three at least, and as many as it takes until everything was tried. */
    for (uint64_t seed = 2; seed <= least || (!all_tried(tried) && seed < 20); seed++)
        an_hour(seed, "", tried);
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
    assert_true(all_tried(tried));
}

/* --- that a lie is found --- */

static size_t lies_of(bool writes, bool actions)
{
    struct hour h;
    size_t n;

    begin(&h, 4, "");
    h.tell = false;
    spy.lie = writes;
    spy.act_lies = actions;
    live(&h, HOUR / 6);
    n = h.lies;
    finish(&h);
    return n;
}

static void lies_are_found(void **state)
{
    assert_true(lies_of(true, false) > 0);
    assert_true(lies_of(false, true) > 0);
    assert_int_equal(lies_of(false, false), 0);
}

/* Somebody changes something, and the model doesn't hear of it. */
static void a_wrong_model_is_found(void **state)
{
    const struct xd_table *t;
    const struct xd_row *r;
    struct xd_err err = XD_ERR_INIT;
    struct hour h;
    struct xd_value v = {.have = true, .type = XD_U64, .cell.u = 77};
    char key[XD_KEY_MAX];

    begin(&h, 5, "");
    h.tell = false;
    assert_int_equal(differences(&h), 0);
    assert_int_equal(xd_world_find(xd_session_world(h.s), "pv-1", &t, &r, &err), 0);
    xd_row_key(t->desc, r, key);
    assert_int_equal(xd_backend_demo.write(spy.host, &(struct xd_object){"domains", key, "pv-1"},
                                           &xd_xen_knobs[XD_KNOB_WEIGHT], &v, &err),
                     0);
    assert_int_equal(differences(&h), 1);
    assert_int_equal(strangers(&h), 0);
    assert_int_equal(xd_backend_demo.control(spy.host, "fault vanish pv-2", &err), 0);
    assert_true(strangers(&h) > 0);
    finish(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours),
        cmocka_unit_test(lies_are_found),
        cmocka_unit_test(a_wrong_model_is_found),
    };

    return cmocka_run_group_tests_name("an hour", tests, NULL, NULL);
}
