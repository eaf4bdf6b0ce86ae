// The machine-dependent part: system calls without a C library, the entry point, and clone() onto a new stack.
#pragma once

// int entry(long* stack), with stack[0] = argc and argv behind it, is where the program begins.
// long clone_onto(unsigned long flags, void* stack_top, int (*function)(void*), void* argument) runs the function in
// the child and exits with its result. long clone3_onto(struct clone_args*, size_t bytes, function, argument) does the
// same with clone3(); without a stack the child goes on with its copy of this one.

#if defined(__x86_64__)

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

// r8 and r9, which the kernel leaves alone, carry function and argument into the child.
#define ARCH_TEXT                    \
  ".text\n.global _start\n"          \
  "_start:\n"                        \
  "  xor %ebp, %ebp\n"               \
  "  mov %rsp, %rdi\n"               \
  "  and $-16, %rsp\n"               \
  "  call entry\n"                   \
  "  mov %eax, %edi\n"               \
  "  mov $231, %eax\n" /* exit_group */ \
  "  syscall\n"                      \
  ".global clone_onto\n"             \
  "clone_onto:\n"                    \
  "  mov %rdx, %r8\n"                \
  "  mov %rcx, %r9\n"                \
  "  xor %edx, %edx\n"               \
  "  xor %r10d, %r10d\n"             \
  "  mov $56, %eax\n" /* clone */    \
  "  syscall\n"                      \
  "  test %rax, %rax\n"              \
  "  jnz 1f\n"                       \
  "  xor %ebp, %ebp\n"               \
  "  mov %r9, %rdi\n"                \
  "  call *%r8\n"                    \
  "  mov %eax, %edi\n"               \
  "  mov $231, %eax\n"               \
  "  syscall\n"                      \
  "1: ret\n"                         \
  ".global clone3_onto\n"            \
  "clone3_onto:\n"                   \
  "  mov %rdx, %r8\n"                \
  "  mov %rcx, %r9\n"                \
  "  mov $435, %eax\n" /* clone3 */  \
  "  syscall\n"                      \
  "  test %rax, %rax\n"              \
  "  jnz 1f\n"                       \
  "  xor %ebp, %ebp\n"               \
  "  and $-16, %rsp\n"               \
  "  mov %r9, %rdi\n"                \
  "  call *%r8\n"                    \
  "  mov %eax, %edi\n"               \
  "  mov $231, %eax\n"               \
  "  syscall\n"                      \
  "1: ret\n"

#elif defined(__aarch64__)

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

#define ARCH_TEXT                    \
  ".text\n.global _start\n"          \
  "_start:\n"                        \
  "  mov x29, #0\n"                  \
  "  mov x30, #0\n"                  \
  "  mov x0, sp\n"                   \
  "  bl entry\n"                     \
  "  mov x8, #94\n" /* exit_group */ \
  "  svc #0\n"                       \
  ".global clone_onto\n"             \
  "clone_onto:\n"                    \
  "  mov x10, x2\n"                  \
  "  mov x11, x3\n"                  \
  "  mov x2, #0\n"                   \
  "  mov x3, #0\n"                   \
  "  mov x4, #0\n"                   \
  "  mov x8, #220\n" /* clone */     \
  "  svc #0\n"                       \
  "  cbnz x0, 1f\n"                  \
  "  mov x29, #0\n"                  \
  "  mov x0, x11\n"                  \
  "  blr x10\n"                      \
  "  mov x8, #94\n"                  \
  "  svc #0\n"                       \
  "1: ret\n"                         \
  ".global clone3_onto\n"            \
  "clone3_onto:\n"                   \
  "  mov x10, x2\n"                  \
  "  mov x11, x3\n"                  \
  "  mov x8, #435\n" /* clone3 */    \
  "  svc #0\n"                       \
  "  cbnz x0, 1f\n"                  \
  "  mov x29, #0\n"                  \
  "  mov x0, x11\n"                  \
  "  blr x10\n"                      \
  "  mov x8, #94\n"                  \
  "  svc #0\n"                       \
  "1: ret\n"

#else
#error "The supervisor knows the system calls of x86_64 and aarch64 only: add this architecture to arch.h"
#endif
