/* SPDX-License-Identifier: MPL-2.0 */
/*
 * node - what the files of procfs are made of: table entries, the inodes made from them, text
 * files.
 *
 * An entry describes one file.  Those of processes are made into inodes anew by every lookup; an
 * inode remembers its process by number and weakly, and each use asks whether that process is still
 * the one.
 *
 *   Context:  task context, no lock held; ops may sleep.
 *   Errors:   ERR_SRCH from whatever belongs to a process that is gone.
 */
#pragma once
#include <osxtd/fmt.h>

#include "fs/fdtable.h"
#include "fs/fs_ctx.h"
#include "fs/vfs.h"
#include "process/process.h"
#include "process/thread.h"

/* Whom a file is about; all empty for the files of the whole system. */
struct ON_STACK proc_subject {
	struct process_ref process;
	struct thread_ref thread; /* of a process: the first that lives; empty for a zombie */
	bool is_thread;		  /* below task/: about that thread alone */
	i32 number;		  /* below fd/ and fdinfo/: the descriptor */
};
void proc_subject_fini(struct proc_subject *s);

enum : u32 {
	PROC_INSPECT = 1, /* may be opened by those only who may look into the process */
	PROC_GROUP = 2,	  /* not below task/ */
};
struct proc_entry {
	struct str name;
	u32 mode;			   /* type and permissions */
	u32 flags;			   /* PROC_* */
	const struct inode_ops *inode_ops; /* null: a text file */
	/* Writes the text; what does not fit is asked for again with more room. */
	err_t (*show)(const struct proc_subject *s, struct text *t);
	/* Takes what was written in one call.  Null: EIO. */
	err_t (*write)(const struct proc_subject *s, struct str text);
};

struct proc_inode {
	struct inode inode;
	const struct proc_entry *entry IMMUTABLE;
	struct process_weak process IMMUTABLE;
	i32 pid IMMUTABLE; /* 0: of the whole system */
	i32 tid IMMUTABLE; /* not 0: below task/ */
	i32 number IMMUTABLE;
};
SUBTYPE(proc_inode, inode);

/* s null: of the whole system; number then numbers the inode. */
err_t proc_inode_new(const struct proc_entry *e, const struct proc_subject *s, i32 number,
		     struct inode_ref *out);
/* Whom i is about, if they still exist. */
err_t proc_subject_of(const struct proc_inode *i, struct proc_subject *out);
/* The same for a number that was looked up: ERR_NOENT. */
err_t proc_find_process(i32 pid, struct proc_subject *out);
err_t proc_find_thread(const struct proc_subject *process, i32 tid, struct proc_subject *out);

/* The thread that calls; null for the kernel's own tasks. */
struct thread *proc_caller(void);
/* May the caller look into the subject?  ERR_ACCES. */
err_t proc_may_inspect(const struct proc_subject *s);

/* The device number of the instance. */
u32 proc_device(void);
/* A decimal number without sign or leading zeros; false for anything else. */
bool proc_parse_number(struct str name, i32 *out);
/* Number of an entry's inode in a directory listing. */
u64 proc_ino(i32 pid, i32 tid, const struct proc_entry *e, i32 number);
/* A text with newlines and backslashes as \n and \\ / newlines as \012. */
void proc_put_name(struct text *t, struct str s);
void proc_put_path(struct text *t, struct str s);

extern const struct inode_ops proc_text_inode_ops;
extern const struct inode_ops proc_pid_dir_ops;

/* The directory of a process. */
extern const struct proc_entry proc_pid_entry;
/* Adds the files of the whole system to a new instance; emits those of the root from position 2 on,
 * then counts on. */
err_t proc_system_build(struct super *s);
err_t proc_system_readdir(struct dir_sink *sink, u64 *pos);
enum : u64 { PROC_PID_POS = 256 }; /* of readdir: process n is at PROC_PID_POS + n */
