/* SPDX-License-Identifier: MPL-2.0 */
/* values - what the makers of arguments share: numbers that make sense, structures in memory. */
#pragma once
#include "kinds.h"
#include "sysfuzz.h"

/* ---- numbers.c ---- */
uint64_t fd_number(void);
uint64_t pid_number(void);
uint64_t signal_number(void);
uint64_t size(void);
uint64_t offset(void);
uint64_t page(void); /* an address */
uint64_t page_length(void);
uint64_t mode(void);
uint64_t id_number(void);
uint64_t mask(void);
/* A place for a structure: rarely one that is not there or ends at a hole. */
uint64_t place(void);
uint64_t any_word(void);
uint64_t data_word(void);
uint64_t set_value(unsigned kind); /* sets.c */

/* ---- structs.c ---- */
void pointer_make(enum kind k, struct arg *a);
/* The third argument of fcntl(2) and ioctl(2). */
void command_arg(enum kind k, struct arg *a);
