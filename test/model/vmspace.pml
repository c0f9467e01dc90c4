/* SPDX-License-Identifier: MPL-2.0 */
/*
 * vmspace - the locking protocol of an address space (osxtd/src/mm/vm_cursor.c and its neighbours),
 * for Spin.  README.md says which step stands for which function.
 *
 * CPUs touch, map and unmap pages of one space.  Its tables have three levels: the root is always
 * there, the others come out of a cache of free ones and go back to it.  What another CPU can see
 * is a step of its own; what a CPU does under locks that only holders look at is one step.
 * Interrupts are taken in user mode and by cpu_wait only, which is the worst case.
 *
 * `plan` is what the CPUs may do, `fault` a defect that the model must notice; both are numbers of
 * the run (MODEL_PLAN, MODEL_FAULT) so that the verifier is compiled once.
 */

#define CPUS   3
#define TABLES 6 /* 0 is the root */
#define PAGES  4
#define FRAMES 2

/* An entry: empty, marked, a link to table t, a frame. */
#define EMPTY	 0
#define MARK	 1
#define LINK(t)	 (1 + (t))
#define FRAME(f) (16 + (f))
#define IS_LINK(e)  ((e) > MARK && (e) < 16)
#define IS_FRAME(e) ((e) >= 16)
#define LINKED(e)   ((e) - 1)
#define FRAMED(e)   ((e) - 16)
#define NOWHERE	 15

/* Defects. */
#define NO_DETACHED_CHECK   1
#define NO_RECHECK	    2
#define OWNER_BEFORE_BASE   3
#define NO_WAIT_FOR_WALKS   4
#define LATE_ANNOUNCEMENT   5
#define FRAMES_BEFORE_ACK   6
#define TABLES_BEFORE_ACK   7
#define NO_SHOOTDOWN	    8
#define NO_ANSWER_IN_WAIT   9
#define CHILDREN_FIRST	    10
#define NO_LOCK_BELOW	    11
#define OWNER_STAYS	    12
#define LINK_STAYS	    13
#define LINK_NOT_FLUSHED    14
#define BIT_CLEARED_EARLY   15
#define BIT_SET_LATE	    16

byte fault, plan;

/* ---- the space ---- */

/* Shape 0: two pages in a leaf, two leaves in a middle table, one middle table.  Shape 1: one page,
 * two leaves, two middle tables. */
bit shape;
#define LEAF_OF(p)    ((p) >> (1 - shape))
#define AT(p, l)      (((l) == 1 -> (1 - shape) & (p) : ((l) == 2 -> ((p) >> (1 - shape)) & 1 : ((p) >> 1) * shape)))
#define SPAN(l)	      ((l) == 1 -> 1 : ((l) == 2 -> 2 - shape : 4 - 2 * shape))
#define ENTRY(t, p, l) entry[(t) * 2 + AT(p, l)]

byte entry[12];	       /* TABLES * 2 */
byte holder[TABLES];   /* of the table's lock: CPU + 1 */
bit detached[TABLES];
bit owned[TABLES];     /* uframe.owner is this space */
byte base[TABLES];     /* uframe.base, as the number of a leaf */
bit is_free[TABLES];   /* in the cache of tables */
byte remembered;       /* vmspace._leaf: one slot for all, table or 0 */
byte page_of[FRAMES];  /* what a frame is in use for; NOWHERE: free */
byte loaded;	       /* vmspace._cpus */

/* ---- the CPUs ---- */

bit deaf; /* interrupts are off in the kernel */
bit walks[CPUS];      /* walkers of the CPU names the space */
bit can_answer[CPUS]; /* user mode, or in cpu_wait */
byte asked[CPUS];     /* CPUs whose answer this one waits for */
byte forget_pages[CPUS];
byte tlb[12];	      /* CPUS * PAGES: frame + 1 */
byte link_cache[12];  /* CPUS * PAGES, by leaf: table */
byte left[CPUS];      /* operations still to do */
short may[CPUS];      /* of which kinds */
byte finished;

#define FORGET(c, p)                                                                               \
	tlb[(c) * PAGES + (p)] = 0;                                                                \
	link_cache[(c) * PAGES + LEAF_OF(p)] = 0
