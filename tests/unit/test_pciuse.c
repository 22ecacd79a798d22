/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel/pciuse: a function that dom0 stands on is known through all layers, as Linux 6.1 shows
 * them. The machine: an AHCI controller with LVM on encryption on a partition, two NVMe disks of
 * which one is a RAID's and one has several paths, and two network cards, one of them below a
 * bridge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/pciuse.h"

#define AHCI   "0000:00:17.0"
#define NVME   "0000:02:00.0"
#define PATHS  "0000:03:00.0"
#define NIC    "0000:04:00.0"
#define SPARE  "0000:05:00.0"
#define BRIDGE "/sys/devices/virtual/net/xenbr0"

static char root[64];

static void make_folders(char *full)
{
    for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
}

static void put(const char *path, const char *text)
{
    char full[512];
    FILE *f;

    snprintf(full, sizeof(full), "%s%s", root, path);
    make_folders(full);
    f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A link to a path below the root; to: without its first slash. */
static void put_link(const char *path, const char *to)
{
    char full[512], target[512];

    snprintf(full, sizeof(full), "%s%s", root, path);
    make_folders(full);
    snprintf(target, sizeof(target), "%s/%s", root, to);
    assert_int_equal(symlink(target, full), 0);
}

static void put_sata(void)
{
    put("/sys/devices/pci0000:00/" AHCI "/block/sda/sda2/partition", "2\n");
    put_link("/sys/dev/block/8:2", "sys/devices/pci0000:00/" AHCI "/block/sda/sda2");
    put("/sys/devices/virtual/block/dm-0/dev", "253:0\n");
    put_link("/sys/devices/virtual/block/dm-0/slaves/sda2",
             "sys/devices/pci0000:00/" AHCI "/block/sda/sda2");
    put("/sys/devices/virtual/block/dm-1/dev", "253:1\n");
    put_link("/sys/devices/virtual/block/dm-1/slaves/dm-0", "sys/devices/virtual/block/dm-0");
    put_link("/sys/dev/block/253:1", "sys/devices/virtual/block/dm-1");
    put_link("/sys/class/block/dm-1", "sys/devices/virtual/block/dm-1");
    put("/dev/dm-1", "");
    put_link("/dev/mapper/vg-root", "dev/dm-1");
}

static void put_nvme(void)
{
    put("/sys/devices/pci0000:00/" NVME "/nvme/nvme0/nvme0n1/size", "1\n");
    put("/sys/devices/virtual/block/md0/md0p1/partition", "1\n");
    put_link("/sys/devices/virtual/block/md0/slaves/nvme0n1",
             "sys/devices/pci0000:00/" NVME "/nvme/nvme0/nvme0n1");
    put_link("/sys/dev/block/259:3", "sys/devices/virtual/block/md0/md0p1");
    put("/sys/devices/pci0000:00/" PATHS "/nvme/nvme1/state", "live\n");
    put("/sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1n1/size", "1\n");
    put_link("/sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1",
             "sys/devices/pci0000:00/" PATHS "/nvme/nvme1");
    put_link("/sys/dev/block/259:5", "sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1n1");
}

static int make_root(void **state)
{
    strcpy(root, "/tmp/xendeck-test-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    put_sata();
    put_nvme();
    put("/sys/devices/pci0000:00/" NIC "/net/eth0/mtu", "1500\n");
    put("/sys/devices/pci0000:00/" SPARE "/net/eth1/mtu", "1500\n");
    put_link("/sys/class/net/eth1", "sys/devices/pci0000:00/" SPARE "/net/eth1");
    put_link(BRIDGE "/lower_eth0", "sys/devices/pci0000:00/" NIC "/net/eth0");
    put_link("/sys/class/net/xenbr0", "sys/devices/virtual/net/xenbr0");
    return 0;
}

static int remove_root(void **state)
{
    char command[96];

    snprintf(command, sizeof(command), "rm -r %s", root);
    return system(command);
}

/* Nothing in use but what the test says. */
static void in_use(const char *mounts, const char *swaps, const char *routes)
{
    put("/proc/self/mountinfo", mounts);
    put("/proc/swaps", swaps);
    put("/proc/net/route", routes);
}

static void carries(const char *bdf, const char *what)
{
    char out[128] = "";

    assert_int_equal(xd_pci_carries(root, bdf, out, sizeof(out)), what != NULL);
    assert_string_equal(out, what ? what : "");
}

#define PROC "21 27 0:20 / /proc rw shared:12 - proc proc rw\n"

static void a_file_system_on_lvm_on_encryption(void **state)
{
    in_use(PROC "27 1 253:1 / / rw shared:1 - ext4 /dev/mapper/vg-root rw\n", "", "");
    carries(AHCI, "has a file system mounted from it (/dev/mapper/vg-root)");
    carries(NVME, NULL);
}

static void a_partition(void **state)
{
    in_use(PROC "27 1 8:2 / / rw shared:1 - ext4 /dev/root rw\n", "", "");
    carries(AHCI, "has a file system mounted from it (/dev/root)");
}

/* btrfs has numbers of its own: what it is on is known by the name. */
static void a_file_system_without_a_number(void **state)
{
    in_use("27 1 0:25 / / rw shared:1 - btrfs /dev/mapper/vg-root rw\n", "", "");
    carries(AHCI, "has a file system mounted from it (/dev/mapper/vg-root)");
}

static void a_partition_of_a_raid(void **state)
{
    in_use("27 1 259:3 / /srv rw shared:1 master:2 - xfs /dev/md0p1 rw\n", "", "");
    carries(NVME, "has a file system mounted from it (/dev/md0p1)");
    carries(AHCI, NULL);
}

static void a_disk_of_several_paths(void **state)
{
    in_use("27 1 259:5 / /srv rw - xfs /dev/nvme1n1 rw\n", "", "");
    carries(PATHS, "has a file system mounted from it (/dev/nvme1n1)");
    carries(NVME, NULL);
}

static void swap(void **state)
{
    in_use(PROC, "Filename\tType\tSize\tUsed\tPriority\n/dev/dm-1 partition\t1000\t0\t-2\n", "");
    carries(AHCI, "swaps to it (/dev/dm-1)");
}

static void the_way_out(void **state)
{
    in_use(PROC, "",
           "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
           "eth1\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
           "xenbr0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
    carries(NIC, "has its default route over it (xenbr0)");
    carries(SPARE, NULL);
}

static void files_of_nonsense(void **state)
{
    in_use("27\n27 1\n27 1 ../../.. / / - x\n\n - ", "/\n/dev/nosuch\n", "eth1\neth1 0 0 0\n\n");
    carries(AHCI, NULL);
    carries(SPARE, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_system_on_lvm_on_encryption),
        cmocka_unit_test(a_partition),
        cmocka_unit_test(a_file_system_without_a_number),
        cmocka_unit_test(a_partition_of_a_raid),
        cmocka_unit_test(a_disk_of_several_paths),
        cmocka_unit_test(swap),
        cmocka_unit_test(the_way_out),
        cmocka_unit_test(files_of_nonsense),
    };

    return cmocka_run_group_tests(tests, make_root, remove_root);
}
