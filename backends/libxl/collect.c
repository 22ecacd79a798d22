/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sample has to ask for, given what somebody looks at: see collect.h. */
#include "backend_libxl/collect_more.h"
#include "backend_libxl/text.h"

static unsigned parts_of_domains(uint64_t columns)
{
    static const struct {
        int column;
        unsigned part;
    } from[] = {
        {XD_DOMAIN_NAME, XD_XL_NAME},       {XD_DOMAIN_GUEST, XD_XL_GUEST},
        {XD_DOMAIN_TYPE, XD_XL_TYPE},       {XD_DOMAIN_MEM_TARGET_KIB, XD_XL_TARGET},
        {XD_DOMAIN_MEM_MAX_KIB, XD_XL_MAX}, {XD_DOMAIN_MEM_MAX_PERCENT, XD_XL_MAX},
    };
    unsigned parts = 0;

    for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++)
        if (columns & XD_XL_COL(from[i].column))
            parts |= from[i].part;
    /* A domain is told of by its name in the log, whatever is looked at. */
    return columns ? parts | XD_XL_NAME : 0;
}

unsigned xd_xl_look(struct xd_xl_sample *s)
{
    const struct xd_backend_env *env = s->x->env;

    s->host = xd_wanted(env, &xd_host_desc);
    s->pcpus = xd_wanted(env, &xd_pcpus_desc);
    s->pools_wanted = xd_wanted(env, &xd_pools_desc);
    s->domain = xd_wanted(env, &xd_domains_desc);
    s->vcpu = xd_wanted(env, &xd_vcpus_desc);
    return parts_of_domains(s->domain) | (s->vcpu ? (unsigned)XD_XL_NAME : 0);
}