#define FORGET_IN(c, set, i)                                                                       \
	i = 0;                                                                                     \
	do                                                                                         \
	:: i < PAGES && ((set) >> i & 1) -> FORGET(c, i); i++                                      \
	:: i < PAGES && !((set) >> i & 1) -> i++                                                   \
	:: else -> break                                                                           \
	od;                                                                                        \
	i = 0

/* tlb_call_others at the other end: forget, by interrupt or in cpu_wait. */
proctype answers()
{
	byte i;
endless:
	do
#define ANSWER(from, to)                                                                           \
	:: d_step {                                                                                \
		can_answer[to] && (asked[from] >> to & 1) ->                                       \
		FORGET_IN(to, forget_pages[from], i);                                              \
		asked[from] = asked[from] & ~(1 << to)                                             \
	}
	ANSWER(0, 1)
	ANSWER(0, 2)
	ANSWER(1, 0)
	ANSWER(1, 2)
	ANSWER(2, 0)
	ANSWER(2, 1)
	od
}

/* cpu_wait until a condition holds, then something in the same step. */
#define WAIT_UNTIL(condition, then)                                                                \
	can_answer[me] = !deaf || fault != NO_ANSWER_IN_WAIT;                                       \
	atomic { (condition) -> can_answer[me] = !deaf; then }
#define LOCK(t) WAIT_UNTIL(holder[t] == 0, holder[t] = me + 1)

/* The lowest table under the cursor for page p: y is the one above it.  All are locked (V3). */
#define DESCEND(p)                                                                                 \
	d_step {                                                                                   \
		x = top; l = level; y = top;                                                       \
		do                                                                                 \
		:: assert(holder[x] == me + 1 && !is_free[x]);                                     \
			if                                                                         \
			:: l > 1 && IS_LINK(ENTRY(x, p, l)) -> y = x; x = LINKED(ENTRY(x, p, l)); l-- \
			:: else -> break                                                           \
			fi                                                                         \
		od                                                                                 \
	}
#define IS_WHOLE (p % SPAN(l) == 0 && p + SPAN(l) - 1 <= b)
#define NEXT_PAGE (p / SPAN(l) * SPAN(l) + SPAN(l))

/* What the hardware does with page a on a miss: the links, the leaf's entry, the memory.  Nothing
 * interrupts it. */
#define HARDWARE_WALK                                                                              \
	x = link_cache[me * PAGES + LEAF_OF(a)];                                                   \
	if                                                                                         \
	:: x != 0                                                                                  \
	:: x == 0 && !IS_LINK(ENTRY(0, a, 3))                                                      \
	:: x == 0 && IS_LINK(ENTRY(0, a, 3)) ->                                                    \
		x = LINKED(ENTRY(0, a, 3));                                                        \
		assert(!is_free[x]);                                                               \
		x = (IS_LINK(ENTRY(x, a, 2)) -> LINKED(ENTRY(x, a, 2)) : 0)                        \
	fi;                                                                                        \
	if                                                                                         \
	:: x == 0                                                                                  \
	:: x != 0 ->                                                                               \
		assert(!is_free[x]);                                                               \
		link_cache[me * PAGES + LEAF_OF(a)] = x;                                           \
		if                                                                                 \
		:: IS_FRAME(ENTRY(x, a, 1)) -> tlb[me * PAGES + a] = FRAMED(ENTRY(x, a, 1)) + 1    \
		:: else                                                                            \
		fi                                                                                 \
	fi
/* A translation that is used leads to the frame of its page, which is not free. */
#define USE assert(tlb[me * PAGES + a] == 0 || page_of[tlb[me * PAGES + a] - 1] == a)

#define TOUCH 0
#define MAP   1
#define UNMAP 2

#define MAY(n) left[me] > 0 && (may[me] >> n & 1)

