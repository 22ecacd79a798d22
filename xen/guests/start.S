/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the guest starts, and its page of hypercalls.
 *
 * A PVH guest is entered in 32-bit protected mode with flat segments, paging and interrupts off and
 * EBX pointing at struct hvm_start_info (Xen, docs/misc/pvh.pandoc). We leave it at that: no page
 * tables, no descriptor tables, no interrupt ever. Without a GDT of our own no segment register
 * may be loaded, and none is.
 */

/* The note tells the domain builder that this is a PVH kernel, and where to enter it
 * (xen/include/public/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY). */
#define XEN_ELFNOTE_PHYS32_ENTRY 18

    .section .note.Xen, "a", @note
    .balign 4
    .long 4                         /* length of the name */
    .long 4                         /* length of the value */
    .long XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long start

    .section .text.start, "ax"
    .code32
    .globl start
start:
    cld
    movl $boot_stack_end, %esp
    pushl %ebx
    call guest_main
    ud2                             /* it does not return; a crash is better than running on */

/* Further virtual CPUs start here, with ESP set by smp.c and their number in EBX. */
    .globl start_secondary
start_secondary:
    cld
    pushl %ebx
    call secondary_main
    ud2

/* Xen fills this page with one entry of 32 bytes a hypercall, made for the CPU at hand (vmcall on
 * Intel, vmmcall on AMD): hypercall.c asks for it. */
    .section .bss.page, "aw", @nobits
    .balign 4096
    .globl hypercall_page
hypercall_page:
    .skip 4096

    .bss
    .balign 16
    .skip 8192
boot_stack_end:

    .section .note.GNU-stack, "", @progbits
