/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domains that the engine knows, by UUID, and whom a rule is about. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "model/tables.h"
#include "policies/engine_impl.h"

#define ZERO_UUID "00000000-0000-0000-0000-000000000000" /* Domain-0's */
#define DOM0_NAME "Domain-0"

void xd_engine_free_domain(struct xd_engine_domain *d)
{
    free(d->accounts);
    free(d);
}

/* --- domains by UUID --- */

static uint64_t hash_of(const char *s)
{
    uint64_t h = xd_hash_add(XD_HASH_BEGIN, s, strlen(s));

    return h ^ h >> 29;
}

static size_t *place_of(const struct xd_engine *e, const char *uuid)
{
    size_t i = hash_of(uuid) & (e->n_hash - 1);

    while (e->hash[i] && strcmp(e->list[e->hash[i] - 1]->uuid, uuid) != 0)
        i = (i + 1) & (e->n_hash - 1);
    return &e->hash[i];
}

static void rehash(struct xd_engine *e, size_t n)
{
    free(e->hash);
    e->n_hash = n;
    e->hash = xd_malloc(n * sizeof(*e->hash));
    for (size_t i = 0; i < e->n; i++)
        *place_of(e, e->list[i]->uuid) = i + 1;
}

/* Accounts, slots and conditions stand in one block. */
static struct xd_engine_domain *new_domain(const struct xd_engine *e, const char uuid[40])
{
    struct xd_engine_domain *d = xd_malloc(sizeof(*d));
    size_t accounts = (e->n_accounts + 1) * sizeof(struct xd_account);
    int64_t *slots;
    char *block = xd_malloc(accounts + e->n_slots * sizeof(int64_t) +
                            (e->n_conditions + 1) * sizeof(struct xd_engine_condition));

    memcpy(d->uuid, uuid, sizeof(d->uuid));
    d->accounts = (struct xd_account *)block;
    slots = (int64_t *)(block + accounts);
    for (size_t i = 0; i < e->p->n; i++)
        if (e->account_of[i] >= 0) {
            d->accounts[e->account_of[i]].used = slots;
            slots += xd_account_slots(e->p->rules[i].budget);
        }
    d->conditions = (struct xd_engine_condition *)slots;
    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        d->knobs[k].rule = d->knobs[k].over = -1;
    return d;
}

struct xd_engine_domain *xd_engine_lookup(struct xd_engine *e, const char *text, bool make)
{
    char uuid[sizeof(e->list[0]->uuid)]; /* cut as it is kept */
    xd_str_safe_to(uuid, sizeof(uuid), text);
    size_t *place = e->n_hash ? place_of(e, uuid) : NULL;

    if (place && *place)
        return e->list[*place - 1];
    if (!make)
        return NULL;
    if (e->n == e->cap) {
        e->cap = e->cap ? 2 * e->cap : 64;
        e->list = xd_realloc(e->list, e->cap * sizeof(*e->list));
    }
    e->list[e->n++] = new_domain(e, uuid);
    if (2 * e->n > e->n_hash)
        rehash(e, e->n_hash ? 2 * e->n_hash : 128);
    else
        *place = e->n;
    return e->list[e->n - 1];
}

void xd_engine_forget(struct xd_engine *e,
                      bool (*drop)(const struct xd_engine *, const struct xd_engine_domain *))
{
    size_t n = 0;

    for (size_t i = 0; i < e->n; i++) {
        if (drop(e, e->list[i]))
            xd_engine_free_domain(e->list[i]);
        else
            e->list[n++] = e->list[i];
    }
    if (n == e->n)
        return;
    e->n = n;
    rehash(e, e->n_hash);
}

/* --- whom a rule is about --- */

static char fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool xd_policy_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *from = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            from = text;
        } else if (*pattern && (*pattern == '?' || fold(*pattern) == fold(*text))) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool any_of(const struct xd_policy_words *w, const char *text, const char *or_text)
{
    for (size_t i = 0; i < w->n; i++)
        if ((text && xd_policy_glob(w->list[i], text)) ||
            (or_text && xd_policy_glob(w->list[i], or_text)))
            return true;
    return false;
}

static bool is_called(const struct xd_policy_match *m)
{
    return m->names.n || m->uuids.n || m->tagged.n;
}

bool xd_policy_matches(const struct xd_policy_match *m, const struct xd_row *r)
{
    const char *uuid = xd_row_str(r, XD_DOMAIN_UUID, NULL);
    const char *name = xd_row_str(r, XD_DOMAIN_NAME, NULL);

    if (m->names.n && !any_of(&m->names, name, uuid))
        return false;
    if (m->tagged.n && !any_of(&m->tagged, name, uuid))
        return false;
    if (m->uuids.n && !any_of(&m->uuids, uuid, NULL))
        return false;
    if (m->pools.n && !any_of(&m->pools, xd_row_str(r, XD_DOMAIN_POOL, NULL), NULL))
        return false;
    if (!is_called(m) && uuid && strcmp(uuid, ZERO_UUID) == 0)
        return false; /* who means Domain-0 calls it by its name */
    return xd_query_match(m->where, r);
}

bool xd_policy_names_dom0(const struct xd_policy_match *m)
{
    return is_called(m) && (!m->names.n || any_of(&m->names, DOM0_NAME, ZERO_UUID)) &&
           (!m->tagged.n || any_of(&m->tagged, DOM0_NAME, ZERO_UUID)) &&
           (!m->uuids.n || any_of(&m->uuids, ZERO_UUID, NULL));
}

/* --- looking --- */

size_t xd_engine_domains(const struct xd_engine *e)
{
    return e->n;
}

const struct xd_engine_domain *xd_engine_domain(const struct xd_engine *e, size_t i)
{
    return i < e->n ? e->list[i] : NULL;
}

const struct xd_engine_domain *xd_engine_find(const struct xd_engine *e, const char *name)
{
    for (size_t i = 0; i < e->n; i++)
        if (strcmp(e->list[i]->uuid, name) == 0)
            return e->list[i];
    for (size_t i = 0; i < e->n; i++)
        if (strcmp(e->list[i]->name, name) == 0)
            return e->list[i];
    return NULL;
}

const struct xd_account *xd_engine_account(const struct xd_engine *e,
                                           const struct xd_engine_domain *d, size_t rule)
{
    const struct xd_policy_budget *b = rule < e->p->n ? e->p->rules[rule].budget : NULL;

    if (!b)
        return NULL;
    return b->shared ? &e->shared[rule] : &d->accounts[e->account_of[rule]];
}

double xd_engine_rate(const struct xd_engine *e, const struct xd_engine_domain *d, size_t rule)
{
    const struct xd_policy_budget *b = rule < e->p->n ? e->p->rules[rule].budget : NULL;

    return b && b->shared ? e->shared_rate[rule] : d->rate;
}