proctype cpu(byte me)
{
	byte a, b, op;	     /* pages a … b */
	byte top, level;     /* the cursor's table */
	byte x, y, l, p, i;
	byte held, pages, frames, tables; /* sets: locked below, to flush, to free */
	bit is_hit;

next:
	can_answer[me] = 1;
	if
	:: left[me] == 0 -> goto out
	:: MAY(0) -> a = 0; goto touch
	:: MAY(1) -> a = 1; goto touch
	:: MAY(2) -> a = 2; goto touch
	:: MAY(3) -> op = MAP; a = 0; b = 0
	:: MAY(4) -> op = MAP; a = 0; b = 1
	:: MAY(5) -> op = MAP; a = 0; b = 3
	:: MAY(6) -> op = UNMAP; a = 0; b = 0
	:: MAY(7) -> op = UNMAP; a = 0; b = 1
	:: MAY(8) -> op = UNMAP; a = 0; b = 3
	:: MAY(9) -> op = UNMAP; a = 1; b = 2
	:: MAY(10) -> a = 0; goto switch
	fi;
	goto enter;

touch:
	atomic {
		is_hit = tlb[me * PAGES + a] != 0;
		if
		:: is_hit -> USE
		:: else -> HARDWARE_WALK; USE; is_hit = tlb[me * PAGES + a] != 0
		fi;
		x = 0
	}
	if
	:: is_hit -> goto done
	:: else -> op = TOUCH; b = a	/* a fault */
	fi;

	/* ---- vmspace_lock: the remembered leaf ---- */
enter:
	can_answer[me] = !deaf;
	if
	:: LEAF_OF(a) != LEAF_OF(b) -> goto by_walk
	:: LEAF_OF(a) == LEAF_OF(b) -> top = remembered
	fi;
	if
	:: top == 0 || base[top] != LEAF_OF(a) -> goto by_walk
	:: else
	fi;
	if
	:: !owned[top] -> goto by_walk
	:: else
	fi;
	if
	:: atomic { holder[top] == 0 -> holder[top] = me + 1 }
	:: holder[top] != 0 -> goto by_walk
	fi;
	if
	:: fault != NO_RECHECK && !owned[top] -> holder[top] = 0; goto by_walk
	:: else
	fi;
	if
	:: fault != NO_RECHECK && base[top] != LEAF_OF(a) -> holder[top] = 0; goto by_walk
	:: else -> level = 1; goto locked
	fi;

	/* ---- lock_by_walk ---- */
by_walk:
	walks[me] = (fault != LATE_ANNOUNCEMENT);
	top = 0; level = 3;
	do	/* find_lowest */
	:: level > 1 && (level == 3 && (shape == 0 || a >> 1 == b >> 1) || level == 2 && LEAF_OF(a) == LEAF_OF(b)) ->
		atomic {
			assert(!is_free[top]);
			x = ENTRY(top, a, level);
			if
			:: IS_LINK(x) -> top = LINKED(x); level--
			:: else -> x = 0; break
			fi;
			x = 0
		}
	:: else -> break
	od;
	walks[me] = 1;
	if
	:: atomic { holder[top] == 0 -> holder[top] = me + 1 }
	:: atomic { holder[top] != 0 -> walks[me] = 0 }
		WAIT_UNTIL(holder[top] == 0, top = 0);
		goto by_walk
	fi;
	if
	:: fault != NO_DETACHED_CHECK && detached[top] ->
		walks[me] = 0;
		holder[top] = 0;
		goto by_walk
	:: else -> walks[me] = 0
	fi;
	if
	:: level == 1 -> base[top] = LEAF_OF(a); remembered = top; goto locked
	:: else
	fi;

	/* lock_below */
	if
	:: fault == NO_LOCK_BELOW -> goto locked
	:: else
	fi;
	p = a;
	do
	:: p <= b ->
		l = level; x = top;
		do
		:: d_step { l > 1 && IS_LINK(ENTRY(x, p, l)) -> assert(!is_free[x]); x = LINKED(ENTRY(x, p, l)); l-- };
			if
			:: held >> x & 1
			:: !(held >> x & 1) && fault != CHILDREN_FIRST ->
				LOCK(x);
				held = held | 1 << x
			:: !(held >> x & 1) && fault == CHILDREN_FIRST ->
				/* the leaf, then what is above it */
				if
				:: l == 2 && IS_LINK(ENTRY(x, p, 2)) && !(held >> LINKED(ENTRY(x, p, 2)) & 1) ->
					y = LINKED(ENTRY(x, p, 2));
					LOCK(y);
					held = held | 1 << y;
					y = 0
				:: else
				fi;
				LOCK(x);
				held = held | 1 << x
			fi
		:: else -> break
		od;
		p = NEXT_PAGE
	:: else -> break
	od;

	/* ---- under the cursor ---- */
locked:
	/* V2: it is the space's table for the range. */
	atomic {
		x = 0; l = 3;
		do
		:: l > level -> assert(IS_LINK(ENTRY(x, a, l))); x = LINKED(ENTRY(x, a, l)); l--
		:: else -> break
		od;
		assert(x == top && !is_free[top] && !detached[top]);
		p = a
	}
	do
	:: p > b -> break
	:: p <= b ->
		DESCEND(p);
		if
		:: ENTRY(x, p, l) == EMPTY && op == MAP && IS_WHOLE -> ENTRY(x, p, l) = MARK; p = NEXT_PAGE
		:: ENTRY(x, p, l) == EMPTY && op == MAP && !IS_WHOLE -> goto push_down
		:: ENTRY(x, p, l) != EMPTY && op == MAP -> p = NEXT_PAGE	/* EEXIST */
		:: l > 1 && ENTRY(x, p, l) == MARK && op == UNMAP && !IS_WHOLE -> goto push_down
		:: l > 1 && ENTRY(x, p, l) == MARK && op == UNMAP && IS_WHOLE -> ENTRY(x, p, l) = EMPTY; goto prune
		:: l == 1 && ENTRY(x, p, l) != EMPTY && op == UNMAP ->
			d_step {	/* leaf_drop */
				i = ENTRY(x, p, 1);
				ENTRY(x, p, 1) = EMPTY;
				if
				:: IS_FRAME(i) -> frames = frames | 1 << FRAMED(i); pages = pages | 1 << p
				:: else
				fi;
				i = 0
			}
			goto prune
		:: ENTRY(x, p, l) == EMPTY && op == UNMAP -> p = NEXT_PAGE
		:: l > 1 && ENTRY(x, p, l) == MARK && op == TOUCH -> goto push_down
		:: l == 1 && ENTRY(x, p, l) == MARK && op == TOUCH ->
			d_step {	/* leaf_map, if there is a frame */
				i = 0;
				do
				:: i < FRAMES && page_of[i] != NOWHERE -> i++
				:: else -> break
				od;
				if
				:: i < FRAMES -> page_of[i] = p; ENTRY(x, p, 1) = FRAME(i)
				:: else
				fi;
				i = 0
			}
			p++
		:: else -> p = NEXT_PAGE
		fi;
		goto piece_done;

push_down:	/* table_take, then vm_push_down */
		atomic {
			i = 1;
			do
			:: i < TABLES && !is_free[i] -> i++
			:: else -> break
			od
		}
		if
		:: i == TABLES -> i = 0; break	/* ENOMEM */
		:: i < TABLES && fault != OWNER_BEFORE_BASE ->
			d_step { is_free[i] = 0; detached[i] = 0; base[i] = NOWHERE }
			owned[i] = 1
		:: i < TABLES && fault == OWNER_BEFORE_BASE ->
			d_step { is_free[i] = 0; detached[i] = 0; owned[i] = 1 }
			base[i] = NOWHERE
		fi;
		LOCK(i);
		d_step {
			held = held | 1 << i;
			entry[i * 2] = ENTRY(x, p, l);
			entry[i * 2 + 1] = (l == 2 && shape -> EMPTY : ENTRY(x, p, l));
			ENTRY(x, p, l) = LINK(i);
			i = 0
		}
		goto piece_done;

prune:		/* vm_prune; x is the table that lost something */
		do
		:: atomic { x != top && entry[x * 2] == EMPTY && entry[x * 2 + 1] == EMPTY ->
				assert(holder[x] == me + 1 && holder[y] == me + 1);
				detached[x] = 1 }
			ENTRY(y, p, l + 1) = (fault == LINK_STAYS -> ENTRY(y, p, l + 1) : EMPTY);
			owned[x] = (fault == OWNER_STAYS);
			d_step {
				if
				:: fault != LINK_NOT_FLUSHED -> pages = pages | 1 << p
				:: else
				fi
			}
			DESCEND(p);
			if
			:: fault == LINK_STAYS -> break
			:: else
			fi
		:: else -> break
		od;
		p = NEXT_PAGE;
piece_done:
		skip
	od;

	/* ---- vm_cursor_release ---- */
	atomic { x = 0; y = 0; l = 0; p = 0; op = 0; a = 0; b = 0 }
	if
	:: fault == FRAMES_BEFORE_ACK -> goto free_frames
	:: else
	fi;
flush:
	if
	:: pages != 0 ->
		d_step {
			FORGET_IN(me, pages, i);
			if
			:: fault != NO_SHOOTDOWN -> asked[me] = loaded & ~(1 << me)
			:: else
			fi;
			forget_pages[me] = pages
		}
		if
		:: fault == TABLES_BEFORE_ACK
		:: else -> WAIT_UNTIL(asked[me] == 0, forget_pages[me] = 0)
		fi
	:: else
	fi;
	d_step {	/* unlock_below, the cursor's own */
		i = 1;
		do
		:: i < TABLES && (held >> i & 1) ->
			assert(holder[i] == me + 1);
			holder[i] = 0;
			tables = tables | detached[i] << i;
			i++
		:: i < TABLES && !(held >> i & 1) -> i++
		:: else -> break
		od;
		i = 0;
		assert(holder[top] == me + 1);
		holder[top] = 0;
		held = 0; top = 0; level = 0
	}
free_frames:	/* free_gathered */
	atomic {
		i = 0;
		do
		:: i < FRAMES && (frames >> i & 1) -> page_of[i] = NOWHERE; i++
		:: i < FRAMES && !(frames >> i & 1) -> i++
		:: else -> break
		od;
		i = 0; frames = 0
	}
	if
	:: level != 0 -> goto flush	/* came here too early */
	:: else
	fi;
	if
	:: tables != 0 && fault != NO_WAIT_FOR_WALKS ->	/* walks_wait */
		WAIT_UNTIL(!walks[0], skip);
		WAIT_UNTIL(!walks[1], skip);
		WAIT_UNTIL(!walks[2], skip)
	:: else
	fi;
	d_step {	/* table_give */
		i = 1;
		do
		:: i < TABLES && (tables >> i & 1) ->
			assert(entry[i * 2] == EMPTY && entry[i * 2 + 1] == EMPTY);
			is_free[i] = 1;
			i++
		:: i < TABLES && !(tables >> i & 1) -> i++
		:: else -> break
		od;
		i = 0; tables = 0; pages = 0
	}
	if
	:: fault == TABLES_BEFORE_ACK -> WAIT_UNTIL(asked[me] == 0, forget_pages[me] = 0)
	:: else
	fi;
done:
progress:
	atomic {
		a = 0; b = 0; op = 0; is_hit = 0; x = 0; y = 0; l = 0; p = 0; top = 0; level = 0;
		left[me]--
	}
	goto next;

	/* ---- vmspace_activate: another space, and back.  The hardware may read ahead as long as the
	 * space's root is loaded. ---- */
switch:
	if
	:: fault == BIT_CLEARED_EARLY -> loaded = loaded & ~(1 << me)
	:: else
	fi;
	d_step { HARDWARE_WALK; x = 0 }
	d_step { FORGET_IN(me, 15, i) }
	loaded = loaded & ~(1 << me);
	if
	:: fault != BIT_SET_LATE ->
		loaded = loaded | 1 << me;
		d_step { FORGET_IN(me, 15, i) }
	:: else ->
		d_step { FORGET_IN(me, 15, i); HARDWARE_WALK; x = 0 }
		loaded = loaded | 1 << me
	fi;
	d_step { if :: tlb[me * PAGES] != 0 -> USE :: else fi }
	goto done;

out:
	finished++
}

