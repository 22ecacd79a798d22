/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screens that are more than a bare table, in the order of their tabs. */
#include "tui/views.h"

#include "tui/app.h"

static const struct xd_view_column vcpu_columns[] = {
    {.name = "domain"},
    {.name = "vcpu"},
    {.name = "pcpu"},
    {.name = "state"},
    {.name = "cpu"},
    {.name = "cpu", .spark = true, .width = 10, .drop = 3},
    {.name = "hard_affinity", .drop = 1},
    {.name = "soft_affinity", .drop = 2},
    {0},
};

static const struct xd_view_column pcpu_columns[] = {
    {.name = "pcpu"},
    {.name = "online"},
    {.name = "node"},
    {.name = "socket"},
    {.name = "core"},
    {.name = "pool", .drop = 1},
    {.name = "busy"},
    {.name = "busy", .spark = true, .width = 10, .drop = 2},
    {0},
};

static const struct xd_view vcpus = {
    .name = "vcpus",
    .title = "vCPUs",
    .table = "vcpus",
    .columns = vcpu_columns,
    .draw = xd_table_draw,
};

static const struct xd_view pcpus = {
    .name = "pcpus",
    .title = "pCPUs",
    .table = "pcpus",
    .columns = pcpu_columns,
    .draw = xd_table_draw,
};

static const struct xd_view pools = {
    .name = "pools", .title = "Pools", .table = "pools", .draw = xd_table_draw};

static const struct xd_view nodes = {
    .name = "nodes", .title = "Nodes", .table = "nodes", .draw = xd_table_draw};

const struct xd_view *const xd_views[] = {
    &xd_view_domains, &vcpus, &pcpus, &pools, &nodes, &xd_view_journal, NULL,
};
