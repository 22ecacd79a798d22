/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few numbers and structures of Xen's public interface which this guest uses, as a 32-bit HVM
 * guest sees them. Each names the header of Xen's source (xen/include/public/) it comes from, so
 * that the guest builds without Xen's headers and yet can be checked against them.
 */
#ifndef XENDECK_GUEST_XEN_H
#define XENDECK_GUEST_XEN_H

#include <stdint.h>

#define PAGE_SIZE  4096u
#define PAGE_SHIFT 12

/* xen.h: hypercall numbers, "this domain" */
#define XEN_HYPERCALL_memory_op        12
#define XEN_HYPERCALL_vcpu_op          24
#define XEN_HYPERCALL_sched_op         29
#define XEN_HYPERCALL_event_channel_op 32
#define XEN_HYPERCALL_hvm_op           34
#define DOMID_SELF                     0x7ff0

/* arch-x86/cpuid.h: leaves of the hypervisor, counted from the one that holds the signature */
#define XEN_CPUID_FIRST_LEAF     0x40000000u
#define XEN_CPUID_LAST_BASE      0x40010000u
#define XEN_CPUID_SIGNATURE_EBX  0x566e6558u /* "XenV" */
#define XEN_CPUID_SIGNATURE_ECX  0x65584d4du /* "MMXe" */
#define XEN_CPUID_SIGNATURE_EDX  0x4d4d566eu /* "nVMM" */
#define XEN_CPUID_HYPERCALL_PAGE 2           /* leaf: EBX is the MSR that fills the page */

/* arch-x86/hvm/start_info.h: what EBX points at when the guest starts */
#define XEN_HVM_START_MAGIC     0x336ec578u
#define XEN_HVM_MEMMAP_TYPE_RAM 1

struct hvm_start_info {
    uint32_t magic;
    uint32_t version;
    uint32_t flags;
    uint32_t nr_modules;
    uint64_t modlist_paddr;
    uint64_t cmdline_paddr;
    uint64_t rsdp_paddr;
    uint64_t memmap_paddr; /* this and the rest: version 1 and newer */
    uint32_t memmap_entries;
    uint32_t reserved;
};

struct hvm_memmap_table_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
    uint32_t reserved;
};

/* xen.h: the page which Xen shares with the guest. A 32-bit guest has 32 event words of 32 bits */
#define XEN_LEGACY_MAX_VCPUS 32

struct vcpu_time_info {
    uint32_t version; /* odd while Xen writes */
    uint32_t pad0;
    uint64_t tsc_timestamp;
    uint64_t system_time; /* ns since Xen booted, when the TSC read tsc_timestamp */
    uint32_t tsc_to_system_mul;
    int8_t tsc_shift;
    uint8_t flags;
    uint8_t pad1[2];
};

struct vcpu_info {
    uint8_t evtchn_upcall_pending;
    uint8_t evtchn_upcall_mask;
    uint32_t evtchn_pending_sel;
    uint32_t arch[6];
    struct vcpu_time_info time;
};

struct shared_info {
    struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];
    uint32_t evtchn_pending[32];
    uint32_t evtchn_mask[32];
};

_Static_assert(sizeof(struct vcpu_info) == 64, "xen.h: vcpu_info is 64 bytes on x86");

/* memory.h */
#define XENMEM_add_to_physmap   7
#define XENMAPSPACE_shared_info 0

struct xen_add_to_physmap {
    uint16_t domid;
    uint16_t size;
    uint32_t space;
    uint32_t idx;
    uint32_t gpfn;
};

/* sched.h */
#define SCHEDOP_block     1
#define SCHEDOP_shutdown  2
#define SCHEDOP_poll      3
#define SHUTDOWN_poweroff 0
#define SHUTDOWN_reboot   1
#define SHUTDOWN_suspend  2
#define SHUTDOWN_crash    3

struct sched_shutdown {
    uint32_t reason;
};

struct sched_poll {
    const uint32_t *ports;
    uint32_t nr_ports;
    uint64_t timeout; /* system time in ns, 0 for none */
};

/* event_channel.h */
#define EVTCHNOP_send 4

struct evtchn_send {
    uint32_t port;
};

/* hvm/hvm_op.h, hvm/params.h */
#define HVMOP_get_param          1
#define HVM_PARAM_STORE_PFN      1
#define HVM_PARAM_STORE_EVTCHN   2
#define HVM_PARAM_CONSOLE_PFN    17
#define HVM_PARAM_CONSOLE_EVTCHN 18

struct xen_hvm_param {
    uint16_t domid;
    uint16_t pad;
    uint32_t index;
    uint64_t value;
};

/* io/console.h */
struct xencons_interface {
    char in[1024];
    char out[2048];
    uint32_t in_cons, in_prod;
    uint32_t out_cons, out_prod;
};

/* io/xs_wire.h */
#define XENSTORE_RING_SIZE   1024
#define XENSTORE_PAYLOAD_MAX 4096

enum xsd_sockmsg_type {
    XS_READ = 2,
    XS_WATCH = 4,
    XS_TRANSACTION_START = 6,
    XS_TRANSACTION_END = 7,
    XS_WRITE = 11,
    XS_WATCH_EVENT = 15,
    XS_ERROR = 16,
};

struct xsd_sockmsg {
    uint32_t type;
    uint32_t req_id;
    uint32_t tx_id;
    uint32_t len;
};

struct xenstore_domain_interface {
    char req[XENSTORE_RING_SIZE];
    char rsp[XENSTORE_RING_SIZE];
    uint32_t req_cons, req_prod;
    uint32_t rsp_cons, rsp_prod;
};

/* vcpu.h */
#define VCPUOP_initialise 0
#define VCPUOP_up         1
#define VCPUOP_is_up      3

/* hvm/hvm_vcpu.h: the state in which VCPUOP_initialise starts a virtual CPU */
#define VCPU_HVM_MODE_32B 0

struct vcpu_hvm_context {
    uint32_t mode;
    uint32_t pad;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi, eip, eflags;
    uint32_t cr0, cr3, cr4;
    uint32_t pad1;
    uint64_t efer;
    uint32_t cs_base, ds_base, ss_base, es_base, tr_base;
    uint32_t cs_limit, ds_limit, ss_limit, es_limit, tr_limit;
    uint16_t cs_ar, ds_ar, ss_ar, es_ar, tr_ar;
    uint16_t pad2[3];
    uint8_t room_for_64bit[32]; /* the union's other member is larger */
};

_Static_assert(sizeof(struct vcpu_hvm_context) >= 8 + 14 * 8, "hvm_vcpu.h: room for either mode");

#endif
