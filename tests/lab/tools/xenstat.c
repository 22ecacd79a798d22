/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libxenstat says of nics and disks, for the lab to compare with:
 *
 *   xenstat            vif DOMID NUMBER rbytes rpackets rerrs rdrop tbytes tpackets terrs tdrop
 *                      vbd DOMID NUMBER oo rd_reqs wr_reqs rd_sects wr_sects
 *   xenstat --cost N   the CPU time, in us, of one look at both, the mean of N */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <xenstat.h>

static void print_nics(xenstat_domain *d)
{
    for (unsigned i = 0; i < xenstat_domain_num_networks(d); i++) {
        xenstat_network *n = xenstat_domain_network(d, i);

        printf("vif %u %u %llu %llu %llu %llu %llu %llu %llu %llu\n", xenstat_domain_id(d),
               xenstat_network_id(n), xenstat_network_rbytes(n), xenstat_network_rpackets(n),
               xenstat_network_rerrs(n), xenstat_network_rdrop(n), xenstat_network_tbytes(n),
               xenstat_network_tpackets(n), xenstat_network_terrs(n), xenstat_network_tdrop(n));
    }
}

static void print_disks(xenstat_domain *d)
{
    for (unsigned i = 0; i < xenstat_domain_num_vbds(d); i++) {
        xenstat_vbd *v = xenstat_domain_vbd(d, i);

        if (!xenstat_vbd_error(v))
            printf("vbd %u %u %llu %llu %llu %llu %llu\n", xenstat_domain_id(d), xenstat_vbd_dev(v),
                   xenstat_vbd_oo_reqs(v), xenstat_vbd_rd_reqs(v), xenstat_vbd_wr_reqs(v),
                   xenstat_vbd_rd_sects(v), xenstat_vbd_wr_sects(v));
    }
}

static double cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
    int times = argc == 3 && strcmp(argv[1], "--cost") == 0 ? atoi(argv[2]) : 0;
    xenstat_handle *handle = xenstat_init();
    xenstat_node *node = NULL;
    double began;

    if (!handle || (argc > 1 && times < 1))
        return 1;
    node = xenstat_get_node(handle, XENSTAT_NETWORK | XENSTAT_VBD);
    began = cpu_us();
    for (int i = 0; node && i < times; i++) {
        xenstat_free_node(node);
        node = xenstat_get_node(handle, XENSTAT_NETWORK | XENSTAT_VBD);
    }
    if (!node)
        return 1;
    if (times)
        printf("%.0f\n", (cpu_us() - began) / times);
    for (unsigned i = 0; !times && i < xenstat_node_num_domains(node); i++) {
        print_nics(xenstat_node_domain_by_index(node, i));
        print_disks(xenstat_node_domain_by_index(node, i));
    }
    xenstat_free_node(node);
    xenstat_uninit(handle);
    return 0;
}