/* ---- what was asked for ---- */

c_code {
static int model_number(const char *name)
{
	const char *text = getenv(name);
	return text ? atoi(text) : 0;
}
}

#define CPU(n, count, kinds) left[n] = count; may[n] = kinds; loaded = loaded | (count > 0) << n

#define TAKEN(t, leaf) is_free[t] = 0; owned[t] = 1; base[t] = leaf
#define TOUCHES	 7
#define MAPS	 56
#define UNMAPS	 960
#define SWITCHES 1024

init {
	byte i, j, k;

	d_step {
		c_code {
			now.fault = model_number("MODEL_FAULT");
			now.plan = model_number("MODEL_PLAN");
		}
		i = 1;
		do
		:: i < TABLES -> is_free[i] = 1; base[i] = NOWHERE; i++
		:: else -> break
		od;
		owned[0] = 1; base[0] = NOWHERE;
		i = 0;
		do
		:: i < FRAMES -> page_of[i] = NOWHERE; i++
		:: else -> break
		od;
		i = 0;
		/* One middle table and two leaves; the first page is mapped, and every CPU knows it. */
		shape = (plan == 4 || plan == 5 || plan == 8 || plan == 10); deaf = (plan == 0 || plan == 5);
		TAKEN(1, NOWHERE); TAKEN(2, 0); TAKEN(3, 1);
		entry[0] = LINK(1);
		entry[2] = LINK(2); entry[3] = LINK(3);
		entry[4] = FRAME(0); page_of[0] = 0;
		entry[5] = (shape -> EMPTY : MARK);
		entry[6] = MARK;
		remembered = 2;
		do
		:: i < CPUS -> tlb[i * PAGES] = 1; link_cache[i * PAGES] = 2; i++
		:: else -> break
		od;
		i = 0;
		if
		:: plan == 0 -> CPU(0, 1, UNMAPS); CPU(1, 2, TOUCHES)
		:: plan == 1 -> CPU(0, 1, UNMAPS); CPU(1, 2, SWITCHES | 1)
		:: plan == 2 -> CPU(0, 2, 8 | 32 | 256); CPU(1, 1, 1 | 16 | 64)
		:: plan == 3 -> CPU(0, 1, UNMAPS | MAPS); CPU(1, 1, UNMAPS | MAPS)
		:: plan == 4 -> CPU(0, 1, UNMAPS); CPU(1, 2, TOUCHES)
		:: plan == 5 -> CPU(0, 1, UNMAPS | MAPS); CPU(1, 1, UNMAPS | MAPS)
		:: plan == 6 -> CPU(0, 1, 128 | 256); CPU(1, 1, 2 | 4); CPU(2, 1, 1 | 16)
		:: plan == 7 -> CPU(0, 2, UNMAPS | MAPS); CPU(1, 1, UNMAPS | MAPS | TOUCHES)
		:: plan == 8 -> CPU(0, 2, UNMAPS | MAPS); CPU(1, 1, UNMAPS | MAPS | TOUCHES)
		:: plan == 9 -> CPU(0, 1, UNMAPS); CPU(1, 1, TOUCHES); CPU(2, 1, TOUCHES | MAPS)
		:: plan == 10 -> CPU(0, 1, UNMAPS); CPU(1, 1, TOUCHES | MAPS)
		fi
	}
	atomic {
		run answers();
		run cpu(0);
		run cpu(1);
		run cpu(2)
	}
	d_step {
		finished == CPUS;
		/* Nothing is lost: each frame in use is in one entry, each table in use is linked. */
		assert(holder[0] == 0);
		i = 0;
		do
		:: i < FRAMES ->
			j = 0; k = 0;
			do
			:: j < TABLES * 2 -> k = k + (entry[j] == FRAME(i)); j++
			:: else -> break
			od;
			assert(k == (page_of[i] != NOWHERE));
			i++
		:: else -> break
		od;
		i = 1;
		do
		:: i < TABLES ->
			j = 0; k = 0;
			do
			:: j < TABLES * 2 -> k = k + (entry[j] == LINK(i)); j++
			:: else -> break
			od;
			assert(k == !is_free[i] && holder[i] == 0);
			i++
		:: else -> break
		od
	}
}
