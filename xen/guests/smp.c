/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Further virtual CPUs: Xen starts them with the registers we name, so they need no start-up code
 * that climbs from real mode (xen/include/public/vcpu.h, hvm/hvm_vcpu.h).
 */
#include "smp.h"

#include "hypercall.h"
#include "text.h"

#define STACK_SIZE 512

/* Attributes of flat segments, and of the task segment that a CPU in protected mode must have. */
#define SEGMENT_CODE       0xc9b
#define SEGMENT_DATA       0xc93
#define SEGMENT_TASK       0x08b
#define CR0_PROTECTED_MODE 0x1
#define CR0_EXTENSION_TYPE 0x10
#define EFLAGS_ALWAYS_SET  0x2

extern char start_secondary[]; /* start.S */
void secondary_main(uint32_t vcpu);

static char stacks[XEN_LEGACY_MAX_VCPUS][STACK_SIZE] __attribute__((aligned(16)));
static void (*secondary_entry)(uint32_t vcpu);

void secondary_main(uint32_t vcpu)
{
    secondary_entry(vcpu);
}

static void start_one(uint32_t vcpu)
{
    struct vcpu_hvm_context context = {
        .mode = VCPU_HVM_MODE_32B,
        .ebx = vcpu,
        .esp = (uint32_t)(uintptr_t)(stacks[vcpu] + STACK_SIZE),
        .eip = (uint32_t)(uintptr_t)start_secondary,
        .eflags = EFLAGS_ALWAYS_SET,
        .cr0 = CR0_PROTECTED_MODE | CR0_EXTENSION_TYPE,
        .cs_limit = 0xffffffff,
        .ds_limit = 0xffffffff,
        .ss_limit = 0xffffffff,
        .es_limit = 0xffffffff,
        .tr_limit = 0x67,
        .cs_ar = SEGMENT_CODE,
        .ds_ar = SEGMENT_DATA,
        .ss_ar = SEGMENT_DATA,
        .es_ar = SEGMENT_DATA,
        .tr_ar = SEGMENT_TASK,
    };

    if (hypercall3(XEN_HYPERCALL_vcpu_op, VCPUOP_initialise, vcpu, &context) == 0)
        hypercall3(XEN_HYPERCALL_vcpu_op, VCPUOP_up, vcpu, 0);
}

void smp_start(void (*entry)(uint32_t vcpu))
{
    secondary_entry = entry;
    for (uint32_t vcpu = 1; vcpu < XEN_LEGACY_MAX_VCPUS; vcpu++) {
        if (hypercall3(XEN_HYPERCALL_vcpu_op, VCPUOP_is_up, vcpu, 0) < 0)
            break; /* there is no such one */
        start_one(vcpu);
    }
}
