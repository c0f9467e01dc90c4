/* SPDX-License-Identifier: MPL-2.0 */
/*
 * list - the linking behind LIST_TYPE.
 *
 * The first element's _prev points at itself, so that _prev is null exactly when a link is on no
 * list (L1).  Who names another list than the link's own gets its counts wrong, but moves no end of
 * it: the ends are compared first (L2).
 */
#include <osxtd/list.h>

void list_raw_insert(struct list_raw *l, struct list_link *before, struct list_link *n)
{
	ASSERT(n->_prev == nullptr);
	struct list_link *prev = l->_last;
	if (before != nullptr)
		prev = before->_prev == before ? nullptr : before->_prev;
	ASSERT(prev != nullptr || l->_first == before); /* L2 */
	n->_next = before;
	n->_prev = prev != nullptr ? prev : n;
	if (prev != nullptr)
		prev->_next = n;
	else
		l->_first = n;
	if (before != nullptr)
		before->_prev = n;
	else
		l->_last = n;
	l->_count++;
}

void list_raw_remove(struct list_raw *l, struct list_link *n)
{
	ASSERT(n->_prev != nullptr && l->_count != 0);
	struct list_link *prev = n->_prev == n ? nullptr : n->_prev;
	if (prev != nullptr) {
		prev->_next = n->_next;
	} else {
		ASSERT(l->_first == n);
		l->_first = n->_next;
	}
	if (n->_next != nullptr) {
		n->_next->_prev = prev != nullptr ? prev : n->_next;
	} else {
		ASSERT(l->_last == n);
		l->_last = prev;
	}
	n->_next = nullptr;
	n->_prev = nullptr;
	l->_count--;
}
